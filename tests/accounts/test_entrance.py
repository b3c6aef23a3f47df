"""The entrance: registering, signing in, a forgotten password; every outcome alike."""

import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from pbplatform.accounts import credentials, operations, queries
from pbplatform.accounts.passwords import Passwords
from pbplatform.app import create_app
from pbplatform.config import Config, read_config
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.municipalities.operations import RESERVED
from tests.support.letters import last_letter, letters_to, link_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account
from tests.support.postgres import free_port

NEW = "nino@example.org"
OTHER_PASSWORD = "violet-harbour-candle-77"


def register(
    client: PageClient, email: str = NEW, password: str = PASSWORD, language: str = "en", **more: str
):
    fields = {"name": "Nino", "email": email, "password": password, "home": "0", "terms": "y"}
    return client.post(f"/{language}/register", data=fields | more)


def sign_in(client: PageClient, email: str = NEW, password: str = PASSWORD, next_: str = ""):
    return client.post("/en/sign-in", data={"email": email, "password": password, "next": next_})


def is_in(client: PageClient) -> bool:
    return client.get("/en/account").status_code == 200


@on_both_databases
def test_a_newcomer_registers_confirms_with_link_and_password_and_is_in(
    client: PageClient, database: Database
) -> None:
    assert register(client, language="ka").status_code == 200
    assert not is_in(client)
    letter = last_letter(database, NEW)
    assert letter.language == "ka"
    link = link_of(letter)
    assert client.get(link).status_code == 200
    assert client.get(link).status_code == 200, "looking at the link, as mail scanners do, must not use it"
    assert client.post(link, data={"password": "not the right one"}).status_code == 422
    assert client.post(link, data={"password": PASSWORD}).status_code == 302
    assert is_in(client)
    assert client.get(link).status_code == 410


def test_letters_are_whole_in_text_and_html_in_each_language(client: PageClient, database: Database) -> None:
    for language, mark in (("ka", "ანგარიშ"), ("bg", "профил"), ("en", "account")):
        email = f"{language}@example.org"
        register(client, email, language=language)
        letter = last_letter(database, email)
        assert mark in letter.body
        assert letter.html is not None
        assert mark in letter.html
        assert link_of(letter) in letter.html


def test_who_registers_a_strangers_mailbox_first_gains_nothing(
    client: PageClient, database: Database
) -> None:
    register(client, password=OTHER_PASSWORD)
    attackers_link = link_of(last_letter(database, NEW))
    register(client)
    owners_link = link_of(last_letter(database, NEW))
    assert client.post(attackers_link, data={"password": PASSWORD}).status_code == 422
    assert client.post(owners_link, data={"password": PASSWORD}).status_code == 302
    client.post("/en/sign-out")
    assert client.get(attackers_link).status_code == 410
    assert sign_in(client, password=OTHER_PASSWORD).status_code == 422
    assert sign_in(client).status_code == 302


