"""From the formal check to the released result. Nothing of it is public before the release."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import settings
from pbplatform.consultation.models import Envelope, Round
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.words import Amount
from pbplatform.journal.operations import record
from pbplatform.notices.models import News
from pbplatform.proposals import operations as changes
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import queries
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import (
    Answer,
    Assessment,
    AssessmentState,
    Interest,
    Note,
    Screening,
    ScreeningState,
    Verdict,
)
from pbplatform.screening.problems import ScreeningProblem

CORRECTION_TIME = timedelta(days=7)
ASSESSMENT_TIME = timedelta(days=21)
LONGEST_REASON = 5_000
LONGEST_GROUND = 500
HIGHEST_COST = 10**13


@dataclass(frozen=True)
class Finding:
    """What a department or coordinator finds. Money in minor units."""

    verdict: Verdict
    reason: str
    cost: int | None = None
    legal_ground: str = ""


def subject(session: Session, round_: Round, proposal: Proposal) -> Subject:
    """What the charter needs to know: authors and whoever declared an interest count as owners, who may not decide."""
    owners = proposals.owners(session, proposal) | queries.interested(session, proposal.id)
    return proposals.subject(proposal, round_, owners)


def check(
    actor: Actor,
    session: Session,
    round_: Round,
    proposal: Proposal,
    answers: Mapping[FormalCriterion, bool],
    note: str = "",
) -> Screening:
    """The formal check: with every criterion met the proposal goes on; otherwise it returns to its authors for a time."""
    require(actor, Action.CHECK_PROPOSAL, subject(session, round_, proposal))
    if set(answers) != set(FormalCriterion):
        raise Invalid(ScreeningProblem.CRITERIA_OPEN)
    passed = all(answers.values())
    text = checked_reason(note, "note", needed=not passed)
    row = _begun(session, round_, proposal)
    if row.state not in (ScreeningState.WAITING, ScreeningState.CHECKED):
        raise Conflict
    row.formal = {criterion.value: met for criterion, met in answers.items()}
    row.formal_note, row.checked_by, row.checked_at = text, actor.account_id, clock.now()
    row.state = ScreeningState.CHECKED if passed else ScreeningState.WAITING
    if not passed:
        proposal.state = ProposalState.RETURNED
        proposal.correction_until = database_now(session) + CORRECTION_TIME
        proposal.changed_at = clock.now()
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.CHECK_PROPOSAL,
        "proposal",
        proposal.id,
        passed=passed,
    )
    session.flush()
    return row


def route(
    actor: Actor,
    session: Session,
    round_: Round,
    proposal: Proposal,
    departments: Collection[str],
    due_at: datetime,
) -> list[Assessment]:
    """Ask departments for their view until a date; those that were asked before keep what they wrote."""
    require(actor, Action.CHECK_PROPOSAL, subject(session, round_, proposal))
    row = _begun(session, round_, proposal)
    if row.state is ScreeningState.WAITING:
        raise Invalid(ScreeningProblem.NOT_CHECKED)
    if row.state in (ScreeningState.SIGNED, ScreeningState.RELEASED):
        raise Conflict
    if not departments:
        raise Invalid(ScreeningProblem.NO_DEPARTMENT, "departments")
    if set(departments) - set(queries.departments(session, proposal.municipality_id)):
        raise Invalid(ScreeningProblem.UNKNOWN_DEPARTMENT, "departments")
    if due_at <= database_now(session):
        raise Invalid(ScreeningProblem.DUE_PAST, "due_at")
    asked = {assessment.department for assessment in queries.assessments(session, proposal.id)}
    added = [
        Assessment(
            municipality_id=proposal.municipality_id,
            proposal_id=proposal.id,
            department=department,
            asked_by=actor.account_id,
            asked_at=clock.now(),
            due_at=due_at,
            criteria={},
        )
        for department in sorted(set(departments) - asked)
    ]
    session.add_all(added)
    row.state = ScreeningState.ROUTED
    session.flush()
    return added


def assess(
    actor: Actor,
    session: Session,
    round_: Round,
    proposal: Proposal,
    assessment: Assessment,
    answers: Mapping[Criterion, Answer],
    finding: Finding,
    version: int,
) -> None:
    """A department's view: criteria, cost, legal ground, reason. `version` is that of the assessment the writer saw."""
    require(actor, Action.ASSESS_PROPOSAL, subject(session, round_, proposal))
    if assessment.department not in queries.departments_of(
        session, proposal.municipality_id, actor.account_id
    ):
        raise Invalid(ScreeningProblem.NOT_YOUR_DEPARTMENT)
    if assessment.version != version or assessment.state is AssessmentState.ACCEPTED:
        raise Conflict
    if set(answers) != set(Criterion):
        raise Invalid(ScreeningProblem.CRITERIA_OPEN, "criteria")
    if finding.verdict is Verdict.FEASIBLE and Answer.NOT_MET in answers.values():
        raise Invalid(ScreeningProblem.CRITERION_CONTRADICTS, "verdict")
    checked = checked_finding(session, proposal, finding)
    assessment.criteria = {criterion.value: answer.value for criterion, answer in answers.items()}
    assessment.verdict, assessment.cost = checked.verdict, checked.cost
    assessment.legal_ground, assessment.reason = checked.legal_ground, checked.reason
    assessment.state = AssessmentState.WRITTEN
    assessment.written_by, assessment.written_at = actor.account_id, clock.now()
    session.flush()


