"""What waits for an officer about rounds: steps that are due, and drafts that nobody has announced."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import ENDS, Obstacle, Phase, obstacles
from pbplatform.charter.policy import Subject, decide
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries, settings, steps
from pbplatform.consultation.desks import Bulk, Item, Queue
from pbplatform.consultation.models import Round
from pbplatform.consultation.timeline import next_step
from pbplatform.foundation.words import say

NOT_YET = {Obstacle.TOO_EARLY, Obstacle.WINDOW_STILL_OPEN}


def officers_queues(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """Steps that can be walked now, steps that are due and blocked, drafts."""
    if decide(actor, Action.WALK_STEP, Subject(municipality_id)) is not None:
        return
    free: list[Item] = []
    blocked: list[Item] = []
    running = session.scalars(
        select(Round)
        .where(
            Round.municipality_id == municipality_id,
            Round.phase.not_in(ENDS),
            Round.imported_from.is_(None),
        )
        .order_by(Round.id)
    ).all()
    for found in running:
        step = next_step(found, settings.read(found.settings))
        walker = steps.walker(step) if step else None
        if step is None or walker is None or (found.phase is Phase.DRAFT and found.announced_at is None):
            continue
        facts = walker.facts(session, found)
        in_the_way = obstacles(found.phase, step, facts)
        if NOT_YET & set(in_the_way):
            continue
        note = say(step) if not in_the_way else " ".join(say(obstacle) for obstacle in in_the_way)
        item = Item(
            found.titles,
            "planning.plan",
            {"round_slug": found.slug},
            note,
            facts.closes_at or facts.opens_at,
            found.slug if walker.endpoint is None and not in_the_way else "",
        )
        (blocked if in_the_way else free).append(item)
    bulk = Bulk("planning.walk_several", "round", _l("Walk the chosen steps"))
    yield Queue("steps", _l("Steps that can be taken now"), len(free), free, bulk=bulk, urgent=True)
    yield Queue(
        "blocked",
        _l("Steps that are due and blocked"),
        len(blocked),
        blocked,
        urgent=True,
        note_label=_l("What is in the way"),
    )
    drafts = queries.hidden_drafts(session, municipality_id)
    yield Queue(
        "drafts",
        _l("Rounds in preparation"),
        len(drafts),
        [Item(one.titles, "planning.plan", {"round_slug": one.slug}) for one in drafts],
    )
