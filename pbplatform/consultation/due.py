"""Due steps, walked by the platform itself: by a duty every few minutes, or by the same duty called by hand."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import ENDS, Phase, obstacles
from pbplatform.consultation import operations, settings, steps
from pbplatform.consultation.models import Round
from pbplatform.consultation.timeline import next_step
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict

log = logging.getLogger(__name__)


def walk_due(database: Database) -> int:
    """Walk every step that is due, each in a transaction of its own, and return how many.

    A round that fell several steps behind while the worker was down goes through all of them, one after the other. What
    is blocked stays where it is; the officer's page says why.
    """
    walked = 0
    with database.read() as session:
        running = session.scalars(
            select(Round.id).where(Round.phase.not_in(ENDS), Round.imported_from.is_(None)).order_by(Round.id)
        ).all()
    for round_id in running:
        while _walk_one(database, round_id):
            walked += 1
    return walked


def _walk_one(database: Database, round_id: int) -> bool:
    # Most rounds have nothing due: look first, so that no writer is held up.
    with database.read() as session:
        if not _is_due(session, session.get_one(Round, round_id)):
            return False
    try:
        with database.transaction() as session:
            found = operations.lock(session, session.get_one(Round, round_id))
            if not _is_due(session, found):
                return False
            step = next_step(found, settings.read(found.settings))
            walker = steps.walker(step) if step else None
            if walker is None:
                return False
            walker.walk(None, session, found)
    except (operations.Blocked, Conflict) as reason:
        log.info("a due step was not walked: %s", reason, extra={"round": round_id})
        return False
    return True


def _is_due(session: Session, found: Round) -> bool:
    """Whether the platform may walk the next step now. A draft nobody has announced is never opened by itself."""
    if found.phase is Phase.DRAFT and found.announced_at is None:
        return False
    step = next_step(found, settings.read(found.settings))
    walker = steps.walker(step) if step else None
    if step is None or walker is None or not walker.automatic:
        return False
    return not obstacles(found.phase, step, walker.facts(session, found))
