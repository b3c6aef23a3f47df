"""Letters as data: sentences and one link, written out as text and as simple HTML in the recipient's language."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import g, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from pbplatform.foundation.mail import Letter, write_letter


@dataclass(frozen=True)
class LetterText:
    """The sentences of one kind of letter, as lazy texts; `%(name)s` marks stand for the values given to `send`."""

    subject: Any
    paragraphs: tuple[Any, ...]
    action: Any = None
    """What the button says; the link is given to `send`."""
    closing: tuple[Any, ...] = ()


def send(
    session: Session,
    recipient: str,
    language: str,
    letter: LetterText,
    *,
    link: str | None = None,
    unsubscribe_url: str | None = None,
    **values: Any,
) -> Letter:
    """Write a letter into the outbox, in the caller's transaction; `link` is a whole address of this site."""
    with _speaking(language):
        subject = _fill(letter.subject, values)
        filled = {
            "subject": subject,
            "paragraphs": [_fill(text, values) for text in letter.paragraphs],
            "action": _fill(letter.action, values) if letter.action is not None else None,
            "closing": [_fill(text, values) for text in letter.closing],
            "link": link,
            "unsubscribe_url": unsubscribe_url,
            "language": language,
        }
        text = render_template("mail/layout.txt", **filled)
        html = render_template("mail/layout.html", **filled)
    return write_letter(session, recipient, language, subject, text, html, unsubscribe_url)


def _fill(text: Any, values: dict[str, Any]) -> str:
    said = str(text)
    return said % values if values else said


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    """Babel and our own filters read the reader's language in two places; a letter changes both for its own length."""
    before = g.get("locale")
    g.locale = language
    try:
        with force_locale(language):
            yield
    finally:
        if before is None:
            g.pop("locale", None)
        else:
            g.locale = before
