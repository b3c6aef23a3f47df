"""Reading the outbox as the recipients would."""

import re
from urllib.parse import urlsplit

from sqlalchemy import select

from pbplatform.foundation.database import Database
from pbplatform.foundation.mail import Letter


def letters_to(database: Database, email: str) -> list[Letter]:
    """Every letter to a mailbox, oldest first."""
    with database.read() as session:
        return list(session.scalars(select(Letter).where(Letter.recipient == email).order_by(Letter.id)))


def last_letter(database: Database, email: str) -> Letter:
    """The newest letter to a mailbox."""
    found = letters_to(database, email)
    assert found, f"no letter to {email}"
    return found[-1]


def link_of(letter: Letter) -> str:
    """The path of the one link that a letter is about; it begins with the site's own address."""
    address = re.search(r"^https?://\S+/\S+$", letter.body, re.MULTILINE)
    assert address, letter.body
    assert address[0].startswith("http://localhost/"), address[0]
    return urlsplit(address[0]).path
