"""The list of a round's proposals: search, filters, order, paging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    case,
    column,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.foundation import search
from pbplatform.foundation.database import Key
from pbplatform.municipalities.models import District
from pbplatform.proposals.models import Proposal, ProposalState

PAGE = 20
LAST_PAGE = 1000
PRIME = 2_147_483_647
SPREAD = 1_103_515_245
SNIPPET = 400


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

_LATEST = select(func.max(Proposal.changed_at)).where(Proposal.round_id == bindparam("round"))
_FILTERS = {
    "category": Proposal.category_id,
    "envelope": Proposal.envelope_id,
    "district": Proposal.district_id,
    "state": Proposal.state,
}
_MATCHED = (
    text(
        "select proposal.id as id, proposal.shuffle as shuffle from search_proposal "
        "cross join proposal indexed by ix_proposal_found on proposal.id = search_proposal.rowid "
        "where search_proposal match :search_words and proposal.round_id = :round and proposal.listed is 1"
    )
    .columns(column("id", Key), column("shuffle", Key))
    .subquery()
)
"""On SQLite, what holds the words. Said in its own way, because its planner would walk the whole round for it."""


def page(session: Session, round_: Round, wanted: Wanted) -> Found:
    """One page of the listed proposals; beyond the last page, the last.

    Without words it walks an index, so it costs the same in a round of any size.
    """
    number = max(wanted.page, 1)
    asked = {"round": round_.id, **_filtered(wanted)}
    if wanted.words:
        return _page_of_words(session, wanted, asked, number)
    filters = tuple(_filtered(wanted))
    turned = wanted.sort is Sort.RANDOM
    if turned:
        asked["start"] = wanted.seed * SPREAD % PRIME
    ahead = wanted.seed % 2 == 0
    total, passed = 0, 0
    if number > 1:
        total, passed = session.execute(_counts(filters, turned=turned, ahead=ahead), asked).one()
        number = min(number, max(1, -(-total // PAGE)))
    skip = (number - 1) * PAGE

    def some(most: int, skip: int, turn: bool | None) -> Sequence[Any]:
        statement = _in_order(filters, wanted.sort, turn=turn, ahead=ahead)
        return session.execute(statement, {**asked, "most": most, "skip": skip}).all()

    if not turned:
        found = some(PAGE, skip, None)
    else:
        # The ring of shuffled proposals, from the visitor's place, in their direction: each is as likely to stand first
        # as any other, and the index gives the order without sorting.
        found = some(PAGE, skip, False) if number == 1 or passed > skip else []
        if len(found) < PAGE and (number == 1 or skip + len(found) < total):
            found = [*found, *some(PAGE - len(found), max(0, skip - passed), True)]
    return Found(found, found[0].total if found else 0, number)


def _page_of_words(session: Session, wanted: Wanted, asked: dict[str, Any], number: int) -> Found:
    """A page of what holds the words; each of its rows says how many there are in all."""

    shape, words = search.asked(session, wanted.words)
    statement = _found_by_words(shape, tuple(_filtered(wanted)), wanted.sort)
    asked = {**asked, **words, "factor": _factor(wanted.seed)}

    def rows(number: int) -> Sequence[Any]:
        return session.execute(statement, {**asked, "skip": (number - 1) * PAGE}).all()

    found = rows(number)
    if found or number == 1:
        return Found(found, found[0].total if found else 0, number)
    # Beyond the last page the last page is shown; the first one knows how many there are.
    first = rows(1)
    total = first[0].total if first else 0
    last = max(1, -(-total // PAGE))
    return Found(rows(last) if last > 1 else first, total, last)


def _filtered(wanted: Wanted) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in _FILTERS}
    return {name: value for name, value in given.items() if value is not None}


def _conditions(filters: Sequence[str]) -> list[ColumnElement[bool]]:
    return [
        Proposal.round_id == bindparam("round"),
        Proposal.listed.is_(True),
        *(_FILTERS[name] == bindparam(name) for name in filters),
    ]


@lru_cache(maxsize=512)
def _in_order(filters: tuple[str, ...], sort: Sort, *, turn: bool | None = None, ahead: bool = True) -> Any:
    """The statement of a page in an order, made once; each row says how many there are in all.

    The index alone passes over the pages before: only the rows that are shown are read. In a visitor's own order
    `turn` says whether the part before or after the turn of the ring is meant, and `ahead` in which direction.
    """
    conditions = _conditions(filters)
    order: tuple[ColumnElement[Any], ...] = (*_order(sort, ahead=ahead), Proposal.id.asc())
    chosen = select(Proposal.id).where(*conditions, *([] if turn is None else [_half(turn, ahead=ahead)]))
    shown = chosen.order_by(*order).limit(bindparam("most")).offset(bindparam("skip")).subquery()
    total = select(func.count()).select_from(Proposal).where(*conditions).correlate(None).scalar_subquery()
    return select(*SHOWN, total.label("total")).join(shown, shown.c.id == Proposal.id).order_by(*order)


def _half(turn: bool, *, ahead: bool) -> ColumnElement[bool]:
    start: Any = bindparam("start")
    before: ColumnElement[bool] = Proposal.shuffle >= start if ahead else Proposal.shuffle <= start
    return ~before if turn else before


@lru_cache(maxsize=256)
def _counts(filters: tuple[str, ...], *, turned: bool, ahead: bool) -> Any:
    """How many there are in all, and in a visitor's own order how many stand before the turn of the ring."""
    before = case((_half(False, ahead=ahead), 1)) if turned else null()
    return select(func.count(), func.count(before)).select_from(Proposal).where(*_conditions(filters))


@lru_cache(maxsize=512)
def _found_by_words(shape: search.Shape, filters: tuple[str, ...], sort: Sort) -> Any:
    """The statement of a page of what holds the words, with the number of all, so that words are looked up once."""
    total = func.count().over().label("total")
    if shape.by_trigrams_alone and sort is Sort.RANDOM and not filters:
        place = _scattered(_MATCHED.c.shuffle)
        chosen = select(_MATCHED.c.id, total, place.label("place")).order_by(place, _MATCHED.c.id)
    else:
        words = search.holding(shape, Proposal.id, Proposal.search)
        order = (_scattered(Proposal.shuffle),) if sort is Sort.RANDOM else _order(sort, ahead=True)
        # The window keeps the order whatever it is, so that the page below need not be told of it twice.
        row = func.row_number().over(order_by=(*order, Proposal.id))
        chosen = (
            select(Proposal.id, total, row.label("place"))
            .where(*_conditions(filters), *([] if words is None else [words]))
            .order_by(row)
        )
    shown = chosen.limit(PAGE).offset(bindparam("skip")).subquery()
    return (
        select(*SHOWN, shown.c.total)
        .join(shown, shown.c.id == Proposal.id)
        .order_by(shown.c.place, Proposal.id)
    )


def _scattered(shuffle: Any) -> ColumnElement[Any]:
    # Multiplying by a number below a prime, modulo that prime, is a permutation; near seeds give far factors.
    scattered: ColumnElement[Any] = (shuffle * bindparam("factor", type_=Key)) % PRIME
    return scattered


def _factor(seed: int) -> int:
    return (seed * SPREAD) % (PRIME - 1) + 1


def _order(sort: Sort, *, ahead: bool) -> tuple[ColumnElement[Any], ...]:
    match sort:
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
        case Sort.RANDOM:
            return (Proposal.shuffle.asc() if ahead else Proposal.shuffle.desc(),)


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
