"""Closing the vote: shut the box for good, reconcile it with the frozen roll, publish the manifest of the close.

Each step is a transaction of its own and can be repeated after a crash; the state only moves forward.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase, Step
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.consultation.operations import walk
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import KeyMissing, SecretFolder
from pbplatform.foundation.database import Database, database_now, hold
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal import queries as journal
from pbplatform.journal.operations import record
from pbplatform.voting import canon, joint, keys, queries, rules, secrecy, turnout
from pbplatform.voting.casting import box_lock
from pbplatform.voting.models import (
    Ballot,
    BallotBox,
    BoxState,
    Channel,
    Elector,
    JointAct,
    JointKind,
    Superseded,
)
from pbplatform.voting.opening import snapshot_hash

log = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(seconds=5)


class Anomaly(StrEnum):
    """What must be examined before a vote can be counted; each stops the close and stands in the journal."""

    ORPHAN_BALLOTS = "orphan_ballots"
    ROLL_CHANGED = "roll_changed"
    BROKEN_BALLOTS = "broken_ballots"


class CloseProblem(StrEnum):
    """Why the vote cannot be closed or moved."""

    STILL_OPEN = "still_open"


def locked_box(session: Session, round_id: int) -> BallotBox:
    """The box, alone: no ballot goes in until the transaction ends."""
    hold(session, box_lock(round_id))
    return session.scalars(
        select(BallotBox)
        .where(BallotBox.round_id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def close(actor: Actor | None, database: Database, secrets: SecretFolder, round_id: int) -> None:
    """Walk every step of the close that is still to be walked; raise Invalid with the Anomaly that stops it."""
    with database.transaction() as session:
        found = session.get_one(Round, round_id)
        if actor is not None:
            require(actor, Action.CLOSE_VOTE, Subject(found.municipality_id, found.phase))
        _shut(actor, session, found)
    problem = _reconcile(actor, database, secrets, round_id)
    if problem is not None:
        raise problem


def _shut(actor: Actor | None, session: Session, found: Round) -> None:
    box = locked_box(session, found.id)
    if box.state is not BoxState.OPEN:
        return
    now = max(database_now(session), box.high_water)
    if now < box.closes_at:
        raise Invalid(CloseProblem.STILL_OPEN)
    box.state, box.closed_at, box.high_water = BoxState.CLOSED, now, now
    session.flush()
    record(actor, session, found.municipality_id, Action.CLOSE_VOTE, "round", found.id, step="shut")


def _reconcile(
    actor: Actor | None, database: Database, secrets: SecretFolder, round_id: int
) -> Invalid | None:
    with database.transaction() as session:
        found = session.get_one(Round, round_id)
        box = locked_box(session, round_id)
        if box.close_manifest is not None:
            return None
        anomaly = find_anomaly(session, secrets, box)
        if anomaly is not None:
            log.error("the close of a vote found %s", anomaly.reason, extra={"round": round_id})
            record(
                actor,
                session,
                found.municipality_id,
                Action.CLOSE_VOTE,
                "round",
                found.id,
                step="anomaly",
                anomaly=anomaly.reason,
                count=anomaly.values["count"],
            )
            return anomaly
        manifest = close_manifest(session, secrets, box)
        box.close_manifest = manifest
        box.challenge_ends_at = database_now(session) + timedelta(days=box.challenge_days)
        turnout.publish_final(session, secrets, box)
        record(
            actor,
            session,
            found.municipality_id,
            Action.CLOSE_VOTE,
            "round",
            found.id,
            step="manifest",
            manifest=canon.sha256(canon.canonical(manifest)),
        )
        if found.phase is Phase.VOTING:
            facts = rounds.facts_for(session, found, Step.CLOSE_VOTING)
            # The box is shut by its own deadline, which may be later than the plan but never open any more.
            walk(
                actor,
                session,
                found,
                Step.CLOSE_VOTING,
                replace(facts, closes_at=box.closes_at, now=box.high_water),
            )
    return None


def find_anomaly(session: Session, secrets: SecretFolder, box: BallotBox) -> Invalid | None:
    """The first thing that does not fit: a ballot of nobody, a ballot that was tampered with, a frozen roll that changed."""
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    known = {bid for bid, _entry, _district in queries.bids(session, key, box.round_id)}
    orphans = broken = 0
    name = rules.read(box.rules).name
    ballots = session.execute(
        select(Ballot.bid, Ballot.sealed)
        .where(Ballot.round_id == box.round_id)
        .execution_options(yield_per=5_000)
    )
    for bid, kept in ballots:
        orphans += bid not in known
        broken += kept is not None and not _is_sound(key, box, name, bid, kept)
    if orphans:
        return Invalid(Anomaly.ORPHAN_BALLOTS, count=orphans)
    if broken:
        return Invalid(Anomaly.BROKEN_BALLOTS, count=broken)
    if snapshot_hash(session, box.round_id) != box.snapshot_hash or not _changes_have_two_names(session, box):
        return Invalid(Anomaly.ROLL_CHANGED, count=1)
    return None


def _changes_have_two_names(session: Session, box: BallotBox) -> bool:
    """Whether everybody who was added to the frozen roll or taken off it was so by two persons, as the acts say."""
    added: set[int] = set()
    removed: set[int] = set()
    for act in queries.acts(session, box.round_id, JointKind.CHANGE_ELECTOR):
        if act.confirmed_at is None:
            continue
        entry = act.arguments["roll_entry_id"]
        if act.arguments.get("remove"):
            removed.add(entry)
        else:
            added.add(entry)
            removed.discard(entry)
    found = session.execute(
        select(Elector.roll_entry_id, Elector.added_later, Elector.removed).where(
            Elector.round_id == box.round_id,
            Elector.added_later | Elector.removed | Elector.roll_entry_id.in_(removed),
        )
    ).all()
    return {row.roll_entry_id for row in found if row.added_later} <= added and all(
        row.removed == (row.roll_entry_id in removed) for row in found
    )


def _is_sound(key: bytes, box: BallotBox, name: str, bid: str, kept: bytes) -> bool:
    try:
        said = secrecy.open_(key, box.round_id, bid, kept)
    except secrecy.Broken:
        return False
    return said.tracker == canon.tracker(name, box.rules_hash, said.nonce, said.word_hash, said.payload)


def said_online(session: Session, key: bytes, round_id: int) -> Iterator[secrecy.Said]:
    """What every online voter said, in no order; only for a box that is closed."""
    ballots = session.execute(
        select(Ballot.bid, Ballot.sealed)
        .where(Ballot.round_id == round_id, Ballot.channel == Channel.ONLINE)
        .execution_options(yield_per=5_000)
    )
    for bid, kept in ballots:
        yield secrecy.open_(key, round_id, bid, kept or b"")


def close_manifest(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """What is published at the close: how many came in by channel, and the root over the trackers. No choices."""
    channels: Counter[str] = Counter()
    for channel, count in session.execute(
        select(Ballot.channel, func.count()).where(Ballot.round_id == box.round_id).group_by(Ballot.channel)
    ):
        channels[channel.value] = count
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    replaced = session.scalar(select(func.count()).where(Superseded.round_id == box.round_id)) or 0
    added, removed = queries.roll_changes(session, box.round_id)
    return {
        "rules_hash": box.rules_hash,
        "electors": box.electors,
        "electors_added": added,
        "electors_removed": removed,
        "online": channels["online"],
        "paper_ticks": channels["paper"],
        "superseded": replaced,
        "cast": channels["online"] + replaced,
        "tracker_root": canon.merkle_root(said.tracker for said in said_online(session, key, box.round_id)),
    }


def confirm_move_close(actor: Actor, session: Session, found: Round, act: JointAct) -> BallotBox:
    """The second person: the end of the vote is later, as long as the old one has not passed."""
    joint.confirm(actor, session, found, act)
    box = locked_box(session, found.id)
    later = datetime.fromisoformat(act.arguments["closes_at"])
    if box.state is not BoxState.OPEN or max(database_now(session), box.high_water) >= box.closes_at:
        raise Conflict
    if later > box.closes_at:
        before, box.closes_at = box.closes_at, later
        record(
            actor,
            session,
            found.municipality_id,
            Action.MOVE_CLOSE,
            "round",
            found.id,
            before=before.isoformat(),
            after=later.isoformat(),
            reason=act.reason,
        )
    session.flush()
    return box


def kernel_time() -> datetime | None:
    """The time as the operating system's kernel counts it, where it can be read past a process's own clock."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
        started = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
        return datetime.fromtimestamp(started + float(Path("/proc/uptime").read_text().split()[0]), UTC)
    except (OSError, StopIteration, ValueError):
        return None


