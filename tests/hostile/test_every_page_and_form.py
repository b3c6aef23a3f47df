"""Nonsense in every address and every field of the demonstration gets an answer, never a failure of the server."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pbplatform.journal.operations import verify
from tests.support.demo import a_demonstration, walked
from tests.support.walk import Page, again, browser_of, endpoint_of, parse

SEED = 14
NONSENSE = (
    "",
    "-1",
    "0",
    "1.5",
    "9" * 30,
    "9" * 5000,
    str(2**63 - 1),
    str(2**31),
    "1e400",
    "NaN",
    "٣",
    "2026-13-45T99:99",
    "9999-12-31",
    "0001-01-01",
    "=1+1",
    "null",
    "[]",
    "../../etc/passwd",
    "🦊" * 50,
    "\u202e<script>alert(1)</script>",
    "x" * 20_000,
)
IN_ADDRESSES = ("0", "-1", "9" * 30, "9" * 5000, str(2**63 - 1), "%00", "%ED%A0%80", "..", "٣", "x" * 3000)
LIKELY = ("page", "q", "sort", "order", "year", "after", "before", "cursor", "limit", "language", "unit")
"""Parameters that some page or other understands."""
TOKEN = "csrf_token"
# Whoever leaves cannot go on attacking; both have tests of their own.
LEAVING = ("sign_out", "close", "leave")
TRIES_IN_ADDRESSES = 3
TRIES_A_FIELD = 3


@dataclass
class Attack:
    """Clients of every role, dice, and what answered with a failure."""

    app: Flask
    dice: random.Random
    clients: dict[str | None, FlaskClient] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)

    def client(self, role: str | None) -> FlaskClient:
        if role not in self.clients:
            self.clients[role] = browser_of(self.app, role)
            self.clients[role].check_pages = False
        return self.clients[role]

    def note(self, what: str, status: int) -> None:
        self.answers[status] += 1
        # 503 says that a part of the platform is away; nonsense must not take it away.
        if status >= 500:
            self.failures.append(f"{status} {what[:300]}")


@dataclass(frozen=True)
class Form:
    """A form as a page shows it: where it goes, and what it would send untouched."""

    page: Page
    action: str
    method: str
    values: dict[str, str]
    files: frozenset[str]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = a_demonstration(tmp_path_factory)
    yield app
    app.extensions["house"].database.dispose()


@pytest.fixture(scope="module")
def found(demonstration: Flask, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    """One page of every kind."""
    return again(demonstration, walked(tmp_path_factory).pages, "en")


@pytest.fixture
def attack(demonstration: Flask) -> Attack:
    return Attack(demonstration, random.Random(SEED))


def test_no_address_makes_the_server_fail(found: list[Page], attack: Attack) -> None:
    for page in found:
        client = attack.client(page.role)
        for address in _addresses(page, attack.dice):
            attack.note(f"GET {address}", client.get(address).status_code)
    assert attack.failures == []
    assert attack.answers[404] > len(found)


def test_no_form_makes_the_server_fail_or_breaks_the_journal(found: list[Page], attack: Attack) -> None:
    forms = {_kind(attack.app, form): form for page in found for form in _forms(page)}
    assert len(forms) > 50
    for form in forms.values():
        if not any(word in (endpoint_of(attack.app, form.action) or "") for word in LEAVING):
            _try(attack, form)
    assert attack.failures == []
    assert attack.answers[422], "no form refused anything, so the attack did not reach the forms"
    with attack.app.extensions["house"].database.read() as session:
        assert list(verify(session)) == []


def _addresses(page: Page, dice: random.Random) -> Iterator[str]:
    """The page's address with nonsense in each of its parts and parameters."""
    address = urlsplit(page.path)
    parts = address.path.split("/")
    for index in range(2, len(parts)):
        for nonsense in dice.sample(IN_ADDRESSES, TRIES_IN_ADDRESSES) if parts[index] else ():
            yield "/".join([*parts[:index], nonsense, *parts[index + 1 :]])
    known = dict(parse_qsl(address.query, keep_blank_values=True))
    for name in [*known, *dice.sample(LIKELY, 3)]:
        for nonsense in dice.sample(NONSENSE, TRIES_IN_ADDRESSES):
            yield f"{address.path}?{urlencode({**known, name: nonsense})}"


def _forms(page: Page) -> Iterator[Form]:
    for form in parse(page.html).iter("form"):
        values: dict[str, str] = {}
        files: set[str] = set()
        for control in form.iter():
            name = control.get("name")
            if control.tag not in ("input", "select", "textarea", "button") or not name:
                continue
            if control.get("type") == "file":
                files.add(name)
            else:
                values.setdefault(name, _value(control))
        method = (form.get("method") or "get").lower()
        yield Form(page, form.get("action") or page.path, method, values, frozenset(files))


def _value(control: Element) -> str:
    options = [option.get("value") or "" for option in control.iter("option")]
    return control.get("value") or (options[-1] if options else control.text or "")


def _kind(app: Flask, form: Form) -> tuple[object, ...]:
    return (endpoint_of(app, form.action), form.method, *sorted({*form.values, *form.files}))


def _tries(form: Form, dice: random.Random) -> Iterator[dict[str, str]]:
    """The form with nonsense in one field, with a field left out, with one nonsense everywhere, and as it stands."""
    for name in form.values:
        if name != TOKEN:
            yield from ({**form.values, name: value} for value in dice.sample(NONSENSE, TRIES_A_FIELD))
            yield {other: value for other, value in form.values.items() if other != name}
    for nonsense in dice.sample(NONSENSE, TRIES_A_FIELD):
        yield dict.fromkeys(form.values, nonsense)
    yield form.values


def _try(attack: Attack, form: Form) -> None:
    client = attack.client(form.page.role)
    token = _token(client, form)
    for values in _tries(form, attack.dice):
        if form.method == "get":
            address = f"{urlsplit(form.action).path}?{urlencode(values)}"
            attack.note(f"GET {address}", client.get(address).status_code)
            continue
        garbage = {name: (BytesIO(attack.dice.randbytes(2000)), "garbage.pdf") for name in form.files}
        answer = client.post(form.action, data={**values, **token, **garbage})
        attack.note(f"POST {form.action} {values}", answer.status_code)


def _token(client: FlaskClient, form: Form) -> dict[str, str]:
    """The token against forged posts, as the page gives it to this client."""
    page = client.get(form.page.path)
    for shown in parse(page.get_data(as_text=True)).iter("input"):
        if shown.get("name") == TOKEN:
            return {TOKEN: shown.get("value") or ""}
    return {}
