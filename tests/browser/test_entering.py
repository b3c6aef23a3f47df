"""Entering in a real browser: the whole way of an officer by authenticator app, and passkeys by a virtual authenticator."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from pbplatform.accounts import factors, hats, operations
from pbplatform.accounts.passwords import Passwords
from pbplatform.app import create_app
from pbplatform.charter.roles import Role, operator
from pbplatform.config import read_config
from pbplatform.foundation import clock, migrations
from tests.support.people import PASSWORD, a_municipality
from tests.support.postgres import free_port
from tests.support.servers import Silent

pytestmark = pytest.mark.browser
EMAIL = "officer@example.org"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """A municipality with one administrator who has no second factor yet, at a host name, as passkeys want it."""
    port = free_port()
    url = f"http://localhost:{port}"
    config = read_config(
        {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(tmp_path),
            "PB_BASE_URL": url,
            "PB_JOBS": "immediate",
            "PB_LOG_LEVEL": "ERROR",
        }
    )
    app = create_app(config)
    database = app.extensions["house"].database
    migrations.upgrade(database.engine)
    with database.transaction() as session:
        place = a_municipality(session)
        account = operations.create_account(
            session,
            Passwords(cheap=True),
            email=EMAIL,
            name="Nino Test",
            language="en",
            password=PASSWORD,
            confirmed=True,
        )
        hats.give_role(operator(), session, account, place.id, Role.ADMINISTRATOR)
    server = make_server("localhost", port, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield app, url
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield opened
    context.close()
    refused = [text for text in complaints if "Content Security Policy" in text]
    assert not refused, refused


def type_password(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def authenticator(page: Page) -> tuple[Any, str]:
    """A virtual security key in the browser that checks its person."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def test_an_administrator_sets_up_an_app_and_comes_back_with_its_code(
    town: tuple[Flask, str], page: Page
) -> None:
    _app, url = town
    page.goto(f"{url}/en/rustavi/settings")
    type_password(page)
    expect(page).to_have_url(f"{url}/en/account/second-factor/app?next=/en/rustavi/settings")
    picture = page.get_by_alt_text("QR code for the authenticator app")
    assert picture.evaluate("image => image.naturalWidth") > 100, "the QR code is drawn"
    secret = page.locator("#totp-key").inner_text()
    page.get_by_label("Code").fill(factors.code_at(secret, factors.step_at(clock.now())))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    recovery = page.locator(".recovery-codes code").first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(f"{url}/en/rustavi/settings")
    sign_out(page)
    page.goto(f"{url}/en/rustavi/settings")
    type_password(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(f"{url}/en/rustavi/settings")


def test_a_passkey_is_made_and_then_signs_in_alone_with_both_factors(
    town: tuple[Flask, str], page: Page
) -> None:
    app, url = town
    devtools, key = authenticator(page)
    page.goto(f"{url}/en/sign-in")
    type_password(page)
    page.goto(f"{url}/en/account/second-factor")
    page.get_by_label("Name of this passkey").fill("My key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    sign_out(page)
    page.goto(f"{url}/en/sign-in?next=/en/rustavi/settings")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{url}/en/rustavi/settings")
    sign_out(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto(f"{url}/en/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert app.test_client().get("/en/account").status_code == 302


def test_a_passkey_answers_for_the_second_factor_after_the_password(
    town: tuple[Flask, str], page: Page
) -> None:
    _app, url = town
    authenticator(page)
    page.goto(f"{url}/en/sign-in")
    type_password(page)
    page.goto(f"{url}/en/account/second-factor")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".recovery-codes code")).to_have_count(10)
    sign_out(page)
    page.goto(f"{url}/en/rustavi/members")
    type_password(page)
    expect(page).to_have_url(f"{url}/en/second-factor?next=/en/rustavi/members")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{url}/en/rustavi/members")
