"""Questions about the screening of proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Membership
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.proposals.models import BallotDraw, Proposal, ProposalState
from pbplatform.screening.models import (
    AppealState,
    Assessment,
    AssessmentState,
    ConflictState,
    Interest,
    Merge,
    MergeState,
    Note,
    ProposalConflict,
    Screening,
    ScreeningAppeal,
    ScreeningState,
)

UNDECIDED = (ProposalState.SUBMITTED, ProposalState.RETURNED)
QUEUE = 50


@dataclass(frozen=True)
class QueueRow:
    """A proposal on an officer's desk."""

    proposal: Proposal
    state: ScreeningState
    open_assessments: int
    earliest_due: datetime | None


def screening(session: Session, proposal_id: int) -> Screening | None:
    """The review of a proposal, once somebody has begun it."""
    return session.get(Screening, proposal_id)


def assessments(session: Session, proposal_id: int) -> Sequence[Assessment]:
    """The departments' views, by department."""
    return session.scalars(
        select(Assessment).where(Assessment.proposal_id == proposal_id).order_by(Assessment.department)
    ).all()


def notes(session: Session, proposal_id: int) -> Sequence[Note]:
    """The internal notes, oldest first."""
    return session.scalars(select(Note).where(Note.proposal_id == proposal_id).order_by(Note.id)).all()


def interests(session: Session, proposal_id: int) -> Sequence[Interest]:
    """Who has declared an interest."""
    return session.scalars(
        select(Interest).where(Interest.proposal_id == proposal_id).order_by(Interest.id)
    ).all()


def interested(session: Session, proposal_id: int) -> frozenset[int]:
    """The accounts that may not decide because of a declared interest."""
    return frozenset(session.scalars(select(Interest.account_id).where(Interest.proposal_id == proposal_id)))


def involved(session: Session, proposal_id: int) -> frozenset[int]:
    """Everybody who had a part in the first decision, so that another can decide the appeal."""
    found: set[int | None] = set(
        session.scalars(select(Assessment.written_by).where(Assessment.proposal_id == proposal_id))
    )
    row = screening(session, proposal_id)
    if row is not None:
        found |= {row.signed_by, row.checked_by}
    return frozenset(number for number in found if number is not None)


def departments(session: Session, municipality_id: int) -> Sequence[str]:
    """The departments that have reviewers."""
    return session.scalars(
        select(Membership.department)
        .where(
            Membership.municipality_id == municipality_id,
            Membership.role == Role.REVIEWER,
            Membership.department != "",
        )
        .distinct()
        .order_by(Membership.department)
    ).all()


def departments_of(session: Session, municipality_id: int, account_id: int | None) -> frozenset[str]:
    """The departments an account reviews for."""
    return frozenset(
        session.scalars(
            select(Membership.department).where(
                Membership.municipality_id == municipality_id,
                Membership.account_id == account_id,
                Membership.role == Role.REVIEWER,
            )
        )
    )


def reviewers(session: Session, municipality_id: int, department: str) -> Sequence[int]:
    """The accounts that review for a department."""
    return session.scalars(
        select(Membership.account_id).where(
            Membership.municipality_id == municipality_id,
            Membership.role == Role.REVIEWER,
            Membership.department == department,
        )
    ).all()


def queue(
    session: Session, round_: Round, state: ScreeningState | None, page: int = 1
) -> tuple[list[QueueRow], int]:
    """The round's undecided proposals in one state of review, and how many there are: those with the nearest deadline
    first, then the oldest."""
    shown = func.coalesce(Screening.state, ScreeningState.WAITING)
    conditions = [Proposal.round_id == round_.id, Proposal.state.in_(UNDECIDED)]
    if state is not None:
        conditions.append(shown == state)
    base = select(Proposal.id).outerjoin(Screening, Screening.proposal_id == Proposal.id).where(*conditions)
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    waiting = (
        select(
            Assessment.proposal_id.label("proposal_id"),
            func.count().label("open"),
            func.min(Assessment.due_at).label("due"),
        )
        .where(Assessment.state.in_((AssessmentState.ASKED, AssessmentState.RETURNED)))
        .group_by(Assessment.proposal_id)
        .subquery()
    )
    rows = session.execute(
        select(Proposal, Screening.state, waiting.c.open, waiting.c.due)
        .outerjoin(Screening, Screening.proposal_id == Proposal.id)
        .outerjoin(waiting, waiting.c.proposal_id == Proposal.id)
        .where(*conditions)
        .order_by(waiting.c.due.is_(None), waiting.c.due, Proposal.submitted_at, Proposal.id)
        .limit(QUEUE)
        .offset((page - 1) * QUEUE)
    )
    return [QueueRow(row[0], row[1] or ScreeningState.WAITING, row[2] or 0, row[3]) for row in rows], total


def queue_counts(session: Session, round_: Round) -> dict[ScreeningState, int]:
    """How many undecided proposals are in each state of review."""
    shown = func.coalesce(Screening.state, ScreeningState.WAITING)
    rows = session.execute(
        select(shown, func.count())
        .select_from(Proposal)
        .outerjoin(Screening, Screening.proposal_id == Proposal.id)
        .where(Proposal.round_id == round_.id, Proposal.state.in_(UNDECIDED))
        .group_by(shown)
    )
    return {ScreeningState(row[0]): row[1] for row in rows}


def department_queue(session: Session, municipality_id: int, departments: frozenset[str]) -> list[Any]:
    """What waits for the departments' assessment: (assessment, proposal, round), the nearest deadline first."""
    return list(
        session.execute(
            select(Assessment, Proposal, Round)
            .join(Proposal, Proposal.id == Assessment.proposal_id)
            .join(Round, Round.id == Proposal.round_id)
            .where(
                Assessment.municipality_id == municipality_id,
                Assessment.department.in_(departments),
                Assessment.state.in_((AssessmentState.ASKED, AssessmentState.RETURNED)),
                Proposal.state.in_(UNDECIDED),
            )
            .order_by(Assessment.due_at, Assessment.id)
            .limit(200)
        ).all()
    )


