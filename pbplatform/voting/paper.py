"""Paper: stations, blind double entry, differences, the station's protocol. A sheet is an anonymous serial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import BallotFormat, Round
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, hold, insert_new
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.voting import ballots, canon, casting, queries, rules
from pbplatform.voting.ballots import BallotProblem, Marks, Trouble
from pbplatform.voting.casting import box_lock
from pbplatform.voting.models import Ballot, BoxState, Channel
from pbplatform.voting.paper_models import Invalidity, PaperEntry, PaperSheet, PaperStation, SheetState
from pbplatform.voting.rules import FrozenEnvelope, FrozenRules

BLANK = canon.canonical_payload({})
"""A sheet on which nothing is marked; online such a ballot is not taken either."""


class PaperProblem(StrEnum):
    """Why a sheet or a station cannot be entered like this."""

    SERIAL_MISSING = "serial_missing"
    ENTERED_BY_YOU = "entered_by_you"
    SETTLED = "settled"
    NOTHING_READ = "nothing_read"
    CODE_TAKEN = "code_taken"
    CODE_MISSING = "code_missing"
    NOT_TICKED = "not_ticked"
    NO_SUCH_SHEET = "no_such_sheet"
    VOTE_OVER = "vote_over"
    SHEETS_NEED_TICKS = "sheets_need_ticks"


@dataclass(frozen=True)
class Reading:
    """What an officer read on a sheet: choices, or why it is not valid."""

    payload: str | None
    invalidity: Invalidity | None


def add_station(
    actor: Actor, session: Session, found: Round, code: str, names: Mapping[str, str]
) -> PaperStation:
    """Set up a place where paper is handed out."""
    require(actor, Action.PLAN_STATIONS, Subject(found.municipality_id))
    code = code.strip()[:20]
    if not code:
        raise Invalid(PaperProblem.CODE_MISSING, "code")
    taken = session.scalar(
        select(PaperStation.id).where(PaperStation.round_id == found.id, PaperStation.code == code)
    )
    if taken is not None:
        raise Invalid(PaperProblem.CODE_TAKEN, "code")
    station = PaperStation(
        municipality_id=found.municipality_id, round_id=found.id, code=code, names=dict(names)
    )
    session.add(station)
    session.flush()
    record(
        actor, session, found.municipality_id, Action.PLAN_STATIONS, "paper_station", station.id, code=code
    )
    return station


def hand_out(
    actor: Actor,
    database: Database,
    secrets: SecretFolder,
    found: Round,
    roll_entry_id: int,
    station: PaperStation,
) -> bool:
    """Tick a voter off and hand out a sheet; whether it was the first. The tick is in a transaction of its own."""
    require(actor, Action.HAND_OUT_PAPER, Subject(found.municipality_id, found.phase))
    if station.round_id != found.id:
        raise Conflict
    with database.read() as session:
        if queries.elector_district(session, found.id, roll_entry_id) is None:
            raise Conflict(casting.CastProblem.NOT_AN_ELECTOR)
    return casting.tick_paper(database, secrets, found.id, roll_entry_id, station.id)


def read_numbers(
    rules_: FrozenRules, envelopes: Sequence[FrozenEnvelope], typed: Mapping[int, str]
) -> tuple[dict[int, Marks], list[Trouble]]:
    """Typed numbers as marks: "3 7 12", in order for a ranking, "3:5 7:2" for points; and what does not fit."""
    marks: dict[int, Marks] = {}
    troubles: list[Trouble] = []
    for envelope in envelopes:
        found = _numbers(envelope, typed.get(envelope.position, ""))
        if isinstance(found, Trouble):
            troubles.append(found)
            continue
        marks[envelope.position] = found
        troubles += ballots.check_envelope(rules_, envelope, found)
    return marks, troubles


def _numbers(envelope: FrozenEnvelope, text: str) -> Marks | Trouble:
    codes: list[str] = []
    points: dict[str, int] = {}
    for word in text.replace(",", " ").replace(";", " ").split():
        number, _colon, given = word.partition(":")
        project = (
            envelope.by_number(int(number))
            if number.isascii() and number.isdecimal() and len(number) < 6
            else None
        )
        if project is None:
            return Trouble(BallotProblem.UNKNOWN_PROJECT, envelope.position)
        if envelope.format is BallotFormat.POINTS:
            if not (given.isascii() and given.isdecimal() and len(given) < 6):
                return Trouble(BallotProblem.BAD_POINTS, envelope.position, {"number": project.number})
            if project.code in points:
                return Trouble(BallotProblem.TWICE, envelope.position, {"number": project.number})
            if int(given):
                points[project.code] = int(given)
        else:
            codes.append(project.code)
    return Marks(codes=tuple(codes), points=points)


def payload_of(rules_: FrozenRules, marks: Mapping[int, Marks]) -> str:
    """The canonical payload of typed marks."""
    return canon.canonical_payload(
        {position: mark.choices() for position, mark in marks.items()}, rules_.ranked
    )


def enter(
    actor: Actor, session: Session, found: Round, station: PaperStation, serial: str, reading: Reading
) -> PaperSheet:
    """Enter a sheet once. The second equal reading by another person settles it; a different one holds it for a third."""
    require(actor, Action.ENTER_PAPER, Subject(found.municipality_id, found.phase))
    assert actor.account_id is not None
    serial = serial.strip()[:20]
    if not serial:
        raise Invalid(PaperProblem.SERIAL_MISSING, "serial")
    if reading.payload in (None, BLANK) and reading.invalidity is None:
        raise Invalid(PaperProblem.NOTHING_READ)
    # Sealing holds the same lock alone, so no sheet slips in behind it.
    hold(session, box_lock(found.id), shared=True)
    box = queries.box(session, found.municipality_id, found.id)
    if box is None or box.state not in (BoxState.OPEN, BoxState.CLOSED) or station.round_id != found.id:
        raise Conflict
    insert_new(
        session,
        PaperSheet,
        municipality_id=found.municipality_id,
        round_id=found.id,
        station_id=station.id,
        serial=serial,
        state=SheetState.ONCE,
    )
    sheet = session.scalars(
        select(PaperSheet)
        .where(PaperSheet.station_id == station.id, PaperSheet.serial == serial)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    earlier = session.scalars(select(PaperEntry).where(PaperEntry.sheet_id == sheet.id)).all()
    if any(entry.account_id == actor.account_id for entry in earlier):
        raise Invalid(PaperProblem.ENTERED_BY_YOU, "serial", serial=serial)
    if sheet.state in (SheetState.COUNTED, SheetState.INVALID):
        raise Invalid(PaperProblem.SETTLED, "serial", serial=serial)
    session.add(
        PaperEntry(
            sheet_id=sheet.id,
            municipality_id=found.municipality_id,
            account_id=actor.account_id,
            payload=reading.payload,
            invalidity=reading.invalidity,
            entered_at=clock.now(),
        )
    )
    _settle(sheet, reading, [Reading(entry.payload, entry.invalidity) for entry in earlier])
    session.flush()
    record(
        actor, session, found.municipality_id, Action.ENTER_PAPER, "paper_sheet", sheet.id, state=sheet.state
    )
    return sheet


def _settle(sheet: PaperSheet, reading: Reading, earlier: Sequence[Reading]) -> None:
    if reading in earlier:
        sheet.payload, sheet.invalidity = reading.payload, reading.invalidity
        sheet.state = SheetState.INVALID if reading.invalidity is not None else SheetState.COUNTED
    elif earlier:
        sheet.state = SheetState.MISMATCH


def stations(session: Session, round_id: int) -> Sequence[PaperStation]:
    """The stations of a round by code."""
    return session.scalars(
        select(PaperStation).where(PaperStation.round_id == round_id).order_by(PaperStation.code)
    ).all()


def station(session: Session, municipality_id: int, round_id: int, station_id: int) -> PaperStation | None:
    """One station of a round."""
    return session.scalar(
        select(PaperStation).where(
            PaperStation.id == station_id,
            PaperStation.round_id == round_id,
            PaperStation.municipality_id == municipality_id,
        )
    )


def differences(session: Session, round_id: int) -> Sequence[PaperSheet]:
    """The sheets that were read differently and wait for a third person."""
    return session.scalars(
        select(PaperSheet)
        .where(PaperSheet.round_id == round_id, PaperSheet.state == SheetState.MISMATCH)
        .order_by(PaperSheet.station_id, PaperSheet.serial)
    ).all()


def waiting_for(session: Session, round_id: int, account_id: int) -> Sequence[PaperSheet]:
    """The sheets entered once, by somebody else, that this officer can enter the second time."""
    mine = select(PaperEntry.sheet_id).where(PaperEntry.account_id == account_id)
    return session.scalars(
        select(PaperSheet)
        .where(
            PaperSheet.round_id == round_id, PaperSheet.state == SheetState.ONCE, PaperSheet.id.not_in(mine)
        )
        .order_by(PaperSheet.station_id, PaperSheet.serial)
        .limit(200)
    ).all()


def ticks_by_station(session: Session, round_id: int) -> dict[int, int]:
    """How many sheets each station handed out."""
    rows = session.execute(
        select(Ballot.station_id, func.count())
        .where(Ballot.round_id == round_id, Ballot.channel == Channel.PAPER)
        .group_by(Ballot.station_id)
    )
    return {station_id: count for station_id, count in rows if station_id is not None}


def figures(session: Session, round_id: int) -> dict[int, dict[str, int]]:
    """Per station: how many sheets by state and reason."""
    found: dict[int, dict[str, int]] = {}
    rows = session.execute(
        select(PaperSheet.station_id, PaperSheet.state, PaperSheet.invalidity, func.count())
        .where(PaperSheet.round_id == round_id)
        .group_by(PaperSheet.station_id, PaperSheet.state, PaperSheet.invalidity)
    )
    for station_id, state, invalidity, count in rows:
        name = invalidity.value if invalidity is not None else state.value
        found.setdefault(station_id, {})[name] = count
    return found


def paper_rules(session: Session, found: Round) -> FrozenRules:
    """The frozen rules of a round whose vote has opened; raise Conflict before."""
    box = queries.box(session, found.municipality_id, found.id)
    if box is None:
        raise Conflict
    return rules.read(box.rules)
