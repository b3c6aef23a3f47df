"""What facts say as plain values, and words that change with them: who typed, or filled in a table, while a fact changed is
told so."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.delivery.models import Contract, Ending, Milestone, Payment
from pbplatform.foundation.crypto import digest
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities.models import Municipality

RECORDING = (
    Action.RECORD_DELIVERY.value,
    Action.RECORD_PAYMENT.value,
    Action.CORRECT_DELIVERY.value,
    Action.END_PROJECT.value,
)
"""The entries of the journal that tell of facts."""


def values(fact: Contract | Payment | Milestone | Ending) -> dict[str, Any]:
    """What a fact says, as plain values: days in ISO form, amounts in minor units."""
    if isinstance(fact, Contract):
        return {
            "supplier": fact.supplier,
            "procurement_id": fact.procurement_id,
            "signed_on": fact.signed_on.isoformat(),
            "amount": fact.amount,
            "currency": fact.currency.value,
        }
    if isinstance(fact, Payment):
        return {
            "paid_on": fact.paid_on.isoformat(),
            "amount": fact.amount,
            "currency": fact.currency.value,
        }
    if isinstance(fact, Milestone):
        return {
            "kind": fact.kind.value,
            "due_on": fact.due_on.isoformat(),
            "reached_on": fact.reached_on.isoformat() if fact.reached_on else None,
            "delay_reasons": fact.delay_reasons,
        }
    return {"outcome": fact.outcome.value, "ended_on": fact.ended_on.isoformat(), "reasons": fact.reasons}


def state_of(fact: Contract | Payment | Milestone | Ending | None) -> str:
    """A short word that changes when the fact does; never one that a spreadsheet takes for a number."""
    return state_word(values(fact) if fact is not None else {})


def state_word(said: Mapping[str, Any]) -> str:
    """The same for what a fact would say."""
    return f"v-{digest(json.dumps(said, sort_keys=True, ensure_ascii=False))[:10]}"


def edition(session: Session, line: ProjectLine) -> str:
    """A word that changes with every fact of a project: who typed while it changed is told so."""
    contracts = select(Contract).where(Contract.line_id == line.id, Contract.struck_at.is_(None))
    paid = (
        select(Payment)
        .join(Contract, Contract.id == Payment.contract_id)
        .where(Contract.line_id == line.id, Payment.struck_at.is_(None))
    )
    promised = select(Milestone).where(Milestone.line_id == line.id, Milestone.struck_at.is_(None))
    ends = select(Ending).where(Ending.line_id == line.id)
    # What the session holds may be older than what another officer has just committed.
    fresh = {"populate_existing": True}
    facts: list[Contract | Payment | Milestone | Ending] = [
        *session.scalars(contracts.order_by(Contract.id), execution_options=fresh),
        *session.scalars(paid.order_by(Payment.id), execution_options=fresh),
        *session.scalars(promised.order_by(Milestone.id), execution_options=fresh),
        *session.scalars(ends, execution_options=fresh),
    ]
    return digest("|".join(f"{type(fact).__name__}{fact.id}{state_of(fact)}" for fact in facts))[:16]


def last_touched(session: Session, line: ProjectLine) -> tuple[int | None, datetime] | None:
    """Whose account last recorded something of a project, and when, as the journal has it."""
    row = session.execute(
        select(JournalEntry.account_id, JournalEntry.at)
        .where(
            JournalEntry.scope == line.municipality_id,
            JournalEntry.subject == "project",
            JournalEntry.subject_id == line.project_id,
            JournalEntry.action.in_(RECORDING),
        )
        .order_by(JournalEntry.number.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def last_changes(session: Session, place: Municipality, projects: Sequence[int]) -> dict[int, datetime]:
    """When something was last recorded of each project, as the journal has it."""
    rows = session.execute(
        select(JournalEntry.subject_id, func.max(JournalEntry.at))
        .where(
            JournalEntry.scope == place.id,
            JournalEntry.subject == "project",
            JournalEntry.subject_id.in_(projects),
            JournalEntry.action.in_(RECORDING),
        )
        .group_by(JournalEntry.subject_id)
    )
    return {project_id: at for project_id, at in rows if project_id is not None}


def wall_clock(place: Municipality, moment: datetime) -> str:
    """A moment on the municipality's own clock, short."""
    return f"{moment.astimezone(ZoneInfo(place.zone)):%d.%m.%Y %H:%M}"
