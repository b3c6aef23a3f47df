"""Second factors: codes are taken once, staff cannot work without, a lost telephone is no end."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.accounts import factors, queries
from pbplatform.accounts.models import Account
from pbplatform.app import create_app
from pbplatform.charter.roles import Role
from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from tests.support.letters import letters_to
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)
EMAIL = "officer@example.org"

SignIn = Callable[..., PageClient]


@pytest.fixture
def officer(session: Session, house: House) -> Account:
    """An officer with an authenticator app."""
    account = an_account(session, a_municipality(session), Role.OFFICER, email=EMAIL)
    factors.seed_totp(session, house.vault, account, SECRET)
    session.commit()
    return account


def with_password(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    response = client.post("/en/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert response.location.startswith("/en/second-factor")
    return client


def code(steps: int = 0) -> str:
    return factors.code_at(SECRET, factors.step_at(clock.now()) + steps)


def show(client: PageClient, shown: str):
    return client.post("/en/second-factor", data={"code": shown, "next": "/en/account"})


@on_both_databases
def test_the_password_alone_opens_nothing_when_there_is_a_second_factor(app: Flask, officer: Account) -> None:
    client = with_password(app)
    for path in ("/en/account", "/en/account/data.zip", "/en/account/sessions"):
        assert client.get(path).location.startswith("/en/second-factor?next=/en/account")
    assert show(client, "000000" if code() != "000000" else "111111").status_code == 422
    assert show(client, code()).location == "/en/account"
    assert client.get("/en/account").status_code == 200


@on_both_databases
def test_a_code_is_taken_once_in_any_session_and_no_older_one_after_it(app: Flask, officer: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        first, second = with_password(app), with_password(app)
        used = code()
        assert show(first, used).status_code == 302
        assert show(second, used).status_code == 422
        assert show(second, code(-1)).status_code == 422
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        assert show(second, code()).status_code == 302


def test_the_same_code_at_the_same_moment_is_taken_once(app: Flask, officer: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        clients = [with_password(app) for _ in range(4)]
        used = code()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda client: show(client, used).status_code, clients))
    assert sorted(answers) == [302, 422, 422, 422]


def test_codes_of_long_ago_or_far_ahead_do_not_fit(app: Flask, officer: Account) -> None:
    client = with_password(app)
    for steps in (-3, 3):
        assert show(client, code(steps)).status_code == 422


def test_guessing_codes_ends_after_eight(app: Flask, officer: Account) -> None:
    client = with_password(app)
    answers = [show(client, f"{number:06}").status_code for number in range(9)]
    assert answers[-1] == 429
    assert answers.count(422) + answers.count(302) == 8


def test_showing_the_factor_changes_the_cookie(app: Flask, officer: Account) -> None:
    client = with_password(app)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    show(client, code())
    with client.session_transaction() as cookie:
        after = cookie["_user_id"]
    assert before != after
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = before
    assert thief.get("/en/account").status_code == 302


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR])
def test_staff_without_a_second_factor_set_one_up_before_they_work(
    app: Flask, session: Session, role: Role, signed_in: SignIn
) -> None:
    place = a_municipality(session)
    account = (
        an_account(session, place, Role.ADMINISTRATOR, role)
        if role is not Role.ADMINISTRATOR
        else (an_account(session, place, role))
    )
    session.commit()
    client = signed_in(account, second_factor=False)
    stopped = client.get("/en/rustavi/settings")
    assert stopped.location == "/en/second-factor?next=/en/rustavi/settings"
    assert client.get(stopped.location).location == "/en/account/second-factor/app?next=/en/rustavi/settings"
    page = client.get("/en/account/second-factor/app?next=/en/rustavi/settings").get_data(as_text=True)
    assert "data:image/svg+xml" in page
    secret = re.search(r'id="totp-key">([A-Z2-7]+)<', page)
    assert secret
    again = client.get("/en/account/second-factor/app").get_data(as_text=True)
    assert secret[1] in again, "the key on offer stays the same until a code was shown"
    right = factors.code_at(secret[1], factors.step_at(clock.now()))
    wrong = client.post("/en/account/second-factor/app", data={"code": "12345"})
    assert wrong.status_code == 422
    done = client.post("/en/account/second-factor/app", data={"code": right, "next": "/en/rustavi/settings"})
    assert done.status_code == 200
    assert len(re.findall(r"<code>(\w{4}-\w{4}-\w{4}-\w{4})</code>", done.get_data(as_text=True))) == 10
    assert 'href="/en/rustavi/settings"' in done.get_data(as_text=True)
    assert client.get("/en/rustavi/settings").status_code == 200


def test_a_recovery_code_works_once_and_is_told_by_letter(
    app: Flask, officer: Account, session: Session, database: Database
) -> None:
    actor = queries.actor_for(officer, frozenset(), None, second_factor=True, resident=False, blocked=False)
    codes = factors.renew_recovery_codes(actor, session, officer)
    session.commit()
    assert show(with_password(app), codes[0].upper().replace("-", " ")).status_code == 302
    assert show(with_password(app), codes[0]).status_code == 422
    assert "აღდგენის" in letters_to(database, EMAIL)[-1].subject
    with database.read() as reading:
        assert queries.recovery_codes_left(reading, officer.id) == 9


def test_the_secret_is_not_in_the_database_in_plain(officer: Account) -> None:
    assert officer.totp_sealed is not None
    assert SECRET not in officer.totp_sealed


def test_removing_the_last_factor_of_an_officer_asks_for_a_new_one(
    app: Flask, officer: Account, signed_in: SignIn, session: Session
) -> None:
    client = signed_in(officer)
    assert client.post("/en/account/second-factor/app/remove").status_code == 302
    assert client.get("/en/second-factor").location.startswith("/en/account/second-factor/app")


def test_a_passkey_answer_that_is_no_answer_is_refused(client: PageClient, session: Session) -> None:
    for answer in ("{}", "[]", "no json", '{"id": "AAAA"}', '{"id": "%%%"}'):
        assert client.post("/en/passkey/question").status_code == 200
        response = client.post("/en/passkey", data={"answer": answer})
        assert response.status_code == 302
        assert response.location.startswith("/en/sign-in")
    assert client.post("/en/passkey", data={}).status_code == 400


def test_the_code_is_never_shown_outside_the_demonstration(app: Flask, officer: Account) -> None:
    page = with_password(app).get("/en/second-factor").get_data(as_text=True)
    assert code() not in page
    assert "demo-code" not in page


def test_a_secret_moves_to_the_new_key_when_it_is_used(
    config: Config, session: Session, officer: Account, database: Database
) -> None:
    old, new = config.secret_key, "a-new-key-of-this-installation-0123456789"

    def shown_under(key: str, *fallbacks: str) -> int:
        app = create_app(replace(config, secret_key=key, secret_key_fallbacks=fallbacks))
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = PageClient
        status: int = show(with_password(app), code()).status_code
        app.extensions["house"].database.dispose()
        return status

    with time_machine.travel(NOON, tick=False):
        assert shown_under(new) == 422, "a key that is gone opens nothing, and breaks nothing"
        assert shown_under(new, old) == 302
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert shown_under(new) == 302
