"""Planning a round: texts, dates, envelopes, categories, settings. After the announcement every change is public."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries, rulebook, settings
from pbplatform.consultation.frozen import ENVELOPE_PARTS, SETTING_PARTS, Part, refuse_frozen
from pbplatform.consultation.models import Category, Envelope, Round, Window
from pbplatform.consultation.operations import lock
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, PlanProblem, WindowPlan, plan_of
from pbplatform.consultation.settings import RoundSettings
from pbplatform.consultation.timeline import phases_of
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import District, Municipality
from pbplatform.notices.models import News, Topic
from pbplatform.notices.operations import tell

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])")
RESERVED = frozenset({"new", "blueprints"})
LONGEST_TITLE = 200
LONGEST_SUMMARY = 500
LONGEST_TEXT = 50_000
CATEGORY_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def plan_round(
    actor: Actor,
    session: Session,
    municipality: Municipality,
    slug: str,
    titles: Mapping[str, str],
    summaries: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    kind: Kind = Kind.BUDGETING,
    own: RoundSettings | None = None,
) -> Round:
    """Begin a draft that only insiders see."""
    require(actor, Action.PLAN_ROUND, Subject(municipality.id, Phase.DRAFT))
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        raise Invalid(PlanProblem.BAD_SLUG, "slug")
    if queries.by_slug(session, municipality.id, slug) is not None:
        raise Invalid(PlanProblem.SLUG_TAKEN, "slug")
    found = Round(
        municipality_id=municipality.id,
        slug=slug,
        kind=kind,
        phase=Phase.DRAFT,
        titles=_checked(municipality, titles, LONGEST_TITLE, "titles"),
        summaries=_checked(municipality, summaries or {}, LONGEST_SUMMARY, "summaries"),
        texts=_checked(municipality, texts or {}, LONGEST_TEXT, "texts"),
        settings=settings.write(own or RoundSettings()),
        announced_at=None,
        cancel_reasons={},
        imported_from=None,
        created_at=clock.now(),
    )
    if not found.titles:
        raise Invalid(PlanProblem.TITLE_MISSING, "titles")
    session.add(found)
    session.flush()
    record(actor, session, municipality.id, Action.PLAN_ROUND, "round", found.id, slug=slug)
    return found


def _checked(place: Municipality, texts: Mapping[str, str], longest: int, field: str) -> dict[str, str]:
    if any(len(text) > longest for text in texts.values()):
        raise Invalid(PlanProblem.TOO_LONG, field, most=longest)
    return place.texts(**{language: text.strip() for language, text in texts.items()})


def begin_change(actor: Actor, session: Session, found: Round, seen: int | None, reason: str) -> None:
    """Hold the round for a change: refuse strangers, whoever saw an older state, and silence about a public plan."""
    require(actor, Action.PLAN_ROUND, Subject(found.municipality_id, found.phase))
    lock(session, found)
    require(actor, Action.PLAN_ROUND, Subject(found.municipality_id, found.phase))
    if seen is not None and seen != found.version:
        raise Conflict(PlanProblem.CHANGED_MEANWHILE)
    if is_public(found) and not reason.strip():
        raise Invalid(PlanProblem.REASON_MISSING, "reason")


def end_change(
    actor: Actor, session: Session, found: Round, what: str, reason: str, **details: object
) -> None:
    """Keep a change on record; of a public plan publish the next rule book and tell the followers."""
    flag_modified(found, "settings")
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        Action.PLAN_ROUND,
        "round",
        found.id,
        part=what,
        reason=reason,
        **details,
    )
    if is_public(found) and rulebook.publish(session, found, reason.strip()) is not None:
        tell(
            session,
            found.municipality_id,
            News.RULES_CHANGED,
            [(Topic.ROUND, found.id)],
            found.titles,
            f"rounds/{found.slug}/rules",
            reason=reason.strip(),
        )


def is_public(found: Round) -> bool:
    """Whether anybody may see the round, so that a change of it needs a reason."""
    return found.phase is not Phase.DRAFT or found.announced_at is not None


def write_texts(
    actor: Actor,
    session: Session,
    found: Round,
    titles: Mapping[str, str],
    summaries: Mapping[str, str],
    texts: Mapping[str, str],
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Change title, summary and introduction."""
    begin_change(actor, session, found, seen, reason)
    refuse_frozen(found, Part.TEXTS)
    place = session.get_one(Municipality, found.municipality_id)
    found.titles = _checked(place, titles, LONGEST_TITLE, "titles")
    if not found.titles:
        raise Invalid(PlanProblem.TITLE_MISSING, "titles")
    found.summaries = _checked(place, summaries, LONGEST_SUMMARY, "summaries")
    found.texts = _checked(place, texts, LONGEST_TEXT, "texts")
    end_change(actor, session, found, "texts", reason)


