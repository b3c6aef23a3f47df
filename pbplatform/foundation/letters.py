"""Letters as data: a few kinds of parts, set out in the one layout for mail as text and as HTML.

Whoever writes a letter lists its parts; the layouts `layouts/mail.txt` and `layouts/mail.html` say how they look. So every
letter has both forms, they say the same, and none looks unlike the others.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import g, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Session

from pbplatform.foundation.mail import Letter, write_letter


@dataclass(frozen=True)
class Quote:
    """Words of somebody else, set apart; their line breaks are kept."""

    text: str
    kind = "quote"


@dataclass(frozen=True)
class Button:
    """What the reader can do now, and the whole address where."""

    says: str
    link: str
    kind = "button"


@dataclass(frozen=True)
class Item:
    """One of several things that the letter tells of, with its own address and a line below."""

    says: str
    link: str
    note: str = ""
    kind = "item"


@dataclass(frozen=True)
class Small:
    """A paragraph for those who read to the end."""

    text: str
    kind = "small"


Part = str | Quote | Button | Item | Small
"""A string is a paragraph."""


@dataclass(frozen=True)
class Unsubscribing:
    """Where a reader says how often to be written to, and where one click ends it."""

    settings: str
    at_once: str


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
    **values: Any,
) -> Letter:
    """Write a letter into the outbox, in the caller's transaction; `link` is a whole address of this site."""
    with speaking(language):
        parts: list[Part] = [_fill(text, values) for text in letter.paragraphs]
        if letter.action is not None and link is not None:
            parts.append(Button(_fill(letter.action, values), link))
        parts += [Small(_fill(text, values)) for text in letter.closing]
        return write(session, recipient, language, _fill(letter.subject, values), parts)


def write(
    session: Session,
    recipient: str,
    language: str,
    subject: str,
    parts: Sequence[Part],
    unsubscribing: Unsubscribing | None = None,
) -> Letter:
    """Write a letter of these parts into the outbox, in the caller's transaction."""
    text, html = set_out(language, subject, parts, unsubscribing)
    at_once = unsubscribing.at_once if unsubscribing else None
    return write_letter(session, recipient, language, subject, text, html, at_once)


def set_out(
    language: str, subject: str, parts: Sequence[Part], unsubscribing: Unsubscribing | None = None
) -> tuple[str, str]:
    """The plain text and the HTML of a letter, in the house's layout and the reader's language."""
    filled = {"language": language, "subject": subject, "parts": parts, "unsubscribing": unsubscribing}
    with speaking(language):
        return render_template("layouts/mail.txt", **filled), render_template("layouts/mail.html", **filled)


def _fill(text: Any, values: dict[str, Any]) -> str:
    said = str(text)
    return said % values if values else said


@contextmanager
def speaking(language: str) -> Iterator[None]:
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
