"""The review of the demonstration's proposals: a full desk, released results with appeals, merges, conflicts, drawn lists."""

from datetime import timedelta

from sqlalchemy import select

from pbplatform.charter.phases import Phase
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as plans
from pbplatform.consultation.models import Round
from pbplatform.demo.people import DEPARTMENTS
from pbplatform.demo.proposals import Town, town
from pbplatform.demo.rounds import PLAYS, Moment
from pbplatform.demo.stage import Stage
from pbplatform.foundation import clock
from pbplatform.proposals import queries
from pbplatform.proposals.models import BallotDraw, Proposal, ProposalState
from pbplatform.screening import ballot
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import (
    Answer,
    AppealState,
    Assessment,
    AssessmentState,
    ConflictKind,
    ConflictState,
    Merge,
    MergeState,
    Note,
    ProposalConflict,
    Screening,
    ScreeningAppeal,
    ScreeningState,
    Verdict,
)

DECIDED = (
    Moment.APPEALS,
    Moment.LISTED,
    Moment.VOTING,
    Moment.COUNTING,
    Moment.RESULTS,
    Moment.IMPLEMENTATION,
    Moment.CLOSED,
)


def build(stage: Stage) -> None:
    """Bring the proposals of every round as far as its phase says."""
    for play in PLAYS:
        if play.moment is not Moment.SCREENING and play.moment not in DECIDED:
            continue
        people = town(stage, play.town)
        round_ = stage.session.get_one(Round, stage.rounds[play.town, play.address].id)
        made = list(
            stage.session.scalars(
                select(Proposal).where(Proposal.round_id == round_.id).order_by(Proposal.id)
            )
        )
        if play.moment is Moment.SCREENING:
            _fill_desk(stage, people, made)
            continue
        _decide_all(stage, people, round_, made)
        if play.moment is Moment.APPEALS:
            _appeal(stage, people, made)
            _merge(stage, people, made[4], made[5])
            _conflict(stage, people, round_, made[8], made[9], ConflictState.OPEN)
        else:
            if play.moment is Moment.VOTING:
                _conflict(stage, people, round_, made[7], made[15], ConflictState.EXCLUSIVE)
            _freeze(stage, people, round_)
    stage.session.flush()


def _screen(town: Town, proposal: Proposal, state: ScreeningState) -> Screening:
    return Screening(
        proposal_id=proposal.id,
        municipality_id=town.place.id,
        round_id=proposal.round_id,
        state=state,
        formal={one.value: True for one in FormalCriterion},
        checked_by=town.officer.id,
        checked_at=proposal.changed_at,
    )


def _assessment(town: Town, proposal: Proposal, department: str, verdict: Verdict | None) -> Assessment:
    answers = {one.value: Answer.MET.value for one in Criterion}
    if verdict is Verdict.INFEASIBLE:
        answers[Criterion.LAND.value] = Answer.NOT_MET.value
    return Assessment(
        municipality_id=town.place.id,
        proposal_id=proposal.id,
        department=DEPARTMENTS[town.language][department],
        state=AssessmentState.WRITTEN if verdict else AssessmentState.ASKED,
        asked_by=town.officer.id,
        asked_at=proposal.changed_at,
        due_at=clock.now() + timedelta(days=proposal.id % 12 - 3),
        criteria=answers if verdict else {},
        verdict=verdict,
        cost=proposal.cost_estimate if verdict is Verdict.FEASIBLE else None,
        legal_ground=town.reasons["ground"] if verdict else "",
        reason=town.reasons["yes" if verdict is Verdict.FEASIBLE else "no"] if verdict else "",
        written_by=town.reviewer.id if verdict else None,
        written_at=proposal.changed_at if verdict else None,
    )


def _fill_desk(stage: Stage, town: Town, made: list[Proposal]) -> None:
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
                    text=town.reasons["note"],
                    written_at=clock.now() - timedelta(days=2),
                )
            )
    made[3].state = ProposalState.RETURNED
    made[3].correction_until = clock.now() + timedelta(days=5)
    first = town.citizens[0].id
    mine, other = next(
        (mine, other)
        for mine in made
        for other in made
        if mine.author_id == first and other.author_id not in (first, None) and _alike(mine, other)
    )
    session.add(
        Merge(
            municipality_id=town.place.id,
            source_id=other.id,
            target_id=mine.id,
            reason=town.reasons["merge"],
            suggested_by=town.officer.id,
            suggested_at=clock.now() - timedelta(days=1),
            source_consent_by=other.author_id,
        )
    )


def _alike(one: Proposal, other: Proposal) -> bool:
    """Whether two ask for the same thing at different places."""
    return one.title.split(" – ")[0] == other.title.split(" – ")[0]


