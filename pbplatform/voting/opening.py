"""Opening the vote: the lot is committed, the rules and the roll are frozen, the key is made; two persons do it."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Phase, RoundFacts, Step, obstacles
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation import settings as round_settings
from pbplatform.consultation.models import Envelope, Round, Window
from pbplatform.consultation.operations import walk
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.roll import queries as roll
from pbplatform.roll.models import RollEntry
from pbplatform.screening import queries as screening
from pbplatform.voting import canon, joint, keys, listing, queries, rules
from pbplatform.voting.models import BallotBox, BoxState, Elector, JointAct, JointKind, Project


def opening_facts(session: Session, found: Round) -> RoundFacts:
    """What the charter asks before a vote may open, but for the second person and the keys."""
    facts = rounds.facts_for(session, found, Step.OPEN_VOTING)
    return replace(
        facts,
        list_frozen=facts.envelopes > 0 and not _empty_envelopes(session, found.id),
        eligible_voters=roll.size(session, found.municipality_id),
        open_appeals=screening.open_appeals(session, found.id),
        open_conflicts=screening.open_conflicts(session, found.id),
    )


def _empty_envelopes(session: Session, round_id: int) -> set[int]:
    """The envelopes without a project to vote on."""
    filled = select(Project.envelope_id).where(
        Project.round_id == round_id, Project.withdrawn_at.is_(None), Project.envelope_id == Envelope.id
    )
    return set(session.scalars(select(Envelope.id).where(Envelope.round_id == round_id, ~filled.exists())))


def commit_lot(session: Session, secrets: SecretFolder, found: Round, beacon: str = "") -> str:
    """Put the commitment of the seed that orders ties, and the public draw named in advance, into the settings.

    A commitment that the rules already carry stands; without its seed the vote does not open.
    """
    own = round_settings.read(found.settings)
    if own.tie_commitment:
        keys.seed(secrets, found.id, own.tie_commitment)
    commitment = own.tie_commitment or keys.make_seed(secrets, found.id)
    found.settings = round_settings.write(
        replace(own, tie_commitment=commitment, beacon=beacon or own.beacon)
    )
    session.flush()
    return commitment


def ask_to_open(
    actor: Actor, session: Session, secrets: SecretFolder, found: Round, beacon: str = ""
) -> JointAct:
    """The first of two persons: commits the lot and asks for the opening; raise Invalid while something stands in its way."""
    act = joint.ask(actor, session, found, JointKind.OPEN_VOTE, {})
    listing.take_list(session, found)
    commit_lot(session, secrets, found, beacon)
    in_the_way = standing_in_the_way(session, found)
    if in_the_way:
        raise Invalid(in_the_way[0])
    return act


def facts_to_ask(session: Session, found: Round) -> RoundFacts:
    """The facts of an opening that nobody has asked for yet: asking commits the lot and takes the drawn list of admitted
    proposals over onto the ballot, where every envelope must get one of them."""
    facts = replace(opening_facts(session, found), tie_commitment=True)
    if facts.list_frozen or not facts.envelopes:
        return facts
    coming = {proposal.envelope_id for proposal in listing.ready(session, found)}
    return replace(facts, list_frozen=_empty_envelopes(session, found.id) <= coming)


def standing_in_the_way(session: Session, found: Round) -> tuple[Obstacle, ...]:
    """Everything that keeps the vote from opening now; the time may still come."""
    if found.phase is not Phase.DISCUSSION:
        return (Obstacle.LIST_NOT_FROZEN,)
    return tuple(
        found_
        for found_ in obstacles(found.phase, Step.OPEN_VOTING, facts_to_ask(session, found))
        if found_ is not Obstacle.TOO_EARLY
    )


def confirm_opening(
    actor: Actor, session: Session, secrets: SecretFolder, found: Round, act: JointAct
) -> BallotBox:
    """The second person: everything is frozen and the vote is open."""
    joint.confirm(actor, session, found, act)
    return open_vote(actor, session, secrets, found)


def open_vote(actor: Actor | None, session: Session, secrets: SecretFolder, found: Round) -> BallotBox:
    """Freeze rules and roll, commit to the key, and walk the round into its voting phase."""
    if (
        found.phase is not Phase.DISCUSSION
        or queries.box(session, found.municipality_id, found.id) is not None
    ):
        raise Conflict
    listing.take_list(session, found)
    facts = opening_facts(session, found)
    window = _window(session, found)
    place = session.get_one(Municipality, found.municipality_id)
    key_commit, receipt_key = keys.make_keys(secrets, found.id)
    own = round_settings.read(found.settings)
    now = database_now(session)
    box = BallotBox(
        round_id=found.id,
        municipality_id=found.municipality_id,
        state=BoxState.OPEN,
        rules="",
        rules_hash=canon.sha256(""),
        key_commit=key_commit,
        receipt_key=receipt_key,
        tie_commitment=own.tie_commitment,
        snapshot_hash="",
        electors=0,
        opened_at=now,
        closes_at=window.closes_at,
        high_water=now,
        challenge_days=own.challenge_days,
        closed_at=None,
        challenge_ends_at=None,
        close_manifest=None,
    )
    session.add(box)
    session.flush()
    box.electors = _freeze_roll(session, found)
    box.snapshot_hash = snapshot_hash(session, found.id)
    box.rules = rules.write(
        f"{place.slug}/{found.slug}",
        found,
        rounds.envelopes(session, found.id),
        rounds.categories(session, found.id),
        queries.projects(session, found.municipality_id, found.id),
        opens_at=now,
        closes_at=window.closes_at,
        tie_commitment=own.tie_commitment,
        beacon=own.beacon,
        challenge_days=own.challenge_days,
        receipt_key=receipt_key,
        snapshot_hash=box.snapshot_hash,
    )
    box.rules_hash = canon.sha256(box.rules)
    session.flush()
    walk(actor, session, found, Step.OPEN_VOTING, replace(facts, second_person=True, key_present=True))
    return box


def _window(session: Session, found: Round) -> Window:
    window = session.scalar(select(Window).where(Window.round_id == found.id, Window.phase == Phase.VOTING))
    if window is None:
        raise Invalid(Obstacle.WINDOWS_INCOMPLETE)
    return window


def _freeze_roll(session: Session, found: Round) -> int:
    source = select(
        literal(found.id), RollEntry.id, RollEntry.district_id, literal(False), literal(False)
    ).where(RollEntry.municipality_id == found.municipality_id, RollEntry.removed_at.is_(None))
    columns = ["round_id", "roll_entry_id", "district_id", "added_later", "removed"]
    session.execute(insert(Elector).from_select(columns, source))
    return session.scalar(select(func.count()).where(Elector.round_id == found.id)) or 0


def snapshot_hash(session: Session, round_id: int) -> str:
    """The hash of the frozen roll: every hashed id with its district, sorted; entries added later do not count."""
    found = hashlib.sha256()
    rows = session.execute(
        select(RollEntry.id_hash, Elector.district_id)
        .join(Elector, Elector.roll_entry_id == RollEntry.id)
        .where(Elector.round_id == round_id, Elector.added_later.is_(False))
        .order_by(RollEntry.id_hash)
        .execution_options(yield_per=10_000)
    )
    for id_hash, district_id in rows:
        found.update(f"{id_hash}|{district_id or ''}\n".encode())
    return found.hexdigest()


def ask_to_move_close(actor: Actor, session: Session, found: Round, later: datetime, reason: str) -> JointAct:
    """Ask for a later end of the vote; raise Invalid when it is not later."""
    box = queries.box(session, found.municipality_id, found.id)
    if box is None or box.state is not BoxState.OPEN or database_now(session) >= box.closes_at:
        raise Conflict
    if later <= box.closes_at:
        raise Invalid(Obstacle.WINDOWS_OUT_OF_ORDER, "closes_at")
    return joint.ask(actor, session, found, JointKind.MOVE_CLOSE, {"closes_at": later.isoformat()}, reason)
