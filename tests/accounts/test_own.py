"""One's own account: what is stolen dies, changes are confirmed, everything can be taken along and forgotten."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import exports, hats, operations, queries
from pbplatform.accounts.models import Account, AccountSession, OneTimeToken
from pbplatform.charter.roles import Role, operator
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.journal.operations import verify
from tests.support.letters import last_letter, letters_to, link_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

EMAIL = "nino@example.org"
OTHER_PASSWORD = "violet-harbour-candle-77"
SignIn = Callable[..., PageClient]


@pytest.fixture
def nino(session: Session) -> Account:
    account = an_account(session, email=EMAIL)
    session.commit()
    return account


def is_in(client: PageClient) -> bool:
    return client.get("/en/account").status_code == 200


def copy_of(app: Flask, client: PageClient) -> PageClient:
    """A thief's browser with the same cookie."""
    thief = app.test_client()
    with client.session_transaction() as cookie, thief.session_transaction() as stolen:
        stolen.update(cookie)
    assert isinstance(thief, PageClient)
    assert is_in(thief)
    return thief


@on_both_databases
def test_a_stolen_cookie_is_dead_after_sign_out(app: Flask, nino: Account, signed_in: SignIn) -> None:
    client = signed_in(nino)
    thief = copy_of(app, client)
    client.post("/en/sign-out")
    assert not is_in(thief)


def test_a_stolen_cookie_is_dead_after_a_password_change(
    app: Flask, nino: Account, signed_in: SignIn
) -> None:
    client = signed_in(nino)
    thief, elsewhere = copy_of(app, client), signed_in(nino)
    wrong = client.post("/en/account/password", data={"old": "wrong", "password": OTHER_PASSWORD})
    assert wrong.status_code == 422
    weak = client.post("/en/account/password", data={"old": PASSWORD, "password": "nino@example.org"})
    assert weak.status_code == 422
    right = client.post("/en/account/password", data={"old": PASSWORD, "password": OTHER_PASSWORD})
    assert right.status_code == 302
    assert is_in(client)
    assert not is_in(thief)
    assert not is_in(elsewhere)


def test_a_cookie_is_dead_after_its_role_was_taken(app: Flask, session: Session, signed_in: SignIn) -> None:
    place = a_municipality(session)
    admin, officer = an_account(session, place, Role.ADMINISTRATOR), an_account(session, place, Role.OFFICER)
    hat = queries.memberships(session, officer.id)[0].id
    session.commit()
    victim, boss = signed_in(officer), signed_in(admin)
    assert is_in(victim)
    assert boss.post(f"/en/rustavi/members/hats/{hat}/take").status_code == 302
    assert not is_in(victim)


def test_sessions_are_listed_and_ended_one_by_one_and_all(
    nino: Account, signed_in: SignIn, session: Session
) -> None:
    stranger = an_account(session)
    session.commit()
    first, second, third = signed_in(nino), signed_in(nino), signed_in(nino)
    page = first.get("/en/account/sessions").get_data(as_text=True)
    assert page.count('/end"') == 4
    rows = queries.sessions(session, nino.id)
    session.commit()
    assert signed_in(stranger).post(f"/en/account/sessions/{rows[0].id}/end").status_code == 404
    assert first.post(f"/en/account/sessions/{rows[0].id}/end").status_code == 302
    assert not is_in(third)
    assert is_in(second)
    assert first.post("/en/account/sessions/end").status_code == 302
    assert not is_in(first)
    assert not is_in(second)


def test_sessions_run_out_sooner_for_staff(nino: Account, session: Session, signed_in: SignIn) -> None:
    client = signed_in(nino)
    assert is_in(client)
    hats.give_role(operator(), session, nino, a_municipality(session).id, Role.OFFICER)
    session.commit()
    row = session.scalars(select(AccountSession).execution_options(populate_existing=True)).one()
    assert row.expires_at <= clock.now() + timedelta(hours=12)


@on_both_databases
def test_another_mailbox_counts_once_confirmed_there_and_other_links_die(
    app: Flask, nino: Account, signed_in: SignIn, database: Database
) -> None:
    client, new = signed_in(nino), "new@example.org"
    other = signed_in(nino)
    client.post("/en/password/forgotten", data={"email": EMAIL})
    reset = link_of(last_letter(database, EMAIL))
    for address in (new, "elsewhere@example.org"):
        assert client.post("/en/account/email", data={"email": address}).status_code == 200
    links = [link_of(last_letter(database, address)) for address in (new, "elsewhere@example.org")]
    assert "about to change" in last_letter(database, EMAIL).subject
    assert app.test_client().get(links[0]).status_code == 302, "only the account itself may confirm"
    assert client.get(links[0]).status_code == 200
    with database.read() as reading:
        assert queries.by_email(reading, new) is None
    assert client.post(links[0]).status_code == 302
    with database.read() as reading:
        moved = queries.by_email(reading, new)
        assert moved is not None
        assert moved.id == nino.id
    assert client.post(links[1]).status_code == 410, "of two parallel changes the first confirmed is the last"
    assert client.get(reset).status_code == 410
    assert is_in(client)
    assert not is_in(other)
    assert "has been changed" in last_letter(database, EMAIL).subject


def test_a_taken_mailbox_gets_the_same_answer_and_changes_nothing(
    nino: Account, session: Session, signed_in: SignIn, database: Database
) -> None:
    an_account(session, email="taken@example.org")
    session.commit()
    client = signed_in(nino)
    pages = [
        client.post("/en/account/email", data={"email": email}).status_code
        for email in ("taken@example.org", "free@example.org")
    ]
    assert pages == [200, 200]
    assert "belongs to an account" in last_letter(database, "taken@example.org").subject
    with database.read() as reading:
        assert reading.scalars(select(OneTimeToken.email)).all() == ["free@example.org"]


