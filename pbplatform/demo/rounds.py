"""One round in every phase in Georgian (all in Rustavi) and in Bulgarian (spread over five towns), with dates around today.

The rounds stand in `stage.rounds` by municipality and address, and `PLAYS` says at which moment of its life each one is.
Proposals, projects, ballots and money are added by the acts of their own features afterwards.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from pbplatform.charter.phases import Kind, Phase, RoundFacts, Step, transition
from pbplatform.charter.roles import operator
from pbplatform.consultation import operations, planning, queries, settings
from pbplatform.consultation.models import BallotFormat, Round, RuleBook
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, WindowPlan
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import next_step, planned_phases
from pbplatform.demo.round_texts import CANCELLED, CATEGORIES, CITY_WIDE, SCENES, Scene
from pbplatform.demo.stage import Stage
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.conversion import EURO_SINCE
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import queries as notices


class Moment(StrEnum):
    """A moment in a round's life that is worth looking at."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    PROPOSALS = "proposals"
    SUPPORT = "support"
    SCREENING = "screening"
    APPEALS = "appeals"
    LISTED = "listed"
    VOTING = "voting"
    COUNTING = "counting"
    RESULTS = "results"
    IMPLEMENTATION = "implementation"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Play:
    """Which round a town plays, and how far it is."""

    town: str
    address: str
    moment: Moment


PLAYS = (
    Play("rustavi", "participatory-budget-2024", Moment.CLOSED),
    Play("rustavi", "participatory-budget-2025", Moment.IMPLEMENTATION),
    Play("rustavi", "participatory-budget-2026", Moment.RESULTS),
    Play("rustavi", "culture-nearby", Moment.COUNTING),
    Play("rustavi", "night-lights", Moment.CANCELLED),
    Play("rustavi", "river-bank", Moment.LISTED),
    Play("rustavi", "safe-streets", Moment.APPEALS),
    Play("rustavi", "green-courtyards", Moment.SCREENING),
    Play("rustavi", "youth-budget", Moment.SUPPORT),
    Play("rustavi", "school-yards", Moment.PROPOSALS),
    Play("rustavi", "neighbours-together", Moment.DRAFT),
    Play("rustavi", "sport-for-all", Moment.ANNOUNCED),
    Play("rustavi", "participatory-budget-2027", Moment.VOTING),
    Play("burgas", "participatory-budget-2024", Moment.CLOSED),
    Play("burgas", "participatory-budget-2025", Moment.IMPLEMENTATION),
    Play("burgas", "participatory-budget-2026", Moment.RESULTS),
    Play("burgas", "green-courtyards", Moment.SCREENING),
    Play("burgas", "school-yards", Moment.PROPOSALS),
    Play("burgas", "participatory-budget-2027", Moment.VOTING),
    Play("sliven", "night-lights", Moment.CANCELLED),
    Play("sliven", "safe-streets", Moment.APPEALS),
    Play("stara-zagora", "culture-nearby", Moment.COUNTING),
    Play("stara-zagora", "sport-for-all", Moment.ANNOUNCED),
    Play("yambol", "youth-budget", Moment.SUPPORT),
    Play("yambol", "river-bank", Moment.LISTED),
    Play("levski", "neighbours-together", Moment.DRAFT),
    Play("levski", "school-yards", Moment.PROPOSALS),
)
"""The oldest first: the newest round of a town stands first in its lists."""

PHASES = {
    Moment.DRAFT: Phase.DRAFT,
    Moment.ANNOUNCED: Phase.DRAFT,
    Moment.PROPOSALS: Phase.SUBMISSION,
    Moment.SUPPORT: Phase.SUPPORT,
    Moment.SCREENING: Phase.REVIEW,
    Moment.APPEALS: Phase.DISCUSSION,
    Moment.LISTED: Phase.DISCUSSION,
    # The vote opens with its own act, which freezes the rules and the roll.
    Moment.VOTING: Phase.DISCUSSION,
    Moment.COUNTING: Phase.COUNTING,
    # Results are declared, adopted and delivered by the acts of those features; `finish` walks what they left.
    Moment.RESULTS: Phase.RESULTS,
    Moment.IMPLEMENTATION: Phase.IMPLEMENTATION,
    Moment.CLOSED: Phase.CLOSED,
    Moment.CANCELLED: Phase.SUBMISSION,
}
"""The phase in which a round of each moment ends up; the first act stops at the count."""