def test_the_letter_can_be_sent_again_and_the_earlier_link_dies(
    client: PageClient, database: Database
) -> None:
    register(client)
    first = link_of(last_letter(database, NEW))
    assert client.post("/en/register/again", data={"email": "NINO@example.org"}).status_code == 200
    second = link_of(last_letter(database, NEW))
    assert client.get(first).status_code == 410
    assert client.post(second, data={"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "not an address"},
        {"password": "short"},
        {"password": "password12345"},
        {"name": "A"},
        {"name": "\u202eAdmin"},
        {"name": "Аdmin"},
        {"name": "Adminіstrator"},
        {"name": "ადმინისტრატორი"},
        {"name": "Мария Petrоva"},
        {"name": "Z̷̢̛̫̲͉̈́a̴̧̛̤̓l̶̰͊g̸̭̈́o̷̰͠"},
        {"home": "77"},
        {"terms": ""},
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_written(
    client: PageClient, database: Database, fields: dict[str, str]
) -> None:
    response = register(client, **fields)
    assert response.status_code == 422
    assert "govuk-error-summary" in response.get_data(as_text=True)
    assert not letters_to(database, fields.get("email", NEW))


@pytest.mark.parametrize(
    "name", ["ნინო ბერიძე", "Мария Иванова-Петрова", "Seán O’Brien", "Nino  \t Beridze", "李小龍"]
)
def test_ordinary_names_of_any_alphabet_are_taken(client: PageClient, database: Database, name: str) -> None:
    assert register(client, name=name).status_code == 200
    with database.read() as session:
        wish = queries.newest_registration(session, NEW)
        assert wish is not None
        assert wish.name == " ".join(name.split())


@pytest.mark.parametrize("broken", ["a\x00b", "a\ufffeb"])
def test_characters_that_no_database_can_hold_are_a_bad_request(client: PageClient, broken: str) -> None:
    assert register(client, name=broken).status_code == 400
    assert client.post("/en/sign-in", data=b"email=%ED%A0%80@example.org&password=x").status_code in (
        400,
        422,
    )


@pytest.mark.parametrize("page", ["register", "register/again", "password/forgotten"])
def test_known_and_unknown_mailboxes_get_the_same_answer(
    client: PageClient, session: Session, database: Database, page: str
) -> None:
    an_account(session, email="known@example.org")
    session.commit()
    bodies = []
    for email in ("known@example.org", "stranger@example.org"):
        fields = {"name": "Nino", "email": email, "password": PASSWORD, "home": "0", "terms": "y"}
        response = client.post(f"/en/{page}", data=fields)
        bodies.append((response.status_code, mask_nonce(response.get_data(as_text=True))))
        assert len(letters_to(database, email)) == 1
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("page", ["register", "password/forgotten", "sign-in"])
def test_known_and_unknown_mailboxes_cost_the_same_work(
    client: PageClient, session: Session, database: Database, page: str
) -> None:
    """The same statements in the same order; `make bench-entrance` measures the time."""
    for number in range(2):
        an_account(session, email=f"known{number}@example.org")
    session.commit()
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", heard)
    work = []
    for email in (
        "known0@example.org",
        "stranger0@example.org",
        "known1@example.org",
        "stranger1@example.org",
    ):
        asked.clear()
        fields = {"name": "Nino", "email": email, "password": OTHER_PASSWORD, "home": "0", "terms": "y"}
        assert client.post(f"/en/{page}", data=fields).status_code == (422 if page == "sign-in" else 200)
        work.append(list(asked))
    assert work[2]
    assert work[2] == work[3]


def mask_nonce(html: str) -> str:

    return re.sub(r'(nonce|value)="[^"]{10,}"', "", html)


def test_sign_in_fails_alike_for_unknown_mailboxes_and_wrong_passwords(
    client: PageClient, session: Session
) -> None:
    an_account(session, email="known@example.org")
    session.commit()
    pages = [
        mask_nonce(sign_in(client, email, OTHER_PASSWORD).get_data(as_text=True)).replace(email, "…")
        for email in ("known@example.org", "other@example.org")
    ]
    assert pages[0] == pages[1]


def test_sign_in_takes_the_same_time_for_unknown_mailboxes(config: Config, database: Database) -> None:
    """With real hashing costs the work for a stranger is that for a known mailbox, within a third."""

    passwords = Passwords()
    with database.transaction() as session:
        operations.create_account(
            session,
            passwords,
            email="known@example.org",
            name="Nino",
            language="en",
            password=PASSWORD,
            confirmed=True,
        )

    def seconds(email: str) -> float:
        started = time.perf_counter()
        with database.read() as reading, pytest.raises(Invalid):
            credentials.sign_in(reading, passwords, email, OTHER_PASSWORD)
        return time.perf_counter() - started

    times: dict[str, list[float]] = {"known@example.org": [], "other@example.org": []}
    for _ in range(9):
        for email, found in times.items():
            found.append(seconds(email))
    known, other = (statistics.median(found) for found in times.values())
    assert 0.67 < known / other < 1.5


def test_a_forgotten_password_is_replaced_once_and_every_session_ends(
    client: PageClient, session: Session, database: Database, signed_in: Callable[..., PageClient]
) -> None:
    account = an_account(session, email=NEW)
    session.commit()
    elsewhere = signed_in(account)
    client.post("/en/password/forgotten", data={"email": NEW})
    link = link_of(last_letter(database, NEW))
    assert client.get(link).status_code == 200
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"
    assert client.post(link, data={"password": "password12345"}).status_code == 422
    assert client.post(link, data={"password": OTHER_PASSWORD}).status_code == 302
    assert client.post(link, data={"password": PASSWORD}).status_code == 410
    assert not is_in(elsewhere)
    assert sign_in(client).status_code == 422
    assert sign_in(client, password=OTHER_PASSWORD).status_code == 302
    assert "password" in last_letter(database, NEW).subject


def test_a_reset_link_is_good_for_nothing_else_and_dies_with_a_change(
    client: PageClient, session: Session, database: Database
) -> None:
    an_account(session, email=NEW)
    session.commit()
    client.post("/en/password/forgotten", data={"email": NEW})
    client.post("/en/password/forgotten", data={"email": NEW})
    first, second = (link_of(letter) for letter in letters_to(database, NEW))
    token = first.rsplit("/", 1)[1]
    for path in (f"/en/register/{token}", f"/en/invitation/{token}", "/en/password/%20", "/en/password/None"):
        assert client.get(path).status_code in (404, 410), path
    assert client.post(second, data={"password": OTHER_PASSWORD}).status_code == 302
    assert client.get(first).status_code == 410


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\\\evil",
        "https:evil",
        "https://evil.example",
        "/%09//e\t",
        "javascript:alert(1)",
    ],
)
def test_next_never_leaves_the_site(client: PageClient, session: Session, target: str) -> None:
    an_account(session, email=NEW)
    session.commit()
    assert sign_in(client, next_=target).location == "/en/"


