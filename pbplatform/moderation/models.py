"""Report, Ruling with its appeal, and Block."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Target(StrEnum):
    """What can be reported."""

    COMMENT = "comment"
    PROPOSAL = "proposal"


class RuleBroken(StrEnum):
    """The rules of conversation; a ruling that hides names one of them."""

    INSULT = "insult"
    HATRED = "hatred"
    THREAT = "threat"
    PRIVATE_DATA = "private_data"
    ADVERTISING = "advertising"
    OFF_TOPIC = "off_topic"
    FALSE_IDENTITY = "false_identity"
    UNLAWFUL = "unlawful"


class Decision(StrEnum):
    """What a moderator decides."""

    KEEP = "keep"
    HIDE = "hide"


class AppealDecision(StrEnum):
    """What another moderator decides about a ruling."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class RulingState(StrEnum):
    """Where a ruling stands, as the charter asks for it."""

    RULED = "ruled"
    APPEALED = "appealed"
    FINAL = "final"


LONGEST_REASON = 2000


class Report(Base):
    """One person says that something breaks the rules; one report a person and thing."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("target", "target_id", "reporter_id"),
        Index("ix_report_open", "municipality_id", "ruling_id", "reported_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), index=True)
    target: Mapped[Target] = mapped_column(one_of(Target))
    target_id: Mapped[int] = mapped_column(Key)
    reporter_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    rule: Mapped[RuleBroken] = mapped_column(one_of(RuleBroken))
    note: Mapped[str] = mapped_column(String(500), default="")
    reported_at: Mapped[datetime]
    ruling_id: Mapped[int | None] = mapped_column(Key, ForeignKey("ruling.id"), index=True)


class Ruling(Base):
    """A moderator's decision with its rule and reason; the author may appeal it once, and another moderator decides."""

    __tablename__ = "ruling"
    __table_args__ = (
        CheckConstraint(
            "decision <> 'hide' or (rule is not null and reason <> '')", name="hiding_has_reason"
        ),
        CheckConstraint("state <> 'appealed' or appealed_at is not null", name="appeal_has_date"),
        CheckConstraint(
            "appeal_decided_by is null or appeal_decided_by <> moderator_id", name="appeal_by_another"
        ),
        CheckConstraint("moderator_id <> author_id", name="nobody_in_own_case"),
        CheckConstraint(
            "appeal_decision is null or (state = 'final' and appeal_decision_reason <> '')",
            name="appeal_has_reason",
        ),
        Index("ix_ruling_target", "target", "target_id"),
        Index("ix_ruling_state", "municipality_id", "state", "ruled_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), index=True)
    target: Mapped[Target] = mapped_column(one_of(Target))
    target_id: Mapped[int] = mapped_column(Key)
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    moderator_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    decision: Mapped[Decision] = mapped_column(one_of(Decision))
    rule: Mapped[RuleBroken | None] = mapped_column(one_of(RuleBroken))
    reason: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2))
    """The author's language, in which rule and reason are told."""
    reports: Mapped[int] = mapped_column(default=0)
    first_reported_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    ruled_at: Mapped[datetime]
    state: Mapped[RulingState] = mapped_column(one_of(RulingState), default=RulingState.RULED)
    appeal: Mapped[str] = mapped_column(Text, default="")
    appealed_at: Mapped[datetime | None]
    appeal_decision: Mapped[AppealDecision | None] = mapped_column(one_of(AppealDecision))
    appeal_decided_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    appeal_decision_reason: Mapped[str] = mapped_column(Text, default="")
    appeal_decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Block(Base):
    """An account that may not contribute in a municipality for a time; it may still read, vote and appeal."""

    __tablename__ = "block"

    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), primary_key=True, index=True)
    until: Mapped[datetime]
    ruling_id: Mapped[int] = mapped_column(Key, ForeignKey("ruling.id"))
