"""Fetching files. A picture is shown, a document is only ever downloaded, and neither can run anything here."""

from flask import Blueprint, Response, abort, g

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.foundation.files import FileMissing
from pbplatform.uploads import operations, queries
from pbplatform.uploads.models import Upload, UploadKind

pages = Blueprint("uploads", __name__)

SANDBOX = "default-src 'none'; sandbox"
PUBLIC = "public, max-age=3600"
PERSONAL = "private, no-store"


@pages.get("/files/<token>")
@acts(Action.READ_PUBLIC)
def file(token: str) -> Response:
    """The file itself."""
    return _send(_found(token), small=False)


@pages.get("/files/<token>/small")
@acts(Action.READ_PUBLIC)
def small(token: str) -> Response:
    """A picture in the size of a list."""
    upload = _found(token)
    if upload.kind is not UploadKind.PICTURE:
        abort(404)
    return _send(upload, small=True)


def _found(token: str) -> Upload:
    upload = door.found(queries.by_token(door.session(), g.municipality.id, token))
    if (
        not upload.published
        and upload.owner_id != door.actor().account_id
        and not door.may(Action.SEE_UNPUBLISHED_FILE)
    ):
        abort(404)
    return upload


def _send(upload: Upload, *, small: bool) -> Response:
    try:
        content = door.house().files.get(operations.key(upload, small=small))
    except FileMissing:
        abort(404)
    picture = upload.kind is UploadKind.PICTURE
    response = Response(content, mimetype="image/webp" if picture else "application/pdf")
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = PUBLIC if upload.published else PERSONAL
    response.headers.set(
        "Content-Disposition",
        "inline" if picture else "attachment",
        filename="picture.webp" if picture else upload.name,
    )
    if upload.published:
        response.set_etag(f"{upload.sha256[:32]}{'s' if small else ''}")
    return response