VOTED = (Moment.COUNTING, Moment.RESULTS, Moment.IMPLEMENTATION, Moment.CLOSED)
"""The vote of these is over."""

AGO = {Moment.COUNTING: 2, Moment.RESULTS: 40, Moment.IMPLEMENTATION: 300, Moment.CLOSED: 700}
"""How many days ago the vote of a round ended."""

LENGTHS = {
    Phase.SUBMISSION: 35,
    Phase.SUPPORT: 21,
    Phase.REVIEW: 40,
    Phase.DISCUSSION: 21,
    Phase.VOTING: 21,
}

PRESENT = {
    Moment.PROPOSALS: (Phase.SUBMISSION, 17),
    Moment.SUPPORT: (Phase.SUPPORT, 10),
    Moment.SCREENING: (Phase.REVIEW, 20),
    Moment.APPEALS: (Phase.DISCUSSION, 5),
    Moment.LISTED: (Phase.DISCUSSION, 18),
    Moment.VOTING: (Phase.VOTING, 8),
    Moment.CANCELLED: (Phase.SUBMISSION, 25),
}
"""For a round that is under way: the phase in which it is, and for how many days it has been."""


def build(stage: Stage) -> None:
    """Plan, announce and walk every round."""
    for play in PLAYS:
        place = stage.municipalities[play.town]
        stage.rounds[play.town, play.address] = _play(stage, place, SCENES[play.address], play.moment)


def finish(stage: Stage) -> None:
    """Walk what is over to its last phase, where no act of another feature has done so."""
    for play in PLAYS:
        if play.moment in VOTED:
            _walk_to(stage, at(stage, play.moment, town=play.town)[0], PHASES[play.moment])


def at(stage: Stage, *moments: Moment, town: str | None = None) -> list[Round]:
    """The rounds at one of these moments, in one town or in all, the oldest first, as this transaction sees them."""
    return [
        stage.session.get_one(Round, stage.rounds[play.town, play.address].id)
        for play in PLAYS
        if play.moment in moments and town in (None, play.town)
    ]


def _play(stage: Stage, place: Municipality, scene: Scene, moment: Moment) -> Round:
    actor, session = operator(place.id), stage.session
    place = session.get_one(Municipality, place.id)
    windows = _windows(moment)
    announced = min(windows[0].opens_at - timedelta(days=20), clock.now())
    now_counts_in = place.currency
    if now_counts_in is Currency.EUR and announced.date() < EURO_SINCE:
        # The towns counted in leva when this round was planned, and its money stays in leva.
        place.currency = Currency.BGN
    found = _planned(stage, place, scene, moment, windows)
    place.currency = now_counts_in
    house: House = stage.app.extensions["house"]
    for draw in operations.Draw:
        stage.lay_lot(operations.seed_name(found, draw))
        operations.commit_lot(actor, session, house.secrets, found, draw)
    if moment is Moment.DRAFT:
        return found
    operations.announce(actor, session, found)
    _announced(stage, found, announced)
    _walk_to(stage, found, Phase.COUNTING if moment in VOTED else PHASES[moment])
    if moment is Moment.CANCELLED:
        reasons = {language: CANCELLED[language] for language in place.languages}
        operations.cancel(actor, session, found, reasons)
        date_back(stage, found, clock.now() - timedelta(days=3))
    return found


