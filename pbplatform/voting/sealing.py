"""Sealing: ballots are rewritten in tracker order without their keyed names, the manifest is written, the key destroyed.

1. one transaction: annulled ballots go, sealed rows and the seal are written, the keyed ballots and the frozen roll go;
2. the manifest is written to disk and synchronised;
3. the key is destroyed, on record.
A crash between any two is followed by doing the rest again; nothing is done twice.
"""

import logging
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import KeyMissing, SecretFolder
from pbplatform.foundation.database import Database, database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.roll.models import LetterCode, SentCode, VerificationTry, VoterPass
from pbplatform.voting import canon, joint, keys, manifest, paper, queries, rules
from pbplatform.voting.closing import close_manifest, find_anomaly, locked_box, said_online
from pbplatform.voting.models import (
    Ballot,
    BallotBox,
    BoxState,
    Channel,
    Elector,
    JointAct,
    JointKind,
    RoundSeal,
    SealedBallot,
    Superseded,
    ToldBallot,
)
from pbplatform.voting.paper_models import PaperEntry, PaperSheet, SheetState

log = logging.getLogger(__name__)

BATCH = 5_000


class SealProblem(StrEnum):
    """Why the vote cannot be sealed yet."""

    NOT_RECONCILED = "not_reconciled"
    CHALLENGE_OPEN = "challenge_open"
    SHEETS_WAITING = "sheets_waiting"
    MORE_SHEETS_THAN_TICKS = "more_sheets_than_ticks"
    BOX_CHANGED = "box_changed"
    BEACON_MISSING = "beacon_missing"
    ACTS_WAITING = "acts_waiting"


def obstacles(session: Session, box: BallotBox) -> list[SealProblem]:
    """Everything that keeps a closed vote from being sealed now."""
    found = []
    if box.state is not BoxState.CLOSED or box.close_manifest is None or box.challenge_ends_at is None:
        return [SealProblem.NOT_RECONCILED]
    if database_now(session) < box.challenge_ends_at:
        found.append(SealProblem.CHALLENGE_OPEN)
    waiting = session.scalar(
        select(func.count()).where(
            PaperSheet.round_id == box.round_id, PaperSheet.state.in_((SheetState.ONCE, SheetState.MISMATCH))
        )
    )
    if waiting:
        found.append(SealProblem.SHEETS_WAITING)
    if _stations_with_too_many_sheets(session, box.round_id):
        found.append(SealProblem.MORE_SHEETS_THAN_TICKS)
    if any(
        queries.waiting_act(session, box.round_id, kind) is not None
        for kind in (JointKind.ANNUL, JointKind.CHANGE_ELECTOR, JointKind.TAKE_BACK_SHEET)
    ):
        found.append(SealProblem.ACTS_WAITING)
    return found


def _stations_with_too_many_sheets(session: Session, round_id: int) -> list[int]:
    ticks = paper.ticks_by_station(session, round_id)
    rows = session.execute(
        select(PaperSheet.station_id, func.count())
        .where(PaperSheet.round_id == round_id, PaperSheet.state == SheetState.COUNTED)
        .group_by(PaperSheet.station_id)
    )
    return [station_id for station_id, count in rows if count > ticks.get(station_id, 0)]


def ask_to_seal(actor: Actor, session: Session, found: Round, beacon: str = "") -> JointAct:
    """The first of two persons; the outcome of the public draw named in advance is typed here."""
    box = queries.box(session, found.municipality_id, found.id)
    if box is None:
        raise Conflict
    in_the_way = obstacles(session, box)
    if in_the_way:
        raise Invalid(in_the_way[0])
    if rules.read(box.rules).beacon and not beacon.strip():
        raise Invalid(SealProblem.BEACON_MISSING, "beacon")
    return joint.ask(actor, session, found, JointKind.SEAL, {"beacon": beacon.strip()[:200]})


