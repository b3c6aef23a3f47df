"""Reading the journal."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.journal.models import JournalEntry, JournalHead

PAGE = 50


def entries(session: Session, municipality_id: int, before: int | None = None) -> Sequence[JournalEntry]:
    """The newest entries of a municipality's chain, or those older than the entry numbered `before`."""
    question = select(JournalEntry).where(JournalEntry.scope == municipality_id)
    if before is not None:
        question = question.where(JournalEntry.number < before)
    return session.scalars(question.order_by(JournalEntry.number.desc()).limit(PAGE)).all()


def entries_about(
    session: Session, municipality_id: int, action: StrEnum, subject: str, subject_id: int
) -> Sequence[JournalEntry]:
    """Every entry of one action about one thing, the oldest first."""
    return session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.scope == municipality_id,
            JournalEntry.action == str(action),
            JournalEntry.subject == subject,
            JournalEntry.subject_id == subject_id,
        )
        .order_by(JournalEntry.number)
    ).all()


def head(session: Session, municipality_id: int) -> JournalHead | None:
    """The chain's newest number and hash."""
    return session.get(JournalHead, municipality_id)
