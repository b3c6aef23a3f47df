"""The sub-navigation of a round: every feature registers its tabs, the assembly installs them once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pbplatform.charter.phases import TRACKS, Phase
from pbplatform.consultation.models import Round


def _always(_round: Round) -> bool:
    return True


@dataclass(frozen=True)
class Tab:
    """One entry: its endpoint (whose address takes `round_slug`), a lazy label, and from which phase on it shows.

    `order` places it (overview 0, proposals 20, vote 40, results 60, delivery 80, rules 90). An imported past election
    has only what `imported` tabs show. `only` may narrow further by what the round's own row says.
    """

    endpoint: str
    label: Any
    since: Phase | None = None
    order: int = 50
    imported: bool = True
    only: Callable[[Round], bool] = _always

    def shows(self, found: Round) -> bool:
        """Whether the tab is there for this round now."""
        if (found.imported_from and not self.imported) or not self.only(found):
            return False
        if self.since is None:
            return True
        if found.phase is Phase.CANCELLED:
            return self.since is Phase.SUBMISSION
        track = TRACKS[found.kind]
        return self.since in track and track.index(found.phase) >= track.index(self.since)


_installed: list[Tab] = []


def install(*tabs: Tab) -> None:
    """Set all tabs of this installation, in their order."""
    _installed[:] = sorted(tabs, key=lambda tab: tab.order)


def tabs_of(found: Round) -> list[Tab]:
    """The tabs that a round shows now."""
    return [tab for tab in _installed if tab.shows(found)]
