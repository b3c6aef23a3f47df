"""Questions about rounds."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Kind, Phase, RoundFacts, Step, transition
from pbplatform.consultation import settings
from pbplatform.consultation.models import Category, Envelope, Round, Window
from pbplatform.consultation.timeline import planned_phases
from pbplatform.foundation.database import database_now
from pbplatform.municipalities.models import Municipality


def by_slug(session: Session, municipality_id: int, slug: str) -> Round | None:
    """The round of a municipality with this address."""
    return session.scalar(select(Round).where(Round.municipality_id == municipality_id, Round.slug == slug))


_CURRENCY = (
    select(Envelope.currency)
    .where(Envelope.round_id == Round.id)
    .order_by(Envelope.position)
    .limit(1)
    .correlate(Round)
    .scalar_subquery()
)
"""What the money of a round is counted in: all its envelopes have the currency in which the first was planned."""

_WITH_WINDOWS = (
    select(Round, Window, _CURRENCY)
    .outerjoin(Window, and_(Window.round_id == Round.id, Window.municipality_id == bindparam("place")))
    .where(Round.municipality_id == bindparam("place"), Round.slug == bindparam("slug"))
    .order_by(Window.opens_at)
)
"""Every page of a round begins with this statement, so it is made once."""


def with_windows(
    session: Session, municipality_id: int, slug: str
) -> tuple[Round, list[Window], str | None] | None:
    """The round of this address with its windows in order of time and its currency, in one statement; a round without
    envelopes has no currency yet."""
    rows = session.execute(_WITH_WINDOWS, {"place": municipality_id, "slug": slug}).all()
    if not rows:
        return None
    return rows[0][0], [window for _, window, _ in rows if window is not None], rows[0][2]


def currency(session: Session, found: Round) -> str | None:
    """The currency of a round's money; none before its first envelope."""
    return session.scalar(select(_CURRENCY).where(Round.id == found.id))


_PUBLIC_ROUNDS = (
    select(Round)
    .where(
        Round.municipality_id == bindparam("place"),
        or_(Round.phase != Phase.DRAFT, Round.announced_at.is_not(None)),
    )
    .order_by(Round.created_at.desc(), Round.id.desc())
)
"""A municipality's front page asks this; to build the statement takes longer than to run it."""


def public_rounds(session: Session, municipality_id: int) -> Sequence[Round]:
    """The rounds that anybody may see, newest first."""
    return session.scalars(_PUBLIC_ROUNDS, {"place": municipality_id}).all()


_IN_PHASES = (
    select(Round, Window.closes_at)
    .outerjoin(
        Window,
        and_(
            Window.round_id == Round.id,
            Window.municipality_id == Round.municipality_id,
            Window.phase == Round.phase,
        ),
    )
    .where(Round.phase.in_(bindparam("phases", expanding=True)))
    .order_by(Window.closes_at, Round.id)
)


def in_phases(session: Session, phases: Sequence[Phase]) -> list[tuple[Round, datetime | None]]:
    """The rounds of all municipalities that stand in one of these phases, with its planned end, the soonest first."""
    return [(row[0], row[1]) for row in session.execute(_IN_PHASES, {"phases": list(phases)})]


def is_public(found: Round) -> bool:
    """Whether anybody may see a round: a draft only from its announcement on."""
    return found.phase is not Phase.DRAFT or found.announced_at is not None


def windows(session: Session, round_id: int) -> Sequence[Window]:
    """The planned dates of a round's phases in order of time."""
    return session.scalars(select(Window).where(Window.round_id == round_id).order_by(Window.opens_at)).all()


def envelopes(session: Session, round_id: int) -> Sequence[Envelope]:
    """The envelopes of a round in ballot order."""
    return session.scalars(
        select(Envelope).where(Envelope.round_id == round_id).order_by(Envelope.position)
    ).all()


def categories(session: Session, round_id: int) -> Sequence[Category]:
    """The categories of a round by code."""
    return session.scalars(
        select(Category).where(Category.round_id == round_id).order_by(Category.code)
    ).all()


def is_open(session: Session, found: Round, *phases: Phase) -> bool:
    """Whether one of these phases is open: stored as the present one, and its window not over by the database's clock.

    A phase without a window (the count, the results) is open for as long as it is the stored one.
    """
    if found.phase not in phases:
        return False
    closes_at = session.scalar(
        select(Window.closes_at).where(Window.round_id == found.id, Window.phase == found.phase)
    )
    return closes_at is None or database_now(session) < closes_at


def facts_for(session: Session, found: Round, step: Step) -> RoundFacts:
    """The facts that consultation owns, for the checks of a step; owners of others fill theirs in with `replace`."""
    own = settings.read(found.settings)
    planned = {window.phase: window for window in windows(session, found.id)}
    opening = planned.get(transition(found.phase, step).to)
    closing = planned.get(found.phase)
    needed = planned_phases(found.kind, own)
    dated = [planned[phase] for phase in needed if phase in planned]
    return RoundFacts(
        kind=found.kind,
        now=database_now(session),
        opens_at=opening.opens_at if opening else None,
        closes_at=closing.closes_at if closing else None,
        texts_complete=texts_complete(session, found),
        windows_complete=len(dated) == len(needed),
        windows_in_order=all(earlier.closes_at <= later.opens_at for earlier, later in pairwise(dated)),
        envelopes=_count_envelopes(session, found) if found.kind is Kind.BUDGETING else 0,
        has_support_phase=own.support_phase,
        tie_commitment=bool(own.tie_commitment),
    )


def texts_complete(session: Session, found: Round) -> bool:
    """Whether title, summary and introduction are there in every language of the municipality."""
    languages = session.get_one(Municipality, found.municipality_id).languages
    return all(
        texts.get(language)
        for texts in (found.titles, found.summaries, found.texts)
        for language in languages
    )


def _count_envelopes(session: Session, found: Round) -> int:
    return session.scalar(select(func.count()).where(Envelope.round_id == found.id)) or 0


def round_titles(session: Session, municipality_id: int, round_id: int) -> dict[str, str] | None:
    """The titles of a public round by its number."""
    found = session.get(Round, round_id)
    if found is None or found.municipality_id != municipality_id:
        return None
    return found.titles if is_public(found) else None


def category_titles(session: Session, municipality_id: int, category_id: int) -> dict[str, str] | None:
    """The names of a category of a public round by its number."""
    found = session.get(Category, category_id)
    if found is None or round_titles(session, municipality_id, found.round_id) is None:
        return None
    return found.names


def hidden_drafts(session: Session, municipality_id: int) -> Sequence[Round]:
    """The drafts that only insiders see, newest first."""
    return session.scalars(
        select(Round)
        .where(
            Round.municipality_id == municipality_id,
            Round.phase == Phase.DRAFT,
            Round.announced_at.is_(None),
        )
        .order_by(Round.id.desc())
    ).all()


_WINDOWS_OF = (
    select(Window)
    .where(
        Window.municipality_id == bindparam("place"),
        Window.round_id.in_(bindparam("round_ids", expanding=True)),
    )
    .order_by(Window.opens_at)
)


def windows_of(session: Session, municipality_id: int, round_ids: Sequence[int]) -> dict[int, list[Window]]:
    """The windows of several rounds in one statement."""
    found: dict[int, list[Window]] = {round_id: [] for round_id in round_ids}
    if round_ids:
        asked = {"place": municipality_id, "round_ids": list(round_ids)}
        for window in session.scalars(_WINDOWS_OF, asked):
            found[window.round_id].append(window)
    return found
