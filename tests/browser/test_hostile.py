"""Hostile words in every text and every parameter: no page runs them, breaks, writes, or shows what is another town's."""

import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import Engine, String, Table, select, update

from pbplatform.foundation.database import Base
from tests.support import walk
from tests.support.demo import a_demonstration, walked
from tests.support.postgres import free_port
from tests.support.servers import served

SPELL = '"><svg onload=alert(1)><script>alert(2)</script>{{"wq"*9}}[x](javascript:alert(3))'
# Letters that no digest in hexadecimal digits can hold by chance.
SOLVED = "wq" * 9
WRITTEN_BY_PEOPLE = {
    "account": ("name",),
    "association": ("names",),
    "municipality": ("names",),
    "district": ("names",),
    "category": ("names",),
    "round": ("titles", "summaries", "texts"),
    "envelope": ("names",),
    "proposal": ("title", "text", "beneficiaries", "address", "author_name", "cost_reasoning"),
    "comment": ("text",),
    "project": ("titles", "summaries"),
    "upload": ("name", "alt"),
    "report": ("note",),
    "ruling": ("reason", "appeal"),
    "happening": ("titles",),
    "budget_line": ("title",),
    "delivery_update": ("texts",),
    "delivery_contract": ("supplier",),
}

PARAMETERS = {
    "page": "1000000000000",
    "per_page": "1000000000",
    "sort": "password_hash",
    "order": "id;drop table account",
    "q": "%" * 200,
    "state": SPELL,
    "category": "99999999999999999999",
    "district": "' or 1=1 --",
    "envelope": "-1",
    "email": "%@example.org",
    "locale": "../../etc/passwd",
    "next": "//evil.example",
    "utm_source": SPELL,
    "year": "٣٣",
    "from": SPELL,
}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def bewitch(engine: Engine) -> int:
    """Put the spell into every text that people write; how many columns took it."""
    taken = 0
    with engine.begin() as connection:
        for name, columns in WRITTEN_BY_PEOPLE.items():
            table: Table = Base.metadata.tables[name]
            for column in columns:
                kind = table.c[column].type
                if isinstance(kind, String):
                    words: object = SPELL[: kind.length or None]
                    connection.execute(update(table).values({column: words}))
                else:
                    key = list(table.primary_key)
                    for row in connection.execute(select(*key, table.c[column])).all():
                        texts = row[-1]
                        if isinstance(texts, dict):
                            this = [one == row[place] for place, one in enumerate(key)]
                            words = dict.fromkeys(texts, SPELL)
                            connection.execute(update(table).where(*this).values({column: words}))
                taken += 1
    return taken


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The demonstration, with the spell in everything, and its address."""
    port = free_port()
    app = a_demonstration(tmp_path_factory, f"http://127.0.0.1:{port}", PB_LOG_LEVEL="CRITICAL")
    assert bewitch(app.extensions["house"].database.engine) > 25
    with served(app, port) as url:
        yield app, url
    app.extensions["house"].database.dispose()


@pytest.fixture(scope="module")
def shown(hostile: tuple[Flask, str], tmp_path_factory: pytest.TempPathFactory) -> list[walk.Page]:
    """One page of every kind, with the spell in it."""
    return walk.again(hostile[0], walked(tmp_path_factory).pages, "en")


def test_no_page_runs_or_breaks_on_what_people_wrote(shown: list[walk.Page]) -> None:
    """The client that fetches the pages refuses inline scripts and handlers; here the words themselves are looked for."""
    assert len(shown) > 60
    assert [page.name for page in shown if page.status != 200] == []
    under_the_spell = [page for page in shown if "svg onload" in unescape(page.html)]
    assert len(under_the_spell) > 25, "the words stood on few pages, so little was shown"
    for page in shown:
        assert "<svg onload" not in page.html, page.name
        assert SOLVED not in page.html, f"a template was run: {page.name}"
        root = walk.parse(page.html)
        links = [anchor.get(part) or "" for anchor in root.iter() for part in ("href", "src", "action")]
        assert not [link for link in links if link.lower().lstrip().startswith("javascript:")], page.name


def test_a_real_browser_runs_nothing(
    hostile: tuple[Flask, str], shown: list[walk.Page], chromium: Browser
) -> None:
    _, url = hostile
    pages = [page for page in shown if page.role is None and "svg onload" in unescape(page.html)]
    assert len(pages) > 8
    window = chromium.new_context()
    ran: list[str] = []
    tab = window.new_page()
    tab.on("dialog", lambda dialog: (ran.append(tab.url), dialog.dismiss()))
    for page in pages:
        tab.goto(url + page.path)
    window.close()
    assert ran == []


def test_looking_at_pages_writes_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Signing in opens a session and its use is noted; nothing else may come of a GET."""
    sessions = ("insert into account_session", "update account_session")
    wrote = walked(tmp_path_factory).wrote
    assert [statement for statement in wrote if not statement.lower().startswith(sessions)] == []


def test_odd_parameters_break_nothing_and_come_back_as_words(
    hostile: tuple[Flask, str], shown: list[walk.Page]
) -> None:
    app, _ = hostile
    clients = {role: walk.browser_of(app, role) for role in walk.ROLES}
    asked = urlencode(PARAMETERS)
    slow = []
    for page in shown:
        began = time.thread_time()
        answer = clients[page.role].get(f"{urlsplit(page.path).path}?{asked}")
        spent = time.thread_time() - began
        assert answer.status_code < 500, page.name
        assert "evil.example" not in (answer.location or ""), page.name
        if answer.mimetype == "text/html":
            assert "<svg onload" not in answer.get_data(as_text=True), page.name
        if spent > 2:
            slow.append((page.name, round(spent, 1)))
    assert slow == []


def test_the_staff_of_one_town_see_in_another_what_every_citizen_sees(
    hostile: tuple[Flask, str], shown: list[walk.Page]
) -> None:
    app, _ = hostile
    citizen, officer = walk.browser_of(app, "citizen1"), walk.browser_of(app, "officer")
    admin = walk.browser_of(app, "admin")
    inside = [page for page in shown if page.role in ("officer", "admin", "parks", "councillor")]
    assert len(inside) > 15
    for page in inside:
        there = (
            urlsplit(page.path)
            .path.replace(f"/{walk.PLACE}/", "/yambol/")
            .replace(f"/{walk.PLACE}", "/yambol")
        )
        if "/yambol" not in there:
            continue
        open_to_all = citizen.get(there).status_code == 200
        for staff in (officer, admin):
            assert open_to_all or staff.get(there).status_code != 200, f"{there} opens for staff of elsewhere"


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/console",
        "/debug",
        "/server-status",
        "/static/../config.py",
        "/static/%2e%2e/config.py",
        "/static/vendor/app.css.map",
        "/backup.zip",
        "/pbplatform.sqlite",
        "/wsgi.py",
    ],
)
def test_nothing_of_the_machine_room_is_served(hostile: tuple[Flask, str], path: str) -> None:
    app, _ = hostile
    assert app.test_client().get(path).status_code == 404
