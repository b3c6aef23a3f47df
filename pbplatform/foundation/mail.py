"""The mail outbox: a letter is a row written with the decision it tells of, and delivered by a job afterwards.

A retry carries the same Message-ID, so a letter that was delivered and not acknowledged is recognised as the same.
In development letters become `.eml` files in a folder.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pbplatform.foundation import clock
from pbplatform.foundation.crypto import token
from pbplatform.foundation.database import Base, Database, Key, one_of

MOST_TRIES = 15
"""Spread over a day and a half, so that a mail server may fail for a night and a morning."""
KEPT = timedelta(days=14)
"""How long a letter is kept after its last try, so that an operator can look into a complaint."""


class LetterState(StrEnum):
    """Where a letter is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """One letter to one person, already in the recipient's language."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "state", "next_try_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    recipient: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[LetterState] = mapped_column(one_of(LetterState), default=LetterState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Post(Protocol):
    """Where letters go."""

    def deliver(self, message: EmailMessage) -> None:
        """Hand one message over; raise OSError (which smtplib's errors are) when that fails."""


def write_letter(
    session: Session,
    recipient: str,
    language: str,
    subject: str,
    body: str,
    html: str,
    unsubscribe_url: str | None = None,
) -> Letter:
    """Put a letter into the outbox within the caller's transaction."""
    letter = Letter(
        message_id=f"<{token(18)}@pbplatform>",
        recipient=recipient,
        language=language,
        subject=" ".join(subject.split())[:300],
        body=body,
        html=html,
        unsubscribe_url=unsubscribe_url,
        written_at=clock.now(),
        next_try_at=clock.now(),
    )
    session.add(letter)
    session.info["letters"] = True
    return letter


def deliver_due(database: Database, post: Post, sender: str) -> int:
    """Deliver every letter that is due and return how many went out; each outcome is kept before the next is tried."""
    sent = 0
    with database.read() as session:
        due = session.scalars(
            select(Letter.id)
            .where(Letter.state == LetterState.WAITING, Letter.next_try_at <= clock.now())
            .order_by(Letter.id)
        ).all()
    for letter_id in due:
        sent += _deliver(database, post, sender, letter_id)
    return sent


def forget_recipient(session: Session, recipient: str) -> None:
    """Delete every letter to a mailbox, also those that wait."""
    session.execute(delete(Letter).where(Letter.recipient == recipient))


def forget_old(session: Session) -> int:
    """Delete letters that were delivered or given up a while ago; tell how many."""
    old = clock.now() - KEPT
    done = Letter.state.in_((LetterState.SENT, LetterState.FAILED))
    found = session.execute(delete(Letter).where(done, Letter.next_try_at < old).returning(Letter.id))
    return len(found.all())


def _deliver(database: Database, post: Post, sender: str, letter_id: int) -> bool:
    message = _take(database, sender, letter_id)
    if message is None:
        return False
    # No transaction is open while the mail server thinks: on SQLite it would hold up every writer.
    try:
        post.deliver(message)
    except OSError:
        return False
    with database.transaction() as session:
        letter = session.get_one(Letter, letter_id)
        letter.state, letter.sent_at = LetterState.SENT, clock.now()
    return True


def _take(database: Database, sender: str, letter_id: int) -> EmailMessage | None:
    """Claim a due letter by moving its next try into the future: a second worker, or a retry after a crash, waits."""
    with database.transaction() as session:
        due = (Letter.state == LetterState.WAITING, Letter.next_try_at <= clock.now())
        letter = session.scalar(
            select(Letter).where(Letter.id == letter_id, *due).with_for_update(skip_locked=True)
        )
        if letter is None:
            return None
        letter.tries += 1
        if letter.tries > MOST_TRIES:
            letter.state = LetterState.FAILED
            return None
        letter.next_try_at = clock.now() + timedelta(seconds=min(30 * 2**letter.tries, 6 * 3600))
        return compose(letter, sender)


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The MIME message of a letter."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    # Last: a second form moves every header about the content into the first.
    message["Content-Language"] = letter.language
    return message


class FolderPost:
    """Letters as `.eml` files, for development and tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage) -> None:
        """Write the message under its own id, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").replace("/", "_")
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(message.as_bytes())
        unfinished.rename(self.folder / f"{name}.eml")


class SmtpPost:
    """Letters by SMTP; a connection a letter, because a municipality's relay is near and patience is short."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        self.host, self.port = parts.hostname or "localhost", parts.port or 25
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.starttls = options.get("starttls", ["0"])[0] == "1"
        self.tls = parts.scheme == "smtps"

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        kind = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
        with kind(self.host, self.port, timeout=20) as connection:
            if self.starttls:
                connection.starttls()
            if self.user:
                connection.login(self.user, self.password)
            yield connection

    def deliver(self, message: EmailMessage) -> None:
        """Send one message."""
        with self._connection() as connection:
            connection.send_message(message)


def post_office(url: str) -> Post:
    """The Post for a configuration URL: ``file:/folder``, ``smtp://…`` or ``smtps://…``."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderPost(Path(parts.path))
    if parts.scheme in ("smtp", "smtps"):
        return SmtpPost(url)
    raise ValueError(
        f"mail cannot be sent to {url!r}: use smtp://user:password@host:587?starttls=1 or file:/a/folder"
    )
