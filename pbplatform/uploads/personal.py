"""The files one person gave us, for “my data”, and how they are forgotten when the account is closed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pbplatform.foundation.files import Files
from pbplatform.uploads import operations
from pbplatform.uploads.models import Upload

Held = Callable[[Session, int], frozenset[int]]
"""Which files of an account a feature above still shows."""


def export(session: Session, account_id: int) -> list[dict[str, Any]]:
    """What is known of each file."""
    found = session.scalars(select(Upload).where(Upload.owner_id == account_id).order_by(Upload.id))
    return [
        {
            "name": upload.name,
            "description": upload.alt,
            "language": upload.language,
            "kind": upload.kind,
            "bytes": upload.size,
            "sha256": upload.sha256,
            "taken_at": upload.taken_at,
            "everybody_may_fetch_it": upload.published,
        }
        for upload in found
    ]


def eraser(files: Files, held: Held) -> Callable[[Session, int], None]:
    """Forgets a person's files; what a proposal shows stays with it and is nobody's."""

    def erase(session: Session, account_id: int) -> None:
        stay = held(session, account_id)
        for upload in session.scalars(select(Upload).where(Upload.owner_id == account_id)).all():
            if upload.id not in stay:
                operations.forget(session, files, upload)
        session.execute(update(Upload).where(Upload.owner_id == account_id).values(owner_id=None))
        session.flush()

    return erase
