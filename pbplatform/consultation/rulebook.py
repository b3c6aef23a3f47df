"""The rule book is the configuration: the settings in force as one canonical document, kept in versions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.consultation import queries
from pbplatform.consultation.models import Category, Envelope, Round, RuleBook, Window
from pbplatform.consultation.plans import plan_of
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest


def content(
    found: Round, windows: Sequence[Window], envelopes: Sequence[Envelope], categories: Sequence[Category]
) -> dict[str, Any]:
    """Everything that the printed rules say, as plain JSON; numbers of rows name envelopes and districts."""
    return {
        "kind": found.kind.value,
        "titles": dict(found.titles),
        "settings": dict(found.settings),
        "windows": {
            window.phase.value: {"opens_at": _iso(window.opens_at), "closes_at": _iso(window.closes_at)}
            for window in windows
        },
        "envelopes": {
            str(envelope.id): {"currency": envelope.currency, "position": envelope.position}
            | plan_of(envelope).values()
            for envelope in envelopes
        },
        "categories": {
            category.code: {"names": dict(category.names), "most_choices": category.most_choices}
            for category in categories
        },
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def in_force(session: Session, found: Round) -> dict[str, Any]:
    """The rules as they stand now."""
    return content(
        found,
        queries.windows(session, found.id),
        queries.envelopes(session, found.id),
        queries.categories(session, found.id),
    )


def fingerprint(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a rule book's content."""
    return digest(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def books(session: Session, round_id: int) -> Sequence[RuleBook]:
    """The published versions, newest first."""
    return session.scalars(
        select(RuleBook).where(RuleBook.round_id == round_id).order_by(RuleBook.number.desc())
    ).all()


def publish(session: Session, found: Round, reason: str = "") -> RuleBook | None:
    """Publish the rules in force as the next version; None when the newest version says the same already."""
    document = json.loads(json.dumps(in_force(session, found)))
    mark = fingerprint(document)
    newest = session.scalar(select(func.max(RuleBook.number)).where(RuleBook.round_id == found.id)) or 0
    if newest:
        last = session.scalars(
            select(RuleBook).where(RuleBook.round_id == found.id, RuleBook.number == newest)
        ).one()
        if last.hash == mark:
            return None
    book = RuleBook(
        municipality_id=found.municipality_id,
        round_id=found.id,
        number=newest + 1,
        content=document,
        hash=mark,
        reason=reason,
        published_at=clock.now(),
    )
    session.add(book)
    session.flush()
    return book
