"""Questions about municipalities, districts and associations."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from pbplatform.municipalities.models import Association, District, Municipality

# Every request asks this; a statement that is made once costs less than its answer.
_BY_SLUG = select(Municipality).where(Municipality.slug == bindparam("slug"))
_EVERYONE = select(Municipality).order_by(Municipality.slug)


def by_slug(session: Session, slug: str) -> Municipality | None:
    """The municipality whose address carries this slug."""
    return session.scalar(_BY_SLUG, {"slug": slug})


def by_id(session: Session, municipality_id: int) -> Municipality | None:
    """The municipality of a number."""
    return session.get(Municipality, municipality_id)


def everyone(session: Session) -> Sequence[Municipality]:
    """All municipalities of the installation, by address."""
    return session.scalars(_EVERYONE).all()


def districts(session: Session, municipality_id: int) -> Sequence[District]:
    """The districts of a municipality by code."""
    return session.scalars(
        select(District).where(District.municipality_id == municipality_id).order_by(District.code)
    ).all()


def association_by_slug(session: Session, slug: str) -> Association | None:
    """The association whose address carries this slug."""
    return session.scalar(select(Association).where(Association.slug == slug))


def members(session: Session, association_id: int) -> Sequence[Municipality]:
    """The municipalities of an association."""
    return session.scalars(
        select(Municipality).where(Municipality.association_id == association_id).order_by(Municipality.slug)
    ).all()


def district_titles(session: Session, municipality_id: int, district_id: int) -> dict[str, str] | None:
    """The names of a municipality's district by its number."""
    found = session.get(District, district_id)
    return found.names if found is not None and found.municipality_id == municipality_id else None