def test_sensitive_acts_ask_again_after_a_quarter_of_an_hour(
    nino: Account, signed_in: SignIn, database: Database
) -> None:
    client = signed_in(nino)
    assert client.get("/en/account/data.zip").status_code == 200
    with database.transaction() as session:
        row = session.scalars(select(AccountSession)).one()
        row.confirmed_at = clock.now() - timedelta(minutes=16)
    asked = client.get("/en/account/data.zip")
    assert asked.location == "/en/confirm?next=/en/account/data.zip"
    assert client.get("/en/account/close").status_code == 302
    wrong = client.post("/en/confirm", data={"password": "wrong", "next": "/en/account/data.zip"})
    assert wrong.status_code == 422
    right = client.post("/en/confirm", data={"password": PASSWORD, "next": "/en/account/data.zip"})
    assert right.location == "/en/account/data.zip"
    assert client.get("/en/account/data.zip").status_code == 200


@pytest.fixture
def upper_feature() -> Iterator[list[int]]:
    """A feature above accounts that keeps something about people."""
    erased: list[int] = []

    def erase(_session: Session, account_id: int) -> None:
        erased.append(account_id)

    exports.exporters["wishes"] = lambda _session, account_id: [
        {"owner": account_id, "text": "ხე", "at": clock.now()}
    ]
    exports.erasers.append(erase)
    yield erased
    del exports.exporters["wishes"]
    exports.erasers.remove(erase)


def test_my_data_is_everything_for_me_alone(
    client: PageClient, nino: Account, signed_in: SignIn, session: Session, upper_feature: list[int]
) -> None:
    owner = signed_in(nino)
    response = owner.get("/en/account/data.zip")
    assert response.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        account = json.loads(archive.read("account.json"))
        wishes = json.loads(archive.read("wishes.json"))
    assert account["email"] == EMAIL
    assert len(account["sessions"]) == 1
    assert wishes[0]["owner"] == nino.id
    assert "hash" not in response.data.decode("latin-1")
    assert client.get("/en/account/data.zip").status_code == 302
    owner.post("/en/sign-out")
    assert owner.get("/en/account/data.zip").status_code == 302


@on_both_databases
def test_a_closed_account_is_empty_and_its_mailbox_is_free(
    nino: Account, signed_in: SignIn, session: Session, database: Database, upper_feature: list[int]
) -> None:
    place = a_municipality(session)

    hats.give_role(operator(), session, nino, place.id, Role.COUNCILLOR)
    session.commit()
    client, other = signed_in(nino), signed_in(nino)
    assert client.post("/en/account/close", data={}).status_code == 422
    assert client.post("/en/account/close", data={"sure": "y"}).status_code == 302
    assert not is_in(client)
    assert not is_in(other)
    assert upper_feature == [nino.id]
    with database.read() as reading:
        gone = reading.get_one(Account, nino.id)
        assert (gone.email, gone.name, gone.password_hash, gone.totp_sealed) == (None, "", None, None)
        assert not queries.memberships(reading, nino.id)
        assert not list(verify(reading))
    assert "closed" in letters_to(database, EMAIL)[-1].subject
    fields = {"name": "Nino", "email": EMAIL, "password": PASSWORD, "home": "0", "terms": "y"}
    client.post("/en/register", data=fields)
    assert "confirm" in last_letter(database, EMAIL).subject


def test_the_last_administrator_cannot_go(session: Session, signed_in: SignIn, database: Database) -> None:
    account = an_account(session, a_municipality(session), Role.ADMINISTRATOR)
    session.commit()
    response = signed_in(account).post("/en/account/close", data={"sure": "y"})
    assert response.status_code == 422
    with database.read() as reading:
        assert reading.get_one(Account, account.id).closed_at is None


def test_fields_that_are_not_offered_change_nothing(
    nino: Account, signed_in: SignIn, database: Database
) -> None:
    fields = {
        "name": "Nino B",
        "language": "bg",
        "home": "0",
        "email": "x@example.org",
        "confirmed_at": "",
        "role": "administrator",
    }
    assert signed_in(nino).post("/en/account", data=fields).status_code == 302
    with database.read() as reading:
        account = reading.get_one(Account, nino.id)
        assert (account.name, account.language, account.email) == ("Nino B", "bg", EMAIL)
        assert not queries.memberships(reading, nino.id)


def test_personal_pages_are_kept_by_nobody(nino: Account, signed_in: SignIn) -> None:
    client = signed_in(nino)
    for path in ("/en/", "/en/account", "/en/account/sessions", "/en/charter"):
        response = client.get(path)
        assert "no-store" in response.headers["Cache-Control"], path
        assert "Cookie" in response.headers["Vary"], path


def test_what_has_run_out_is_forgotten(
    client: PageClient, nino: Account, signed_in: SignIn, database: Database
) -> None:
    signed_in(nino)
    client.post("/en/password/forgotten", data={"email": EMAIL})
    with database.transaction() as session:
        session.scalars(select(AccountSession)).one().expires_at = clock.now() - timedelta(days=1)
        session.scalars(select(OneTimeToken)).one().expires_at = clock.now() - timedelta(days=1)
    with database.transaction() as session:
        assert operations.forget_expired(session) == 2
