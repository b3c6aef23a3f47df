"""Correcting paper as the protocol of a polling station does: what was wrong is taken back, with a reason in the journal.

A tick that is taken back lets a person vote again, and a settled sheet is in the count already, so each takes two persons.
A sheet that is not settled counts for nothing yet: one officer takes it back, and it is typed in anew from the beginning.
Nothing is edited: neither what was read on a sheet nor whose tick it was is ever shown.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import database_now, hold
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal import queries as journal
from pbplatform.journal.models import JournalEntry
from pbplatform.journal.operations import record
from pbplatform.voting import canon, joint, keys, paper, queries
from pbplatform.voting.casting import box_lock
from pbplatform.voting.closing import locked_box
from pbplatform.voting.joint import JointProblem
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Channel, JointAct, JointKind
from pbplatform.voting.paper import PaperProblem
from pbplatform.voting.paper_models import PaperEntry, PaperSheet, PaperStation, SheetState

SETTLED = (SheetState.COUNTED, SheetState.INVALID)


def ask_tick_back(
    actor: Actor, session: Session, secrets: SecretFolder, found: Round, roll_entry_id: int, reason: str
) -> JointAct:
    """The first of two persons: somebody was ticked off by mistake. Only while the vote is open."""
    require(actor, Action.CORRECT_PAPER, Subject(found.municipality_id, found.phase))
    box = _box(session, found)
    _refuse_late(session, box)
    bid = canon.ballot_id(keys.round_key(secrets, found.id, box.key_commit), found.id, roll_entry_id)
    station_id = session.scalar(
        select(Ballot.station_id).where(
            Ballot.round_id == found.id, Ballot.bid == bid, Ballot.channel == Channel.PAPER
        )
    )
    place = paper.station(session, found.municipality_id, found.id, station_id or 0)
    if place is None:
        raise Invalid(PaperProblem.NOT_TICKED, "national_id")
    _refuse_twice(session, found, JointKind.TAKE_BACK_TICK, "bid", bid)
    arguments = {"bid": bid, "station_id": place.id, "station": place.code}
    return joint.ask(actor, session, found, JointKind.TAKE_BACK_TICK, arguments, reason)


def confirm_tick_back(actor: Actor, session: Session, found: Round, act: JointAct) -> None:
    """The second person: the tick goes, unless more sheets have been typed in than ticks would be left."""
    joint.confirm(actor, session, found, act)
    _refuse_late(session, locked_box(session, found.id))
    station_id, bid = act.arguments["station_id"], act.arguments["bid"]
    typed = session.scalar(
        select(func.count()).where(
            PaperSheet.station_id == station_id, PaperSheet.state != SheetState.INVALID
        )
    )
    if (typed or 0) >= paper.ticks_by_station(session, found.id).get(station_id, 0):
        raise Invalid(PaperProblem.SHEETS_NEED_TICKS)
    gone = session.scalars(
        delete(Ballot)
        .where(Ballot.round_id == found.id, Ballot.bid == bid, Ballot.channel == Channel.PAPER)
        .returning(Ballot.bid)
    )
    if gone.first() is None:
        raise Conflict
    joint.forget_person(act)
    _record(actor, session, found, station_id, act.reason, step="tick_taken_back")


def take_sheet_back(
    actor: Actor, session: Session, found: Round, station: PaperStation, serial: str, reason: str
) -> JointAct | None:
    """Take a sheet back that was typed in wrongly; one that is settled already needs a second person and stays till then."""
    require(actor, Action.CORRECT_PAPER, Subject(found.municipality_id, found.phase))
    joint.refuse_short(reason)
    _refuse_sealed(session, found)
    sheet = session.scalars(
        select(PaperSheet)
        .where(PaperSheet.station_id == station.id, PaperSheet.serial == serial.strip()[:20])
        .with_for_update()
    ).one_or_none()
    if sheet is None or station.round_id != found.id:
        raise Invalid(PaperProblem.NO_SUCH_SHEET, "serial", serial=serial.strip()[:20])
    if sheet.state not in SETTLED:
        _remove(actor, session, found, sheet, reason)
        return None
    _refuse_twice(session, found, JointKind.TAKE_BACK_SHEET, "sheet_id", sheet.id)
    arguments = {"sheet_id": sheet.id, "station": station.code, "serial": sheet.serial}
    return joint.ask(actor, session, found, JointKind.TAKE_BACK_SHEET, arguments, reason)


def confirm_sheet_back(actor: Actor, session: Session, found: Round, act: JointAct) -> None:
    """The second person: a settled sheet leaves the count; if it lies in the pile, it is typed in anew."""
    joint.confirm(actor, session, found, act)
    _refuse_sealed(session, found)
    sheet = session.get(PaperSheet, act.arguments["sheet_id"], with_for_update=True)
    if sheet is None:
        raise Conflict
    _remove(actor, session, found, sheet, act.reason)


def of_station(session: Session, station: PaperStation) -> Sequence[JournalEntry]:
    """What was taken back at a place, as the journal has it, for its protocol."""
    return journal.entries_about(
        session, station.municipality_id, Action.CORRECT_PAPER, "paper_station", station.id
    )


def _box(session: Session, found: Round) -> BallotBox:
    box = queries.box(session, found.municipality_id, found.id)
    if box is None:
        raise Conflict
    return box


def _refuse_late(session: Session, box: BallotBox) -> None:
    # The close publishes how many sheets were handed out; from then on a tick is part of that.
    if box.state is not BoxState.OPEN or max(database_now(session), box.high_water) >= box.closes_at:
        raise Invalid(PaperProblem.VOTE_OVER)


def _refuse_sealed(session: Session, found: Round) -> None:
    # Sealing holds the same lock alone.
    hold(session, box_lock(found.id), shared=True)
    box = _box(session, found)
    session.refresh(box)
    if box.state not in (BoxState.OPEN, BoxState.CLOSED):
        raise Conflict


def _refuse_twice(session: Session, found: Round, kind: JointKind, name: str, value: object) -> None:
    for act in queries.acts(session, found.id, kind):
        waits = act.confirmed_at is None and act.withdrawn_at is None
        if waits and act.arguments.get(name) == value:
            raise Invalid(JointProblem.ASKED_ALREADY)


def _remove(actor: Actor, session: Session, found: Round, sheet: PaperSheet, reason: str) -> None:
    session.execute(delete(PaperEntry).where(PaperEntry.sheet_id == sheet.id))
    session.execute(delete(PaperSheet).where(PaperSheet.id == sheet.id))
    _record(
        actor,
        session,
        found,
        sheet.station_id,
        reason.strip()[:2000],
        step="sheet_taken_back",
        serial=sheet.serial,
        state=sheet.state,
    )


def _record(
    actor: Actor, session: Session, found: Round, station_id: int, reason: str, **details: str
) -> None:
    record(
        actor,
        session,
        found.municipality_id,
        Action.CORRECT_PAPER,
        "paper_station",
        station_id,
        reason=reason,
        **details,
    )
