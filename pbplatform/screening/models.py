"""Screening with its assessments, notes, interests, appeals, merges and conflicts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Verdict(StrEnum):
    """What an assessor or coordinator finds."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"


class ScreeningState(StrEnum):
    """How far the review of one proposal is; only insiders see it before the release."""

    WAITING = "waiting"
    """The formal check is still to be done."""
    CHECKED = "checked"
    ROUTED = "routed"
    """With its departments."""
    SIGNED = "signed"
    RELEASED = "released"


class Answer(StrEnum):
    """An assessor's answer to one criterion."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class Screening(Base):
    """The review of one proposal, from the formal check to the signed and released result."""

    __tablename__ = "screening"
    __table_args__ = (
        CheckConstraint(
            "state not in ('signed', 'released') or (verdict is not null and signed_at is not null)",
            name="signed_whole",
        ),
        CheckConstraint("verdict <> 'feasible' or cost > 0", name="feasible_has_cost"),
        CheckConstraint("verdict is null or length(reason) > 0", name="verdict_has_reason"),
        Index("ix_screening_queue", "municipality_id", "round_id", "state"),
    )

    proposal_id: Mapped[int] = mapped_column(
        Key, ForeignKey("proposal.id"), primary_key=True, autoincrement=False
    )
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    state: Mapped[ScreeningState] = mapped_column(one_of(ScreeningState), default=ScreeningState.WAITING)
    formal: Mapped[dict[str, Any]]
    """The formal criteria by code with their answers."""
    formal_note: Mapped[str] = mapped_column(Text, default="")
    checked_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    checked_at: Mapped[datetime | None]
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict))
    cost: Mapped[int | None] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(Text, default="")
    legal_ground: Mapped[str] = mapped_column(String(500), default="")
    signed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    signed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class AssessmentState(StrEnum):
    """Where a department's assessment is."""

    ASKED = "asked"
    WRITTEN = "written"
    RETURNED = "returned"
    """Sent back by the coordinator with a note."""
    ACCEPTED = "accepted"


class Assessment(Base):
    """One department's view of one proposal."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("proposal_id", "department"),
        CheckConstraint("state in ('asked', 'returned') or verdict is not null", name="written_has_verdict"),
        CheckConstraint("verdict is null or length(reason) > 0", name="verdict_has_reason"),
        CheckConstraint("verdict is null or verdict <> 'feasible' or cost > 0", name="feasible_has_cost"),
        Index("ix_assessment_queue", "municipality_id", "department", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    department: Mapped[str] = mapped_column(String(120))
    state: Mapped[AssessmentState] = mapped_column(one_of(AssessmentState), default=AssessmentState.ASKED)
    asked_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    criteria: Mapped[dict[str, Any]]
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict))
    cost: Mapped[int | None] = mapped_column(Key)
    legal_ground: Mapped[str] = mapped_column(String(500), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    written_at: Mapped[datetime | None]
    return_note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Note(Base):
    """An internal note on a proposal, for insiders only."""

    __tablename__ = "screening_note"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"), index=True)
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class Interest(Base):
    """An insider's declaration that a proposal touches their own interests; from then on they decide nothing on it."""

    __tablename__ = "interest"
    __table_args__ = (UniqueConstraint("proposal_id", "account_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(500))
    declared_at: Mapped[datetime]


class AppealState(StrEnum):
    """Where an appeal against a refusal is."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ScreeningAppeal(Base):
    """The authors' appeal against a refusal; decided once, by somebody who had no part in the first decision."""

    __tablename__ = "screening_appeal"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        CheckConstraint(
            "state = 'open' or (decided_by is not null and length(answer) > 0)", name="decided_whole"
        ),
        CheckConstraint("state <> 'upheld' or cost > 0", name="upheld_has_cost"),
        Index("ix_screening_appeal_queue", "municipality_id", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    state: Mapped[AppealState] = mapped_column(one_of(AppealState), default=AppealState.OPEN)
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    made_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    cost: Mapped[int | None] = mapped_column(Key)
    decided_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MergeState(StrEnum):
    """Where a suggested merge is."""

    SUGGESTED = "suggested"
    DECLINED = "declined"
    MERGED = "merged"


class Merge(Base):
    """The suggestion that one proposal joins another; carried out only when the authors of both have agreed."""

    __tablename__ = "merge"
    __table_args__ = (
        CheckConstraint("source_id <> target_id", name="two_proposals"),
        Index("ix_merge_source_id", "source_id"),
        Index("ix_merge_target_id", "target_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    source_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    target_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[MergeState] = mapped_column(one_of(MergeState), default=MergeState.SUGGESTED)
    suggested_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    suggested_at: Mapped[datetime]
    source_consent_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    target_consent_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ConflictKind(StrEnum):
    """Why two proposals may exclude each other."""

    SAME_PLACE = "same_place"
    DECLARED = "declared"


class ConflictState(StrEnum):
    """What was decided about a conflict."""

    OPEN = "open"
    COMPATIBLE = "compatible"
    """Both can be built."""
    EXCLUSIVE = "exclusive"
    """At most one of them can win."""


class ProposalConflict(Base):
    """Two proposals that may not both be possible; must be decided before the ballot."""

    __tablename__ = "proposal_conflict"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="pair_in_order"),
        CheckConstraint("state = 'open' or length(reason) > 0", name="decided_with_reason"),
        Index("ix_proposal_conflict_round", "municipality_id", "round_id", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    first_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    second_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    kind: Mapped[ConflictKind] = mapped_column(one_of(ConflictKind))
    state: Mapped[ConflictState] = mapped_column(one_of(ConflictState), default=ConflictState.OPEN)
    reason: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
