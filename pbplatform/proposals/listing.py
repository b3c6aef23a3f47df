"""The list of a round's proposals: search, filters, order, paging; and the proposals that resemble one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.foundation import geometry, search
from pbplatform.municipalities.models import District
from pbplatform.proposals.models import Proposal, ProposalState

PAGE = 20
LAST_PAGE = 1000
PRIME = 2_147_483_647
SPREAD = 1_103_515_245
SNIPPET = 400
MOST_SIMILAR = 5
ALIKE = 0.3
NEAR_METRES = 150
NEAR_DEGREES = 0.002


class Sort(StrEnum):
    """The orders of a list."""

    RANDOM = "random"
    """Each visitor's own order, the same on every visit, so that nobody's proposal always comes last."""
    NEWEST = "newest"
    SUPPORT = "support"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NUMBER = "number"


@dataclass(frozen=True)
class Wanted:
    """What a reader asked the list for."""

    words: str = ""
    category: int | None = None
    envelope: int | None = None
    district: int | None = None
    state: ProposalState | None = None
    sort: Sort = Sort.RANDOM
    page: int = 1
    seed: int = 1

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.words or self.category or self.envelope or self.district or self.state)


@dataclass(frozen=True)
class Choices:
    """What a round's lists can be filtered by: names by number."""

    envelopes: Mapping[int, dict[str, str]] = field(default_factory=dict)
    categories: Mapping[int, dict[str, str]] = field(default_factory=dict)
    districts: Mapping[int, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One page of a list."""

    rows: Sequence[Any]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


_CHOICES: Any = union_all(
    select(
        literal("envelope").label("what"),
        Envelope.id.label("id"),
        Envelope.position.label("place"),
        Envelope.names.label("names"),
    ).where(Envelope.round_id == bindparam("round")),
    select(literal("category"), Category.id, Category.id, Category.names).where(
        Category.round_id == bindparam("round")
    ),
    select(literal("district"), District.id, District.id, District.names).where(
        District.municipality_id == bindparam("place_id")
    ),
).order_by("what", "place")


def choices(session: Session, round_: Round) -> Choices:
    """Envelopes, categories and districts in one statement."""
    named: dict[str, dict[int, dict[str, str]]] = {"envelope": {}, "category": {}, "district": {}}
    for row in session.execute(_CHOICES, {"round": round_.id, "place_id": round_.municipality_id}):
        named[row.what][row.id] = row.names
    return Choices(named["envelope"], named["category"], named["district"])


SHOWN = (
    Proposal.id,
    Proposal.title,
    func.substr(Proposal.text, 1, SNIPPET).label("beginning"),
    Proposal.language,
    Proposal.state,
    Proposal.cover,
    Proposal.address,
    Proposal.author_name,
    Proposal.category_id,
    Proposal.envelope_id,
    Proposal.district_id,
    Proposal.cost_estimate,
    Proposal.admitted_cost,
    Proposal.support,
    Proposal.submitted_at,
    Proposal.ballot_number,
)
"""What a list shows of a proposal."""

_ROWS = select(*SHOWN)
_NUMBER = select(func.count()).select_from(Proposal)
_LATEST = select(func.max(Proposal.changed_at)).where(Proposal.round_id == bindparam("round"))


def page(session: Session, round_: Round, wanted: Wanted) -> Found:
    """One page of the listed proposals. Without words it walks an index, so it costs the same in a round of any size."""
    if wanted.words:
        return _found_by_words(session, round_, wanted)
    conditions = _conditions(session, round_, wanted)
    total = session.scalar(_NUMBER.where(*conditions)) or 0
    number = min(max(wanted.page, 1), max(1, -(-total // PAGE)))
    if wanted.sort is Sort.RANDOM:
        return Found(_turned(session, conditions, wanted.seed, (number - 1) * PAGE), total, number)
    rows = session.execute(
        _ROWS.where(*conditions)
        .order_by(*_order(wanted), Proposal.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Found(rows, total, number)


def _turned(session: Session, conditions: list[ColumnElement[bool]], seed: int, skip: int) -> list[Any]:
    """The page of a visitor's own order: the ring of shuffled proposals, from the visitor's place, in their direction.

    Each proposal is as likely to stand first as any other, and the index gives the order without sorting.
    """
    start = seed * SPREAD % PRIME
    ahead = seed % 2 == 0
    key = Proposal.shuffle.asc() if ahead else Proposal.shuffle.desc()
    before_the_turn = Proposal.shuffle >= start if ahead else Proposal.shuffle <= start

    def some(condition: ColumnElement[bool], most: int, offset: int) -> list[Any]:
        question = _ROWS.where(*conditions, condition).order_by(key, Proposal.id)
        return list(session.execute(question.limit(most).offset(offset)).all())

    rows = some(before_the_turn, PAGE, skip)
    if len(rows) < PAGE:
        passed = skip + len(rows)
        if not rows and skip:
            counting = _NUMBER.where(*conditions, before_the_turn)
            passed = session.scalar(counting) or 0
        rows += some(~before_the_turn, PAGE - len(rows), max(0, skip - passed))
    return rows


def _found_by_words(session: Session, round_: Round, wanted: Wanted) -> Found:
    """One page of what holds the words, with the number of all, so that the words are looked up once."""

    def rows(number: int) -> Sequence[Any]:
        order = _order(wanted)
        chosen = (
            select(Proposal.id, func.count().over().label("total"))
            .where(*_conditions(session, round_, wanted))
            .order_by(*order, Proposal.id)
            .limit(PAGE)
            .offset((number - 1) * PAGE)
            .subquery()
        )
        return session.execute(
            select(*SHOWN, chosen.c.total)
            .join(chosen, chosen.c.id == Proposal.id)
            .order_by(*order, Proposal.id)
        ).all()

    found = rows(max(wanted.page, 1))
    if found or wanted.page <= 1:
        return Found(found, found[0].total if found else 0, max(wanted.page, 1))
    first = rows(1)
    total = first[0].total if first else 0
    last = max(1, -(-total // PAGE))
    return Found(rows(last), total, last)


def _conditions(session: Session, round_: Round, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Proposal.round_id == round_.id, Proposal.listed.is_(True)]
    for column, value in (
        (Proposal.category_id, wanted.category),
        (Proposal.envelope_id, wanted.envelope),
        (Proposal.district_id, wanted.district),
        (Proposal.state, wanted.state),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.words:
        words = search.containing(session, Proposal.id, Proposal.search, wanted.words)
        if words is not None:
            found.append(words)
    return found


def _order(wanted: Wanted) -> tuple[ColumnElement[Any], ...]:
    match wanted.sort:
        case Sort.NEWEST:
            return (Proposal.submitted_at.desc(),)
        case Sort.SUPPORT:
            return (Proposal.support.desc(),)
        case Sort.CHEAPEST:
            return (func.coalesce(Proposal.admitted_cost, Proposal.cost_estimate),)
        case Sort.DEAREST:
            return (func.coalesce(Proposal.admitted_cost, Proposal.cost_estimate).desc(),)
        case Sort.NUMBER:
            return (Proposal.envelope_id.asc(), Proposal.ballot_number.asc())
    # Multiplying by a number below a prime, modulo that prime, is a permutation; near seeds give far factors.
    factor = (wanted.seed * SPREAD) % (PRIME - 1) + 1
    return ((Proposal.shuffle * factor) % PRIME,)


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
    words = (
        search.containing(session, Proposal.id, Proposal.search, title, every=False)
        if len(title) > 3
        else None
    )
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
        .where(Proposal.round_id == round_.id, Proposal.listed, or_(*conditions), Proposal.id != (but or 0))
        .limit(2000)
    )
    scored = []
    for row in session.execute(question):
        score = search.likeness(title, row.title)
        near = (
            None not in (latitude, longitude, row.latitude, row.longitude)
            and geometry.metres(latitude or 0, longitude or 0, row.latitude, row.longitude) <= NEAR_METRES
        )
        if score >= ALIKE or near:
            scored.append((score + (0.3 if near else 0), row))
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [row for _score, row in scored[:MOST_SIMILAR]]


def places(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The listed proposals that have a point, for the map."""
    rows = session.execute(
        select(Proposal.id, Proposal.title, Proposal.latitude, Proposal.longitude, Proposal.category_id)
        .where(Proposal.round_id == round_.id, Proposal.listed, Proposal.latitude.is_not(null()))
        .order_by(Proposal.id)
    )
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(row.longitude, 6), round(row.latitude, 6)]},
            "properties": {"id": row.id, "title": row.title, "category": row.category_id},
        }
        for row in rows
    ]


def edition(session: Session, round_: Round) -> str:
    """What the map data is cached under: every change of a proposal that lists could show bears a later hour."""
    latest = session.scalar(_LATEST, {"round": round_.id})
    return f"{round_.id}-{latest.isoformat() if latest else ''}"
