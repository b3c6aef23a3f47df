"""Questions about the roll."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, String, bindparam, exists, func, select
from sqlalchemy.orm import Session

from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import UTCDateTime
from pbplatform.foundation.jobs import Job, JobState
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


PROVED = select(
    func.coalesce(
        select(VoterPass.roll_entry_id)
        .where(
            VoterPass.token_hash == bindparam("token_hash", type_=String()),
            VoterPass.municipality_id == bindparam("municipality_id"),
            VoterPass.expires_at > bindparam("now", type_=UTCDateTime()),
        )
        .scalar_subquery(),
        select(RollClaim.roll_entry_id)
        .where(
            RollClaim.account_id == bindparam("account_id", type_=BigInteger()),
            RollClaim.municipality_id == bindparam("municipality_id"),
            RollClaim.ended_at.is_(None),
        )
        .scalar_subquery(),
    ).label("entry_id")
)
"""The roll entry of a browser's living pass, or else of its account; `Proof` has its values. Casting asks it too."""


@dataclass(frozen=True)
class Proof:
    """What a browser shows for who its voter is: the secret of a pass, an account, both or neither."""

    secret: str | None
    account_id: int | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look up."""
        return self.secret is None and self.account_id is None

    def values(self, municipality_id: int) -> dict[str, object]:
        """The values that PROVED asks for."""
        return {
            "token_hash": digest(self.secret) if self.secret else None,
            "account_id": self.account_id,
            "municipality_id": municipality_id,
            "now": clock.now(),
        }


def proved_entry(session: Session, proof: Proof, municipality_id: int) -> int | None:
    """The roll entry that a browser has proved to be, by its pass or by its account."""
    if proof.empty:
        return None
    found: int | None = session.scalar(PROVED, proof.values(municipality_id))
    return found


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


def broken_off(session: Session, works: Iterable[RollImport | LetterBatch]) -> set[int]:
    """The numbers of those jobs, of imports or of letters, that broke off; nobody begins them again."""
    asked = [work.job_id for work in works if work.job_id]
    return set(session.scalars(select(Job.id).where(Job.id.in_(asked), Job.state == JobState.FAILED)))


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