def send_back(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, assessment: Assessment, note: str
) -> None:
    """The coordinator asks a department to look again."""
    require(actor, Action.SIGN_ASSESSMENT, subject(session, round_, proposal))
    if assessment.state is not AssessmentState.WRITTEN:
        raise Conflict
    assessment.return_note = checked_reason(note, "note")
    assessment.state = AssessmentState.RETURNED
    session.flush()


def sign(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, finding: Finding, version: int
) -> Screening:
    """The coordinator's signature: the result that will be released with all others at the set hour.

    `version` is that of the screening the coordinator saw (0 before there was one).
    """
    require(actor, Action.SIGN_ASSESSMENT, subject(session, round_, proposal))
    row = _begun(session, round_, proposal)
    if (version or row.version) != row.version or row.state in (
        ScreeningState.SIGNED,
        ScreeningState.RELEASED,
    ):
        raise Conflict
    written = queries.assessments(session, proposal.id)
    if finding.verdict is Verdict.FEASIBLE:
        if row.state is not ScreeningState.ROUTED:
            raise Invalid(ScreeningProblem.NOT_CHECKED)
        done = (AssessmentState.WRITTEN, AssessmentState.ACCEPTED)
        if not written or any(assessment.state not in done for assessment in written):
            raise Invalid(ScreeningProblem.ASSESSMENTS_OPEN)
    checked = checked_finding(session, proposal, finding)
    row.verdict, row.cost = checked.verdict, checked.cost
    row.reason, row.legal_ground = checked.reason, checked.legal_ground
    row.state, row.signed_by, row.signed_at = ScreeningState.SIGNED, actor.account_id, clock.now()
    for assessment in written:
        if assessment.state is AssessmentState.WRITTEN:
            assessment.state = AssessmentState.ACCEPTED
    session.flush()
    return row


def unsign(actor: Actor, session: Session, round_: Round, proposal: Proposal) -> None:
    """Take a signature back before the release."""
    require(actor, Action.SIGN_ASSESSMENT, subject(session, round_, proposal))
    row = _begun(session, round_, proposal)
    if row.state is not ScreeningState.SIGNED:
        raise Conflict
    row.state = ScreeningState.ROUTED if queries.assessments(session, proposal.id) else ScreeningState.CHECKED
    session.flush()


def hour_of(round_: Round) -> datetime | None:
    """The hour at which the results appear; None when they appear with the opening of the discussion."""
    return settings.read(round_.settings).assessments_released_at


def may_release(session: Session, round_: Round) -> bool:
    """Whether the set hour has come, by the database's clock."""
    hour = hour_of(round_)
    return hour is not None and database_now(session) >= hour


def release(
    actor: Actor | None, session: Session, round_: Round, *, at_opening: bool = False
) -> list[Proposal]:
    """Publish every result of the round at once and return the decided proposals.

    Without an actor the platform does it at the set hour. It never happens before that hour, nor while one is undecided.
    """
    if actor is not None:
        require(actor, Action.RELEASE_ASSESSMENTS, Subject(round_.municipality_id, round_.phase))
    if not may_release(session, round_) and not (at_opening and hour_of(round_) is None):
        raise Invalid(ScreeningProblem.TOO_EARLY)
    if queries.undecided(session, round_.id):
        raise Invalid(ScreeningProblem.UNDECIDED, number=queries.undecided(session, round_.id))
    now = database_now(session)
    rows = session.execute(
        select(Screening, Proposal)
        .join(Proposal, Proposal.id == Screening.proposal_id)
        .where(
            Screening.round_id == round_.id,
            Screening.state == ScreeningState.SIGNED,
            Proposal.state.in_(queries.UNDECIDED),
        )
        .order_by(Proposal.id)
    ).all()
    for screening, proposal in rows:
        admitted = screening.verdict is Verdict.FEASIBLE
        proposal.state = ProposalState.ADMITTED if admitted else ProposalState.REFUSED
        proposal.admitted_cost = screening.cost if admitted else None
        proposal.decision_reason = screening.reason
        proposal.changed_at = now
        screening.state, screening.released_at = ScreeningState.RELEASED, now
        session.flush()
        changes.tell(session, round_, proposal, News.ASSESSMENT_RELEASED)
    if rows:
        record(
            actor,
            session,
            round_.municipality_id,
            Action.RELEASE_ASSESSMENTS,
            "round",
            round_.id,
            admitted=sum(screening.verdict is Verdict.FEASIBLE for screening, _ in rows),
            refused=sum(screening.verdict is Verdict.INFEASIBLE for screening, _ in rows),
        )
    session.flush()
    return [proposal for _screening, proposal in rows]


