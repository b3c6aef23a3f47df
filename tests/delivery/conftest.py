"""What tests of delivery share: a municipality in Georgia, its officer, and the day that it is there."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor, Role
from pbplatform.delivery import queries
from pbplatform.municipalities.models import Municipality
from tests.support.people import a_municipality, an_account, as_actor


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session)


@pytest.fixture
def officer(session: Session, place: Municipality) -> Actor:
    return as_actor(an_account(session, place, Role.OFFICER, name="Tamar Office"), place, Role.OFFICER)


@pytest.fixture
def today(session: Session, place: Municipality) -> date:
    return queries.today_in(session, place)
