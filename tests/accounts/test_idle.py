"""Sessions that nobody uses end by themselves: an officer's after hours, a citizen's after weeks."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pbplatform.accounts import hats, operations, sessions
from pbplatform.accounts.models import AccountSession
from pbplatform.app import create_app
from pbplatform.charter.roles import Role, operator
from pbplatform.config import Config, Mode
from pbplatform.foundation.database import Database
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

SignIn = Callable[..., PageClient]
BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def hand() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until the test moves it."""
    with time_machine.travel(BEGIN, tick=False) as moved:
        yield moved


def is_in(client: PageClient) -> bool:
    return client.get("/en/account/sessions").status_code == 200


@on_both_databases
def test_an_officers_session_ends_after_two_idle_hours_and_twelve_in_all(
    session: Session, signed_in: SignIn, hand: time_machine.Traveller
) -> None:
    officer = an_account(session, a_municipality(session), Role.OFFICER)
    session.commit()
    idle, busy = signed_in(officer), signed_in(officer)
    hand.shift(timedelta(minutes=119))
    assert is_in(busy)
    hand.shift(timedelta(minutes=2))
    assert is_in(busy)
    assert not is_in(idle)
    for _ in range(9):
        hand.shift(timedelta(hours=1))
        assert is_in(busy)
    hand.shift(timedelta(minutes=61))
    assert not is_in(busy)


def test_a_citizens_session_outlives_a_holiday_but_not_a_month(
    session: Session, signed_in: SignIn, hand: time_machine.Traveller
) -> None:
    citizen = an_account(session)
    session.commit()
    idle, busy = signed_in(citizen), signed_in(citizen)
    hand.shift(timedelta(days=13))
    assert is_in(busy)
    hand.shift(timedelta(days=2))
    assert is_in(busy)
    assert not is_in(idle)
    hand.shift(timedelta(days=13))
    assert is_in(busy)
    hand.shift(timedelta(days=3))
    assert not is_in(busy)


def test_forms_keep_a_session_awake_as_pages_do(
    session: Session, signed_in: SignIn, hand: time_machine.Traveller
) -> None:
    officer = an_account(session, a_municipality(session), Role.OFFICER)
    session.commit()
    client = signed_in(officer)
    hand.shift(timedelta(minutes=100))
    assert client.post("/en/confirm", data={"password": PASSWORD}).status_code == 302
    hand.shift(timedelta(minutes=100))
    assert is_in(client)


def test_a_citizen_who_becomes_an_officer_has_an_officers_session(
    session: Session, signed_in: SignIn, hand: time_machine.Traveller
) -> None:
    place = a_municipality(session)
    account = an_account(session, place)
    session.commit()
    client = signed_in(account)
    hats.give_role(operator(place.id), session, account, place.id, Role.OFFICER)
    session.commit()
    assert is_in(client)
    hand.shift(timedelta(minutes=121))
    assert not is_in(client)


def test_the_use_of_a_session_is_noted_every_few_minutes_and_no_oftener(
    session: Session, signed_in: SignIn, database: Database, hand: time_machine.Traveller
) -> None:
    citizen = an_account(session)
    session.commit()
    client = signed_in(citizen)
    notes: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lower().startswith("update account_session"):
            notes.append(statement)

    event.listen(database.engine, "before_cursor_execute", heard)
    for _ in range(20):
        assert is_in(client)
        hand.shift(timedelta(minutes=1))
    assert len(notes) == 3


def test_idle_sessions_are_forgotten(session: Session, hand: time_machine.Traveller) -> None:
    sessions.open_session(session, an_account(session))
    assert operations.forget_expired(session) == 0
    hand.shift(timedelta(days=15))
    assert operations.forget_expired(session) == 1
    assert session.scalars(select(AccountSession)).all() == []


@pytest.mark.parametrize(("host", "offered"), [("127.0.0.1:8000", False), ("localhost:8000", True)])
def test_passkeys_on_a_bare_address_are_explained(
    config: Config, session: Session, host: str, offered: bool
) -> None:
    app = create_app(replace(config, mode=Mode.DEVELOPMENT, base_url="http://127.0.0.1:8000"))
    token = sessions.open_session(session, an_account(session))
    session.commit()
    client = app.test_client()
    with client.session_transaction(base_url=f"http://{host}") as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    text = client.get("/en/account/second-factor", base_url=f"http://{host}").get_data(as_text=True)
    assert ('data-passkey="create"' in text) is offered
    assert ("http://localhost:8000/en/account/second-factor" in text) is not offered
    app.extensions["house"].database.dispose()