def test_whoever_was_going_nowhere_arrives_in_their_own_municipality(
    client: PageClient, session: Session
) -> None:
    an_account(session, a_municipality(session), email=NEW)
    session.commit()
    assert sign_in(client).location == "/en/rustavi/"


def test_next_leads_back_to_where_a_visitor_was_stopped(client: PageClient, session: Session) -> None:
    an_account(session, email=NEW)
    session.commit()
    stopped = client.get("/en/account/sessions")
    assert stopped.location == "/en/sign-in?next=/en/account/sessions"
    assert sign_in(client, next_="/en/account/sessions").location == "/en/account/sessions"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_letters_never_carry_the_host_of_a_request(
    client: PageClient, session: Session, database: Database, headers: dict[str, str]
) -> None:
    an_account(session, email=NEW)
    session.commit()
    response = client.post("/en/password/forgotten", data={"email": NEW}, headers=headers)
    assert response.status_code == (400 if "Host" in headers else 200)
    assert not any("evil" in letter.body for letter in letters_to(database, NEW))


def test_the_cookie_is_new_after_sign_in_and_carries_nothing_of_before(
    client: PageClient, session: Session
) -> None:
    an_account(session, email=NEW)
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "chosen-by-an-attacker"
        cookie["planted"] = "yes"
    assert sign_in(client).status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "chosen-by-an-attacker"
        assert "planted" not in cookie


def test_forms_without_their_token_are_refused(app: Flask, session: Session) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    an_account(session, email=NEW)
    session.commit()
    client = app.test_client()
    for path in (
        "/en/sign-in",
        "/en/sign-out",
        "/en/register",
        "/en/password/forgotten",
        "/en/passkey/question",
    ):
        response = client.post(path, data={"email": NEW, "password": PASSWORD})
        assert response.status_code == 400, path
        as_text = client.post(path, data='{"email": "x"}', content_type="text/plain")
        assert as_text.status_code == 400, path


def test_guesses_at_one_mailbox_end_after_ten_however_it_is_spelt(
    client: PageClient, session: Session
) -> None:
    an_account(session, email=NEW)
    session.commit()
    spellings = ["nino@example.org", "NINO@Example.org", "nino+a@example.org"]
    codes = [sign_in(client, spellings[number % 3], OTHER_PASSWORD).status_code for number in range(11)]
    assert codes == [422] * 10 + [429]
    blocked = sign_in(client)
    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["Retry-After"]) <= 15 * 60 + 1


def test_fifty_guesses_at_the_same_moment_are_counted_before_they_are_judged(
    app: Flask, session: Session
) -> None:
    an_account(session, email=NEW)
    session.commit()

    def guess(_number: int) -> int:
        return sign_in(app.test_client(), password=OTHER_PASSWORD).status_code

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(guess, range(50)))
    assert codes.count(422) == 10
    assert codes.count(429) == 40


def test_a_mailbox_gets_at_most_four_letters_an_hour(client: PageClient, database: Database) -> None:
    codes = [client.post("/en/password/forgotten", data={"email": NEW}).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 200, 429]
    assert len(letters_to(database, NEW)) == 4


def test_forwarded_addresses_of_strangers_are_not_believed(client: PageClient) -> None:
    """Sixty tries a network: a new X-Forwarded-For each time makes no new network when no proxy is configured."""
    codes = [
        client.post(
            "/en/sign-in",
            data={"email": f"person{number}@example.org", "password": OTHER_PASSWORD},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        ).status_code
        for number in range(61)
    ]
    assert codes == [422] * 60 + [429]


def test_sign_in_stays_shut_when_the_counters_cannot_be_reached(config: Config, tmp_path) -> None:
    away = read_config(
        {
            "PB_MODE": "test",
            "PB_DATA_DIR": str(tmp_path / "var2"),
            "PB_DATABASE_URL": config.database_url,
            "PB_JOBS": "immediate",
            "PB_BASE_URL": "http://localhost",
            "PB_MAIL_URL": f"file:{tmp_path / 'mail'}",
            "PB_LIMITS_URL": f"redis://127.0.0.1:{free_port()}/0",
        }
    )
    app = create_app(away)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for path in ("sign-in", "password/forgotten"):
        response = client.post(f"/en/{path}", data={"email": NEW, "password": PASSWORD})
        assert response.status_code == 503
        assert response.headers["Retry-After"]
    app.extensions["house"].database.dispose()


def test_every_address_of_the_house_is_reserved_from_municipalities(app: Flask) -> None:
    first = {
        rule.rule.removeprefix("/<locale:locale>/").split("/")[0]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/<locale:locale>/") and not rule.rule.startswith("/<locale:locale>/<slug")
    }
    assert {part for part in first if part and not part.startswith("<")} <= RESERVED


def test_the_home_municipality_greets_whoever_named_it(
    client: PageClient, session: Session, database: Database
) -> None:
    place = a_municipality(session)
    session.commit()
    register(client, home=str(place.id))
    response = client.post(link_of(last_letter(database, NEW)), data={"password": PASSWORD})
    assert response.location == "/en/rustavi/"
