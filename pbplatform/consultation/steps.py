"""Who walks which step: the feature that owns the facts registers a walker, the assembly installs them once.

Nothing calls up: consultation knows the walkers only as functions. A due step is walked by a duty, by the same function
as by hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pbplatform.charter.phases import RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round

Facts = Callable[[Session, Round], RoundFacts]
Walk = Callable[[Actor | None, Session, Round], None]


@dataclass(frozen=True)
class Walker:
    """How one step is examined and walked.

    `walk` is called with the actor, or None when the platform itself walks a due step; it must end in
    `consultation.operations.walk`. Where a step needs a page of its own (two people, a key), `endpoint` names it and
    `automatic` is False: the officer's page of steps then links there.
    """

    facts: Facts
    walk: Walk
    automatic: bool = True
    endpoint: str | None = None


_installed: dict[Step, Walker] = {}


def install(walkers: Mapping[Step, Walker]) -> None:
    """Set all walkers of this installation."""
    _installed.clear()
    _installed.update(walkers)


def walker(step: Step) -> Walker | None:
    """The walker of a step."""
    return _installed.get(step)
