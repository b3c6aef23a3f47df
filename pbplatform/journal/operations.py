"""Writing into the journal, and checking that nobody changed it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor, Role
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import insert_new
from pbplatform.journal.models import GENESIS, JournalEntry, JournalHead

INSTALLATION = 0

_HATS = (
    Role.OPERATOR,
    Role.ADMINISTRATOR,
    Role.OFFICER,
    Role.REVIEWER,
    Role.COUNCILLOR,
    Role.ASSOCIATION,
    Role.CITIZEN,
)


def record(
    actor: Actor | None,
    session: Session,
    municipality_id: int | None,
    action: StrEnum | str,
    subject: str,
    subject_id: int | None = None,
    **details: Any,
) -> JournalEntry:
    """Append an entry in the caller's transaction. `details` must be plain JSON and hold no personal data.

    Without an actor the platform itself acted (a due step, a retention job).
    """
    scope = municipality_id or INSTALLATION
    head = _locked_head(session, scope)
    entry = JournalEntry(
        scope=scope,
        number=head.number + 1,
        at=clock.now(),
        hat=_hat(actor),
        account_id=actor.account_id if actor else None,
        action=str(action),
        subject=subject,
        subject_id=subject_id,
        details=details,
        previous_hash=head.hash,
        hash="",
    )
    entry.hash = entry_hash(entry)
    head.number, head.hash = entry.number, entry.hash
    session.add(entry)
    session.flush()
    return entry


def _locked_head(session: Session, scope: int) -> JournalHead:
    insert_new(session, JournalHead, scope=scope, number=0, hash=GENESIS)
    question = select(JournalHead).where(JournalHead.scope == scope).with_for_update()
    return session.execute(question.execution_options(populate_existing=True)).scalar_one()


def _hat(actor: Actor | None) -> str:
    if actor is None:
        return "platform"
    return next((hat.value for hat in _HATS if hat in actor.roles), Role.VISITOR.value)


def entry_hash(entry: JournalEntry) -> str:
    """SHA-256 over the canonical JSON of everything the entry says, the previous hash included."""
    said = {
        "scope": entry.scope,
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "hat": entry.hat,
        "account": entry.account_id,
        "action": entry.action,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "details": entry.details,
        "previous": entry.previous_hash,
    }
    return digest(json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


class Fault(StrEnum):
    """What is wrong with a chain at one place."""

    GAP = "gap"
    CHANGED = "changed"
    UNLINKED = "unlinked"
    HEAD_DIFFERS = "head_differs"


@dataclass(frozen=True)
class ChainFault:
    """A fault found by `verify`, with the number of the entry where it shows."""

    scope: int
    number: int
    fault: Fault


def verify(session: Session) -> Iterator[ChainFault]:
    """Walk every chain and yield what does not fit: a changed, missing, swapped or added entry."""
    heads = session.scalars(select(JournalHead).order_by(JournalHead.scope)).all()
    for head in heads:
        yield from _verify_chain(session, head)


def _verify_chain(session: Session, head: JournalHead) -> Iterator[ChainFault]:
    number, previous = 0, GENESIS
    entries = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.scope == head.scope)
        .order_by(JournalEntry.number)
        .execution_options(yield_per=500)
    )
    for entry in entries:
        number += 1
        if entry.number != number:
            yield ChainFault(head.scope, number, Fault.GAP)
            number = entry.number
        if entry.previous_hash != previous:
            yield ChainFault(head.scope, number, Fault.UNLINKED)
        if entry_hash(entry) != entry.hash:
            yield ChainFault(head.scope, number, Fault.CHANGED)
        previous = entry.hash
    if head.number != number or head.hash != previous:
        yield ChainFault(head.scope, number, Fault.HEAD_DIFFERS)
