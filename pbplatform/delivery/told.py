"""What the public is told of a project beside its facts: news, photos, corrections, amendments of its line."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from pbplatform.budget.models import LineAmendment, ProjectLine
from pbplatform.delivery.models import Correction, Moment, Photo, Update
from pbplatform.uploads.models import Upload

_ORDER = {moment: place for place, moment in enumerate(Moment)}


@dataclass
class Told:
    """All of it."""

    updates: list[Update] = field(default_factory=list)
    """The newest first, as corrections and amendments."""
    photos: list[tuple[Photo, Upload]] = field(default_factory=list)
    """Before, during, after."""
    corrections: list[Correction] = field(default_factory=list)
    amendments: list[LineAmendment] = field(default_factory=list)


def about(session: Session, line: ProjectLine) -> Told:
    """What is told of a project, in one statement."""
    kinds: tuple[Any, ...] = (Update, Photo, Correction, LineAmendment)
    keys = union_all(
        *(
            select(literal(place).label("kind"), kind.id.label("key")).where(kind.line_id == line.id)
            for place, kind in enumerate(kinds)
        )
    ).subquery()
    question: Select[Any] = select(*kinds, Upload).select_from(keys)
    for place, kind in enumerate(kinds):
        question = question.outerjoin(kind, (keys.c.kind == place) & (kind.id == keys.c.key))
    found = Told()
    rows = session.execute(question.outerjoin(Upload, Upload.id == Photo.upload_id))
    for update, photo, correction, amendment, upload in rows:
        if update is not None:
            found.updates.append(update)
        elif photo is not None:
            found.photos.append((photo, upload))
        elif correction is not None:
            found.corrections.append(correction)
        else:
            found.amendments.append(amendment)
    found.updates.sort(key=lambda one: (one.published_at, one.id), reverse=True)
    found.corrections.sort(key=lambda one: -one.id)
    found.amendments.sort(key=lambda one: -one.id)
    found.photos.sort(key=lambda pair: (_ORDER[pair[0].moment], pair[0].taken_on, pair[0].id))
    return found
