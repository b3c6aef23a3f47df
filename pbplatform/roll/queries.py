"""Questions about the roll."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import UTCDateTime
from pbplatform.roll.models import (
    FaultCause,
    LetterBatch,
    LetterCode,
    RollClaim,
    RollEntry,
    RollFault,
    RollImport,
    VerificationTry,
    VoterPass,
)


def is_resident(session: Session, account_id: int, municipality_id: int) -> bool:
    """Whether an account is tied to somebody on the roll; one indexed question."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    RollClaim.account_id == account_id,
                    RollClaim.municipality_id == municipality_id,
                    RollClaim.ended_at.is_(None),
                    RollEntry.id == RollClaim.roll_entry_id,
                    RollEntry.removed_at.is_(None),
                )
            )
        )
    )


def claimed_entry(session: Session, account_id: int, municipality_id: int) -> int | None:
    """The roll entry that an account has proved to be."""
    return session.scalar(
        select(RollClaim.roll_entry_id).where(
            RollClaim.account_id == account_id,
            RollClaim.municipality_id == municipality_id,
            RollClaim.ended_at.is_(None),
        )
    )


_PASSED = select(VoterPass.roll_entry_id).where(
    VoterPass.token_hash == bindparam("token_hash"),
    VoterPass.municipality_id == bindparam("municipality_id"),
    VoterPass.expires_at > bindparam("now", type_=UTCDateTime()),
)


def passed_entry(session: Session, secret: str, municipality_id: int) -> int | None:
    """The roll entry that a browser's living pass stands for."""
    return session.scalar(
        _PASSED, {"token_hash": digest(secret), "municipality_id": municipality_id, "now": clock.now()}
    )


def size(session: Session, municipality_id: int) -> int:
    """How many stand on the roll now."""
    return (
        session.scalar(
            select(func.count()).where(
                RollEntry.municipality_id == municipality_id, RollEntry.removed_at.is_(None)
            )
        )
        or 0
    )


def by_district(session: Session, municipality_id: int) -> dict[int | None, int]:
    """How many stand on the roll by district."""
    rows = session.execute(
        select(RollEntry.district_id, func.count())
        .where(RollEntry.municipality_id == municipality_id, RollEntry.removed_at.is_(None))
        .group_by(RollEntry.district_id)
    )
    return {row[0]: row[1] for row in rows}


def imports(session: Session, municipality_id: int) -> Sequence[RollImport]:
    """The latest imports, newest first."""
    return session.scalars(
        select(RollImport)
        .where(RollImport.municipality_id == municipality_id)
        .order_by(RollImport.id.desc())
        .limit(20)
    ).all()


def roll_import(session: Session, municipality_id: int, import_id: int) -> RollImport | None:
    """One import of this municipality."""
    return session.scalar(
        select(RollImport).where(RollImport.municipality_id == municipality_id, RollImport.id == import_id)
    )


def faults(session: Session, import_id: int, after_line: int = 0, most: int = 200) -> Sequence[RollFault]:
    """The lines that were not taken, in the order of the file."""
    return session.scalars(
        select(RollFault)
        .where(RollFault.import_id == import_id, RollFault.line > after_line)
        .order_by(RollFault.line)
        .limit(most)
    ).all()


def fault_counts(session: Session, import_id: int) -> dict[FaultCause, int]:
    """How many lines were not taken, by cause."""
    rows = session.execute(
        select(RollFault.cause, func.count())
        .where(RollFault.import_id == import_id)
        .group_by(RollFault.cause)
    )
    return {row[0]: row[1] for row in rows}


def batches(session: Session, municipality_id: int) -> Sequence[LetterBatch]:
    """The latest runs of letters, newest first."""
    return session.scalars(
        select(LetterBatch)
        .where(LetterBatch.municipality_id == municipality_id)
        .order_by(LetterBatch.id.desc())
        .limit(20)
    ).all()


def batch(session: Session, municipality_id: int, batch_id: int) -> LetterBatch | None:
    """One run of letters of this municipality."""
    return session.scalar(
        select(LetterBatch).where(LetterBatch.municipality_id == municipality_id, LetterBatch.id == batch_id)
    )


def codes_by_state(session: Session, municipality_id: int) -> tuple[int, int]:
    """How many letter codes were issued, and how many of them are spent."""
    row = session.execute(
        select(func.count(), func.count(LetterCode.used_at)).where(
            LetterCode.municipality_id == municipality_id
        )
    ).one()
    return row[0], row[1]


def failed_tries(session: Session, municipality_id: int) -> int:
    """How many tries to prove an entry failed in the last hour."""
    return (
        session.scalar(
            select(func.count()).where(
                VerificationTry.municipality_id == municipality_id,
                VerificationTry.at > clock.now() - timedelta(hours=1),
                VerificationTry.succeeded.is_(False),
            )
        )
        or 0
    )
