"""The desks: what waits for somebody. Every feature offers its queues, the assembly installs them, a page shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor

SHOWN = 10
"""How many items of a queue stand on the desk itself."""


TO_DO = _l("To do")


class Desk(StrEnum):
    """Whose desk."""

    OFFICER = "officer"
    DEPARTMENT = "department"
    AUTHOR = "author"


@dataclass(frozen=True)
class Item:
    """One thing that waits: what, where it is done, until when. `note` is a lazy sentence, `value` its bulk checkbox."""

    titles: Mapping[str, str]
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: Any = ""
    due_at: datetime | None = None
    value: str = ""


@dataclass(frozen=True)
class Bulk:
    """What can be done with several items at once: a POST to `endpoint` with the chosen values under `name`."""

    endpoint: str
    name: str
    label: Any


@dataclass(frozen=True)
class Queue:
    """Items of one kind with how many there are in all; the pressing ones first."""

    key: str
    label: Any
    count: int
    items: Sequence[Item] = ()
    endpoint: str | None = None
    """The page with the whole queue, if the desk does not show all of it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    bulk: Bulk | None = None
    urgent: bool = False
    """Whether the count is pressing."""
    note_label: Any = TO_DO
    """What the notes of the items say."""
    round_titles: Mapping[str, str] = field(default_factory=dict)
    """The round that all items belong to, where every round has a queue of its own."""

    @property
    def noted(self) -> bool:
        """Whether any item says what is to be done."""
        return any(item.note for item in self.items)

    @property
    def due_at(self) -> datetime | None:
        """The nearest deadline among the items shown."""
        dates = [item.due_at for item in self.items if item.due_at is not None]
        return min(dates) if dates else None


Source = Callable[[Session, Actor, int], Iterable[Queue]]
"""Answers for an actor and a municipality: the queues that this actor works on; none for others."""

_installed: dict[Desk, tuple[Source, ...]] = {}


def install(sources: Mapping[Desk, Sequence[Source]]) -> None:
    """Set the sources of every desk."""
    _installed.clear()
    _installed.update({desk: tuple(found) for desk, found in sources.items()})


def queues(desk: Desk, session: Session, actor: Actor, municipality_id: int) -> list[Queue]:
    """The queues of a desk that have something in them, in the order of their features."""
    return [
        queue
        for source in _installed.get(desk, ())
        for queue in source(session, actor, municipality_id)
        if queue.count
    ]
