"""What is known of the delivery of projects: five statements whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.consultation.models import Round
from pbplatform.delivery.models import Contract, Ending, Milestone, MilestoneKind, Outcome, Payment, Update
from pbplatform.delivery.status import Promise, Status, status
from pbplatform.foundation.database import database_now
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project

_ORDER = {kind: place for place, kind in enumerate(MilestoneKind)}


@dataclass(frozen=True)
class Standing:
    """One project with what was planned, contracted and paid, its milestones and how it stands."""

    line: ProjectLine
    project: Project
    contracts: Sequence[Contract]
    paid_by_contract: dict[int, int]
    milestones: Sequence[Milestone]
    ending: Ending | None
    status: Status
    today: date

    @property
    def contracted(self) -> int:
        """What the contracts come to."""
        return sum(contract.amount for contract in self.contracts)

    @property
    def paid(self) -> int:
        """What was paid under them."""
        return sum(self.paid_by_contract.get(contract.id, 0) for contract in self.contracts)

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


def one(session: Session, place: Municipality, found: Round, line_id: int) -> Standing | None:
    """How one project of a round stands."""
    asked = select(ProjectLine.id).where(
        ProjectLine.municipality_id == place.id,
        ProjectLine.round_id == found.id,
        ProjectLine.id == line_id,
    )
    return next(iter(_standings(session, place, asked)), None)


def _standings(session: Session, place: Municipality, asked: Select[int]) -> list[Standing]:
    contracts: dict[int, list[Contract]] = defaultdict(list)
    for contract in session.scalars(
        select(Contract).where(Contract.line_id.in_(asked)).order_by(Contract.signed_on, Contract.id)
    ):
        contracts[contract.line_id].append(contract)
    paid = {
        contract_id: int(amount)
        for contract_id, amount in session.execute(
            select(Payment.contract_id, func.sum(Payment.amount))
            .join(Contract, Contract.id == Payment.contract_id)
            .where(Contract.line_id.in_(asked))
            .group_by(Payment.contract_id)
        )
    }
    milestones: dict[int, list[Milestone]] = defaultdict(list)
    for milestone in session.scalars(select(Milestone).where(Milestone.line_id.in_(asked))):
        milestones[milestone.line_id].append(milestone)
    today = today_in(session, place)
    rows = session.execute(
        select(ProjectLine, Project, Ending)
        .join(Project, Project.id == ProjectLine.project_id)
        .outerjoin(Ending, Ending.line_id == ProjectLine.id)
        .where(ProjectLine.id.in_(asked))
        .order_by(ProjectLine.round_id, ProjectLine.envelope_id, Project.number)
    )
    found = []
    for line, project, ending in rows:
        own = contracts[line.id]
        promises = sorted(milestones[line.id], key=lambda milestone: _ORDER[milestone.kind])
        stands = status(
            today,
            contracted=sum(contract.amount for contract in own),
            paid=sum(paid.get(contract.id, 0) for contract in own),
            promises=[promise(milestone) for milestone in promises],
            outcome=ending.outcome if ending else None,
        )
        found.append(Standing(line, project, own, paid, promises, ending, stands, today))
    return found


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


def payments(session: Session, line: ProjectLine) -> Sequence[Payment]:
    """The payments of a project, the first ones first."""
    return session.scalars(
        select(Payment)
        .join(Contract, Contract.id == Payment.contract_id)
        .where(Contract.line_id == line.id)
        .order_by(Payment.paid_on, Payment.id)
    ).all()


def updates(session: Session, line: ProjectLine) -> Sequence[Update]:
    """The news of a project, the newest first."""
    return session.scalars(
        select(Update).where(Update.line_id == line.id).order_by(Update.published_at.desc(), Update.id.desc())
    ).all()


def ended(session: Session, line: ProjectLine) -> bool:
    """Whether a project has come to its end."""
    return session.scalar(select(Ending.id).where(Ending.line_id == line.id)) is not None


def first_signed(session: Session, line: ProjectLine) -> date | None:
    """The day of a project's first contract."""
    return session.scalar(select(func.min(Contract.signed_on)).where(Contract.line_id == line.id))


def paid_under(session: Session, contract: Contract) -> int:
    """What was paid under a contract so far."""
    return int(
        session.scalar(select(func.sum(Payment.amount)).where(Payment.contract_id == contract.id)) or 0
    )


def open_milestones(session: Session, line: ProjectLine) -> int:
    """How many milestones of a project are not reached."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Milestone)
            .where(Milestone.line_id == line.id, Milestone.reached_on.is_(None))
        )
        or 0
    )