def set_windows(
    actor: Actor,
    session: Session,
    found: Round,
    plans: Sequence[WindowPlan],
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Set the dates of all phases; what is over or has begun keeps its beginning, the open vote keeps its end.

    The end of an open vote is moved by two people on the vote's own page, never here.
    """
    begin_change(actor, session, found, seen, reason)
    phases = phases_of(found.kind, settings.read(found.settings))
    ordered = sorted(plans, key=lambda plan: phases.index(plan.phase) if plan.phase in phases else -1)
    for plan in ordered:
        if plan.phase not in phases:
            raise Invalid(PlanProblem.WINDOW_UNKNOWN, plan.phase.value)
        if plan.opens_at >= plan.closes_at:
            raise Invalid(PlanProblem.WINDOW_BACKWARDS, plan.phase.value)
    for earlier, later in pairwise(ordered):
        if later.opens_at < earlier.closes_at:
            raise Invalid(PlanProblem.WINDOWS_OVERLAP, later.phase.value)
    known = {window.phase: window for window in queries.windows(session, found.id)}
    _refuse_past(found, phases, known, ordered, database_now(session))
    for plan in ordered:
        move_window(session, found, plan)
    for phase in set(known) - {plan.phase for plan in ordered}:
        session.delete(known[phase])
    end_change(actor, session, found, "windows", reason)


def _refuse_past(
    found: Round,
    phases: Sequence[Phase],
    known: Mapping[Phase, Window],
    plans: Sequence[WindowPlan],
    now: datetime,
) -> None:
    present = phases.index(found.phase) if found.phase in phases else -1
    planned = {plan.phase: plan for plan in plans}
    for phase, window in known.items():
        place = phases.index(phase) if phase in phases else len(phases)
        plan = planned.get(phase)
        if place > present:
            continue
        same_start = plan is not None and plan.opens_at == window.opens_at
        same_end = plan is not None and plan.closes_at == window.closes_at
        if not same_start or (place < present and not same_end):
            raise Conflict(PlanProblem.FROZEN)
        if place == present and not same_end and (phase is Phase.VOTING or window.closes_at <= now):
            raise Conflict(PlanProblem.FROZEN)
        if plan is not None and place == present and not same_end and plan.closes_at <= now:
            raise Invalid(PlanProblem.WINDOW_IN_PAST, phase.value)


def move_window(session: Session, found: Round, plan: WindowPlan) -> Window:
    """Write the dates of one phase; who may and whether they may is the caller's to decide before."""
    window = session.scalar(
        select(Window).where(Window.round_id == found.id, Window.phase == plan.phase).with_for_update()
    )
    if window is None:
        window = Window(municipality_id=found.municipality_id, round_id=found.id, phase=plan.phase)
        session.add(window)
    window.opens_at, window.closes_at = plan.opens_at, plan.closes_at
    session.flush()
    return window


def change_settings(
    actor: Actor,
    session: Session,
    found: Round,
    own: RoundSettings,
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Change the settings; a part that the present phase depends on is refused."""
    begin_change(actor, session, found, seen, reason)
    before = settings.read(found.settings)
    changed = [f.name for f in fields(own) if getattr(own, f.name) != getattr(before, f.name)]
    refuse_frozen(found, *(SETTING_PARTS[name] for name in changed))
    found.settings = settings.write(own)
    if before.support_phase and not own.support_phase:
        for window in queries.windows(session, found.id):
            if window.phase is Phase.SUPPORT:
                session.delete(window)
    end_change(actor, session, found, "settings", reason, changed=changed)


def add_envelope(
    actor: Actor,
    session: Session,
    found: Round,
    plan: EnvelopePlan,
    *,
    reason: str = "",
    seen: int | None = None,
) -> Envelope:
    """Add an envelope at the end of the ballot."""
    begin_change(actor, session, found, seen, reason)
    refuse_frozen(found, Part.ENTRY)
    plan.check()
    _check_district(session, found, plan.district_id)
    place = session.get_one(Municipality, found.municipality_id)
    last = session.scalar(select(func.max(Envelope.position)).where(Envelope.round_id == found.id)) or 0
    envelope = Envelope(
        municipality_id=found.municipality_id,
        round_id=found.id,
        position=last + 1,
        currency=queries.currency(session, found) or place.currency,
        **plan.values(),
    )
    session.add(envelope)
    session.flush()
    end_change(actor, session, found, "envelope", reason, envelope=envelope.id)
    return envelope


def change_envelope(
    actor: Actor,
    session: Session,
    found: Round,
    envelope: Envelope,
    plan: EnvelopePlan,
    *,
    position: int | None = None,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Change an envelope, and with `position` its place on the ballot; what the present phase depends on is refused."""
    begin_change(actor, session, found, seen, reason)
    plan.check()
    _check_district(session, found, plan.district_id)
    before, after = plan_of(envelope).values(), plan.values()
    changed = [name for name in after if after[name] != before[name]]
    refuse_frozen(found, *(ENVELOPE_PARTS[name] for name in changed))
    for name in changed:
        setattr(envelope, name, after[name])
    session.flush()
    if position is not None and position != envelope.position:
        # The projects' codes begin with the place, and they are made when the discussion ends.
        refuse_frozen(found, Part.ASSESSMENT)
        _place(session, found, envelope, position)
        changed.append("position")
    end_change(actor, session, found, "envelope", reason, envelope=envelope.id, changed=changed)


def _place(session: Session, found: Round, envelope: Envelope, position: int) -> None:
    """Put an envelope at a place of the ballot; the others keep their order around it."""
    ordered = [one for one in queries.envelopes(session, found.id) if one.id != envelope.id]
    ordered.insert(min(max(position, 1), len(ordered) + 1) - 1, envelope)
    # Two envelopes never share a place, not even between two statements: all move out of the way first.
    for number, one in enumerate(ordered, start=1):
        one.position = -number
    session.flush()
    for number, one in enumerate(ordered, start=1):
        one.position = number
    session.flush()


def remove_envelope(
    actor: Actor,
    session: Session,
    found: Round,
    envelope: Envelope,
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Take an envelope out of a plan that nobody has built on yet."""
    begin_change(actor, session, found, seen, reason)
    refuse_frozen(found, Part.ENTRY)
    session.delete(envelope)
    session.flush()
    end_change(actor, session, found, "envelope", reason, removed=envelope.id)


def _check_district(session: Session, found: Round, district_id: int | None) -> None:
    if district_id is None:
        return
    district = session.get(District, district_id)
    if district is None or district.municipality_id != found.municipality_id:
        raise Invalid(PlanProblem.DISTRICT, "district_id")


def set_categories(
    actor: Actor,
    session: Session,
    found: Round,
    plans: Sequence[CategoryPlan],
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Set the categories; once people propose, names may be mended but none may go."""
    begin_change(actor, session, found, seen, reason)
    codes = [plan.code for plan in plans]
    if len(set(codes)) < len(codes) or not all(CATEGORY_CODE.fullmatch(code) for code in codes):
        raise Invalid(PlanProblem.CATEGORY_TWICE, "categories")
    if not all(any(plan.names.values()) for plan in plans):
        raise Invalid(PlanProblem.NAME_MISSING, "categories")
    known = {category.code: category for category in queries.categories(session, found.id)}
    gone = set(known) - set(codes)
    if gone:
        refuse_frozen(found, Part.ENTRY)
    for code in gone:
        session.delete(known[code])
    for plan in plans:
        category = known.get(plan.code)
        if category is None:
            category = Category(municipality_id=found.municipality_id, round_id=found.id, code=plan.code)
            session.add(category)
        elif category.most_choices != plan.most_choices:
            refuse_frozen(found, Part.VOTE)
        category.names, category.most_choices = dict(plan.names), plan.most_choices
    session.flush()
    end_change(actor, session, found, "categories", reason)
