"""Bringing a table of delivery facts back: compared first, shown, and applied whole or not at all.

A sheet is tried with the very operations that the forms use, inside a savepoint that is rolled back: so what is shown is
what would happen, and every rule that holds for a form holds for a sheet.
"""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import editions
from pbplatform.delivery.examining import Examined, Run
from pbplatform.delivery.models import (
    DeliverySheet,
)
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.delivery.sheet_reading import Reader
from pbplatform.foundation import sheets as tables
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality


def bring(
    actor: Actor,
    session: Session,
    place: Municipality,
    found: Round,
    file_name: str,
    content: bytes,
) -> DeliverySheet:
    """Read a file, find out what it would change, and keep that for the officer to agree; raise Invalid for no table."""
    require(actor, Action.RECORD_PAYMENT, Subject(place.id, found.phase))
    _refuse_known(session, place, found, digest(content))
    reader = Reader(place)
    reader.read(tables.read_table(content))
    examined = _try(actor, session, place, found, reader)
    brought = DeliverySheet(
        municipality_id=place.id,
        round_id=found.id,
        file_name=file_name[:255],
        file_hash=digest(content),
        content=reader.kept(),
        changes=[asdict(change) for change in examined.changes],
        faults=[asdict(fault) for fault in examined.faults],
        brought_by=actor.account_id,
        brought_at=database_now(session),
    )
    session.add(brought)
    session.flush()
    return brought


def _refuse_known(session: Session, place: Municipality, found: Round, file_hash: str) -> None:
    """Raise Invalid for a file that was applied before: what is new in it would be recorded twice, or anew after somebody
    has put it right."""
    known = session.execute(
        select(DeliverySheet.applied_at, Account.name)
        .outerjoin(Account, Account.id == DeliverySheet.applied_by)
        .where(
            DeliverySheet.municipality_id == place.id,
            DeliverySheet.round_id == found.id,
            DeliverySheet.file_hash == file_hash,
            DeliverySheet.applied_at.is_not(None),
        )
    ).first()
    if known is not None and known[0] is not None:
        raise Invalid(
            DeliveryProblem.SHEET_KNOWN,
            "file",
            when=editions.wall_clock(place, known[0]),
            who=known[1] or "–",
        )


def apply(actor: Actor, session: Session, place: Municipality, brought: DeliverySheet) -> bool:
    """Apply a sheet whole; when anything stands against it now, nothing is applied and the faults are kept. Whether it was.

    Raise Conflict when it was applied or given up before, Invalid when another copy of the same file was.
    """
    found = session.get_one(Round, brought.round_id)
    require(actor, Action.RECORD_PAYMENT, Subject(place.id, found.phase))
    session.refresh(brought, with_for_update=True)
    if brought.applied_at is not None or brought.discarded_at is not None:
        raise Conflict(DeliveryProblem.SHEET_DECIDED)
    if brought.faults:
        raise Conflict(DeliveryProblem.SHEET_FAULTY)
    reader = Reader(place)
    reader.again(brought.content)
    with session.begin_nested() as attempt:
        run = Run(actor, session, place, found)
        # Only now nobody else applies anything to this round: the projects are held.
        _refuse_known(session, place, found, brought.file_hash)
        examined = run.take(reader)
        if examined.faults:
            attempt.rollback()
    if examined.faults:
        brought.faults = [asdict(fault) for fault in examined.faults]
        session.flush()
        return False
    brought.changes = [asdict(change) for change in examined.changes]
    brought.applied_by, brought.applied_at = actor.account_id, database_now(session)
    session.flush()
    record(
        actor,
        session,
        place.id,
        Action.RECORD_DELIVERY,
        "round",
        found.id,
        fact="sheet",
        file=brought.file_hash,
        changes=len(examined.changes),
    )
    return True


def discard(actor: Actor, session: Session, brought: DeliverySheet) -> None:
    """Give up a sheet; nothing of it was recorded."""
    found = session.get_one(Round, brought.round_id)
    require(actor, Action.RECORD_PAYMENT, Subject(brought.municipality_id, found.phase))
    session.refresh(brought, with_for_update=True)
    if brought.applied_at is not None:
        raise Conflict(DeliveryProblem.SHEET_DECIDED)
    brought.discarded_at = brought.discarded_at or database_now(session)
    session.flush()


def sheets_of(session: Session, found: Round) -> list[tuple[DeliverySheet, str]]:
    """The sheets that were brought for a round with the names of who brought them, the newest first."""
    rows = session.execute(
        select(DeliverySheet, Account.name)
        .outerjoin(Account, Account.id == DeliverySheet.brought_by)
        .where(DeliverySheet.municipality_id == found.municipality_id, DeliverySheet.round_id == found.id)
        .order_by(DeliverySheet.id.desc())
    )
    return [(brought, name or "") for brought, name in rows]


def sheet_here(session: Session, found: Round, number: int) -> DeliverySheet | None:
    """A sheet of a round by its number."""
    return session.scalar(
        select(DeliverySheet).where(
            DeliverySheet.municipality_id == found.municipality_id,
            DeliverySheet.round_id == found.id,
            DeliverySheet.id == number,
        )
    )


def _try(actor: Actor, session: Session, place: Municipality, found: Round, reader: Reader) -> Examined:
    with session.begin_nested() as attempt:
        examined = Run(actor, session, place, found).take(reader)
        attempt.rollback()
    return examined
