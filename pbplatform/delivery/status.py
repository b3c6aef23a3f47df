"""How a project stands, computed from its facts and never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pbplatform.delivery.models import MilestoneKind, Outcome


class Status(StrEnum):
    """How a project stands."""

    PLANNED = "planned"
    CONTRACTED = "contracted"
    UNDER_WAY = "under_way"
    LATE = "late"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Promise:
    """A milestone as far as the status cares."""

    kind: MilestoneKind
    due_on: date
    reached_on: date | None = None

    def missed(self, today: date) -> bool:
        """Whether its day is over and it is not reached."""
        return self.reached_on is None and self.due_on < today


def status(
    today: date,
    *,
    contracted: int = 0,
    paid: int = 0,
    promises: Iterable[Promise] = (),
    outcome: Outcome | None = None,
) -> Status:
    """The status of a project: an ending outweighs all, a missed date whatever else is going on."""
    known = tuple(promises)
    if outcome is not None:
        return Status(outcome.value)
    if any(promise.missed(today) for promise in known):
        return Status.LATE
    begun = any(promise.kind is MilestoneKind.WORKS_BEGIN and promise.reached_on for promise in known)
    if paid or begun:
        return Status.UNDER_WAY
    return Status.CONTRACTED if contracted else Status.PLANNED