def clocks_agree(session: Session) -> bool:
    """Whether the database's clock, ours and the kernel's are within a few seconds of each other.

    Nothing is closed for good while they are not: a wrong clock must not end a vote early.
    """
    there, here, kernel = database_now(session), clock.now(), kernel_time()
    spread = [there, here] if kernel is None else [there, here, kernel]
    # The kernel's figure is whole seconds.
    return max(spread) - min(spread) <= CLOCK_TOLERANCE + timedelta(seconds=1)


def keep_time(database: Database) -> None:
    """The duty: raise the high-water mark of every open vote, so that a clock set back later opens nothing again."""
    with database.transaction() as session:
        if not clocks_agree(session):
            log.error("the clocks of server and database differ; no vote is closed until they agree")
            return
        now = database_now(session)
        for box in session.scalars(select(BallotBox).where(BallotBox.state == BoxState.OPEN)):
            box.high_water = max(box.high_water, now)


def close_due(database: Database, secrets: SecretFolder) -> list[int]:
    """The duty: close every vote whose end has passed; return their rounds. One in trouble stops no other."""
    keep_time(database)
    with database.read() as session:
        if not clocks_agree(session):
            return []
        boxes = session.scalars(
            select(BallotBox)
            .where(
                BallotBox.state.in_((BoxState.OPEN, BoxState.CLOSED)),
                BallotBox.closes_at <= BallotBox.high_water,
                BallotBox.close_manifest.is_(None),
            )
            .order_by(BallotBox.round_id)
        )
        due = [box.round_id for box in boxes if not _is_stopped(session, box)]
    closed = []
    for round_id in due:
        try:
            close(None, database, secrets, round_id)
            closed.append(round_id)
        except (Invalid, Conflict, KeyMissing) as problem:
            log.error("a vote cannot be closed: %s", problem, extra={"round": round_id})
    return closed


def _is_stopped(session: Session, box: BallotBox) -> bool:
    """Whether an anomaly stands in the journal already: from then on an officer looks into it and has it checked again."""
    return box.state is BoxState.CLOSED and any(
        entry.details.get("step") == "anomaly"
        for entry in journal.entries_about(
            session, box.municipality_id, Action.CLOSE_VOTE, "round", box.round_id
        )
    )
