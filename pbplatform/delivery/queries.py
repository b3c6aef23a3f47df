"""What is known of the delivery of projects: four statements whatever their number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Envelope, Round
from pbplatform.delivery.models import (
    Contract,
    Ending,
    Milestone,
    MilestoneKind,
    Outcome,
    Payment,
)
from pbplatform.delivery.status import Promise, Status, status
from pbplatform.foundation import conversion
from pbplatform.foundation.database import DatabaseClock, database_now
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project

_ORDER = {kind: place for place, kind in enumerate(MilestoneKind)}


@dataclass(frozen=True)
class Standing:
    """One project with what was planned, contracted and paid, its milestones and how it stands."""

    line: ProjectLine
    project: Project
    position: int
    """The place of its envelope in the round."""
    contracts: Sequence[Contract]
    payments: Mapping[int, Sequence[Payment]]
    """By contract, the first ones first."""
    milestones: Sequence[Milestone]
    ending: Ending | None
    status: Status
    today: date

    @property
    def contracted(self) -> int:
        """What the contracts come to, in the line's currency; one over all that the line is worth comes to the line."""
        amounts = ((contract.currency, contract.amount) for contract in self.contracts)
        return conversion.settled(self.line.amount, self.line.currency, amounts)

    @property
    def paid(self) -> int:
        """What was paid under them, in the line's currency."""
        amounts = ((contract.currency, self.paid_under(contract)) for contract in self.contracts)
        return conversion.settled(self.line.amount, self.line.currency, amounts)

    def paid_under(self, contract: Contract) -> int:
        """What was paid under one of its contracts, in the contract's currency."""
        paid = ((payment.currency, payment.amount) for payment in self.payments.get(contract.id, ()))
        return conversion.settled(contract.amount, contract.currency, paid)

    @property
    def money(self) -> tuple[Currency, int, int, int]:
        """What is planned, contracted and paid, in the line's currency."""
        return self.line.currency, self.line.amount, self.contracted, self.paid

    @property
    def converts(self) -> bool:
        """Whether leva and euro meet in it, so that a page must name the rate."""
        found = {self.line.currency}
        for contract in self.contracts:
            found |= {
                contract.currency,
                *(payment.currency for payment in self.payments.get(contract.id, ())),
            }
        return len(found) > 1

    @property
    def missed(self) -> list[Milestone]:
        """The milestones whose day is over and that are not reached; none once the project has ended."""
        if self.ending is not None:
            return []
        return [milestone for milestone in self.milestones if promise(milestone).missed(self.today)]

    @property
    def next(self) -> Milestone | None:
        """The milestone that comes next."""
        return next((milestone for milestone in self.milestones if milestone.reached_on is None), None)

    @property
    def done(self) -> int:
        """How many milestones are reached."""
        return sum(milestone.reached_on is not None for milestone in self.milestones)


def promise(milestone: Milestone) -> Promise:
    """A milestone as the status reads it."""
    return Promise(milestone.kind, milestone.due_on, milestone.reached_on)


def today_in(session: Session, place: Municipality) -> date:
    """The day that it is in a municipality, by the database's clock."""
    return database_now(session).astimezone(ZoneInfo(place.zone)).date()


def board(session: Session, place: Municipality, found: Round) -> list[Standing]:
    """How every project of a round stands, in the order of the ballot."""
    return _standings(
        session,
        place,
        select(ProjectLine.id).where(
            ProjectLine.municipality_id == place.id, ProjectLine.round_id == found.id
        ),
    )


def several(session: Session, place: Municipality, lines: Sequence[int]) -> list[Standing]:
    """How some projects of a municipality stand, in the order in which they are asked for."""
    asked = select(ProjectLine.id).where(ProjectLine.municipality_id == place.id, ProjectLine.id.in_(lines))
    order = {line_id: position for position, line_id in enumerate(lines)}
    return sorted(_standings(session, place, asked), key=lambda found: order[found.line.id])


def one(session: Session, place: Municipality, found: Round, line_id: int) -> Standing | None:
    """How one project of a round stands."""
    asked = select(ProjectLine.id).where(
        ProjectLine.municipality_id == place.id,
        ProjectLine.round_id == found.id,
        ProjectLine.id == line_id,
    )
    return next(iter(_standings(session, place, asked)), None)


def of_proposal(session: Session, place: Municipality, found: Round, proposal_id: int) -> Standing | None:
    """How the project stands that a proposal became, if it is being delivered."""
    asked = (
        select(ProjectLine.id)
        .join(Project, Project.id == ProjectLine.project_id)
        .where(
            ProjectLine.municipality_id == place.id,
            ProjectLine.round_id == found.id,
            Project.proposal_id == proposal_id,
        )
    )
    return next(iter(_standings(session, place, asked)), None)


def titles_of(session: Session, projects: Sequence[int]) -> dict[int, dict[str, str]]:
    """The titles of projects by their number."""
    rows = session.execute(select(Project.id, Project.titles).where(Project.id.in_(projects)))
    return {row[0]: row[1] for row in rows}


def abandoned(session: Session, projects: Sequence[int]) -> set[int]:
    """Which of these projects were abandoned."""
    return set(
        session.scalars(
            select(ProjectLine.project_id)
            .join(Ending, Ending.line_id == ProjectLine.id)
            .where(ProjectLine.project_id.in_(projects), Ending.outcome == Outcome.ABANDONED)
        )
    )


