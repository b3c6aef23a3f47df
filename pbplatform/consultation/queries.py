"""Questions about rounds."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Category, Envelope, Round, Window


def by_slug(session: Session, municipality_id: int, slug: str) -> Round | None:
    """The round of a municipality with this address."""
    return session.scalar(select(Round).where(Round.municipality_id == municipality_id, Round.slug == slug))


def public_rounds(session: Session, municipality_id: int) -> Sequence[Round]:
    """The rounds that anybody may see, newest first."""
    return session.scalars(
        select(Round)
        .where(
            Round.municipality_id == municipality_id,
            or_(Round.phase != Phase.DRAFT, Round.announced_at.is_not(None)),
        )
        .order_by(Round.created_at.desc(), Round.id.desc())
    ).all()


def windows(session: Session, round_id: int) -> Sequence[Window]:
    """The planned dates of a round's phases in order of time."""
    return session.scalars(select(Window).where(Window.round_id == round_id).order_by(Window.opens_at)).all()


def envelopes(session: Session, round_id: int) -> Sequence[Envelope]:
    """The envelopes of a round in ballot order."""
    return session.scalars(
        select(Envelope).where(Envelope.round_id == round_id).order_by(Envelope.position)
    ).all()


def categories(session: Session, round_id: int) -> Sequence[Category]:
    """The categories of a round by code."""
    return session.scalars(
        select(Category).where(Category.round_id == round_id).order_by(Category.code)
    ).all()
