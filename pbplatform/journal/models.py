"""A journal entry and the head of each municipality's chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key

GENESIS = "0" * 64


class JournalHead(Base):
    """The newest entry of one chain; writers lock this row, so that entries follow each other without gaps.

    `scope` is the municipality's number, or 0 for the installation itself.
    """

    __tablename__ = "journal_head"

    scope: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Key, default=0)
    hash: Mapped[str] = mapped_column(String(64), default=GENESIS)


class JournalEntry(Base):
    """One decision: who (by hat and account number, never by name), what, about what, when; chained to the one before."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("scope", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("length(hash) = 64 and length(previous_hash) = 64", name="hashes_whole"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    scope: Mapped[int] = mapped_column(Key, ForeignKey("journal_head.scope"))
    number: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime]
    hat: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(Key)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None] = mapped_column(Key, index=True)
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