def note(actor: Actor, session: Session, proposal: Proposal, text: str) -> Note:
    """An internal note."""
    require(actor, Action.NOTE_ON_PROPOSAL, Subject(proposal.municipality_id))
    assert actor.account_id is not None
    row = Note(
        municipality_id=proposal.municipality_id,
        proposal_id=proposal.id,
        author_id=actor.account_id,
        text=checked_reason(text, "text"),
        written_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def declare_interest(actor: Actor, session: Session, proposal: Proposal, text: str) -> Interest:
    """Say that a proposal touches one's own interests; it cannot be unsaid."""
    require(actor, Action.DECLARE_INTEREST, Subject(proposal.municipality_id))
    assert actor.account_id is not None
    if actor.account_id in queries.interested(session, proposal.id):
        raise Conflict
    row = Interest(
        municipality_id=proposal.municipality_id,
        proposal_id=proposal.id,
        account_id=actor.account_id,
        text=checked_reason(text, "text")[:500],
        declared_at=clock.now(),
    )
    session.add(row)
    record(actor, session, proposal.municipality_id, Action.DECLARE_INTEREST, "proposal", proposal.id)
    session.flush()
    return row


def due_reminders(session: Session) -> Sequence[Assessment]:
    """The assessments to remind of now; each is marked so that it is reminded of once a day at most."""
    now = clock.now()
    found = queries.overdue_unreminded(session, now - timedelta(days=1), now + timedelta(days=2))
    for assessment in found:
        assessment.reminded_at = now
    session.flush()
    return found


def checked_finding(session: Session, proposal: Proposal, finding: Finding) -> Finding:
    """A finding whose reason is there and whose cost fits the money; raise Invalid otherwise."""
    reason = checked_reason(finding.reason, "reason")
    if len(finding.legal_ground) > LONGEST_GROUND:
        raise Invalid(ScreeningProblem.TEXT_TOO_LONG, "legal_ground", most=LONGEST_GROUND)
    if finding.verdict is Verdict.FEASIBLE:
        checked_cost(session, proposal, finding.cost)
    return Finding(finding.verdict, reason, finding.cost, finding.legal_ground.strip())


def checked_cost(session: Session, proposal: Proposal, cost: int | None) -> int:
    """The assessed cost of a feasible project; raise Invalid when it is missing or more than its envelope allows."""
    if cost is None or not 0 < cost <= HIGHEST_COST:
        raise Invalid(ScreeningProblem.COST_MISSING, "cost")
    envelope = session.get(Envelope, proposal.envelope_id)
    if envelope is not None:
        highest = min(envelope.highest_cost or envelope.amount, envelope.amount)
        if cost > highest:
            raise Invalid(ScreeningProblem.COST_TOO_HIGH, "cost", most=Amount(highest // 100))
    return cost


def checked_reason(text: str, field: str, *, needed: bool = True) -> str:
    """A reason that people will read; raise Invalid when it is missing or endless."""
    said = text.strip()
    if needed and len(said) < 10:
        raise Invalid(ScreeningProblem.REASON_MISSING, field)
    if len(said) > LONGEST_REASON:
        raise Invalid(ScreeningProblem.TEXT_TOO_LONG, field, most=LONGEST_REASON)
    return said


def _begun(session: Session, round_: Round, proposal: Proposal) -> Screening:
    row = session.get(Screening, proposal.id)
    if row is None:
        row = Screening(
            proposal_id=proposal.id,
            municipality_id=proposal.municipality_id,
            round_id=round_.id,
            state=ScreeningState.WAITING,
            formal={},
        )
        session.add(row)
        session.flush()
    return row
