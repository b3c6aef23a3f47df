"""Passwords are hashed while nobody waits: no request holds the database's write lock for it."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from pbplatform.accounts import invitations
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.accounts.passwords import Passwords
from pbplatform.accounts.views import shared
from pbplatform.charter.roles import Role, operator
from pbplatform.foundation.database import Database
from tests.support.letters import last_letter, link_of
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

NEW = "nino@example.org"
OTHER_PASSWORD = "violet-harbour-candle-77"


class Neighbour(Passwords):
    """Hashes as always, and writes to the same database file from another connection each time."""

    def __init__(self, path: str) -> None:
        super().__init__(cheap=True)
        self._path = path
        self.wrote = 0

    def _write(self) -> None:
        other = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            other.execute("begin immediate")
            other.execute("commit")
        finally:
            other.close()
        self.wrote += 1

    def hash(self, password: str) -> str:
        self._write()
        return super().hash(password)

    def matches(self, password_hash: str | None, password: str) -> bool:
        self._write()
        return super().matches(password_hash, password)


@pytest.fixture
def neighbour(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neighbour]:
    """A writer who cannot wait, at work whenever a password is judged; it must have been at work at least once."""
    found = Neighbour(str(database.engine.url.database))
    monkeypatch.setattr(shared, "_hashing", lambda _cheap: found)
    yield found
    assert found.wrote


def register(client: PageClient) -> None:
    fields = {"name": "Nino", "email": NEW, "password": PASSWORD, "home": "0", "terms": "y"}
    assert client.post("/en/register", data=fields).status_code == 200


def test_registering_and_confirming(client: PageClient, database: Database, neighbour: Neighbour) -> None:
    register(client)
    link = link_of(last_letter(database, NEW))
    assert client.post(link, data={"password": "wrong"}).status_code == 422
    assert client.post(link, data={"password": PASSWORD}).status_code == 302
    assert neighbour.wrote == 3


def test_signing_in_with_a_hash_of_yesterdays_costs(
    client: PageClient, session: Session, database: Database, neighbour: Neighbour
) -> None:
    account = an_account(session, email=NEW)
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    account.password_hash = old
    session.commit()
    assert client.post("/en/sign-in", data={"email": NEW, "password": "wrong"}).status_code == 422
    assert client.post("/en/sign-in", data={"email": NEW, "password": PASSWORD}).status_code == 302
    assert neighbour.wrote == 3
    with database.read() as reading:
        assert reading.get_one(Account, account.id).password_hash != old


def test_a_forgotten_password(
    client: PageClient, session: Session, database: Database, neighbour: Neighbour
) -> None:
    an_account(session, email=NEW)
    session.commit()
    client.post("/en/password/forgotten", data={"email": NEW})
    link = link_of(last_letter(database, NEW))
    assert client.post(link, data={"password": OTHER_PASSWORD}).status_code == 302
    assert client.post("/en/sign-in", data={"email": NEW, "password": OTHER_PASSWORD}).status_code == 302


def test_changing_and_proving_inside(
    session: Session, signed_in: Callable[..., PageClient], neighbour: Neighbour
) -> None:
    account = an_account(session, email=NEW)
    session.commit()
    client = signed_in(account)
    assert client.post("/en/confirm", data={"password": "wrong"}).status_code == 422
    assert client.post("/en/confirm", data={"password": PASSWORD}).status_code == 302
    both = {"old": PASSWORD, "password": OTHER_PASSWORD}
    assert client.post("/en/account/password", data=both).status_code == 302
    assert client.get("/en/account").status_code == 200


def test_accepting_an_invitation_as_a_newcomer(
    client: PageClient, session: Session, neighbour: Neighbour
) -> None:
    place = a_municipality(session)
    _, token = invitations.invite(
        operator(place.id), session, place.id, email=NEW, role=Role.OFFICER, department="", language="en"
    )
    session.commit()
    fields = {"name": "Nino", "password": PASSWORD}
    assert client.post(f"/en/invitation/{token}", data=fields).status_code == 302


def test_who_is_signed_out_while_the_password_is_judged_changes_nothing(
    session: Session,
    signed_in: Callable[..., PageClient],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A password change elsewhere ends the session in the middle of this one."""
    account = an_account(session, email=NEW)
    session.commit()
    client = signed_in(account)

    class Meanwhile(Passwords):
        def matches(self, password_hash: str | None, password: str) -> bool:
            with database.transaction() as other:
                other.execute(AccountSession.__table__.delete())
            return super().matches(password_hash, password)

    monkeypatch.setattr(shared, "_hashing", lambda _cheap: Meanwhile(cheap=True))
    both = {"old": PASSWORD, "password": OTHER_PASSWORD}
    assert client.post("/en/account/password", data=both).status_code == 401
    with database.read() as reading:
        assert reading.get_one(Account, account.id).password_hash == account.password_hash