def _decide_all(stage: Stage, town: Town, round_: Round, made: list[Proposal]) -> None:
    review = next(one for one in plans.windows(stage.session, round_.id) if one.phase is Phase.REVIEW)
    for number, proposal in enumerate(made):
        verdict = Verdict.INFEASIBLE if number % 6 == 1 else Verdict.FEASIBLE
        good = verdict is Verdict.FEASIBLE
        screening = _screen(town, proposal, ScreeningState.RELEASED)
        screening.verdict, screening.reason = verdict, town.reasons["yes" if good else "no"]
        screening.cost = proposal.cost_estimate if good else None
        screening.legal_ground = town.reasons["ground"]
        screening.signed_by, screening.signed_at = town.officer.id, review.closes_at - timedelta(days=1)
        screening.released_at = review.closes_at
        assessment = _assessment(town, proposal, "parks", verdict)
        assessment.state = AssessmentState.ACCEPTED
        stage.session.add_all([screening, assessment])
        _admit(proposal, screening)
        proposal.changed_at = review.closes_at


def _admit(proposal: Proposal, screening: Screening) -> None:
    good = screening.verdict is Verdict.FEASIBLE
    proposal.state = ProposalState.ADMITTED if good else ProposalState.REFUSED
    proposal.admitted_cost = proposal.cost_estimate if good else None
    proposal.decision_reason = screening.reason


def _appeal(stage: Stage, town: Town, made: list[Proposal]) -> None:
    """One refusal was appealed against with success, another appeal still waits for its assessor."""
    decided, waiting = [one for one in made if one.state is ProposalState.REFUSED][:2]
    for one, done in ((decided, True), (waiting, False)):
        stage.session.add(
            ScreeningAppeal(
                municipality_id=town.place.id,
                proposal_id=one.id,
                state=AppealState.UPHELD if done else AppealState.OPEN,
                account_id=one.author_id,
                text=town.reasons["appeal"],
                language=one.language,
                made_at=one.changed_at + timedelta(days=2),
                answer=town.reasons["answer"] if done else "",
                cost=one.cost_estimate if done else None,
                decided_by=town.colleague.id if done else None,
                decided_at=one.changed_at + timedelta(days=4) if done else None,
            )
        )
    decided.state, decided.admitted_cost = ProposalState.ADMITTED, decided.cost_estimate


def _merge(stage: Stage, town: Town, source: Proposal, target: Proposal) -> None:
    """The authors of both agreed."""
    stage.session.add(
        Merge(
            municipality_id=town.place.id,
            source_id=source.id,
            target_id=target.id,
            reason=town.reasons["merge"],
            state=MergeState.MERGED,
            suggested_by=town.officer.id,
            suggested_at=source.changed_at - timedelta(days=9),
            source_consent_by=source.author_id,
            target_consent_by=target.author_id,
            decided_at=source.changed_at - timedelta(days=6),
        )
    )
    source.state, source.merged_into_id, source.admitted_cost = ProposalState.MERGED, target.id, None


def _conflict(
    stage: Stage, town: Town, round_: Round, one: Proposal, other: Proposal, state: ConflictState
) -> None:
    """Two proposals for one plot."""
    for proposal in (one, other):
        # Both must stand on the ballot to exclude each other there.
        if proposal.state is ProposalState.REFUSED:
            proposal.state, proposal.admitted_cost = ProposalState.ADMITTED, proposal.cost_estimate
            proposal.decision_reason = town.reasons["yes"]
    other.latitude, other.longitude, other.district_id = one.latitude, one.longitude, one.district_id
    other.address, other.envelope_id = one.address, one.envelope_id
    decided = state is not ConflictState.OPEN
    stage.session.add(
        ProposalConflict(
            municipality_id=town.place.id,
            round_id=round_.id,
            first_id=min(one.id, other.id),
            second_id=max(one.id, other.id),
            kind=ConflictKind.SAME_PLACE,
            state=state,
            reason=town.reasons["conflict"] if decided else "",
            found_at=one.changed_at,
            decided_by=town.colleague.id if decided else None,
            decided_at=one.changed_at if decided else None,
        )
    )
    if decided:
        one.conflict_group = other.conflict_group = f"c{min(one.id, other.id)}"


def _freeze(stage: Stage, town: Town, round_: Round) -> None:
    """Draw the numbers by the seed that was committed, a few days after the results were released."""
    secrets = stage.app.extensions["house"].secrets
    commitment = rounds.commit_lot(None, stage.session, secrets, round_, rounds.Draw.NUMBERS)
    stage.session.flush()
    listed = list(queries.admitted(stage.session, round_.id))
    seed = secrets.read(rounds.seed_name(round_, rounds.Draw.NUMBERS)).hex()
    for proposal, number in ballot.drawn(listed, seed).items():
        proposal.ballot_number = number
    vote = next(one for one in plans.windows(stage.session, round_.id) if one.phase is Phase.VOTING)
    stage.session.add(
        BallotDraw(
            round_id=round_.id,
            municipality_id=town.place.id,
            commitment=commitment,
            seed=seed,
            frozen_at=vote.opens_at - timedelta(days=4),
            frozen_by=town.officer.id,
            list_hash=ballot.list_hash(listed),
        )
    )
