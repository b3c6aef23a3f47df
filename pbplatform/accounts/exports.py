"""Everything kept about one person, and how it is forgotten. Upper features install their own part of both.

`exporters["proposals"] = f` adds `proposals.json` to the archive of "my data"; `erasers.append(f)` is called when an account
is closed, before the account itself is emptied.
"""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import queries
from pbplatform.accounts.models import Account
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.foundation.mail import Letter

Exporter = Callable[[Session, int], Any]
"""Given a session and an account's number: what the feature keeps about it, as plain lists and dicts (times may stay times)."""

Eraser = Callable[[Session, int], None]
"""Given a session and an account's number: forgets or unlinks what the feature keeps about it."""

exporters: dict[str, Exporter] = {}
erasers: list[Eraser] = []


def archive(actor: Actor, session: Session, account: Account) -> bytes:
    """A ZIP of JSON files with everything that is kept about the account."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    parts: dict[str, Any] = {"account": _own(session, account)}
    parts |= {name: exporter(session, account.id) for name, exporter in sorted(exporters.items())}
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            text = json.dumps(content, ensure_ascii=False, indent=2, default=_plain)
            file.writestr(f"{name}.json", text + "\n")
    return body.getvalue()


def _own(session: Session, account: Account) -> dict[str, Any]:
    return {
        "number": account.id,
        "email": account.email,
        "name": account.name,
        "language": account.language,
        "home_municipality": account.home_municipality_id,
        "registered_at": account.registered_at,
        "confirmed_at": account.confirmed_at,
        "authenticator_app": account.totp_sealed is not None,
        "roles": [
            {
                "municipality": hat.municipality_id,
                "role": hat.role,
                "department": hat.department,
                "given_at": hat.given_at,
            }
            for hat in queries.memberships(session, account.id)
        ],
        "sessions": [
            {"opened_at": row.opened_at, "expires_at": row.expires_at, "device": row.device}
            for row in queries.sessions(session, account.id)
        ],
        "passkeys": [
            {"name": key.name, "added_at": key.added_at} for key in queries.passkeys(session, account.id)
        ],
        "letters_of_the_last_weeks": [
            {"subject": letter.subject, "written_at": letter.written_at, "sent_at": letter.sent_at}
            for letter in session.scalars(
                select(Letter).where(Letter.recipient == account.email).order_by(Letter.id)
            )
        ],
    }


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"an exporter gave a {type(value).__name__}, which is not plain JSON")
