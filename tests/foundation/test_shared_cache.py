"""What a cache shared by many may keep: asked through a real nginx that keeps all it is not told to leave alone."""

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account
from pbplatform.charter.roles import Role
from pbplatform.foundation.database import Database
from tests.support import servers
from tests.support.marks import missing
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

Ask = Callable[..., tuple[int, dict[str, str], str]]

SECRET_NAME = "Tamar Kept-Secret"
SECRET_MAILBOX = "kept.secret@example.org"


@pytest.fixture
def behind_cache(app: Flask, tmp_path: Path) -> Iterator[Ask]:
    """Ask for a path through nginx, with or without a cookie; answers status, headers and body."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    with servers.served(app) as behind:
        try:
            with servers.nginx(folder, behind) as front:

                def ask(path: str, cookie: str = "") -> tuple[int, dict[str, str], str]:
                    connection = http.client.HTTPConnection(urlsplit(front).netloc, timeout=20)
                    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
                    answer = connection.getresponse()
                    body = answer.read().decode(errors="replace")
                    connection.close()
                    return answer.status, dict(answer.headers), body

                yield ask
        except servers.NoServer as reason:
            missing(str(reason))


def cookie_of(app: Flask, database: Database, account: Account) -> str:
    """The cookie of a browser in which the account is signed in."""
    with database.transaction() as session:
        token = sessions.open_session(session, account, factor_shown=True)
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': token, '_fresh': True})}"


def plain_paths(app: Flask) -> list[str]:
    """Every page that needs nothing but a language and a municipality in its address."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and rule.arguments <= {"locale", "municipality"}:
            path = rule.rule.replace("<locale:locale>", "en").replace("<slug:municipality>", "rustavi")
            found.add(path)
    return sorted(found)


def test_no_page_of_one_person_reaches_another_through_a_shared_cache(
    app: Flask, behind_cache: Ask, database: Database
) -> None:
    with database.transaction() as session:
        place = a_municipality(session)
        owner = an_account(session, place, Role.ADMINISTRATOR, email=SECRET_MAILBOX, name=SECRET_NAME)
        neighbour = an_account(session, place, Role.ADMINISTRATOR, name="Giorgi Neighbour")
    own, other = cookie_of(app, database, owner), cookie_of(app, database, neighbour)
    paths = plain_paths(app)
    assert len(paths) > 40
    seen = 0
    for path in paths:
        for _ in range(2):
            status, headers, body = behind_cache(path, own)
            seen += SECRET_NAME in body
            assert headers["X-Cache"] != "HIT", f"{path}: a shared cache answered a signed-in person"
            if status == 200:
                rule = headers["Cache-Control"]
                assert "no-store" in rule or "private" in rule, f"{path}: {rule}"
                assert "Cookie" in headers["Vary"], path
        for stranger in ("", other):
            _, headers, body = behind_cache(path, stranger)
            # Administrators see each other in the list of members, and the journal names nobody.
            if path != "/en/rustavi/members":
                assert SECRET_NAME not in body, path
                assert SECRET_MAILBOX not in body, path
    assert seen > 20, "the owner's name stood on no page, so nothing was shown"


def test_a_begun_form_is_not_kept_for_others(behind_cache: Ask) -> None:
    for path in ("/en/sign-in", "/en/register", "/en/password/forgotten"):
        tokens = set()
        for _ in range(3):
            _, headers, body = behind_cache(path)
            assert headers["X-Cache"] != "HIT", path
            tokens.add(body.split('name="csrf_token"')[1][:150])
        assert len(tokens) == 3, path


def test_what_is_everybodys_is_kept_and_spares_the_platform(behind_cache: Ask, database: Database) -> None:
    with database.transaction() as session:
        a_municipality(session)
    path = next(
        line.split('href="')[1].split('"')[0]
        for line in behind_cache("/en/rustavi/")[2].splitlines()
        if "colours.css" in line or "brand" in line
    )
    states = [behind_cache(path)[1]["X-Cache"] for _ in range(3)]
    assert states[1:] == ["HIT", "HIT"]


def test_a_pass_to_the_ballot_counts_as_personal(client: PageClient) -> None:
    """Who votes with a letter's code has no account, yet the pages shown are theirs."""
    with client.session_transaction() as cookie:
        cookie["ballot_pass"] = "somebody"
    answer = client.get("/en/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
