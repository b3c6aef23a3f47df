"""Questions about files."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.uploads.models import Upload


def by_token(session: Session, municipality_id: int, token: str) -> Upload | None:
    """The file of a municipality with this token."""
    return session.scalar(
        select(Upload).where(Upload.municipality_id == municipality_id, Upload.token == token)
    )


def by_ids(session: Session, municipality_id: int, ids: Collection[int]) -> Mapping[int, Upload]:
    """Files by number."""
    if not ids:
        return {}
    found = session.scalars(
        select(Upload).where(Upload.municipality_id == municipality_id, Upload.id.in_(ids))
    )
    return {upload.id: upload for upload in found}
