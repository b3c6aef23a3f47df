"""Texts with preview, dates, settings, categories: what an officer writes into a plan."""

from dataclasses import replace
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Step, obstacles, steps_from
from pbplatform.consultation import blueprints, forms, planning, queries, steps
from pbplatform.consultation.forms import fields_of
from pbplatform.consultation.models import Blueprint as Kept
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round, this_settings, this_timeline
from pbplatform.consultation.plans import CategoryPlan, WindowPlan
from pbplatform.consultation.timeline import list_waits_until, next_step, planned_phases
from pbplatform.consultation.views.pages import (
    SENTENCES,
    Page,
    back_to_plan,
    in_utc,
    pages,
    spoken_here,
    status_of,
    title_of,
    version_seen,
    wall,
)
from pbplatform.door import acts
from pbplatform.foundation import clock


@pages.route("/rounds/new", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def begin() -> Page:
    """A new round: from nothing, from an older round, or from a blueprint."""
    session, place = door.session(), g.municipality
    form = forms.begin_form(spoken_here())()
    older = [*queries.public_rounds(session, place.id), *queries.hidden_drafts(session, place.id)]
    kept = blueprints.blueprints_for(session, place)
    form.origin.choices = [
        ("", _("Nothing: an empty plan")),
        *((f"blueprint-{one.id}", _("Blueprint: %(name)s", name=title_of(one.names))) for one in kept),
        *((f"round-{one.id}", _("Copy of: %(name)s", name=title_of(one.titles))) for one in older),
    ]
    if form.validate_on_submit():
        content = _origin(form.origin.data, kept, older)
        titles = form.texts("title", spoken_here())
        with door.attempt(form, SENTENCES) as tried:
            if content is None:
                made = planning.plan_round(door.actor(), session, place, form.slug.data, titles)
            else:
                opens_at = in_utc(form.opens_at.data) or clock.now()
                made = blueprints.begin_from(
                    door.actor(), session, place, content, form.slug.data, titles, opens_at
                )
        if tried.ok:
            return back_to_plan(made)
    return render_template(
        "planning/begin.html", form=form, titles=fields_of(form, "title", spoken_here())
    ), status_of(form)


def _origin(chosen: str, kept: Any, older: Any) -> dict[str, Any] | None:
    kind, _sep, number = (chosen or "").partition("-")
    if kind == "blueprint":
        blueprint: Kept = door.found(next((one for one in kept if str(one.id) == number), None))
        return blueprint.content
    if kind == "round":
        found: Round = door.found(next((one for one in older if str(one.id) == number), None))
        return blueprints.describe(door.session(), found)
    return None


@pages.get("/rounds/<slug:round_slug>/plan")
@acts(Action.PLAN_ROUND)
def plan(round_slug: str) -> str:
    """Everything of a round's plan on one page: what is there, what is missing, which step comes next."""
    found = this_round(round_slug)
    session = door.session()
    own = this_settings()
    step = next_step(found, own)
    walker = steps.walker(step) if step else None
    facts = walker.facts(session, found) if walker and step else None
    languages = spoken_here()
    return render_template(
        "planning/plan.html",
        envelopes=queries.envelopes(session, found.id),
        categories=queries.categories(session, found.id),
        step=step,
        walker=walker,
        obstacles=obstacles(found.phase, step, facts) if step and facts else (),
        list_waits_until=list_waits_until(this_timeline(), own),
        can_cancel=Step.CANCEL in steps_from(found.phase, found.kind),
        form=forms.StepForm(),
        blueprint_form=(blueprint := forms.blueprint_form(languages)()),
        blueprint_names=fields_of(blueprint, "name", languages),
        missing=[
            language
            for language in languages
            if not all(texts.get(language) for texts in (found.titles, found.summaries, found.texts))
        ],
    )


@pages.route("/rounds/<slug:round_slug>/plan/texts", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def texts(round_slug: str) -> Page:
    """Title, summary, introduction; the preview shows them as citizens will see them."""
    found = this_round(round_slug)
    languages = spoken_here()
    values = {
        f"{name}_{language}": kept.get(language, "")
        for name, kept in (("title", found.titles), ("summary", found.summaries), ("text", found.texts))
        for language in languages
    }
    form = forms.texts_form(languages)(version=str(found.version), **values)
    written = {name: form.texts(name, languages) for name in ("title", "summary", "text")}
    preview = request.method == "POST" and "preview" in request.form
    if form.validate_on_submit() and not preview:
        with door.attempt(form, SENTENCES) as tried:
            planning.write_texts(
                door.actor(),
                door.session(),
                found,
                written["title"],
                written["summary"],
                written["text"],
                reason=form.reason.data or "",
                seen=version_seen(form),
            )
        if tried.ok:
            return back_to_plan(found)
    return render_template(
        "planning/texts.html",
        form=form,
        languages_here=languages,
        written=written if preview else None,
    ), (200 if preview else status_of(form))


@pages.route("/rounds/<slug:round_slug>/plan/dates", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def dates(round_slug: str) -> Page:
    """The windows of all phases, on the municipality's clock."""
    found = this_round(round_slug)
    phases = planned_phases(found.kind, this_settings())
    values: dict[str, Any] = {"version": str(found.version)}
    for window in queries.windows(door.session(), found.id):
        values[f"{window.phase.value}_opens"] = wall(window.opens_at)
        values[f"{window.phase.value}_closes"] = wall(window.closes_at)
    form = forms.dates_form([phase.value for phase in phases])(**values)
    if form.validate_on_submit():
        plans = []
        for phase in phases:
            opens_at, closes_at = (
                in_utc(form[f"{phase.value}_opens"].data),
                in_utc(form[f"{phase.value}_closes"].data),
            )
            if opens_at and closes_at:
                plans.append(WindowPlan(phase, opens_at, closes_at))
            elif opens_at or closes_at:
                form.add_error(
                    f"{phase.value}_{'closes' if opens_at else 'opens'}",
                    _("Give both the beginning and the end."),
                )
        if not form.summary():
            with door.attempt(form, SENTENCES) as tried:
                planning.set_windows(
                    door.actor(),
                    door.session(),
                    found,
                    plans,
                    reason=form.reason.data or "",
                    seen=version_seen(form),
                )
            if tried.ok:
                return back_to_plan(found)
    return render_template("planning/dates.html", form=form, phases=phases), status_of(form)


@pages.route("/rounds/<slug:round_slug>/plan/settings", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def change_settings(round_slug: str) -> Page:
    """The settings beside texts, dates and money."""
    found = this_round(round_slug)
    own = this_settings()
    form = forms.SettingsForm(
        version=str(found.version),
        support_phase=own.support_phase,
        moderation_before_publication=own.moderation_before_publication,
        most_proposals_each=own.most_proposals_each,
        fewest_co_authors=own.fewest_co_authors,
        assessments_released_at=wall(own.assessments_released_at),
        appeal_days=own.appeal_days,
        challenge_days=own.challenge_days,
        beacon=own.beacon,
    )
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            changed = replace(
                own,
                support_phase=form.support_phase.data,
                moderation_before_publication=form.moderation_before_publication.data,
                most_proposals_each=form.most_proposals_each.data,
                fewest_co_authors=form.fewest_co_authors.data or 0,
                assessments_released_at=in_utc(form.assessments_released_at.data),
                appeal_days=form.appeal_days.data or 0,
                challenge_days=form.challenge_days.data or 0,
                beacon=form.beacon.data or "",
            )
            planning.change_settings(
                door.actor(),
                door.session(),
                found,
                changed,
                reason=form.reason.data or "",
                seen=version_seen(form),
            )
        if tried.ok:
            return back_to_plan(found)
    return render_template("planning/settings.html", form=form), status_of(form)


@pages.route("/rounds/<slug:round_slug>/plan/categories", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def categories(round_slug: str) -> Page:
    """The categories, one a line; an emptied code removes its line."""
    found = this_round(round_slug)
    kept = queries.categories(door.session(), found.id)
    languages = spoken_here()
    rows = max(len(kept) + 4, 8)
    values: dict[str, Any] = {"version": str(found.version)}
    for row, one in enumerate(kept):
        values |= {f"code_{row}": one.code, f"most_{row}": one.most_choices}
        values |= {f"name_{row}_{language}": one.names.get(language, "") for language in languages}
    form = forms.categories_form(languages, rows)(**values)
    if form.validate_on_submit():
        plans = [
            CategoryPlan(
                form[f"code_{row}"].data,
                {
                    language: form[f"name_{row}_{language}"].data
                    for language in languages
                    if form[f"name_{row}_{language}"].data
                },
                form[f"most_{row}"].data,
            )
            for row in range(rows)
            if form[f"code_{row}"].data
        ]
        with door.attempt(form, SENTENCES) as tried:
            planning.set_categories(
                door.actor(),
                door.session(),
                found,
                plans,
                reason=form.reason.data or "",
                seen=version_seen(form),
            )
        if tried.ok:
            return back_to_plan(found)
    return render_template(
        "planning/categories.html", form=form, rows=range(rows), languages_here=languages
    ), status_of(form)
