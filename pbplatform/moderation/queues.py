"""What moderation puts on the desks: reports and appeals for officers, rulings for the authors they are about."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, decide
from pbplatform.charter.roles import Actor
from pbplatform.consultation.desks import Item, Queue
from pbplatform.foundation.richtext import plain
from pbplatform.foundation.words import say
from pbplatform.moderation import queries
from pbplatform.moderation.models import RulingState

SHOWN = 5
LONGEST_TITLE = 80


def officers_queues(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """What waits for a ruling, and appeals that this very officer may decide."""
    if decide(actor, Action.SEE_REPORTS, Subject(municipality_id)) is not None:
        return
    waiting = queries.queue(session, municipality_id, SHOWN)
    yield Queue(
        "reports",
        _l("Waiting for a ruling"),
        queries.queue_length(session, municipality_id),
        [
            Item(
                {found.case.language: _short(plain(found.case.words))},
                "moderation.rule",
                {"target": found.case.target.value, "target_id": found.case.thing.id},
                ", ".join(say(rule) for rule in found.rules),
            )
            for found in waiting
        ],
        endpoint="moderation.queue",
        note_label=_l("Said to be wrong"),
        urgent=any(found.reports for found in waiting),
    )
    mine = [
        ruling
        for ruling in queries.appeals(session, municipality_id)
        if decide(actor, Action.DECIDE_RULING_APPEAL, queries.appeal_subject(ruling)) is None
    ]
    yield Queue(
        "ruling_appeals",
        _l("Appeals against rulings"),
        len(mine),
        [
            Item({ruling.language: _short(ruling.appeal)}, "moderation.appeal", {"ruling_id": ruling.id})
            for ruling in mine[:SHOWN]
        ],
        endpoint="moderation.queue",
    )


def authors_queues(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """Rulings about what one wrote, the ones that can still be appealed first."""
    if actor.account_id is None:
        return
    rulings = sorted(
        queries.rulings_on(session, municipality_id, actor.account_id),
        key=lambda ruling: ruling.state is not RulingState.RULED,
    )
    yield Queue(
        "rulings",
        _l("Rulings about what you wrote"),
        len(rulings),
        [
            Item(
                {ruling.language: _short(ruling.reason)},
                "moderation.ruling",
                {"ruling_id": ruling.id},
                say(ruling.state),
            )
            for ruling in rulings
        ],
        note_label=_l("Where it stands"),
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