def _standings(session: Session, place: Municipality, asked: Select[int]) -> list[Standing]:
    contracts, payments = _money(session, asked)
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in session.scalars(
        select(Milestone).where(Milestone.line_id.in_(asked), Milestone.struck_at.is_(None))
    ):
        milestones[milestone.line_id].append(milestone)
    # The day comes along with the rows, which saves the page a statement.
    zone = ZoneInfo(place.zone)
    rows = session.execute(
        select(
            ProjectLine,
            Project,
            Ending,
            Envelope.position,
            DatabaseClock(),
        )
        .join(Project, Project.id == ProjectLine.project_id)
        .join(Envelope, Envelope.id == ProjectLine.envelope_id)
        .outerjoin(Ending, Ending.line_id == ProjectLine.id)
        .where(ProjectLine.id.in_(asked))
        .order_by(ProjectLine.round_id, Envelope.position, Project.number)
    )
    found = []
    for line, project, ending, position, now in rows:
        today = now.astimezone(zone).date()
        own = contracts[line.id]
        promises = sorted(milestones[line.id], key=lambda milestone: _ORDER[milestone.kind])
        stands = status(
            today,
            contracted=sum(contract.amount for contract in own),
            paid=sum(payment.amount for contract in own for payment in payments[contract.id]),
            promises=[promise(milestone) for milestone in promises],
            outcome=ending.outcome if ending else None,
        )
        found.append(Standing(line, project, position, own, payments, promises, ending, stands, today))
    return found


def _money(
    session: Session, asked: Select[int]
) -> tuple[dict[int, list[Contract]], dict[int, list[Payment]]]:
    """The contracts by line and the payments by contract, in one statement."""
    contracts: dict[int, list[Contract]] = defaultdict(list)
    payments: dict[int, list[Payment]] = defaultdict(list)
    rows = session.execute(
        select(Contract, Payment)
        .outerjoin(Payment, and_(Payment.contract_id == Contract.id, Payment.struck_at.is_(None)))
        .where(Contract.line_id.in_(asked), Contract.struck_at.is_(None))
        .order_by(Contract.signed_on, Contract.id, Payment.paid_on, Payment.id)
    )
    for contract, payment in rows:
        if not contracts[contract.line_id] or contracts[contract.line_id][-1] is not contract:
            contracts[contract.line_id].append(contract)
        if payment is not None:
            payments[contract.id].append(payment)
    return contracts, payments


def running(session: Session, municipality_id: int) -> Sequence[Round]:
    """The rounds with something to deliver: those in their implementation, and closed ones in which a result that was
    corrected afterwards has funded one more project."""
    unended = exists().where(
        ProjectLine.round_id == Round.id,
        ~exists().where(Ending.line_id == ProjectLine.id),
    )
    return session.scalars(
        select(Round)
        .where(
            Round.municipality_id == municipality_id,
            or_(Round.phase == Phase.IMPLEMENTATION, and_(Round.phase == Phase.CLOSED, unended)),
        )
        .order_by(Round.id.desc())
    ).all()


def undelivered(session: Session, found: Round) -> int:
    """How many projects of a round are neither delivered nor abandoned."""
    ended = select(Ending.line_id).where(Ending.municipality_id == found.municipality_id)
    return (
        session.scalar(
            select(func.count())
            .select_from(ProjectLine)
            .where(
                ProjectLine.municipality_id == found.municipality_id,
                ProjectLine.round_id == found.id,
                ProjectLine.id.not_in(ended),
            )
        )
        or 0
    )


def delivered(standings: Sequence[Standing]) -> int:
    """How many of the projects are delivered: the delivery rate is this of all."""
    return sum(
        standing.ending is not None and standing.ending.outcome is Outcome.DELIVERED for standing in standings
    )


def ended(session: Session, line: ProjectLine) -> bool:
    """Whether a project has come to its end."""
    return session.scalar(select(Ending.id).where(Ending.line_id == line.id)) is not None


def first_signed(session: Session, line: ProjectLine) -> date | None:
    """The day of a project's first contract."""
    return session.scalar(
        select(func.min(Contract.signed_on)).where(Contract.line_id == line.id, Contract.struck_at.is_(None))
    )


def paid_under(
    session: Session, contract: Contract, *, without: Payment | None = None
) -> list[tuple[Currency, int]]:
    """What was paid under a contract so far, in each currency; a payment that is being put right is left out."""
    question = select(Payment.currency, func.sum(Payment.amount)).where(
        Payment.contract_id == contract.id, Payment.struck_at.is_(None)
    )
    if without is not None:
        question = question.where(Payment.id != without.id)
    return [(row[0], int(row[1])) for row in session.execute(question.group_by(Payment.currency))]


def open_milestones(session: Session, line: ProjectLine) -> int:
    """How many milestones of a project are not reached."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Milestone)
            .where(
                Milestone.line_id == line.id, Milestone.reached_on.is_(None), Milestone.struck_at.is_(None)
            )
        )
        or 0
    )


def first_paid(session: Session, contract: Contract) -> date | None:
    """The day of the first payment under a contract."""
    return session.scalar(
        select(func.min(Payment.paid_on)).where(
            Payment.contract_id == contract.id, Payment.struck_at.is_(None)
        )
    )
