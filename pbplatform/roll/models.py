"""RollEntry, its imports, the codes and claims that prove it. The national id itself is kept nowhere."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class Means(StrEnum):
    """How a person proved to be a roll entry, beside the national id and the birth date."""

    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "email"
    DESK = "desk"
    EID = "eid"


class AgeBand(StrEnum):
    """Coarse age, for the report of clusters only."""

    UNDER_18 = "under_18"
    FROM_18 = "from_18"
    FROM_30 = "from_30"
    FROM_45 = "from_45"
    FROM_60 = "from_60"
    FROM_75 = "from_75"


class FaultCause(StrEnum):
    """Why a line of an imported roll was not taken."""

    NO_ID = "no_id"
    BAD_ID = "bad_id"
    BAD_BIRTH_DATE = "bad_birth_date"
    ID_AND_BIRTH_DIFFER = "id_and_birth_differ"
    UNKNOWN_DISTRICT = "unknown_district"
    BAD_PHONE = "bad_phone"
    PHONE_SHARED = "phone_shared"
    BAD_EMAIL = "bad_email"
    TWICE = "twice"
    NO_NAME = "no_name"
    BROKEN_TEXT = "broken_text"
    BROKEN_FILE = "broken_file"


class RollEntry(Base):
    """One person on the voter roll of a municipality; `id_hash` is the national id under the pepper."""

    __tablename__ = "roll_entry"
    __table_args__ = (
        UniqueConstraint("municipality_id", "id_hash"),
        Index("ix_roll_entry_phone", "municipality_id", "phone"),
        CheckConstraint("length(id_hash) = 64", name="id_hashed"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    id_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    birth_date: Mapped[date]
    district_id: Mapped[int | None] = mapped_column(Key, ForeignKey("district.id"), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    """E.164."""
    email: Mapped[str | None] = mapped_column(String(320))
    address: Mapped[str] = mapped_column(String(300), default="")
    """Where a letter goes."""
    language: Mapped[str] = mapped_column(String(2))
    removed_at: Mapped[datetime | None]


class RollImport(Base):
    """One import of a roll file: what was in it and what came of it."""

    __tablename__ = "roll_import"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_key: Mapped[str | None] = mapped_column(String(120))
    """Where the file waits; none once it has been read or has waited too long, because it holds the national ids."""
    columns: Mapped[dict[str, Any]]
    complete: Mapped[bool] = mapped_column(default=False)
    """Whether the file is the whole roll, so that whoever is missing has left it."""
    job_id: Mapped[int | None] = mapped_column(Key)
    uploaded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any] | None]
    """added, changed, unchanged, removed, bad; broken when the file could not be read to its end, nobody_removed when it was to
    be the whole roll and could not tell who has left."""


class RollFault(Base):
    """A line of an imported file that was not taken, by its number and cause; never with what stood in it."""

    __tablename__ = "roll_fault"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    import_id: Mapped[int] = mapped_column(Key, ForeignKey("roll_import.id"), index=True)
    line: Mapped[int]
    cause: Mapped[FaultCause] = mapped_column(one_of(FaultCause))


class LetterCode(Base):
    """A code that was printed on a letter or a slip: twelve characters, kept under the pepper, good for one vote.

    Its first use marks it; until that vote's close it opens the same person's ballot again, and nothing else.
    """

    __tablename__ = "letter_code"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    roll_entry_id: Mapped[int] = mapped_column(Key, ForeignKey("roll_entry.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    means: Mapped[Means] = mapped_column(one_of(Means))
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SentCode(Base):
    """A six-digit code to the phone or mailbox on the roll. For unknown details a row is kept all the same, and sent nowhere."""

    __tablename__ = "sent_code"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    flow_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """The browser that asked."""
    subject_hash: Mapped[str] = mapped_column(String(64), index=True)
    roll_entry_id: Mapped[int | None] = mapped_column(Key, ForeignKey("roll_entry.id"))
    means: Mapped[Means] = mapped_column(one_of(Means))
    code_hash: Mapped[str] = mapped_column(String(64))
    code_sealed: Mapped[str | None] = mapped_column(String(300))
    """The code for the gateway, encrypted; wiped when it has been handed over."""
    language: Mapped[str] = mapped_column(String(2))
    tries: Mapped[int] = mapped_column(default=0)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class VerificationTry(Base):
    """A try to prove to be somebody; for limits and for the report of clusters, deleted after the challenge window."""

    __tablename__ = "verification_try"
    __table_args__ = (
        Index("ix_verification_try_subject", "municipality_id", "subject_hash", "at"),
        Index("ix_verification_try_prefix", "municipality_id", "prefix_hash", "at"),
        Index("ix_verification_try_time", "municipality_id", "at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    subject_hash: Mapped[str] = mapped_column(String(64))
    prefix_hash: Mapped[str] = mapped_column(String(16))
    """The network the person came from, under the pepper."""
    means: Mapped[Means] = mapped_column(one_of(Means))
    succeeded: Mapped[bool]
    phone_hash: Mapped[str] = mapped_column(String(16), default="")
    age_band: Mapped[AgeBand | None] = mapped_column(one_of(AgeBand))
    at: Mapped[datetime]


class RollClaim(Base):
    """An account that proved to be a roll entry; each has at most one of the other at a time."""

    __tablename__ = "roll_claim"
    __table_args__ = (
        Index(
            "uq_roll_claim_entry",
            "roll_entry_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        Index(
            "uq_roll_claim_account",
            "account_id",
            "municipality_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    roll_entry_id: Mapped[int] = mapped_column(Key, ForeignKey("roll_entry.id"))
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    means: Mapped[Means] = mapped_column(one_of(Means))
    claimed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class VoterPass(Base):
    """A browser in which somebody has proved to be a roll entry, with or without an account, for a short while."""

    __tablename__ = "voter_pass"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    roll_entry_id: Mapped[int] = mapped_column(Key, ForeignKey("roll_entry.id"))
    means: Mapped[Means] = mapped_column(one_of(Means))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LetterBatch(Base):
    """A printed run of letters with codes; the file is deleted soon after it was fetched."""

    __tablename__ = "letter_batch"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    district_id: Mapped[int | None] = mapped_column(Key, ForeignKey("district.id"))
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    job_id: Mapped[int | None] = mapped_column(Key)
    file_key: Mapped[str | None] = mapped_column(Text)
    letters: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