def overdue_unreminded(session: Session, now: datetime, soon: datetime) -> Sequence[Assessment]:
    """Open assessments that are due soon or overdue and whose reviewers have not been reminded since a day."""
    return session.scalars(
        select(Assessment)
        .join(Proposal, Proposal.id == Assessment.proposal_id)
        .where(
            Assessment.state.in_((AssessmentState.ASKED, AssessmentState.RETURNED)),
            Assessment.due_at <= soon,
            or_(Assessment.reminded_at.is_(None), Assessment.reminded_at <= now),
            Proposal.state.in_(UNDECIDED),
        )
        .order_by(Assessment.municipality_id, Assessment.due_at, Assessment.id)
        .limit(500)
    ).all()


def undecided(session: Session, round_id: int) -> int:
    """How many proposals have no signed result."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Proposal)
            .outerjoin(Screening, Screening.proposal_id == Proposal.id)
            .where(
                Proposal.round_id == round_id,
                Proposal.state.in_(UNDECIDED),
                func.coalesce(Screening.state, ScreeningState.WAITING) != ScreeningState.SIGNED,
            )
        )
        or 0
    )


def unreleased(session: Session, round_id: int) -> int:
    """How many signed results are not public yet."""
    return (
        session.scalar(
            select(func.count()).where(
                Screening.round_id == round_id, Screening.state == ScreeningState.SIGNED
            )
        )
        or 0
    )


def appeal_of(session: Session, proposal_id: int) -> ScreeningAppeal | None:
    """The appeal against a refusal."""
    return session.scalar(select(ScreeningAppeal).where(ScreeningAppeal.proposal_id == proposal_id))


def appeals(session: Session, round_: Round) -> list[tuple[ScreeningAppeal, Proposal]]:
    """The appeals of a round, open ones first."""
    rows = session.execute(
        select(ScreeningAppeal, Proposal)
        .join(Proposal, Proposal.id == ScreeningAppeal.proposal_id)
        .where(Proposal.round_id == round_.id)
        .order_by(ScreeningAppeal.state != AppealState.OPEN, ScreeningAppeal.made_at)
    )
    return [(row[0], row[1]) for row in rows]


def open_appeals(session: Session, round_id: int) -> int:
    """How many appeals wait."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ScreeningAppeal)
            .join(Proposal, Proposal.id == ScreeningAppeal.proposal_id)
            .where(Proposal.round_id == round_id, ScreeningAppeal.state == AppealState.OPEN)
        )
        or 0
    )


def latest_refusal(session: Session, round_id: int) -> datetime | None:
    """When the latest refusal was published against which nobody has appealed."""
    return session.scalar(
        select(func.max(Screening.released_at))
        .join(Proposal, Proposal.id == Screening.proposal_id)
        .where(
            Screening.round_id == round_id,
            Proposal.state == ProposalState.REFUSED,
            ~exists().where(ScreeningAppeal.proposal_id == Proposal.id),
        )
    )


def merges_of(session: Session, proposal_id: int) -> Sequence[Merge]:
    """The suggested merges that touch a proposal, newest first."""
    return session.scalars(
        select(Merge)
        .where(or_(Merge.source_id == proposal_id, Merge.target_id == proposal_id))
        .order_by(Merge.id.desc())
    ).all()


def merges_to_answer(session: Session, proposal_ids: Sequence[int]) -> Sequence[Merge]:
    """The suggestions that wait for the authors of any of these proposals, oldest first.

    Once a round's list for the ballot is fixed, nothing on it joins any more.
    """
    fixed = exists().where(BallotDraw.round_id == Proposal.round_id)
    return session.scalars(
        select(Merge)
        .join(Proposal, Proposal.id == Merge.source_id)
        .where(
            Merge.state == MergeState.SUGGESTED,
            ~fixed,
            or_(
                Merge.source_id.in_(proposal_ids) & Merge.source_consent_by.is_(None),
                Merge.target_id.in_(proposal_ids) & Merge.target_consent_by.is_(None),
            ),
        )
        .order_by(Merge.id)
    ).all()


def open_merge(session: Session, source_id: int, target_id: int) -> Merge | None:
    """The suggestion that waits for these two."""
    return session.scalar(
        select(Merge).where(
            Merge.source_id.in_((source_id, target_id)),
            Merge.target_id.in_((source_id, target_id)),
            Merge.state == MergeState.SUGGESTED,
        )
    )


def conflicts(session: Session, round_: Round) -> Sequence[ProposalConflict]:
    """The pairs that may exclude each other, open ones first."""
    return session.scalars(
        select(ProposalConflict)
        .where(ProposalConflict.round_id == round_.id)
        .order_by(ProposalConflict.state != ConflictState.OPEN, ProposalConflict.id)
    ).all()


def open_conflicts(session: Session, round_id: int) -> int:
    """How many pairs of still standing proposals wait for a decision."""
    first, second = select(Proposal.id), select(Proposal.id)
    standing = Proposal.state.in_((*UNDECIDED, ProposalState.ADMITTED))
    return (
        session.scalar(
            select(func.count()).where(
                ProposalConflict.round_id == round_id,
                ProposalConflict.state == ConflictState.OPEN,
                ProposalConflict.first_id.in_(first.where(Proposal.round_id == round_id, standing)),
                ProposalConflict.second_id.in_(second.where(Proposal.round_id == round_id, standing)),
            )
        )
        or 0
    )
