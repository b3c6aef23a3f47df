"""Proposal with its versions, co-authors, files and support."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class ProposalState(StrEnum):
    """Where a proposal stands in public. What assessors found stays out of it until the results are released."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    """Returned to its authors for a formal correction."""
    UNSUPPORTED = "unsupported"
    """It did not reach the support it needed."""
    REFUSED = "refused"
    ADMITTED = "admitted"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


PUBLIC_STATES = frozenset(ProposalState) - {ProposalState.DRAFT}
LISTED_STATES = PUBLIC_STATES - {ProposalState.WITHDRAWN}


class Entry(StrEnum):
    """How a proposal came in."""

    ONLINE = "online"
    COUNTER = "counter"
    """Typed in by an officer for somebody who came to the town hall."""
    IMPORT = "import"


class Proposal(Base):
    """What somebody asks the municipality to do, with place, cost and everything that decides its way to the ballot."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("envelope_id", "ballot_number"),
        CheckConstraint("cost_estimate is null or cost_estimate > 0", name="estimate_positive"),
        CheckConstraint("admitted_cost is null or admitted_cost > 0", name="admitted_cost_positive"),
        CheckConstraint(
            "latitude is null or (latitude between -90 and 90 and longitude between -180 and 180)",
            name="place_on_earth",
        ),
        CheckConstraint("(latitude is null) = (longitude is null)", name="place_whole"),
        CheckConstraint(
            "state = 'draft' or (submitted_at is not null and envelope_id is not null and cost_estimate is not null)",
            name="submitted_whole",
        ),
        CheckConstraint("(state = 'merged') = (merged_into_id is not null)", name="merged_somewhere"),
        CheckConstraint("state <> 'admitted' or admitted_cost is not null", name="admitted_has_cost"),
        CheckConstraint("length(title) <= 160 and length(text) <= 20000", name="texts_short"),
        Index(
            "ix_proposal_listed",
            "round_id",
            "listed",
            "shuffle",
            "category_id",
            "envelope_id",
            "district_id",
            "state",
        ),
        # A search asks for the order of some hundred found rows; their long texts are not to be read for that.
        Index("ix_proposal_found", "round_id", "listed", "id", "shuffle"),
        Index("ix_proposal_newest", "round_id", "listed", "submitted_at"),
        Index("ix_proposal_municipality", "municipality_id", "submitted_at"),
        Index("ix_proposal_changed", "round_id", "changed_at"),
        Index(
            "ix_proposal_hidden",
            "municipality_id",
            "submitted_at",
            sqlite_where=text("hidden_at is not null"),
            postgresql_where=text("hidden_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    state: Mapped[ProposalState] = mapped_column(one_of(ProposalState), default=ProposalState.DRAFT)
    hidden_at: Mapped[datetime | None]
    """Hidden by moderation; its place stays with a mark."""
    listed: Mapped[bool] = mapped_column(
        Computed("(state not in ('draft', 'withdrawn') and hidden_at is null)", persisted=True)
    )
    """Whether lists show it; the database keeps it in step."""
    entry: Mapped[Entry] = mapped_column(one_of(Entry), default=Entry.ONLINE)
    author_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    author_name: Mapped[str] = mapped_column(String(100))
    entered_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(String(160), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    """Markdown."""
    beneficiaries: Mapped[str] = mapped_column(Text, default="")
    category_id: Mapped[int | None] = mapped_column(Key, ForeignKey("category.id"), index=True)
    envelope_id: Mapped[int | None] = mapped_column(Key, ForeignKey("envelope.id"), index=True)
    district_id: Mapped[int | None] = mapped_column(Key, ForeignKey("district.id"), index=True)
    """Where the place lies; found from the outline, or chosen from the list."""
    address: Mapped[str] = mapped_column(String(200), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    cost_estimate: Mapped[int | None] = mapped_column(Key)
    """The authors' own estimate in minor units."""
    cost_reasoning: Mapped[str] = mapped_column(Text, default="")
    cover: Mapped[str | None] = mapped_column(String(43))
    """The token of the picture that lists show."""
    search: Mapped[str] = mapped_column(Text, default="")
    shuffle: Mapped[int] = mapped_column(Key)
    """A number drawn once; each visitor's own order is made from it."""
    support: Mapped[int] = mapped_column(default=0)
    """How many people endorse it in the support phase; kept in step with the rows by the operations."""
    correction_until: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    admitted_cost: Mapped[int | None] = mapped_column(Key)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was admitted or not, as released; in the municipality's language."""
    merged_into_id: Mapped[int | None] = mapped_column(Key, ForeignKey("proposal.id"), index=True)
    conflict_group: Mapped[str | None] = mapped_column(String(60))
    ballot_number: Mapped[int | None]
    imported_code: Mapped[str | None] = mapped_column(String(60))
    """The code of an imported row, so that repeating the import changes only what changed."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ProposalVersion(Base):
    """What a proposal said from one submission or edit to the next."""

    __tablename__ = "proposal_version"
    __table_args__ = (UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    number: Mapped[int]
    said: Mapped[dict[str, Any]]
    """The words and figures of this version by field name."""
    changed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime]


class CoAuthorState(StrEnum):
    """A co-author counts only after accepting."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


class CoAuthor(Base):
    """Somebody asked to stand behind a proposal together with its author."""

    __tablename__ = "co_author"
    __table_args__ = (
        UniqueConstraint("proposal_id", "email"),
        UniqueConstraint("proposal_id", "account_id"),
        CheckConstraint("state <> 'accepted' or account_id is not null", name="accepted_by_somebody"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    email: Mapped[str | None] = mapped_column(String(320))
    """Where the invitation went; emptied once it is answered."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    state: Mapped[CoAuthorState] = mapped_column(one_of(CoAuthorState), default=CoAuthorState.INVITED)
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ProposalFile(Base):
    """A photo or document of a proposal, in the authors' order."""

    __tablename__ = "proposal_file"
    __table_args__ = (UniqueConstraint("proposal_id", "position"),)

    upload_id: Mapped[int] = mapped_column(Key, ForeignKey("upload.id"), primary_key=True)
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"), index=True)
    position: Mapped[int]


class SupportChannel(StrEnum):
    """How somebody's support reached us."""

    ONLINE = "online"
    SHEET = "sheet"


class ProposalSupport(Base):
    """One resident's support of one proposal. The key is the resident, so nobody counts twice, online or on paper."""

    __tablename__ = "proposal_support"
    __table_args__ = (
        Index("ix_proposal_support_account_id", "account_id", "proposal_id"),
        {"sqlite_with_rowid": False},
    )

    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"), primary_key=True)
    resident: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Which resident, without a name: the roll entry, or a keyed hash of the number on a sheet."""
    account_id: Mapped[int | None] = mapped_column(Key)
    channel: Mapped[SupportChannel] = mapped_column(one_of(SupportChannel))
    sheet_id: Mapped[int | None] = mapped_column(Key, ForeignKey("signature_sheet.id"))


class SignatureSheet(Base):
    """A sheet of signatures on paper: printed with a code, brought back, entered by an officer."""

    __tablename__ = "signature_sheet"
    __table_args__ = (
        UniqueConstraint("proposal_id", "code"),
        CheckConstraint(
            "accepted >= 0 and duplicates >= 0 and unknown >= 0 and unreadable >= 0",
            name="numbers_not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(Key, ForeignKey("proposal.id"))
    code: Mapped[str] = mapped_column(String(12))
    entered_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    printed_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    entered_at: Mapped[datetime | None]
    accepted: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)


class BallotDraw(Base):
    """The drawn and frozen list of a round: the seed that had been committed, and the digest of the list."""

    __tablename__ = "ballot_draw"
    __table_args__ = (CheckConstraint("length(commitment) = 64", name="commitment_whole"),)

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    commitment: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the seed, published before the list was known."""
    seed: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    list_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the frozen list: envelope, number, id, title, cost and group of each line."""
