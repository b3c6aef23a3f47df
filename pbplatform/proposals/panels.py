"""What other features show on a proposal's page: each registers a panel, the assembly installs them once.

Nothing calls up: proposals know a panel only as a function that makes a piece of the page, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from pbplatform.consultation.models import Round
from pbplatform.proposals.models import Proposal

Panel = Callable[[Round, Proposal, frozenset[int]], Markup | str]
"""Called with the round, the proposal and its owners' accounts; an empty text shows nothing."""


@dataclass(frozen=True)
class Placed:
    """A panel and where it stands: screening 20, the outcome of the vote 30, the discussion 60."""

    panel: Panel
    order: int = 50


_installed: list[Placed] = []


def install(*placed: Placed) -> None:
    """Set all panels of this installation, in their order."""
    _installed[:] = sorted(placed, key=lambda one: one.order)


def panels_of(round_: Round, proposal: Proposal, owners: frozenset[int]) -> list[Markup | str]:
    """The pieces of a proposal's page that other features make."""
    made = (one.panel(round_, proposal, owners) for one in _installed)
    return [piece for piece in made if piece]
