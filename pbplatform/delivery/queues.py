"""What waits for officers about delivery: projects that are late, those without a public reason first, and lines that
differ from a corrected result."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import adoption
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject, decide
from pbplatform.charter.roles import Actor
from pbplatform.consultation.desks import SHOWN, Item, Queue
from pbplatform.consultation.models import Round
from pbplatform.delivery import queries
from pbplatform.foundation.words import say
from pbplatform.municipalities.models import Municipality


def officers(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """The late projects of every round that is being delivered."""
    if decide(actor, Action.RECORD_DELIVERY, Subject(municipality_id, Phase.IMPLEMENTATION)) is not None:
        return
    place = session.get_one(Municipality, municipality_id)
    adopted = session.scalars(
        select(Round).where(
            Round.municipality_id == municipality_id,
            Round.phase.in_((Phase.IMPLEMENTATION, Phase.CLOSED)),
            Round.imported_from.is_(None),
        )
    ).all()
    zone = ZoneInfo(place.zone)
    waiting = []
    differing = [
        Item(
            found.titles,
            "delivery.amend",
            {"round_slug": found.slug},
            _l("The corrected result and the budget lines differ."),
        )
        for found in adopted
        if adoption.differences(session, found)
    ]
    for found in queries.running(session, municipality_id):
        for standing in queries.board(session, place, found):
            if not standing.missed:
                continue
            first = min(standing.missed, key=lambda milestone: milestone.due_on)
            explained = all(milestone.delay_reasons for milestone in standing.missed)
            item = Item(
                standing.project.titles,
                "delivery.facts",
                {"round_slug": found.slug, "number": standing.line.id},
                say(first.kind) if explained else _l("Please tell the public why it is late."),
                datetime.combine(first.due_on, time.max, zone),
            )
            waiting.append((explained, first.due_on, standing.line.id, item))
    waiting.sort(key=lambda row: row[:3])
    yield Queue(
        "late_projects",
        _l("Late projects"),
        len(waiting),
        [item for *_, item in waiting[:SHOWN]],
        endpoint="delivery.desk",
        urgent=any(not explained for explained, *_ in waiting),
    )
    yield Queue("lines_to_amend", _l("Budget lines to amend"), len(differing), differing, urgent=True)
