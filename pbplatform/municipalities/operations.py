"""Founding and changing municipalities."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.i18n import LANGUAGES, Currency
from pbplatform.foundation.web import broken
from pbplatform.journal.operations import record
from pbplatform.municipalities import queries
from pbplatform.municipalities.models import Association, Country, District, Municipality

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])")
COLOUR = re.compile(r"#[0-9a-f]{6}")
LEAST_CONTRAST = 4.5
"""What WCAG 2.2 AA asks of text; white text stands on the main colour."""

MOST_DISTRICTS = 500
LONGEST_CODE = 40
RESERVED = frozenset(
    {
        "accessibility",
        "static",
        "account",
        "accounts",
        "confirm",
        "invitation",
        "passkey",
        "password",
        "register",
        "second-factor",
        "sign-in",
        "sign-out",
        "charter",
        "healthz",
        "readyz",
        "api",
        "associations",
        "styleguide",
        "install",
    }
)


class MunicipalityProblem(StrEnum):
    """Why a municipality cannot be founded or changed like this."""

    BAD_SLUG = "bad_slug"
    SLUG_TAKEN = "slug_taken"
    NO_LANGUAGE = "no_language"
    UNKNOWN_LANGUAGE = "unknown_language"
    NAME_MISSING = "name_missing"
    UNKNOWN_ZONE = "unknown_zone"
    BAD_COLOUR = "bad_colour"
    DISTRICT_TWICE = "district_twice"
    BAD_OUTLINE = "bad_outline"
    FAINT_COLOUR = "faint_colour"
    BAD_CONTACT = "bad_contact"
    BAD_LOGO = "bad_logo"
    NOT_GEOJSON = "not_geojson"


@dataclass(frozen=True)
class MunicipalityPlan:
    """What founding a municipality needs."""

    slug: str
    names: dict[str, str]
    country: Country
    languages: tuple[str, ...]
    currency: Currency
    zone: str
    population: int = 0
    introduction: dict[str, str] = field(default_factory=dict)
    brand_colour: str = "#1f5c4d"
    accent_colour: str = "#c8553d"
    contact_email: str = ""


def found(
    actor: Actor, session: Session, plan: MunicipalityPlan, association: Association | None = None
) -> Municipality:
    """Create a municipality."""
    require(actor, Action.FOUND_MUNICIPALITY)
    _check(plan)
    if queries.by_slug(session, plan.slug) is not None:
        raise Invalid(MunicipalityProblem.SLUG_TAKEN, "slug")
    municipality = Municipality(
        slug=plan.slug,
        names=_ordered(plan.names, plan.languages),
        introduction=_ordered(plan.introduction, plan.languages),
        country=plan.country,
        languages=list(plan.languages),
        currency=plan.currency,
        zone=plan.zone,
        population=plan.population,
        brand_colour=plan.brand_colour,
        accent_colour=plan.accent_colour,
        contact_email=plan.contact_email,
        association_id=association.id if association else None,
        founded_at=clock.now(),
    )
    session.add(municipality)
    session.flush()
    record(
        actor,
        session,
        municipality.id,
        Action.FOUND_MUNICIPALITY,
        "municipality",
        municipality.id,
        slug=plan.slug,
    )
    return municipality


def found_association(actor: Actor, session: Session, slug: str, names: dict[str, str]) -> Association:
    """Create an association of municipalities."""
    require(actor, Action.FOUND_MUNICIPALITY)
    if not SLUG.fullmatch(slug):
        raise Invalid(MunicipalityProblem.BAD_SLUG, "slug")
    if queries.association_by_slug(session, slug) is not None:
        raise Invalid(MunicipalityProblem.SLUG_TAKEN, "slug")
    association = Association(slug=slug, names=names)
    session.add(association)
    session.flush()
    return association


def change(
    actor: Actor,
    session: Session,
    municipality: Municipality,
    *,
    names: dict[str, str],
    introduction: dict[str, str],
    languages: tuple[str, ...],
    zone: str,
    population: int,
    brand_colour: str,
    accent_colour: str,
    contact_email: str,
    version: int | None = None,
) -> None:
    """Change what an administrator may: names, texts, languages, clock, look.

    `version` is the state that the person looked at; when somebody else has changed it since, Conflict is raised.
    """
    require(actor, Action.CHANGE_MUNICIPALITY, Subject(municipality.id))
    if version is not None and version != municipality.version:
        raise Conflict
    plan = MunicipalityPlan(
        slug=municipality.slug,
        names=names,
        country=municipality.country,
        languages=languages,
        currency=municipality.currency,
        zone=zone,
        population=population,
        introduction=introduction,
        brand_colour=brand_colour,
        accent_colour=accent_colour,
        contact_email=contact_email,
    )
    _check(plan)
    municipality.names = _ordered(names, languages)
    municipality.introduction = _ordered(introduction, languages)
    municipality.languages = list(languages)
    municipality.zone = zone
    municipality.population = population
    municipality.brand_colour = brand_colour
    municipality.accent_colour = accent_colour
    municipality.contact_email = contact_email
    session.flush()
    record(actor, session, municipality.id, Action.CHANGE_MUNICIPALITY, "municipality", municipality.id)


def set_logo(actor: Actor, session: Session, municipality: Municipality, key: str | None) -> None:
    """Show another logo, or none; the file has been checked and stored by the caller."""
    require(actor, Action.CHANGE_MUNICIPALITY, Subject(municipality.id))
    municipality.logo_key = key
    session.flush()
    record(actor, session, municipality.id, Action.CHANGE_MUNICIPALITY, "logo", municipality.id)


@dataclass(frozen=True)
class DistrictPlan:
    """One district as an administrator's GeoJSON or the command line gives it."""

    code: str
    names: dict[str, str]
    outline: dict[str, Any] | None = None
    population: int = 0


