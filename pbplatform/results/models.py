"""What was counted: one Count of a round with one EnvelopeResult per envelope; past elections; the council's decision."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class CountState(StrEnum):
    """How far a count is; it only moves forward."""

    RUNNING = "running"
    FAILED = "failed"
    COUNTED = "counted"
    RECOUNTED = "recounted"
    """A second count, made in another way, gave the same bytes."""
    DIFFERENT = "different"
    """The recount gave other bytes: this count can never be declared."""
    DECLARED = "declared"
    CORRECTED = "corrected"
    """A later count took its place; it stays readable with the reason."""


class RecountMethod(StrEnum):
    """How the recount was made."""

    PLAIN = "plain"
    """By the program of the bundle, written separately and in the plainest way."""
    SHUFFLED = "shuffled"
    """By the same program over the rows in another order, because the plain way would take hours."""


class Count(Base):
    """One count of all envelopes of a round. Its `result` is the file result.json, byte for byte."""

    __tablename__ = "ballot_count"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(result is null) = (result_hash is null)", name="result_has_hash"),
        CheckConstraint(
            "state not in ('counted', 'recounted', 'different', 'declared', 'corrected') or result is not null",
            name="counted_has_result",
        ),
        CheckConstraint(
            "state not in ('recounted', 'declared', 'corrected') or recount_hash = result_hash",
            name="confirmed_by_recount",
        ),
        CheckConstraint(
            "(state not in ('declared', 'corrected')) or declared_at is not null", name="declared_has_time"
        ),
        Index("ix_ballot_count_round", "municipality_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    number: Mapped[int]
    """1 for the first count of a round; a correction is a new count with the next number."""
    state: Mapped[CountState] = mapped_column(one_of(CountState), default=CountState.RUNNING)
    reasons: Mapped[dict[str, str]]
    """Why the earlier count was corrected, per language; empty for the first."""
    job_id: Mapped[int | None] = mapped_column(Key)
    ordered_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    """None when the operator's command line asked for it."""
    ordered_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    ballots: Mapped[int] = mapped_column(Key, default=0)
    result: Mapped[str | None] = mapped_column(Text)
    result_hash: Mapped[str | None] = mapped_column(String(64))
    recount_hash: Mapped[str | None] = mapped_column(String(64))
    recount_method: Mapped[RecountMethod | None] = mapped_column(one_of(RecountMethod))
    recounted_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    recounted_at: Mapped[datetime | None]
    declared_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    declared_at: Mapped[datetime | None]


class EnvelopeResult(Base):
    """What one count says of one envelope: the canonical outcome, and the figures that explain it."""

    __tablename__ = "envelope_result"
    __table_args__ = (UniqueConstraint("count_id", "envelope_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    count_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_count.id"))
    envelope_id: Mapped[int] = mapped_column(Key, ForeignKey("envelope.id"), index=True)
    outcome: Mapped[dict[str, Any]]
    """`tally.Outcome.to_dict`."""
    figures: Mapped[dict[str, Any]]
    """See `results.figures`: supporters, shares of voters, what a loser lacked, the comparison of rules."""


class ImportProblem(StrEnum):
    """Why a file without faults cannot become a round."""

    TWICE = "import_twice"
    TOO_FINE = "import_too_fine"
    CODE_TOO_LONG = "import_code_too_long"
    UNKNOWN_PROJECT = "import_unknown_project"


class PastElection(Base):
    """What a past election's file says beyond its projects and ballots; nothing of any person."""

    __tablename__ = "past_election"
    __table_args__ = (UniqueConstraint("municipality_id", "sha256"),)

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255))
    meta: Mapped[dict[str, Any]]
    """The META section in its order, as pairs under "rows"."""
    columns: Mapped[list[Any]]
    """The columns of the PROJECTS section in their order; each project keeps its row in `details`."""
    declared: Mapped[bool]
    """Whether the file names a rule that can be applied; otherwise a plain greedy count is shown."""
    official: Mapped[dict[str, Any] | None]
    """The organisers' outcome by project code: 0 not funded, 1 funded, 2 with extra money, 3 from the reserve."""
    points_scale: Mapped[int] = mapped_column(default=1)
    imported_at: Mapped[datetime]


class CouncilDecision(Base):
    """What the council decided on a declared result. It changes nothing in the count."""

    __tablename__ = "council_decision"
    __table_args__ = (
        UniqueConstraint("round_id", "act_number"),
        CheckConstraint("length(act_number) > 0", name="act_number_given"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    count_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_count.id"))
    decided_on: Mapped[date]
    act_number: Mapped[str] = mapped_column(String(60))
    texts: Mapped[dict[str, str]]
    document_key: Mapped[str | None] = mapped_column(String(120))
    document_name: Mapped[str] = mapped_column(String(255), default="")
    recorded_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    recorded_at: Mapped[datetime]
