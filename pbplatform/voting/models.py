"""What stands on the ballot and what voters said. Nothing here ties a ballot to a person after the seal."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Channel(StrEnum):
    """How a ballot came in."""

    ONLINE = "online"
    PAPER = "paper"


class Project(Base):
    """A proposal admitted to the ballot, with title and cost frozen."""

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("envelope_id", "code"),
        UniqueConstraint("envelope_id", "number"),
        CheckConstraint("cost > 0", name="cost_positive"),
        Index("ix_project_round", "municipality_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    envelope_id: Mapped[int] = mapped_column(Key, ForeignKey("envelope.id"))
    proposal_id: Mapped[int | None] = mapped_column(Key, index=True)
    """The proposal it came from; none for an imported election."""
    code: Mapped[str] = mapped_column(String(120))
    """The project's name in ballots, bundles and files; kept as it was for imported elections."""
    number: Mapped[int]
    """The drawn number on the ballot, from 1."""
    titles: Mapped[dict[str, str]]
    summaries: Mapped[dict[str, str]]
    cost: Mapped[int] = mapped_column(Key)
    category_id: Mapped[int | None] = mapped_column(Key, ForeignKey("category.id"))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    conflict_group: Mapped[str | None] = mapped_column(String(60))
    """Projects of one group exclude each other."""
    withdrawn_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]]


class Ballot(Base):
    """One voter's vote. No person, time, address or serial; the key is a keyed hash until the seal removes it."""

    __tablename__ = "ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True)
    bid: Mapped[str] = mapped_column(String(64), primary_key=True)
    payload: Mapped[str | None]
    """Canonical JSON of the choices per envelope; none for a paper tick."""
    nonce: Mapped[str | None] = mapped_column(String(64))
    word_hash: Mapped[str | None] = mapped_column(String(64))
    tracker: Mapped[str | None] = mapped_column(String(16), index=True)
    submission_id: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[Channel] = mapped_column(one_of(Channel))


class SealedBallot(Base):
    """A ballot after the seal, or of an imported election: in tracker order, with nothing that leads to a person."""

    __tablename__ = "sealed_ballot"
    __table_args__ = (Index("ix_sealed_ballot_tracker", "round_id", "tracker"),)

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    tracker: Mapped[str | None] = mapped_column(String(16))
    nonce: Mapped[str | None] = mapped_column(String(64))
    word_hash: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[str]
    channel: Mapped[Channel] = mapped_column(one_of(Channel))
