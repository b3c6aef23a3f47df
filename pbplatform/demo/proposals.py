"""Proposals of the demonstration: fresh ones, ones gathering support, a full desk, results with an appeal, a frozen list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as plans
from pbplatform.consultation.models import Envelope, Round
from pbplatform.demo.proposal_texts import IDEAS, REASONS, STREETS, Idea
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock, geometry
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.i18n import searchable
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import District, Municipality
from pbplatform.proposals import queries
from pbplatform.proposals.models import (
    BallotDraw,
    CoAuthor,
    CoAuthorState,
    Entry,
    Proposal,
    ProposalState,
    ProposalSupport,
    ProposalVersion,
    SupportChannel,
)
from pbplatform.screening import ballot
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import (
    Answer,
    AppealState,
    Assessment,
    AssessmentState,
    ConflictKind,
    ConflictState,
    Note,
    ProposalConflict,
    Screening,
    ScreeningAppeal,
    ScreeningState,
    Verdict,
)

TOWNS = ("rustavi", "burgas")
THEMES = {
    "school-yards": ("children", "sport", "green", "access"),
    "youth-budget": ("sport", "culture", "streets"),
    "green-courtyards": ("green", "children", "access"),
    "safe-streets": ("streets", "access", "children"),
}
NUMBERS = {
    "school-yards": 14,
    "youth-budget": 12,
    "green-courtyards": 42,
    "safe-streets": 16,
    "participatory-budget-2027": 26,
}
"""How many proposals each round gets."""


@dataclass
class _Town:
    """What the proposals of one municipality are made from."""

    place: Municipality
    citizens: Sequence[Account]
    officer: Account
    colleague: Account
    reviewer: Account
    districts: Sequence[District]


def build(stage: Stage) -> None:
    """Fill the rounds of both towns."""
    for slug in TOWNS:
        place = stage.municipalities[slug]

        def account(login: str, town: str = slug) -> Account:
            return stage.accounts[f"{login}@{town}.example.org"]

        citizens = [
            found
            for email, found in stage.accounts.items()
            if email.startswith("citizen") and f"@{slug}." in email
        ]
        districts = municipalities.districts(stage.session, place.id)
        town = _Town(place, citizens, account("officer"), account("officer2"), account("parks"), districts)
        for (where, address), round_ in stage.rounds.items():
            if where == slug and address in NUMBERS:
                _fill(stage, town, round_)


def _fill(stage: Stage, town: _Town, round_: Round) -> None:
    made = [_propose(stage, town, round_, number) for number in range(NUMBERS[round_.slug])]
    stage.session.flush()
    match round_.phase:
        case Phase.SUBMISSION:
            _begin_drafts(stage, made)
        case Phase.SUPPORT:
            _gather_support(stage, town, made)
        case Phase.REVIEW:
            _fill_desk(stage, town, round_, made)
        case Phase.DISCUSSION:
            _decide_all(stage, town, round_, made)
            _appeal(stage, town, round_, made[1])
            _merge(made[4], made[5])
            _conflict(stage, town, round_, made[6], made[7], ConflictState.OPEN)
        case Phase.VOTING:
            _decide_all(stage, town, round_, made)
            _conflict(stage, town, round_, made[6], made[7], ConflictState.EXCLUSIVE)
            _freeze(stage, town, round_)
        case _:
            pass
    stage.session.flush()


def _propose(stage: Stage, town: _Town, round_: Round, number: int) -> Proposal:
    dice, slug = stage.dice, town.place.slug
    ideas = [one for one in IDEAS[slug] if one.category in THEMES.get(round_.slug, (one.category,))]
    idea = ideas[number % len(ideas)]
    envelopes = plans.envelopes(stage.session, round_.id)
    district = town.districts[(number // len(ideas) + number) % len(town.districts)]
    local = [one for one in envelopes if one.district_id == district.id]
    envelope = local[0] if local and number % 2 else envelopes[0]
    streets = STREETS[district.code]
    street = streets[(number // len(town.districts)) % len(streets)]
    latitude, longitude = _point(stage, district)
    author = town.citizens[number % len(town.citizens)]
    days = dice.randint(1, 16)
    window = next(one for one in plans.windows(stage.session, round_.id) if one.phase is Phase.SUBMISSION)
    at = min(
        window.opens_at + timedelta(days=days, minutes=dice.randint(0, 600)),
        clock.now() - timedelta(hours=number + 1),
    )
    counter = number % 9 == 8
    language = town.place.languages[0]
    title = f"{idea.title} – {street}"[:120]
    proposal = Proposal(
        municipality_id=town.place.id,
        round_id=round_.id,
        state=ProposalState.SUBMITTED,
        entry=Entry.COUNTER if counter else Entry.ONLINE,
        author_id=None if counter else author.id,
        author_name=author.name,
        entered_by=town.officer.id if counter else None,
        language=language,
        title=title,
        text=idea.text,
        beneficiaries=idea.beneficiaries,
        category_id=_category(stage, round_, idea),
        envelope_id=envelope.id,
        district_id=district.id,
        address=street,
        latitude=latitude,
        longitude=longitude,
        cost_estimate=_cost(stage, idea, envelope),
        cost_reasoning=REASONS[slug]["reasoning"] if number % 3 == 0 else "",
        search=searchable(title, street, idea.text, idea.beneficiaries),
        shuffle=dice.getrandbits(31),
        submitted_at=at,
        changed_at=at,
    )
    stage.session.add(proposal)
    stage.session.flush()
    stage.session.add(
        ProposalVersion(
            municipality_id=town.place.id,
            proposal_id=proposal.id,
            number=1,
            said=queries.said_by(proposal),
            changed_by=proposal.author_id,
            made_at=at,
        )
    )
    if number % 4 == 0 and not counter:
        friend = town.citizens[(number + 3) % len(town.citizens)]
        stage.session.add(
            CoAuthor(
                municipality_id=town.place.id,
                proposal_id=proposal.id,
                account_id=friend.id,
                state=CoAuthorState.ACCEPTED,
                invited_at=at,
                answered_at=at,
            )
        )
    return proposal


def _category(stage: Stage, round_: Round, idea: Idea) -> int | None:
    return next(
        (one.id for one in plans.categories(stage.session, round_.id) if one.code == idea.category), None
    )


def _cost(stage: Stage, idea: Idea, envelope: Envelope) -> int:
    highest = min(envelope.highest_cost or envelope.amount, envelope.amount)
    wanted = int(idea.cost * 1000 * stage.dice.uniform(0.8, 1.3)) // 100 * 100 * 100
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


def _begin_drafts(stage: Stage, made: list[Proposal]) -> None:
    """The last two are still being written."""
    for proposal in made[-2:]:
        proposal.state, proposal.submitted_at = ProposalState.DRAFT, None
        for version in queries.versions(stage.session, proposal.id):
            stage.session.delete(version)


def _gather_support(stage: Stage, town: _Town, made: list[Proposal]) -> None:
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


def _screen(town: _Town, proposal: Proposal, state: ScreeningState) -> Screening:
    return Screening(
        proposal_id=proposal.id,
        municipality_id=town.place.id,
        round_id=proposal.round_id,
        state=state,
        formal={one.value: True for one in FormalCriterion},
        checked_by=town.officer.id,
        checked_at=proposal.changed_at,
    )


def _assessment(town: _Town, proposal: Proposal, department: str, verdict: Verdict | None) -> Assessment:
    reasons = REASONS[town.place.slug]
    answers = {one.value: Answer.MET.value for one in Criterion}
    if verdict is Verdict.INFEASIBLE:
        answers[Criterion.LAND.value] = Answer.NOT_MET.value
    return Assessment(
        municipality_id=town.place.id,
        proposal_id=proposal.id,
        department=department,
        state=AssessmentState.WRITTEN if verdict else AssessmentState.ASKED,
        asked_by=town.officer.id,
        asked_at=proposal.changed_at,
        due_at=clock.now() + timedelta(days=proposal.id % 12 - 3),
        criteria=answers if verdict else {},
        verdict=verdict,
        cost=proposal.cost_estimate if verdict is Verdict.FEASIBLE else None,
        legal_ground=reasons["ground"] if verdict else "",
        reason=(reasons["yes"] if verdict is Verdict.FEASIBLE else reasons["no"]) if verdict else "",
        written_by=town.reviewer.id if verdict else None,
        written_at=proposal.changed_at if verdict else None,
    )


def _fill_desk(stage: Stage, town: _Town, round_: Round, made: list[Proposal]) -> None:
    """A third waits for the formal check, a third is with departments, some are ready to be signed, some are signed."""
    session = stage.session
    for number, proposal in enumerate(made):
        kind = number % 6
        if kind in (0, 1):
            continue
        if kind == 2:
            session.add(_screen(town, proposal, ScreeningState.CHECKED))
            continue
        session.add(_screen(town, proposal, ScreeningState.ROUTED))
        done = Verdict.INFEASIBLE if number % 12 == 11 else Verdict.FEASIBLE
        session.add(_assessment(town, proposal, "parks", None if kind == 3 else done))
        session.add(_assessment(town, proposal, "roads", None if kind in (3, 4) else Verdict.FEASIBLE))
        if kind == 4:
            session.add(
                Note(
                    municipality_id=town.place.id,
                    proposal_id=proposal.id,
                    author_id=town.colleague.id,
                    text=REASONS[town.place.slug]["note"],
                    written_at=clock.now() - timedelta(days=2),
                )
            )
    made[3].state = ProposalState.RETURNED
    made[3].correction_until = clock.now() + timedelta(days=5)
    rounds.commit_lot(None, session, stage.app.extensions["house"].secrets, round_, rounds.Draw.NUMBERS)


def _decide_all(stage: Stage, town: _Town, round_: Round, made: list[Proposal]) -> None:
    reasons = REASONS[town.place.slug]
    review = next(one for one in plans.windows(stage.session, round_.id) if one.phase is Phase.REVIEW)
    for number, proposal in enumerate(made):
        verdict = Verdict.INFEASIBLE if number % 5 == 1 else Verdict.FEASIBLE
        good = verdict is Verdict.FEASIBLE
        screening = _screen(town, proposal, ScreeningState.RELEASED)
        screening.verdict, screening.reason = verdict, reasons["yes" if good else "no"]
        screening.cost = proposal.cost_estimate if good else None
        screening.legal_ground = reasons["ground"]
        screening.signed_by, screening.signed_at = town.officer.id, review.closes_at - timedelta(days=1)
        screening.released_at = review.closes_at
        assessment = _assessment(town, proposal, "parks", verdict)
        assessment.state = AssessmentState.ACCEPTED
        stage.session.add_all([screening, assessment])
        proposal.state = ProposalState.ADMITTED if good else ProposalState.REFUSED
        proposal.admitted_cost = proposal.cost_estimate if good else None
        proposal.decision_reason, proposal.changed_at = screening.reason, review.closes_at


def _appeal(stage: Stage, town: _Town, round_: Round, proposal: Proposal) -> None:
    """One refusal was appealed against with success, another appeal still waits."""
    reasons = REASONS[town.place.slug]
    waiting = stage.session.scalars(
        select(Proposal)
        .where(
            Proposal.round_id == round_.id,
            Proposal.state == ProposalState.REFUSED,
            Proposal.id != proposal.id,
        )
        .order_by(Proposal.id)
    ).first()
    for one, decided in ((proposal, True), (waiting, False)):
        if one is None:
            continue
        stage.session.add(
            ScreeningAppeal(
                municipality_id=town.place.id,
                proposal_id=one.id,
                state=AppealState.UPHELD if decided else AppealState.OPEN,
                account_id=one.author_id,
                text=reasons["appeal"],
                language=one.language,
                made_at=one.changed_at + timedelta(days=2),
                answer=reasons["answer"] if decided else "",
                cost=one.cost_estimate if decided else None,
                decided_by=town.colleague.id if decided else None,
                decided_at=one.changed_at + timedelta(days=5) if decided else None,
            )
        )
        if decided:
            one.state, one.admitted_cost = ProposalState.ADMITTED, one.cost_estimate


def _merge(source: Proposal, target: Proposal) -> None:
    source.state, source.merged_into_id, source.admitted_cost = ProposalState.MERGED, target.id, None


def _conflict(
    stage: Stage, town: _Town, round_: Round, one: Proposal, other: Proposal, state: ConflictState
) -> None:
    """Two proposals for one plot."""
    for proposal in (one, other):
        # Both must stand on the ballot to exclude each other there.
        if proposal.state is ProposalState.REFUSED:
            proposal.state, proposal.admitted_cost = ProposalState.ADMITTED, proposal.cost_estimate
            proposal.decision_reason = REASONS[town.place.slug]["yes"]
    other.latitude, other.longitude, other.district_id = one.latitude, one.longitude, one.district_id
    if one.envelope_id != other.envelope_id:
        other.envelope_id = one.envelope_id
    decided = state is not ConflictState.OPEN
    stage.session.add(
        ProposalConflict(
            municipality_id=town.place.id,
            round_id=round_.id,
            first_id=min(one.id, other.id),
            second_id=max(one.id, other.id),
            kind=ConflictKind.SAME_PLACE,
            state=state,
            reason=REASONS[town.place.slug]["conflict"] if decided else "",
            found_at=one.changed_at,
            decided_by=town.colleague.id if decided else None,
            decided_at=one.changed_at if decided else None,
        )
    )
    if decided:
        one.conflict_group = other.conflict_group = f"c{min(one.id, other.id)}"


def _freeze(stage: Stage, town: _Town, round_: Round) -> None:
    secrets = stage.app.extensions["house"].secrets
    commitment = rounds.commit_lot(None, stage.session, secrets, round_, rounds.Draw.NUMBERS)
    stage.session.flush()
    listed = list(queries.admitted(stage.session, round_.id))
    seed = secrets.read(rounds.seed_name(round_, rounds.Draw.NUMBERS)).hex()
    for proposal, number in ballot.drawn(listed, seed).items():
        proposal.ballot_number = number
    stage.session.add(
        BallotDraw(
            round_id=round_.id,
            municipality_id=town.place.id,
            commitment=commitment,
            seed=seed,
            frozen_at=clock.now() - timedelta(days=12),
            frozen_by=town.officer.id,
            list_hash=ballot.list_hash(listed),
        )
    )
