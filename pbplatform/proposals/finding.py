"""Finding proposals by what somebody knows of them: what a new one may repeat, and what an officer means by a few words."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, select, union
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation import geometry, search
from pbplatform.foundation.i18n import searchable
from pbplatform.proposals.models import Proposal, ProposalState

MOST_READ = 2000
MOST_SIMILAR = 5
MOST_NAMED = 10
LONGEST_NUMBER = 18
ALIKE = 0.3
NEAR_METRES = 150
NEAR_DEGREES = 0.002


def similar(
    session: Session,
    round_: Round,
    *,
    title: str,
    latitude: float | None,
    longitude: float | None,
    but: int | None,
) -> list[Any]:
    """Listed proposals of the round that a new one may repeat: alike in words, or at the same place."""
    conditions: list[ColumnElement[bool]] = []
    shape, values = search.asked(session, title if len(title) > 3 else "", every=False)
    words = search.holding(shape, Proposal.id, Proposal.search)
    if words is not None:
        conditions.append(words)
    if latitude is not None and longitude is not None:
        conditions.append(
            and_(
                Proposal.latitude.between(latitude - NEAR_DEGREES, latitude + NEAR_DEGREES),
                Proposal.longitude.between(longitude - NEAR_DEGREES, longitude + NEAR_DEGREES),
            )
        )
    if not conditions:
        return []
    question = (
        select(
            Proposal.id,
            Proposal.title,
            Proposal.language,
            Proposal.address,
            Proposal.latitude,
            Proposal.longitude,
        )
        .where(_either(round_, conditions), Proposal.id != (but or 0))
        .limit(MOST_READ)
    )
    scored, likeness = [], search.likeness_to(title)
    for row in session.execute(question, values):
        score = likeness(row.title)
        near = (
            None not in (latitude, longitude, row.latitude, row.longitude)
            and geometry.metres(latitude or 0, longitude or 0, row.latitude, row.longitude) <= NEAR_METRES
        )
        if score >= ALIKE or near:
            scored.append((score + (0.3 if near else 0), row))
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [row for _score, row in scored[:MOST_SIMILAR]]


def named(session: Session, round_: Round, question: str, states: Collection[ProposalState]) -> list[Any]:
    """Listed proposals that somebody means by a number or by words: its number first, then those with the words in the title."""
    shape, values = search.asked(session, question)
    words = search.holding(shape, Proposal.id, Proposal.search)
    if words is None:
        return []
    digits = question.strip()
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < LONGEST_NUMBER else 0
    statement = (
        select(Proposal.id, Proposal.title, Proposal.language, Proposal.address)
        .where(_either(round_, [Proposal.id == number, words]), Proposal.state.in_(states))
        .order_by((Proposal.id == number).desc(), Proposal.id)
        .limit(MOST_READ)
    )
    pieces = search.stems(question)

    def place(row: Any) -> tuple[bool, bool, int]:
        title = searchable(row.title)
        return row.id != number, not all(piece in title for piece in pieces), row.id

    return sorted(session.execute(statement, values), key=place)[:MOST_NAMED]


def _either(round_: Round, conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The round's listed proposals of which one of the conditions is true; each is asked by itself, so that it has its index."""
    found = (
        select(Proposal.id).where(Proposal.round_id == round_.id, Proposal.listed, condition).correlate(None)
        for condition in conditions
    )
    return Proposal.id.in_(union(*found))