def confirm_seal(
    actor: Actor, database: Database, secrets: SecretFolder, folder: Path, found: Round, act: JointAct
) -> RoundSeal:
    """The second person: the ballots are sealed, the manifest is written, the key is destroyed."""
    with database.transaction() as session:
        joint.confirm(actor, session, session.get_one(Round, found.id), session.get_one(JointAct, act.id))
    return seal(actor, database, secrets, folder, found.id)


def seal(
    actor: Actor | None, database: Database, secrets: SecretFolder, folder: Path, round_id: int
) -> RoundSeal:
    """Do every step of a confirmed seal that is still to be done."""
    with database.transaction() as session:
        _rewrite(actor, session, secrets, round_id)
    with database.read() as session:
        sealed = session.get_one(RoundSeal, round_id)
    manifest.write(folder, sealed)
    keys.destroy(secrets, round_id)
    # Before the last step, so that it is done again when a crash comes in between.
    _wipe_traces(database)
    with database.transaction() as session:
        _clear(actor, session, round_id)
    with database.read() as session:
        return session.get_one(RoundSeal, round_id)


def _rewrite(actor: Actor | None, session: Session, secrets: SecretFolder, round_id: int) -> None:
    box = locked_box(session, round_id)
    if box.state in (BoxState.SEALED, BoxState.CLEARED):
        return
    act = _confirmed(session, round_id)
    in_the_way = obstacles(session, box)
    if act is None or in_the_way:
        raise Invalid(in_the_way[0] if in_the_way else SealProblem.ACTS_WAITING)
    if find_anomaly(session, secrets, box) or close_manifest(session, secrets, box) != box.close_manifest:
        raise Invalid(SealProblem.BOX_CHANGED)
    key = keys.round_key(secrets, round_id, box.key_commit)
    annulled = _annul(session, key, round_id)
    frozen = rules.read(box.rules)
    online = sorted(said_online(session, key, round_id), key=lambda said: said.tracker)
    on_paper = sorted(
        payload
        for payload in session.scalars(
            select(PaperSheet.payload).where(
                PaperSheet.round_id == round_id, PaperSheet.state == SheetState.COUNTED
            )
        )
        if payload
    )
    rows = [
        {
            "tracker": said.tracker,
            "nonce": said.nonce,
            "word_hash": said.word_hash,
            "payload": said.payload,
            "channel": Channel.ONLINE,
        }
        for said in online
    ] + [
        {"tracker": None, "nonce": None, "word_hash": None, "payload": payload, "channel": Channel.PAPER}
        for payload in on_paper
    ]
    replaced = sorted(session.scalars(select(Superseded.tracker).where(Superseded.round_id == round_id)))
    ticks = sum(paper.ticks_by_station(session, round_id).values())
    _part_sheets_from_choices(session, round_id)
    for table in (SealedBallot, Superseded, Ballot, ToldBallot, Elector):
        session.execute(delete(table).where(table.round_id == round_id))
    places = [
        {"round_id": round_id, "position": place, "municipality_id": box.municipality_id}
        for place in range(1, len(rows) + 1)
    ]
    for start in range(0, len(rows), BATCH):
        chunk = [
            place | row
            for place, row in zip(places[start : start + BATCH], rows[start : start + BATCH], strict=True)
        ]
        session.execute(insert(SealedBallot), chunk)
    if replaced:
        session.execute(
            insert(Superseded), [{"round_id": round_id, "tracker": tracker} for tracker in replaced]
        )
    sealed = manifest.make_seal(
        session,
        secrets,
        box,
        frozen,
        rows,
        act.arguments.get("beacon", ""),
        {"superseded": len(replaced), "annulled": annulled, "paper_ticks": ticks},
    )
    session.add(sealed)
    box.state = BoxState.SEALED
    session.flush()
    record(
        actor,
        session,
        box.municipality_id,
        Action.SEAL_VOTE,
        "round",
        round_id,
        step="sealed",
        final_root=sealed.final_root,
        manifest=sealed.manifest["manifest_hash"],
    )


