"""What stands on the ballot, what voters said, and how the vote is kept. Nothing here ties a ballot to a person
after the seal, and nothing here says who has voted while the vote is open: "has voted" means that the row with the
voter's keyed name exists, and the key lies outside the database."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Channel(StrEnum):
    """How a ballot came in."""

    ONLINE = "online"
    PAPER = "paper"


class BoxState(StrEnum):
    """How far the ballot box of a round is; it only moves forward."""

    OPEN = "open"
    CLOSED = "closed"
    """Nobody can vote any more; paper is being entered, entries may be challenged."""
    SEALED = "sealed"
    """The ballots stand in the sealed list; the key is about to be destroyed."""
    CLEARED = "cleared"
    """The key is destroyed, and with it every way from a ballot to a person."""


class JointKind(StrEnum):
    """What takes two persons."""

    OPEN_VOTE = "open_vote"
    MOVE_CLOSE = "move_close"
    CHANGE_ELECTOR = "change_elector"
    ANNUL = "annul"
    SEAL = "seal"
    TAKE_BACK_TICK = "take_back_tick"
    TAKE_BACK_SHEET = "take_back_sheet"


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


class BallotBox(Base):
    """The vote of one round from its opening: the frozen rules, the commitments, and how far it is.

    Casting locks against closing with this row's number, reads `state` and `closes_at`, and asks the database's clock.
    """

    __tablename__ = "ballot_box"
    __table_args__ = (
        CheckConstraint("length(rules_hash) = 64 and length(key_commit) = 64", name="hashes_whole"),
        CheckConstraint("challenge_days between 0 and 14", name="challenge_days_legal"),
        CheckConstraint("state in ('open') or closed_at is not null", name="closed_has_time"),
    )

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    state: Mapped[BoxState] = mapped_column(one_of(BoxState), default=BoxState.OPEN)
    rules: Mapped[str] = mapped_column(Text)
    """Canonical JSON of everything that must not change, see `voting.rules`; its SHA-256 is `rules_hash`."""
    rules_hash: Mapped[str] = mapped_column(String(64))
    key_commit: Mapped[str] = mapped_column(String(64))
    receipt_key: Mapped[str] = mapped_column(String(64))
    """The public Ed25519 key of the receipts in hexadecimal."""
    tie_commitment: Mapped[str] = mapped_column(String(64))
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    """The hash of the voter roll as it stood at the opening."""
    electors: Mapped[int] = mapped_column(Key)
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    """The deadline in force; the one in the rules is the first that was announced."""
    high_water: Mapped[datetime]
    """The latest time that was ever seen: a clock that is set back does not open the vote again."""
    challenge_days: Mapped[int]
    closed_at: Mapped[datetime | None]
    challenge_ends_at: Mapped[datetime | None]
    close_manifest: Mapped[dict[str, Any] | None]
    """Counts by channel and envelope and the root over the ballots at the close."""


class Elector(Base):
    """One line of the voter roll as it stood when the vote opened; gone with the key."""

    __tablename__ = "elector"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_box.round_id"), primary_key=True)
    roll_entry_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    district_id: Mapped[int | None] = mapped_column(Key, ForeignKey("district.id"))
    added_later: Mapped[bool] = mapped_column(default=False)
    """Added after the opening by two persons; the journal has both."""
    removed: Mapped[bool] = mapped_column(default=False)


class Ballot(Base):
    """One voter's vote while the key exists. No person, time, address or serial; `bid` is a keyed hash."""

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint(
            "(channel = 'online') = (sealed is not null)",
            name="channel_fits",
        ),
        {"sqlite_with_rowid": False},
    )

    # No foreign key: PostgreSQL would lock the box's row for each ballot, and ballots would wait for each other. Whoever
    # writes here has read the box under its lock, and no box is ever deleted.
    round_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    bid: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Choices and tracker under the round's key, see `voting.secrecy`; none for a paper tick."""
    channel: Mapped[Channel] = mapped_column(one_of(Channel))
    station_id: Mapped[int | None] = mapped_column(Key, ForeignKey("paper_station.id"))
    """Where the paper was handed out."""


class Superseded(Base):
    """The tracker of a ballot that its voter replaced with a later one."""

    __tablename__ = "superseded"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_box.round_id"), primary_key=True)
    tracker: Mapped[str] = mapped_column(String(16), primary_key=True)


class ToldBallot(Base):
    """A mark, made with the round's key, for a ballot that its voter was written to about; gone at the seal."""

    __tablename__ = "told_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_box.round_id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)


class SealedBallot(Base):
    """A ballot after the seal, or of an imported election; nothing in it leads to a person.

    Online ballots stand first, in tracker order; the counted paper sheets follow without tracker, in payload order.
    """

    __tablename__ = "sealed_ballot"
    __table_args__ = (Index("ix_sealed_ballot_tracker", "round_id", "tracker"),)

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    tracker: Mapped[str | None] = mapped_column(String(16))
    nonce: Mapped[str | None] = mapped_column(String(32))
    word_hash: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the choices per envelope position, see `voting.canon`."""
    channel: Mapped[Channel] = mapped_column(one_of(Channel))


class RoundSeal(Base):
    """What is fixed for ever when a vote is sealed; the count starts from here. An imported election has none."""

    __tablename__ = "round_seal"
    __table_args__ = (CheckConstraint("length(final_root) = 64", name="root_whole"),)

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"), primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    rules: Mapped[str] = mapped_column(Text)
    """The canonical JSON of the rules, byte for byte as hashed."""
    rules_hash: Mapped[str] = mapped_column(String(64))
    roots: Mapped[dict[str, Any]]
    """As `canon.roots` gives them."""
    final_root: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]]
    """cast, counted, superseded, annulled; by channel; by envelope position; paper sheets by validity."""
    tie_commitment: Mapped[str] = mapped_column(String(64))
    tie_seed: Mapped[str] = mapped_column(String(64))
    beacon: Mapped[str] = mapped_column(String(200))
    """The outcome of the public draw that was named in advance; empty when none was."""
    tie_orders: Mapped[dict[str, Any]]
    """Envelope position → project codes, the preferred one first."""
    publication: Mapped[dict[str, Any]]
    """Envelope position → open, sealed or totals, as decided by the number of ballots."""
    manifest: Mapped[dict[str, Any]]
    """What is published of all this, with its own hash as `manifest_hash`."""
    sealed_at: Mapped[datetime]
    key_destroyed_at: Mapped[datetime | None]


class JointAct(Base):
    """Something that one person asked for and another must confirm."""

    __tablename__ = "joint_act"
    __table_args__ = (
        CheckConstraint("confirmed_by is null or confirmed_by <> asked_by", name="two_persons"),
        CheckConstraint("(confirmed_by is null) = (confirmed_at is null)", name="confirmed_whole"),
        Index("ix_joint_act_round", "municipality_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    kind: Mapped[JointKind] = mapped_column(one_of(JointKind))
    arguments: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Turnout(Base):
    """How many voted, by channel and district, at a full hour: never finer than steps of ten, never by choice."""

    __tablename__ = "turnout"

    round_id: Mapped[int] = mapped_column(Key, ForeignKey("ballot_box.round_id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    figures: Mapped[dict[str, Any]]
