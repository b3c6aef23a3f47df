"""Text messages go to a provider over HTTP, with its key in a header; a provider that fails costs nobody a page."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation.jobs import Job, JobState
from pbplatform.roll.delivery import SEND_JOB, FolderGateway, HttpGateway, gateway
from pbplatform.roll.models import SentCode
from tests.support import voting
from tests.support.installation import changed
from tests.support.pages import PageClient
from tests.support.voters import hidden

KEY = "a-providers-key"


@dataclass
class Provider:
    """A provider of text messages on this machine, which keeps what it is asked."""

    port: int = 0
    answer: int = 200
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Path, the header with the key, and the message."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that takes every message, until it is told otherwise."""
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            kept.asked.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(kept.answer)
            self.end_headers()

        def log_message(self, format: str, *_args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def with_provider(config: Config, provider: Provider) -> Iterator[Flask]:
    """The same installation with a provider of text messages."""
    sms = {"PB_SMS_URL": f"http://{KEY}@127.0.0.1:{provider.port}/v1/messages"}
    with changed(config, sms) as app:
        yield app


def ask(client: PageClient, town: voting.Town) -> str:
    """Ask for a code by phone; the page that takes it."""
    fields = hidden(client.get(f"{town.base}/message").get_data(as_text=True))
    person = {"national_id": voting.national_id(0), "birth_date": "17.05.1980", "means": "phone"}
    answer = client.post(f"{town.base}/message", data={**fields, **person})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_code_goes_to_the_provider_and_opens_the_ballot(
    session: Session, house: House, with_provider: Flask, provider: Provider
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    client = with_provider.test_client()
    assert isinstance(client, PageClient)
    page = ask(client, town)
    [(path, authorization, message)] = provider.asked
    assert path == "/v1/messages", "the key is in no address, where proxies would write it down"
    assert authorization == f"Bearer {KEY}"
    assert message["to"] == town.entries[0].phone
    code = re.findall(r"\b\d{6}\b", message["text"])[0]
    fields = hidden(client.get(page).get_data(as_text=True))
    assert client.post(page, data={**fields, "code": code}).status_code == 302
    assert client.get(f"{town.base}/ballot").status_code == 200
    with house.database.read() as look:
        sent = look.scalars(select(SentCode)).one()
    assert sent.sent_at is not None
    assert sent.code_sealed is None, "what was handed over is forgotten"


def test_a_provider_that_fails_is_noted_and_the_next_message_goes_out(
    session: Session, house: House, with_provider: Flask, provider: Provider
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    client = with_provider.test_client()
    assert isinstance(client, PageClient)
    provider.answer = 503
    ask(client, town)
    provider.answer = 202
    ask(client, town)
    with house.database.read() as look:
        states = look.scalars(select(Job.state).where(Job.kind == SEND_JOB).order_by(Job.id)).all()
        handed_over = [
            sent.sent_at is not None for sent in look.scalars(select(SentCode).order_by(SentCode.id))
        ]
    assert states == [JobState.FAILED, JobState.DONE]
    assert handed_over == [False, True]


def test_a_gateway_is_chosen_by_its_address() -> None:
    assert isinstance(gateway("file:/tmp/messages"), FolderGateway)
    assert isinstance(gateway("https://key@provider.example.org/send"), HttpGateway)
    with pytest.raises(ValueError, match="messages cannot be sent to"):
        gateway("ftp://provider.example.org")
