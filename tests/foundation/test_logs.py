"""Logs tell what happened, not who: no address, name, code or word of a person ever stands in them."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.foundation.logs import JsonLines
from tests.support.pages import PageClient
from tests.support.people import PASSWORD, a_municipality, an_account

CANARIES = ("canary@example.org", "Canary Name", PASSWORD, "203.0.113.7", "canary-token", "canary-agent")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that the process logs, as it would stand on standard error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_nothing_of_a_person_stands_in_the_log(
    app: Flask, session: Session, signed_in: Callable[..., PageClient], lines: io.StringIO
) -> None:
    account = an_account(session, a_municipality(session), email="canary@example.org", name="Canary Name")
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False
    environ = {"REMOTE_ADDR": "203.0.113.7", "HTTP_USER_AGENT": "canary-agent"}
    browser = app.test_client()
    for password in (PASSWORD, f"{PASSWORD}x"):
        browser.post("/en/sign-in", data={"email": account.email, "password": password}, environ_base=environ)
    signed_in(account).get("/ka/rustavi/?q=canary-token")
    said = lines.getvalue()
    assert "accounts.sign_in" in said, "the log tells that something was asked"
    assert [canary for canary in CANARIES if canary in said] == []


def test_a_failing_statement_does_not_tell_its_values(session: Session, lines: io.StringIO) -> None:
    an_account(session, None, email="canary@example.org")
    with pytest.raises(Exception, match="UNIQUE") as failed:
        an_account(session, None, email="canary@example.org")
    assert "canary" not in str(failed.value)


def test_a_line_break_in_a_message_cannot_forge_a_line(lines: io.StringIO) -> None:
    logging.getLogger("pbplatform").info('hello\n{"level": "info", "message": "forged"}')
    written = lines.getvalue().splitlines()
    assert len(written) == 1
    assert json.loads(written[0])["message"].startswith("hello")
