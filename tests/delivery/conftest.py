"""What tests of delivery share: a municipality in Georgia, its officer, and the day that it is there."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import Round
from pbplatform.delivery import operations, queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.municipalities.models import Municipality
from tests.support.delivery import a_delivery
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.tables import DAY, Office


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session)


@pytest.fixture
def officer(session: Session, place: Municipality) -> Actor:
    return as_actor(an_account(session, place, Role.OFFICER, name="Tamar Office"), place, Role.OFFICER)


@pytest.fixture
def today(session: Session, place: Municipality) -> date:
    return queries.today_in(session, place)


@pytest.fixture
def lines(session: Session, place: Municipality, officer: Actor, today: date) -> list[ProjectLine]:
    """A park that is being built and a bridge of which nothing is known."""
    _, (park, bridge) = a_delivery(session, place, 12_500_000, 5_000_000)
    contract = operations.sign_contract(
        officer, session, park, ContractPlan("=Builders", today - 30 * DAY, 12_000_000, "ocds-1a2b3c-2026-7")
    )
    operations.pay(officer, session, contract, today - 9 * DAY, 4_000_050)
    operations.add_milestone(officer, session, park, MilestoneKind.WORKS_END, today - 2 * DAY)
    session.flush()
    return [park, bridge]


@pytest.fixture
def office(session: Session, place: Municipality, officer: Actor, lines: list[ProjectLine]) -> Office:
    return Office(session, place, officer, session.get_one(Round, lines[0].round_id))
