"""Rounds in every phase in Rustavi and Burgas, with dates around today.

The rounds stand in `stage.rounds` by municipality and address. Proposals, projects, ballots and money are added by the
acts of their own features afterwards, each to the rounds whose phase needs them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from pbplatform.charter.phases import Kind, Phase, RoundFacts, transition
from pbplatform.charter.roles import operator
from pbplatform.consultation import operations, planning, queries, settings
from pbplatform.consultation.models import BallotFormat, Round
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, WindowPlan
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import next_step, planned_phases
from pbplatform.demo.round_texts import CATEGORIES, CITY_WIDE, SCENES, Scene
from pbplatform.demo.stage import Stage
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import queries as notices

TOWNS = ("rustavi", "burgas")
AGO = {
    Phase.COUNTING: 2,
    Phase.RESULTS: 40,
    Phase.IMPLEMENTATION: 300,
    Phase.CLOSED: 700,
}
"""How many days ago the vote of a round in a late phase ended."""

LENGTHS = {
    Phase.SUBMISSION: 35,
    Phase.SUPPORT: 21,
    Phase.REVIEW: 40,
    Phase.DISCUSSION: 21,
    Phase.VOTING: 21,
}


def build(stage: Stage) -> None:
    """Plan, announce and walk every round of both towns."""
    for slug in TOWNS:
        place = stage.municipalities[slug]
        for scene in SCENES:
            stage.rounds[slug, scene.slug] = _play(stage, place, scene)


def _play(stage: Stage, place: Municipality, scene: Scene) -> Round:
    actor, session = operator(place.id), stage.session
    words = {language: scene.words[language] for language in place.languages}
    windows = _windows(scene)
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
            support_phase=scene.phase is Phase.SUPPORT,
            assessments_released_at=released,
            most_proposals_each=3,
        ),
    )
    for plan in _envelopes(stage, place, scene):
        planning.add_envelope(actor, session, found, plan)
    planning.set_categories(
        actor,
        session,
        found,
        [
            CategoryPlan(code, {language: names[language] for language in place.languages})
            for code, names in CATEGORIES
        ],
    )
    planning.set_windows(actor, session, found, windows)
    house: House = stage.app.extensions["house"]
    for draw in operations.Draw:
        operations.commit_lot(actor, session, house.secrets, found, draw)
    operations.announce(actor, session, found)
    _walk_to(stage, found, scene.phase)
    return found


def _windows(scene: Scene) -> list[WindowPlan]:
    own = RoundSettings(support_phase=scene.phase is Phase.SUPPORT)
    found: list[WindowPlan] = []
    phases = planned_phases(Kind.BUDGETING, own)
    midnight = clock.now().replace(hour=6, minute=0, second=0, microsecond=0)
    if scene.phase in phases:
        before = sum(LENGTHS[phase] for phase in phases[: phases.index(scene.phase)])
        start = midnight - timedelta(days=before + LENGTHS[scene.phase] // 2)
    elif scene.phase is Phase.DRAFT:
        start = midnight + timedelta(days=18)
    else:
        start = midnight - timedelta(days=AGO[scene.phase] + sum(LENGTHS[phase] for phase in phases))
    for phase in phases:
        end = start + timedelta(days=LENGTHS[phase])
        found.append(WindowPlan(phase, start, end))
        start = end
    return found


def _envelopes(stage: Stage, place: Municipality, scene: Scene) -> list[EnvelopePlan]:
    names = {language: CITY_WIDE[language] for language in place.languages}
    city = EnvelopePlan(
        names,
        scene.share * 100,
        lowest_cost=200_000,
        highest_cost=scene.share * 100 // 2,
        support_threshold=30 if scene.phase is Phase.SUPPORT else None,
    )
    if scene.slug == "culture-nearby":
        return [replace(city, ballot_format=BallotFormat.KNAPSACK, most_choices=None)]
    if not scene.districts:
        return [city]
    share = scene.share // 6 // 1_000 * 100_000
    return [city] + [
        EnvelopePlan(
            dict(district.names),
            share,
            district_id=district.id,
            lowest_cost=100_000,
            highest_cost=share,
            most_choices=3,
        )
        for district in municipalities.districts(stage.session, place.id)
    ]


def _walk_to(stage: Stage, found: Round, phase: Phase) -> None:
    """Walk the steps as they would have been walked on their days; the facts of other features come with their acts."""
    own = settings.read(found.settings)
    windows = {window.phase: window for window in queries.windows(stage.session, found.id)}
    last = max(window.closes_at for window in windows.values())
    while found.phase is not phase:
        step = next_step(found, own)
        assert step is not None
        to = transition(found.phase, step).to
        at = windows[to].opens_at if to in windows else last + timedelta(days=1)
        closes_at = windows[found.phase].closes_at if found.phase in windows else None
        facts = RoundFacts(
            found.kind, max(at, closes_at or at), at, closes_at, has_support_phase=own.support_phase
        )
        operations.walk(None, stage.session, found, step, facts)
        _date_back(stage, found, at)


def _date_back(stage: Stage, found: Round, at: datetime) -> None:
    """Let the news of a past step carry its day, so that the lists of news look as they would have grown."""
    notices.public_happenings(stage.session, found.municipality_id, limit=1)[0].at = at