def set_districts(
    actor: Actor, session: Session, municipality: Municipality, plans: list[DistrictPlan]
) -> list[District]:
    """Add districts and change those whose code is known; none is removed, because people and money refer to them."""
    require(actor, Action.CHANGE_MUNICIPALITY, Subject(municipality.id))
    if len({plan.code for plan in plans}) < len(plans):
        raise Invalid(MunicipalityProblem.DISTRICT_TWICE, "districts")
    known = {district.code: district for district in queries.districts(session, municipality.id)}
    for plan in plans:
        if plan.outline is not None and not _is_area(plan.outline):
            raise Invalid(MunicipalityProblem.BAD_OUTLINE, "districts", code=plan.code)
        district = known.get(plan.code)
        if district is None:
            district = District(municipality_id=municipality.id, code=plan.code, names={}, outline=None)
            session.add(district)
            known[plan.code] = district
        district.names = _ordered(plan.names, tuple(municipality.languages))
        district.outline = plan.outline
        district.population = plan.population
    session.flush()
    record(
        actor, session, municipality.id, Action.CHANGE_MUNICIPALITY, "districts", None, codes=sorted(known)
    )
    return sorted(known.values(), key=lambda district: district.code)


def districts_from_geojson(document: Any, languages: tuple[str, ...]) -> list[DistrictPlan]:
    """Read a FeatureCollection whose features have `code`, and `name` or `name:ka` and so on, and maybe `population`."""
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise Invalid(MunicipalityProblem.BAD_OUTLINE, "districts", code="")
    features = document.get("features")
    if not isinstance(features, list) or not 0 < len(features) <= MOST_DISTRICTS:
        raise Invalid(MunicipalityProblem.BAD_OUTLINE, "districts", code="")
    plans = []
    for feature in features:
        properties = feature.get("properties") or {} if isinstance(feature, dict) else {}
        if not isinstance(properties, dict):
            raise Invalid(MunicipalityProblem.BAD_OUTLINE, "districts", code="")
        code = str(properties.get("code") or "").strip()
        names = {
            language: str(properties.get(f"name:{language}") or properties.get("name") or "")
            for language in languages
        }
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        population = properties.get("population", 0)
        fits = 0 < len(code) <= LONGEST_CODE and not broken("".join((code, *names.values())))
        counted = isinstance(population, int) and 0 <= population < 2**31
        if not fits or not counted or not any(names.values()) or not _is_area(geometry):
            raise Invalid(MunicipalityProblem.BAD_OUTLINE, "districts", code=code if fits else "")
        plans.append(DistrictPlan(code, {k: v for k, v in names.items() if v}, geometry, population))
    return plans


def _check(plan: MunicipalityPlan) -> None:
    if not SLUG.fullmatch(plan.slug) or plan.slug in RESERVED:
        raise Invalid(MunicipalityProblem.BAD_SLUG, "slug")
    if not plan.languages:
        raise Invalid(MunicipalityProblem.NO_LANGUAGE, "languages")
    if set(plan.languages) - set(LANGUAGES):
        raise Invalid(MunicipalityProblem.UNKNOWN_LANGUAGE, "languages")
    if not all(plan.names.get(language, "").strip() for language in plan.languages):
        raise Invalid(MunicipalityProblem.NAME_MISSING, "names")
    try:
        ZoneInfo(plan.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(MunicipalityProblem.UNKNOWN_ZONE, "zone") from None
    for name in ("brand_colour", "accent_colour"):
        if not COLOUR.fullmatch(getattr(plan, name)):
            raise Invalid(MunicipalityProblem.BAD_COLOUR, name)
    if contrast(plan.brand_colour, "#ffffff") < LEAST_CONTRAST:
        raise Invalid(MunicipalityProblem.FAINT_COLOUR, "brand_colour")
    if plan.contact_email and not _is_mailbox(plan.contact_email):
        raise Invalid(MunicipalityProblem.BAD_CONTACT, "contact_email")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours such as ``#1f5c4d``, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """White or near-black, whichever reads better on a colour."""
    return max(("#ffffff", "#16181d"), key=lambda ink: contrast(ink, colour))


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _is_mailbox(email: str) -> bool:
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _ordered(texts: dict[str, str], languages: tuple[str, ...]) -> dict[str, str]:
    return {language: texts[language].strip() for language in languages if texts.get(language, "").strip()}


def _is_area(geometry: Any) -> bool:
    """Whether a GeoJSON geometry is a polygon or several, with numbers that can be places on earth."""
    if not isinstance(geometry, dict):
        return False
    polygons: Any = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        polygons = [polygons]
    elif geometry.get("type") != "MultiPolygon":
        return False
    try:
        points = [point for polygon in polygons for ring in polygon for point in ring]
        return bool(points) and all(
            -180 <= float(point[0]) <= 180 and -90 <= float(point[1]) <= 90 for point in points
        )
    except (TypeError, ValueError, IndexError):
        return False
