"""Blueprints and clones: a round's plan without its dates, from which another round begins."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import planning, queries, settings
from pbplatform.consultation.models import BallotFormat, Blueprint, Publication, Round
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, PlanProblem, WindowPlan, plan_of
from pbplatform.foundation import clock, conversion
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.journal.operations import record
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality

NOT_COPIED = ("assessments_released_at", "number_commitment", "tie_commitment")


def describe(session: Session, found: Round) -> dict[str, Any]:
    """A round's plan as plain JSON: windows by their length in minutes and gap to the first, districts by their code."""
    districts = {
        district.id: district.code for district in municipalities.districts(session, found.municipality_id)
    }
    windows = queries.windows(session, found.id)
    first = windows[0].opens_at if windows else None
    own = {name: value for name, value in found.settings.items() if name not in NOT_COPIED}
    return {
        "kind": found.kind.value,
        "summaries": dict(found.summaries),
        "texts": dict(found.texts),
        "settings": own,
        "currency": queries.currency(session, found),
        "windows": [
            {
                "phase": window.phase.value,
                "after": _minutes(window.opens_at - first),
                "lasts": _minutes(window.closes_at - window.opens_at),
            }
            for window in windows
            if first is not None
        ],
        "envelopes": [
            plan_of(envelope).values() | {"district": districts.get(envelope.district_id or 0)}
            for envelope in queries.envelopes(session, found.id)
        ],
        "categories": [
            {"code": category.code, "names": dict(category.names), "most_choices": category.most_choices}
            for category in queries.categories(session, found.id)
        ],
    }


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)


def save(
    actor: Actor, session: Session, found: Round, names: Mapping[str, str], *, shared: bool
) -> Blueprint:
    """Keep a round's plan for later rounds; shared with the whole association when the municipality has one."""
    require(actor, Action.SAVE_BLUEPRINT, Subject(found.municipality_id))
    place = session.get_one(Municipality, found.municipality_id)
    for_all = shared and place.association_id is not None
    blueprint = Blueprint(
        municipality_id=None if for_all else place.id,
        association_id=place.association_id if for_all else None,
        made_by_id=place.id,
        names=dict(names),
        content=describe(session, found),
        saved_at=clock.now(),
    )
    session.add(blueprint)
    session.flush()
    record(actor, session, place.id, Action.SAVE_BLUEPRINT, "blueprint", blueprint.id, shared=for_all)
    return blueprint


def belongs_to(blueprint: Blueprint, municipality_id: int) -> bool:
    """Whether a municipality made a blueprint, for itself or for its association."""
    return municipality_id in (blueprint.municipality_id, blueprint.made_by_id)


def rename(actor: Actor, session: Session, blueprint: Blueprint, names: Mapping[str, str]) -> None:
    """Give a blueprint another name; only the municipality that made it may."""
    _require_own(actor, blueprint)
    kept = {language: text.strip() for language, text in names.items() if text.strip()}
    if not kept:
        raise Invalid(PlanProblem.NAME_MISSING)
    blueprint.names = kept
    session.flush()
    _record(actor, session, blueprint, "renamed")


def remove(actor: Actor, session: Session, blueprint: Blueprint) -> None:
    """Throw a blueprint away; rounds that began with it have a plan of their own."""
    _require_own(actor, blueprint)
    _record(actor, session, blueprint, "removed")
    session.delete(blueprint)
    session.flush()


def _require_own(actor: Actor, blueprint: Blueprint) -> None:
    owner = blueprint.municipality_id or blueprint.made_by_id
    require(actor, Action.SAVE_BLUEPRINT, Subject(owner or 0))


def _record(actor: Actor, session: Session, blueprint: Blueprint, what: str) -> None:
    place_id = blueprint.municipality_id or blueprint.made_by_id
    if place_id is not None:
        record(actor, session, place_id, Action.SAVE_BLUEPRINT, "blueprint", blueprint.id, part=what)


def blueprints_for(session: Session, place: Municipality) -> Sequence[Blueprint]:
    """The blueprints that a municipality can begin with: its own and its association's."""
    mine = Blueprint.municipality_id == place.id
    if place.association_id is not None:
        return session.scalars(
            select(Blueprint)
            .where(or_(mine, Blueprint.association_id == place.association_id))
            .order_by(Blueprint.id.desc())
        ).all()
    return session.scalars(select(Blueprint).where(mine).order_by(Blueprint.id.desc())).all()


def _into(plan: dict[str, Any], counted_in: str | None, currency: Currency) -> None:
    """Let the amounts of an envelope say in a currency what they said in another; only leva become euro by law."""
    if counted_in is None or counted_in == currency:
        return
    for amounts, name in (
        (plan, "amount"),
        (plan, "lowest_cost"),
        (plan, "highest_cost"),
        (plan["rule_options"], "increment"),
    ):
        if amounts.get(name):
            amounts[name] = (
                conversion.converted(amounts[name], Currency(counted_in), currency) or amounts[name]
            )


def begin_from(
    actor: Actor,
    session: Session,
    place: Municipality,
    content: Mapping[str, Any],
    slug: str,
    titles: Mapping[str, str],
    opens_at: datetime,
) -> Round:
    """Begin a draft from a described plan; its first phase opens at `opens_at`, the others follow as they did.

    An envelope for a district that this municipality does not have becomes one for the whole municipality.
    """
    found = planning.plan_round(
        actor,
        session,
        place,
        slug,
        titles,
        content["summaries"],
        content["texts"],
        Kind(content["kind"]),
        settings.read(content["settings"]),
    )
    districts = {district.code: district.id for district in municipalities.districts(session, place.id)}
    for described in content["envelopes"]:
        plan = {**described, "rule_options": dict(described["rule_options"])}
        plan["district_id"] = districts.get(plan.pop("district") or "")
        plan["ballot_format"] = BallotFormat(plan["ballot_format"])
        plan["publication"] = Publication(plan["publication"])
        _into(plan, content.get("currency"), place.currency)
        planning.add_envelope(actor, session, found, EnvelopePlan(**plan))
    planning.set_categories(actor, session, found, [CategoryPlan(**one) for one in content["categories"]])
    windows = [
        WindowPlan(
            Phase(one["phase"]),
            opens_at + timedelta(minutes=one["after"]),
            opens_at + timedelta(minutes=one["after"] + one["lasts"]),
        )
        for one in content["windows"]
    ]
    planning.set_windows(actor, session, found, windows)
    return found
