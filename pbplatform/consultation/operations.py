"""Announcing a round, walking its steps, cancelling it, committing its lots."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import (
    NoSuchStep,
    Obstacle,
    Phase,
    RoundFacts,
    Step,
    obstacles,
    transition,
)
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries, rulebook, settings
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder, digest
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.notices.models import News, Topic
from pbplatform.notices.operations import tell


class Blocked(Invalid):
    """A step cannot be walked yet; `obstacles` names everything in its way."""

    def __init__(self, found: tuple[Obstacle, ...]) -> None:
        super().__init__(found[0])
        self.obstacles = found


def lock(session: Session, found: Round) -> Round:
    """The round's row as it is now, held until the end of the transaction, so that its phase cannot move meanwhile."""
    return session.scalars(
        select(Round).where(Round.id == found.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def walk(actor: Actor | None, session: Session, found: Round, step: Step, facts: RoundFacts) -> Round:
    """Move a round to its next phase: the one function by which every owner of a step does it.

    Without an actor the platform itself walks a due step. Raise Conflict when the step does not leave from the present
    phase (somebody walked it before), Blocked when the charter finds obstacles in the facts.
    """
    before = found.phase
    if actor is not None:
        require(actor, Action.WALK_STEP, Subject(found.municipality_id, before))
    found = lock(session, found)
    try:
        to = transition(found.phase, step).to
    except NoSuchStep:
        raise Conflict from None
    in_the_way = obstacles(found.phase, step, facts)
    if in_the_way:
        raise Blocked(in_the_way)
    before, found.phase = found.phase, to
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        Action.WALK_STEP,
        "round",
        found.id,
        step=step,
        before=before,
        after=to,
    )
    if to is not Phase.CANCELLED:
        _tell(session, found, News.PHASE_OPENED, phase=to)
    return found


def _tell(session: Session, found: Round, news: News, **values: object) -> None:
    tell(
        session,
        found.municipality_id,
        news,
        [(Topic.ROUND, found.id)],
        found.titles,
        f"rounds/{found.slug}/",
        **values,
    )


def announce(actor: Actor, session: Session, found: Round) -> None:
    """Show a draft with its dates and rules to everybody, so that people can prepare."""
    require(actor, Action.PLAN_ROUND, Subject(found.municipality_id, found.phase))
    found = lock(session, found)
    if found.phase is not Phase.DRAFT or found.announced_at is not None:
        raise Conflict
    facts = queries.facts_for(session, found, Step.OPEN_SUBMISSION)
    missing = [
        obstacle
        for obstacle in obstacles(found.phase, Step.OPEN_SUBMISSION, facts)
        if obstacle is not Obstacle.TOO_EARLY
    ]
    if missing:
        raise Blocked(tuple(missing))
    found.announced_at = clock.now()
    session.flush()
    rulebook.publish(session, found)
    record(actor, session, found.municipality_id, Action.PLAN_ROUND, "round", found.id, part="announcement")
    _tell(session, found, News.ROUND_ANNOUNCED)


def _open_facts(session: Session, found: Round) -> RoundFacts:
    return queries.facts_for(session, found, Step.OPEN_SUBMISSION)


def open_submission(actor: Actor | None, session: Session, found: Round) -> None:
    """Open a planned round for proposals and publish its rules, if they are not public already."""
    found = walk(actor, session, found, Step.OPEN_SUBMISSION, _open_facts(session, found))
    if found.announced_at is None:
        found.announced_at = clock.now()
        session.flush()
    rulebook.publish(session, found)


OPEN_SUBMISSION = Walker(_open_facts, open_submission)
"""The step that consultation owns; the other features bring theirs."""


def cancel(actor: Actor, session: Session, found: Round, reasons: Mapping[str, str]) -> None:
    """End a round for good, with a reason that everybody reads."""
    require(actor, Action.CANCEL_ROUND, Subject(found.municipality_id, found.phase))
    kept = {language: reason.strip() for language, reason in reasons.items() if reason.strip()}
    public = found.phase is not Phase.DRAFT or found.announced_at is not None
    facts = replace(RoundFacts(found.kind, clock.now()), cancel_reason=bool(kept))
    found = walk(actor, session, found, Step.CANCEL, facts)
    found.cancel_reasons = kept
    session.flush()
    if public:
        _tell(session, found, News.ROUND_CANCELLED)


class Draw(StrEnum):
    """A lot that is committed before anybody can know what it will decide."""

    NUMBERS = "number"
    TIES = "tie"


def seed_name(found: Round, draw: Draw) -> str:
    """The name of the secret file with the seed of a draw; the vote finds the seed of the ties under this name too."""
    return f"round-{found.id}.seed" if draw is Draw.TIES else f"round-{found.id}-{draw.value}-seed"


def _commitment(draw: Draw, seed: bytes) -> str:
    """What is published of a seed: the numbers' draw hashes its bytes, the lot of the ties its digits as they are printed."""
    return digest(seed.hex()) if draw is Draw.TIES else digest(seed)


def commit_lot(actor: Actor | None, session: Session, secrets: SecretFolder, found: Round, draw: Draw) -> str:
    """Draw a secret seed and publish its SHA-256; doing it again gives the same commitment.

    The seed lies outside the database until the draw is revealed; with the commitment known, nobody can choose another.
    """
    if actor is not None:
        require(actor, Action.PLAN_ROUND, Subject(found.municipality_id, found.phase))
    found = lock(session, found)
    own = settings.read(found.settings)
    known = own.number_commitment if draw is Draw.NUMBERS else own.tie_commitment
    if known:
        return known
    commitment = _commitment(draw, secrets.ensure(seed_name(found, draw)))
    if draw is Draw.NUMBERS:
        own = replace(own, number_commitment=commitment)
    else:
        own = replace(own, tie_commitment=commitment)
    found.settings = settings.write(own)
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        Action.PLAN_ROUND,
        "round",
        found.id,
        part="lot",
        draw=draw,
        commitment=commitment,
    )
    return commitment
