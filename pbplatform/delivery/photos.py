"""Photos of a project before, during and after the works: drawn anew, described in every language, public at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import Actor
from pbplatform.delivery import rules
from pbplatform.delivery.models import Moment, Photo
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files
from pbplatform.uploads import operations as uploads
from pbplatform.uploads.models import Upload, UploadKind

MOST = 24


@dataclass(frozen=True)
class Shot:
    """What the officer says of a photo, and its bytes."""

    moment: Moment
    taken_on: date
    captions: Mapping[str, str]
    name: str
    content: bytes


def add(
    actor: Actor,
    session: Session,
    files: Files,
    line: ProjectLine,
    shot: Shot,
    scanner_at: str | None = None,
) -> Photo:
    """Take a photo; raise Invalid for what is no picture, has no caption or is one too many."""
    place = rules.begin(actor, session, Action.TELL_OF_DELIVERY, line, after_end=True)
    rules.past(session, place, shot.taken_on, "taken_on")
    captions = rules.said(place, shot.captions, DeliveryProblem.CAPTION_MISSING, "caption")
    there = session.scalar(select(func.count()).select_from(Photo).where(Photo.line_id == line.id)) or 0
    if there >= MOST:
        raise Invalid(DeliveryProblem.TOO_MANY_PHOTOS, "file", most=MOST)
    if shot.content.startswith(b"%PDF-"):
        raise Invalid(DeliveryProblem.NOT_A_PICTURE, "file")
    language, caption = next(iter(captions.items()))
    upload = uploads.take(
        actor,
        session,
        files,
        line.municipality_id,
        name=shot.name,
        content=shot.content,
        alt=caption[: uploads.LONGEST_ALT],
        language=language,
        scanner_at=scanner_at,
    )
    assert upload.kind is UploadKind.PICTURE
    uploads.publish(session, upload)
    photo = Photo(
        municipality_id=line.municipality_id,
        line_id=line.id,
        upload_id=upload.id,
        moment=shot.moment,
        taken_on=shot.taken_on,
        captions=captions,
    )
    session.add(photo)
    rules.journal(
        actor, session, line, Action.TELL_OF_DELIVERY, photo=upload.sha256, moment=shot.moment.value
    )
    return photo


def remove(actor: Actor, session: Session, files: Files, line: ProjectLine, photo: Photo) -> None:
    """Take a photo away for good, such as one that shows a person who did not want it."""
    rules.begin(actor, session, Action.TELL_OF_DELIVERY, line, after_end=True)
    upload = session.get_one(Upload, photo.upload_id)
    rules.journal(actor, session, line, Action.TELL_OF_DELIVERY, removed_photo=upload.sha256)
    session.delete(photo)
    session.flush()
    uploads.forget(session, files, upload)
