"""Comment with its earlier wordings and endorsements."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Side(StrEnum):
    """Where a comment stands towards the proposal."""

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"


class CommentState(StrEnum):
    """Who can read a comment."""

    WAITING = "waiting"
    """The round is moderated before publication and nobody has looked yet."""
    VISIBLE = "visible"
    HIDDEN = "hidden"
    """By a ruling; a mark stays in its place."""
    DELETED = "deleted"
    """By its author; a mark stays in its place."""


LONGEST_COMMENT = 4000


class Comment(Base):
    """What one person says about one proposal; `official` is the municipality's answer, set apart from all others."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("endorsements >= 0", name="endorsements_not_negative"),
        CheckConstraint(f"length(text) <= {LONGEST_COMMENT}", name="text_short"),
        CheckConstraint("state <> 'deleted' or text = ''", name="deleted_is_empty"),
        Index("ix_comment_thread", "proposal_id", "posted_at"),
        Index("ix_comment_waiting", "municipality_id", "state", "posted_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    author_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    quotes_id: Mapped[int | None] = mapped_column(Key, ForeignKey("comment.id"), index=True)
    """The comment of the same thread that it answers; shown as a quotation, one level deep."""
    official: Mapped[bool] = mapped_column(default=False)
    side: Mapped[Side] = mapped_column(one_of(Side), default=Side.NEUTRAL)
    state: Mapped[CommentState] = mapped_column(one_of(CommentState), default=CommentState.VISIBLE)
    text: Mapped[str] = mapped_column(Text)
    """Markdown."""
    language: Mapped[str] = mapped_column(String(2))
    endorsements: Mapped[int] = mapped_column(default=0)
    """How many people endorse it; changed only together with their rows."""
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CommentWording(Base):
    """What a comment said before an edit."""

    __tablename__ = "comment_wording"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    comment_id: Mapped[int] = mapped_column(Key, ForeignKey("comment.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime]


class CommentEndorsement(Base):
    """One person agrees with one comment; the key makes it one, whatever is posted at once."""

    __tablename__ = "comment_endorsement"

    comment_id: Mapped[int] = mapped_column(Key, ForeignKey("comment.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), primary_key=True, index=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