def _part_sheets_from_choices(session: Session, round_id: int) -> None:
    """Empty the sheets: their choices stand among the sealed ballots now, and a serial may have been seen in a hand."""
    mine = select(PaperSheet.id).where(PaperSheet.round_id == round_id)
    session.execute(delete(PaperEntry).where(PaperEntry.sheet_id.in_(mine)))
    session.execute(
        update(PaperSheet)
        .where(PaperSheet.round_id == round_id, PaperSheet.payload.is_not(None))
        .values(payload="")
    )


def _confirmed(session: Session, round_id: int) -> JointAct | None:
    return next(
        (act for act in queries.acts(session, round_id, JointKind.SEAL) if act.confirmed_at is not None), None
    )


def _annul(session: Session, key: bytes, round_id: int) -> int:
    """Delete, unseen, the ballots of annulled and removed entries; return how many there were."""
    entries = [
        act.arguments["roll_entry_id"]
        for act in queries.acts(session, round_id, JointKind.ANNUL)
        if act.confirmed_at is not None and "roll_entry_id" in act.arguments
    ]
    names = {canon.ballot_id(key, round_id, entry) for entry in entries}
    names |= {bid for bid, _entry, _district in queries.bids(session, key, round_id, removed=True)}
    annulled = 0
    for bid in sorted(names):
        gone = session.scalars(
            delete(Ballot)
            .where(Ballot.round_id == round_id, Ballot.bid == bid, Ballot.channel == Channel.ONLINE)
            .returning(Ballot.bid)
        )
        annulled += len(gone.all())
    return annulled


def _clear(actor: Actor | None, session: Session, round_id: int) -> None:
    box = locked_box(session, round_id)
    if box.state is BoxState.CLEARED:
        return
    box.state = BoxState.CLEARED
    now = database_now(session)
    session.execute(update(RoundSeal).where(RoundSeal.round_id == round_id).values(key_destroyed_at=now))
    for act in queries.acts(session, round_id):
        joint.forget_person(act)
    _forget_visits(session, box)
    session.flush()
    record(actor, session, box.municipality_id, Action.SEAL_VOTE, "round", round_id, step="key_destroyed")


def _forget_visits(session: Session, box: BallotBox) -> None:
    """What tells who came to vote and when dies with the challenge window, unless another vote is open here."""
    others = session.scalar(
        select(func.count()).where(
            BallotBox.municipality_id == box.municipality_id,
            BallotBox.round_id != box.round_id,
            BallotBox.state.in_((BoxState.OPEN, BoxState.CLOSED)),
        )
    )
    if others:
        return
    for table in (VerificationTry, VoterPass, SentCode):
        session.execute(delete(table).where(table.municipality_id == box.municipality_id))
    session.execute(
        delete(LetterCode).where(
            LetterCode.municipality_id == box.municipality_id, LetterCode.used_at.is_not(None)
        )
    )


def _wipe_traces(database: Database) -> None:
    """Rewrite what the database still holds of deleted rows: the log of SQLite, the dead rows of PostgreSQL."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("ballot", "superseded", "told_ballot", "elector", "paper_entry", "paper_sheet"):
            connection.execute(text(f"vacuum (full) {table}"))


def finish_seals(database: Database, secrets: SecretFolder, folder: Path) -> list[int]:
    """The duty: finish every confirmed seal that a crash interrupted; return their rounds. One in trouble stops no other."""
    with database.read() as session:
        started = [box.round_id for box in queries.unfinished_boxes(session) if _is_confirmed(session, box)]
    finished = []
    for round_id in started:
        try:
            seal(None, database, secrets, folder, round_id)
            finished.append(round_id)
        except (Invalid, Conflict, KeyMissing) as problem:
            log.error("a seal cannot be finished: %s", problem, extra={"round": round_id})
    return finished


def _is_confirmed(session: Session, box: BallotBox) -> bool:
    return box.state in (BoxState.CLOSED, BoxState.SEALED) and _confirmed(session, box.round_id) is not None