def _planned(
    stage: Stage, place: Municipality, scene: Scene, moment: Moment, windows: list[WindowPlan]
) -> Round:
    """The round with its texts, settings, envelopes, categories and dates, before anybody hears of it."""
    actor, session = operator(place.id), stage.session
    words = {language: scene.words[language] for language in place.languages}
    released = next((plan.closes_at for plan in windows if plan.phase is Phase.REVIEW), None)
    found = planning.plan_round(
        actor,
        session,
        place,
        scene.slug,
        {language: said.title for language, said in words.items()},
        {language: said.summary for language, said in words.items()},
        {language: said.text for language, said in words.items()},
        own=RoundSettings(
            support_phase=moment is Moment.SUPPORT,
            # The young asked that somebody looks at every word before it is public.
            moderation_before_publication=moment is Moment.SUPPORT,
            assessments_released_at=released,
            appeal_days=14,
            most_proposals_each=3,
        ),
    )
    for plan in _envelopes(stage, place, scene, moment):
        planning.add_envelope(actor, session, found, plan)
    categories = [
        CategoryPlan(code, {language: names[language] for language in place.languages})
        for code, names in CATEGORIES
    ]
    planning.set_categories(actor, session, found, categories)
    planning.set_windows(actor, session, found, windows)
    return found


def _windows(moment: Moment) -> list[WindowPlan]:
    own = RoundSettings(support_phase=moment is Moment.SUPPORT)
    found: list[WindowPlan] = []
    phases = planned_phases(Kind.BUDGETING, own)
    morning = clock.now().replace(hour=6, minute=0, second=0, microsecond=0)
    if moment in PRESENT:
        phase, days = PRESENT[moment]
        before = sum(LENGTHS[one] for one in phases[: phases.index(phase)])
        start = morning - timedelta(days=before + days)
    elif moment in AGO:
        start = morning - timedelta(days=AGO[moment] + sum(LENGTHS[phase] for phase in phases))
    else:
        start = morning + timedelta(days=18)
    for phase in phases:
        end = start + timedelta(days=LENGTHS[phase])
        found.append(WindowPlan(phase, start, end))
        start = end
    return found


def _envelopes(stage: Stage, place: Municipality, scene: Scene, moment: Moment) -> list[EnvelopePlan]:
    names = {language: CITY_WIDE[language] for language in place.languages}
    share = scene.share // 2 if place.currency is Currency.EUR else scene.share
    city = EnvelopePlan(
        names,
        share * 100,
        lowest_cost=200_000,
        highest_cost=share * 100 // 2,
        support_threshold=30 if moment is Moment.SUPPORT else None,
    )
    if scene.slug == "culture-nearby":
        return [replace(city, ballot_format=BallotFormat.KNAPSACK, most_choices=None)]
    if scene.slug == "neighbours-together":
        return [replace(city, lowest_cost=10_000, highest_cost=100_000)]
    if not scene.districts:
        return [city]
    local = share // 12 // 1_000 * 100_000
    return [city] + [
        EnvelopePlan(
            dict(district.names),
            local,
            district_id=district.id,
            lowest_cost=100_000,
            highest_cost=local,
            most_choices=3,
        )
        for district in municipalities.districts(stage.session, place.id)
    ]


def _walk_to(stage: Stage, found: Round, phase: Phase) -> None:
    """Walk the steps as they would have been walked on their days; the facts of other features come with their acts."""
    own = settings.read(found.settings)
    while found.phase is not phase:
        step = next_step(found, own)
        assert step is not None
        walk(stage, found, step)


def walk(stage: Stage, found: Round, step: Step) -> None:
    """Walk one step on the day that was planned for it."""
    own = settings.read(found.settings)
    windows = {window.phase: window for window in queries.windows(stage.session, found.id)}
    last = max(window.closes_at for window in windows.values())
    to = transition(found.phase, step).to
    day = windows[to].opens_at if to in windows else last + timedelta(days=1)
    closes_at = windows[found.phase].closes_at if found.phase in windows else None
    facts = RoundFacts(
        found.kind, max(day, closes_at or day), day, closes_at, has_support_phase=own.support_phase
    )
    operations.walk(None, stage.session, found, step, facts)
    date_back(stage, found, day)


def _announced(stage: Stage, found: Round, day: datetime) -> None:
    found.announced_at, found.created_at = day, day - timedelta(days=12)
    for book in stage.session.scalars(select(RuleBook).where(RuleBook.round_id == found.id)):
        book.published_at = day
    date_back(stage, found, day)


def date_back(stage: Stage, found: Round, day: datetime) -> None:
    """Let the news of a past step carry its day, so that the lists of news look as they would have grown."""
    notices.public_happenings(stage.session, found.municipality_id, limit=1)[0].at = day
