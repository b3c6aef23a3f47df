"""Planning a round and walking its steps."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import NoSuchStep, Obstacle, RoundFacts, Step, obstacles, transition
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record


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
    return found
