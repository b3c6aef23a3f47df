"""Taking, describing, publishing and forgetting files."""

import unicodedata

from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files
from pbplatform.uploads import documents, scanner
from pbplatform.uploads.models import Upload, UploadKind
from pbplatform.uploads.problems import UploadProblem

LARGEST = 12 * 1024 * 1024
LONGEST_ALT = 300
LONGEST_NAME = 120
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def take(
    actor: Actor,
    session: Session,
    files: Files,
    municipality_id: int,
    *,
    name: str,
    content: bytes,
    alt: str,
    language: str,
    scanner_at: str | None = None,
) -> Upload:
    """Check a file, keep it under a new token and return its row; raise Invalid with the reason otherwise."""
    require(actor, Action.UPLOAD_FILE, Subject(municipality_id))
    if not content:
        raise Invalid(UploadProblem.EMPTY, "file")
    if len(content) > LARGEST:
        raise Invalid(UploadProblem.TOO_LARGE, "file", most="12 MB")
    described = checked_alt(alt)
    upload = Upload(
        municipality_id=municipality_id,
        owner_id=actor.account_id,
        token=token(),
        name=cleaned_name(name),
        alt=described,
        language=language,
        taken_at=clock.now(),
    )
    if not scanner.clean(scanner_at, content):
        raise Invalid(UploadProblem.INFECTED, "file")
    if content.startswith(b"%PDF-"):
        _keep_document(upload, files, content)
    else:
        _keep_picture(upload, files, content)
    session.add(upload)
    session.flush()
    return upload


def _keep_document(upload: Upload, files: Files, content: bytes) -> None:
    documents.check(content)
    upload.kind = UploadKind.DOCUMENT
    upload.size, upload.sha256 = len(content), digest(content)
    files.put(key(upload), content)


def _keep_picture(upload: Upload, files: Files, content: bytes) -> None:
    if content[:512].lstrip()[:1] == b"<" or content.startswith((b"PK\x03\x04", b"MZ", b"\x7fELF")):
        raise Invalid(UploadProblem.WRONG_KIND, "file")
    # The drawing library costs every process eight megabytes, and few requests draw.
    from pbplatform.uploads import pictures

    drawn = pictures.redraw(content)
    upload.kind = UploadKind.PICTURE
    upload.width, upload.height = drawn.width, drawn.height
    upload.size, upload.sha256 = len(drawn.large), digest(drawn.large)
    files.put(key(upload), drawn.large)
    files.put(key(upload, small=True), drawn.small)


def checked_alt(alt: str) -> str:
    """The description in one line; raise Invalid when there is none: a file that nobody describes excludes somebody."""
    described = " ".join(alt.split())
    if not described:
        raise Invalid(UploadProblem.ALT_MISSING, "alt")
    if len(described) > LONGEST_ALT:
        raise Invalid(UploadProblem.ALT_TOO_LONG, "alt", most=LONGEST_ALT)
    return described


def describe(actor: Actor, session: Session, upload: Upload, alt: str) -> None:
    """Change what is said of a file."""
    require(actor, Action.UPLOAD_FILE, Subject(upload.municipality_id))
    upload.alt = checked_alt(alt)
    session.flush()


def publish(session: Session, upload: Upload, *, visible: bool = True) -> None:
    """Let everybody fetch a file, or stop that; the feature that holds the file has decided it."""
    upload.published = visible
    session.flush()


def forget(session: Session, files: Files, upload: Upload) -> None:
    """Delete a file and its row; the caller has checked that it may and that nothing refers to it."""
    files.delete(key(upload))
    if upload.kind is UploadKind.PICTURE:
        files.delete(key(upload, small=True))
    session.delete(upload)
    session.flush()


def key(upload: Upload, *, small: bool = False) -> str:
    """Where the bytes lie in the store."""
    ending = "pdf" if upload.kind is UploadKind.DOCUMENT else ("small.webp" if small else "webp")
    return f"uploads/{upload.municipality_id}/{upload.token}.{ending}"


def cleaned_name(name: str) -> str:
    """A file name that is safe to show and to offer: one line, no path, no invisible or direction-changing letters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter) not in _HIDDEN)
    shown = " ".join(shown.split()).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        ending = ending[:8]
        shown = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
    return shown[:LONGEST_NAME] or "file"
