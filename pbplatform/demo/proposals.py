"""Proposals of the demonstration: as many as each round would have, by people of the town, at places in their districts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as plans
from pbplatform.consultation.models import Category, Envelope, Round, Window
from pbplatform.demo import proposal_texts, scene_ideas_bg, scene_ideas_ka
from pbplatform.demo.proposal_texts import REASONS, STREETS, Idea
from pbplatform.demo.rounds import PLAYS, Moment
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock, geometry
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.i18n import Currency, searchable
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import District, Municipality
from pbplatform.proposals import queries
from pbplatform.proposals.models import (
    CoAuthor,
    CoAuthorState,
    Entry,
    Proposal,
    ProposalState,
    ProposalSupport,
    ProposalVersion,
    SupportChannel,
)

IDEAS = {"ka": proposal_texts.KA + scene_ideas_ka.IDEAS, "bg": proposal_texts.BG + scene_ideas_bg.IDEAS}
THEMES = {
    "green-courtyards": ("green", "children", "access"),
    "safe-streets": ("streets", "access"),
    "night-lights": ("streets",),
}
NUMBERS = {
    "school-yards": 14,
    "youth-budget": 12,
    "green-courtyards": 42,
    "safe-streets": 14,
    "river-bank": 9,
    "night-lights": 5,
    "culture-nearby": 9,
    "participatory-budget-2027": 36,
    "participatory-budget-2026": 34,
    "participatory-budget-2025": 32,
    "participatory-budget-2024": 14,
}
"""How many proposals each round gets; a round that has not opened yet gets none."""


@dataclass(frozen=True)
class Town:
    """What the proposals of one municipality are made from."""

    place: Municipality
    citizens: Sequence[Account]
    officer: Account
    colleague: Account
    reviewer: Account
    districts: Sequence[District]

    @property
    def language(self) -> str:
        """The language in which people write."""
        return str(self.place.languages[0])

    @property
    def reasons(self) -> dict[str, str]:
        """What officers write."""
        return REASONS[self.language]


@dataclass(frozen=True)
class Plan:
    """One round with what its proposals choose from."""

    round: Round
    submission: Window
    envelopes: Sequence[Envelope]
    categories: dict[str, Category]


def town(stage: Stage, slug: str) -> Town:
    """The people and districts of a municipality."""
    place = stage.municipalities[slug]
    officer, colleague, reviewer = (
        stage.accounts[f"{login}@{slug}.example.org"] for login in ("officer", "officer2", "parks")
    )
    return Town(
        place,
        citizens(stage, slug),
        officer,
        colleague,
        reviewer,
        municipalities.districts(stage.session, place.id),
    )


def citizens(stage: Stage, slug: str) -> list[Account]:
    """Everybody of a town who holds no office."""
    return [
        found
        for email, found in stage.accounts.items()
        if email.startswith("citizen") and email.endswith(f"@{slug}.example.org")
    ]


def build(stage: Stage) -> None:
    """Fill every round that has opened."""
    for play in PLAYS:
        if play.address in NUMBERS and play.moment not in (Moment.DRAFT, Moment.ANNOUNCED):
            round_ = stage.session.get_one(Round, stage.rounds[play.town, play.address].id)
            made = _fill(stage, town(stage, play.town), round_)
            if play.moment is Moment.PROPOSALS:
                _begin_drafts(stage, town(stage, play.town), made)
            elif play.moment is Moment.SUPPORT:
                _gather_support(stage, town(stage, play.town), made)


def _fill(stage: Stage, town: Town, round_: Round) -> list[Proposal]:
    plan = Plan(
        round_,
        next(one for one in plans.windows(stage.session, round_.id) if one.phase is Phase.SUBMISSION),
        plans.envelopes(stage.session, round_.id),
        {one.code: one for one in plans.categories(stage.session, round_.id)},
    )
    made = [_propose(stage, town, plan, number) for number in range(NUMBERS[round_.slug])]
    stage.session.flush()
    for number, proposal in enumerate(made):
        _accompany(stage, town, proposal, number)
    stage.session.flush()
    return made


def _chosen(language: str, slug: str, *, big: bool) -> list[Idea]:
    """The ideas that fit a round: its own first, then those of its themes."""
    ideas = IDEAS[language]
    if big:
        return [one for one in ideas if one.big]
    themes = THEMES.get(slug)
    general = [one for one in ideas if not one.scene and not one.big]
    own = [one for one in ideas if one.scene == slug]
    if own and themes is None:
        return own
    return own + [one for one in general if themes is None or one.category in themes]


def _propose(stage: Stage, town: Town, plan: Plan, number: int) -> Proposal:
    dice, language = stage.dice, town.language
    local = [one for one in plan.envelopes if one.district_id is not None]
    envelope = local[number // 2 % len(local)] if local and number % 2 else plan.envelopes[0]
    ideas = _chosen(language, plan.round.slug, big=bool(local) and envelope.district_id is None)
    turn = number // 2 if local else number
    idea = ideas[turn % len(ideas)]
    district = next(
        (one for one in town.districts if one.id == envelope.district_id),
        town.districts[number % len(town.districts)],
    )
    streets = STREETS.get(f"{town.place.slug}/{district.code}") or STREETS[district.code]
    street = streets[number // len(town.districts) % len(streets)]
    latitude, longitude = _point(stage, district)
    author = town.citizens[number % len(town.citizens)]
    at = _moment(stage, plan, number)
    counter = number % 9 == 8
    # What is big stands for the whole town; when it comes a second time, its district tells the two apart.
    where = str(district.names[language]) if turn >= len(ideas) else ""
    title = " – ".join(filter(None, (idea.title, where if idea.big else street)))
    return _added(
        stage,
        Proposal(
            municipality_id=town.place.id,
            round_id=plan.round.id,
            state=ProposalState.SUBMITTED,
            entry=Entry.COUNTER if counter else Entry.ONLINE,
            author_id=None if counter else author.id,
            author_name=author.name,
            entered_by=town.officer.id if counter else None,
            language=language,
            title=title[:120],
            text=idea.text,
            beneficiaries=idea.beneficiaries,
            category_id=plan.categories[idea.category].id,
            envelope_id=envelope.id,
            district_id=district.id,
            address=street,
            latitude=latitude,
            longitude=longitude,
            cost_estimate=_cost(stage, idea, envelope),
            cost_reasoning=town.reasons["reasoning"] if number % 3 == 0 else "",
            search=searchable(title, street, idea.text, idea.beneficiaries),
            shuffle=dice.getrandbits(31),
            submitted_at=at,
            changed_at=at,
        ),
    )


def _added(stage: Stage, proposal: Proposal) -> Proposal:
    stage.session.add(proposal)
    return proposal


def _moment(stage: Stage, plan: Plan, number: int) -> datetime:
    """A minute of the day in the weeks in which proposals were taken, none of them in the future."""
    last = min(plan.submission.closes_at - timedelta(hours=9), clock.now() - timedelta(hours=number + 1))
    whole = int((last - plan.submission.opens_at).total_seconds() // 60)
    # One throw whatever the hour is, so that everything after it falls alike on every day.
    return plan.submission.opens_at + timedelta(minutes=int(whole * stage.dice.uniform(0.05, 1)))


def _accompany(stage: Stage, town: Town, proposal: Proposal, number: int) -> None:
    """Its first version, and for some a co-author."""
    assert proposal.submitted_at is not None
    stage.session.add(
        ProposalVersion(
            municipality_id=town.place.id,
            proposal_id=proposal.id,
            number=1,
            said=queries.said_by(proposal),
            changed_by=proposal.author_id,
            made_at=proposal.submitted_at,
        )
    )
    if number % 4 == 0 and proposal.author_id is not None:
        friend = town.citizens[(number + 3) % len(town.citizens)]
        stage.session.add(
            CoAuthor(
                municipality_id=town.place.id,
                proposal_id=proposal.id,
                account_id=friend.id,
                state=CoAuthorState.ACCEPTED,
                invited_at=proposal.submitted_at,
                answered_at=proposal.submitted_at,
            )
        )


def _cost(stage: Stage, idea: Idea, envelope: Envelope) -> int:
    highest = min(envelope.highest_cost or envelope.amount, envelope.amount)
    # A lev is half a euro, and the sums of rounds planned in leva are twice as high.
    units = 2 if envelope.currency == Currency.BGN else 1
    wanted = int(idea.cost * units * 1000 * stage.dice.uniform(0.85, 1.2)) // 100 * 100 * 100
    return max(min(wanted, highest), envelope.lowest_cost or 100)


def _point(stage: Stage, district: District) -> tuple[float, float]:
    """A point in the district, away from its edges."""
    assert district.outline is not None
    ring = district.outline["coordinates"][0]
    west, east = min(point[0] for point in ring), max(point[0] for point in ring)
    south, north = min(point[1] for point in ring), max(point[1] for point in ring)
    while True:
        latitude, longitude = stage.dice.uniform(south, north), stage.dice.uniform(west, east)
        if geometry.inside(district.outline, latitude, longitude):
            return round(latitude, 6), round(longitude, 6)


def _begin_drafts(stage: Stage, town: Town, made: list[Proposal]) -> None:
    """The last two are still being written, and the first citizen is asked to stand behind one of them."""
    for proposal in made[-2:]:
        proposal.state, proposal.submitted_at = ProposalState.DRAFT, None
        for version in queries.versions(stage.session, proposal.id):
            stage.session.delete(version)
    made[-2].author_id = town.citizens[0].id
    made[-2].author_name = town.citizens[0].name
    stage.session.add(
        CoAuthor(
            municipality_id=town.place.id,
            proposal_id=made[-1].id,
            account_id=town.citizens[0].id,
            email=town.citizens[0].email,
            state=CoAuthorState.INVITED,
            invited_at=clock.now() - timedelta(hours=20),
        )
    )


def _gather_support(stage: Stage, town: Town, made: list[Proposal]) -> None:
    for number, proposal in enumerate(made):
        for supporter in range((number * 7) % 41):
            stage.session.add(
                ProposalSupport(
                    proposal_id=proposal.id,
                    # Residents that exist in no roll, so that nobody of the demonstration has signed for anything.
                    resident=digest(f"demo-{town.place.id}-{supporter}")[:40],
                    channel=SupportChannel.SHEET if supporter % 3 == 0 else SupportChannel.ONLINE,
                )
            )
        proposal.support = (number * 7) % 41
    # The round looks at everything before it is public, and this one came on the last evening.
    made[-1].hidden_at = made[-1].submitted_at
