"""Handing a code over to a phone or a mailbox. Gateways stand behind one small interface; the default writes files."""

import json
import urllib.request
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask_babel import gettext
from sqlalchemy.orm import Session

from pbplatform.foundation import clock, letters
from pbplatform.foundation.crypto import Vault, token
from pbplatform.foundation.database import Database
from pbplatform.foundation.jobs import Progress
from pbplatform.roll.models import Means, RollEntry, SentCode

SEND_JOB = "send_code"
GATEWAY_TIMEOUT = 10


class Gateway(Protocol):
    """Where text messages go."""

    def send(self, phone: str, text: str) -> None:
        """Hand one message over; raise OSError when that fails."""


class FolderGateway:
    """Messages as files, for development, tests and municipalities without a gateway."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, phone: str, text: str) -> None:
        """Write one file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / f"{token(9)}.txt").write_text(f"{phone}\n{text}\n", encoding="utf-8")


class HttpGateway:
    """A provider that takes JSON with `to` and `text` by HTTPS; the key stands in the address's user part."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._key = parts.username or ""
        host = parts.hostname or ""
        self._url = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()

    def send(self, phone: str, text: str) -> None:
        """Post one message."""
        body = json.dumps({"to": phone, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 (the operator's own address)
        with urllib.request.urlopen(request, timeout=GATEWAY_TIMEOUT):  # noqa: S310 (the same)
            return


def gateway(url: str) -> Gateway:
    """The gateway of a configuration URL: ``file:/folder`` or ``https://key@provider/path``."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderGateway(Path(parts.path))
    if parts.scheme in ("http", "https"):
        return HttpGateway(url)
    raise ValueError(f"messages cannot be sent to {url!r}: use https://key@provider/path or file:/a/folder")


def send(database: Database, vault: Vault, there: Gateway, _progress: Progress, sent_id: int) -> None:
    """The job: hand a code over, and forget it."""
    with database.read() as session:
        sent = session.get(SentCode, sent_id)
        if sent is None or sent.sent_at is not None or sent.code_sealed is None:
            return
        recipient, text = _composed(session, vault, sent)
    if recipient and sent.means is Means.PHONE:
        there.send(recipient, text)
    with database.transaction() as session:
        row = session.get_one(SentCode, sent_id)
        row.sent_at, row.code_sealed = clock.now(), None
        if recipient and sent.means is Means.EMAIL:
            with letters.speaking(sent.language):
                letters.write(session, recipient, sent.language, gettext("Your code for the vote"), [text])


def _composed(session: Session, vault: Vault, sent: SentCode) -> tuple[str | None, str]:
    entry = session.get(RollEntry, sent.roll_entry_id or -1)
    recipient = None
    if entry is not None:
        recipient = entry.phone if sent.means is Means.PHONE else entry.email
    with letters.speaking(sent.language):
        text = gettext(
            "Your code for the vote is %(code)s. It is valid for ten minutes. If you did not ask for it, ignore this message and tell nobody the code.",
            code=vault.open(sent.code_sealed or ""),
        )
    return recipient, text
