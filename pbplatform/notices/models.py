"""Follow, Happening, HappeningTopic, Mailing.

What happened is written once; who hears of it is a question at reading time, so a happening costs the same whether
three people follow or thirty thousand.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Topic(StrEnum):
    """What can be followed."""

    ROUND = "round"
    PROPOSAL = "proposal"
    DISTRICT = "district"
    CATEGORY = "category"


class News(StrEnum):
    """What can happen; features above add theirs, with the sentence in notices.words.

    Kept as plain text without a constraint, so that a new kind needs no change of the schema.
    """

    ROUND_ANNOUNCED = "round_announced"
    PHASE_OPENED = "phase_opened"
    RULES_CHANGED = "rules_changed"
    ROUND_CANCELLED = "round_cancelled"
    PROPOSAL_SUBMITTED = "proposal_submitted"
    PROPOSAL_CHANGED = "proposal_changed"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn"
    PROPOSALS_MERGED = "proposals_merged"
    SUPPORTED_MERGED = "supported_merged"
    MERGE_DECLINED = "merge_declined"
    CO_AUTHOR_ANSWERED = "co_author_answered"
    SUPPORT_REACHED = "support_reached"
    ASSESSMENT_RELEASED = "assessment_released"
    ASSESSMENT_ASKED = "assessment_asked"
    APPEAL_DECIDED = "appeal_decided"
    COMMENT_ADDED = "comment_added"
    OFFICIAL_ANSWER = "official_answer"
    RESULT_CORRECTED = "result_corrected"
    DELIVERY_CHANGED = "delivery_changed"
    DELIVERY_FORWARD = "delivery_forward"
    DELIVERY_DELAYED = "delivery_delayed"
    DELAY_REASON_ASKED = "delay_reason_asked"
    PROJECT_DELIVERED = "project_delivered"
    PROJECT_ABANDONED = "project_abandoned"


class Frequency(StrEnum):
    """How often the digest comes."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Follow(Base):
    """An account follows one thing."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("account_id", "topic", "subject_id"),
        Index("ix_follow_subject", "municipality_id", "topic", "subject_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    topic: Mapped[Topic] = mapped_column(one_of(Topic))
    subject_id: Mapped[int] = mapped_column(Key)
    followed_at: Mapped[datetime]


class Happening(Base):
    """One thing that happened, told to followers, or to one person when `recipient_id` is set."""

    __tablename__ = "happening"
    __table_args__ = (Index("ix_happening_municipality", "municipality_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    recipient_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    news: Mapped[str] = mapped_column(String(40))
    titles: Mapped[dict[str, str]]
    """What it is about, in its own language or languages."""
    values: Mapped[dict[str, Any]]
    """Further facts for the sentence; a phase by its name."""
    path: Mapped[str] = mapped_column(String(300))
    """Where to read on, below the municipality's address, such as ``rounds/parks/``."""
    at: Mapped[datetime]
    withheld: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Moderation has hidden what it is about, and its title with it."""


class HappeningTopic(Base):
    """What a happening is about: whoever follows one of these hears of it."""

    __tablename__ = "happening_topic"
    __table_args__ = (Index("ix_happening_topic_subject", "topic", "subject_id", "happening_id"),)

    happening_id: Mapped[int] = mapped_column(Key, ForeignKey("happening.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(one_of(Topic), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Key, primary_key=True)


class Mailing(Base):
    """How an account wants to hear from a municipality, and how far it has been told."""

    __tablename__ = "mailing"
    __table_args__ = (UniqueConstraint("account_id", "municipality_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    frequency: Mapped[Frequency] = mapped_column(one_of(Frequency), default=Frequency.DAILY)
    unsubscribe_token: Mapped[str] = mapped_column(String(64), unique=True)
    mailed_until: Mapped[int] = mapped_column(Key, default=0)
    """The newest happening that a digest has told of, or that was there when following began."""
    seen_until: Mapped[int] = mapped_column(Key, default=0)
    """The newest happening that was there when the person last looked at the list."""
    last_mailed_at: Mapped[datetime | None]
