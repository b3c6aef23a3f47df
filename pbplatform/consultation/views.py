"""The officer's editor of a round: texts with preview, dates, settings, envelopes, categories, steps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Step, obstacles, steps_from
from pbplatform.consultation import blueprints, forms, operations, planning, queries, settings, steps
from pbplatform.consultation.forms import fields_of, texts_of
from pbplatform.consultation.models import BallotFormat, Envelope, Publication, Round
from pbplatform.consultation.models import Blueprint as Kept
from pbplatform.consultation.place import this_round, this_settings
from pbplatform.consultation.plans import CategoryPlan, EnvelopePlan, WindowPlan, fitting_options, plan_of
from pbplatform.consultation.timeline import next_step, planned_phases
from pbplatform.consultation.words import (
    BORDA,
    COMPARISONS,
    COMPLETIONS,
    ENDOWMENTS,
    ORDERS,
    PLAN_PROBLEMS,
    RULES,
    SETTING_PROBLEMS,
    STOPS,
    UTILITIES,
)
from pbplatform.door import acts
from pbplatform.foundation import clock
from pbplatform.foundation.forms import Form
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.words import say
from pbplatform.municipalities import queries as municipalities
from pbplatform.tally.rules import BordaScores, Comparison, Endowment, Order, Stop

pages = Blueprint("planning", __name__)

SENTENCES: Mapping[Any, Any] = {**PLAN_PROBLEMS, **SETTING_PROBLEMS}
Page = BaseResponse | str | tuple[str, int]


def _languages() -> list[str]:
    return list(g.municipality.languages)


def _wall(moment: datetime | None) -> datetime | None:
    return clock.local(moment, g.municipality.zone).replace(tzinfo=None) if moment else None


def _utc(wall: datetime | None) -> datetime | None:
    return clock.from_local(wall, g.municipality.zone) if wall else None


def _seen(form: Any) -> int | None:
    return int(form.version.data) if (form.version.data or "").isdecimal() else None


def _back(found: Round) -> BaseResponse:
    flash(_("Saved."))
    return redirect(url_for("planning.plan", round_slug=found.slug))


def _status(form: Form) -> int:
    return 422 if form.is_submitted() else 200


def _in_words(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, say(member)) for member in kind]


@pages.route("/rounds/new", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def begin() -> Page:
    """A new round: from nothing, from an older round, or from a blueprint."""
    session, place = door.session(), g.municipality
    form = forms.begin_form(_languages())()
    older = [*queries.public_rounds(session, place.id), *queries.hidden_drafts(session, place.id)]
    kept = blueprints.blueprints_for(session, place)
    form.origin.choices = [
        ("", _("Nothing: an empty plan")),
        *((f"blueprint-{one.id}", _("Blueprint: %(name)s", name=_title(one.names))) for one in kept),
        *((f"round-{one.id}", _("Copy of: %(name)s", name=_title(one.titles))) for one in older),
    ]
    if form.validate_on_submit():
        content = _origin(form.origin.data, kept, older)
        titles = texts_of(form, "title", _languages())
        with door.attempt(form, SENTENCES) as tried:
            if content is None:
                made = planning.plan_round(door.actor(), session, place, form.slug.data, titles)
            else:
                opens_at = _utc(form.opens_at.data) or clock.now()
                made = blueprints.begin_from(
                    door.actor(), session, place, content, form.slug.data, titles, opens_at
                )
        if tried.ok:
            return _back(made)
    return render_template(
        "planning/begin.html", form=form, titles=fields_of(form, "title", _languages())
    ), _status(form)


def _title(texts: Mapping[str, str]) -> str:
    return localised(texts, door.locale()).text


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
    languages = _languages()
    return render_template(
        "planning/plan.html",
        envelopes=queries.envelopes(session, found.id),
        categories=queries.categories(session, found.id),
        step=step,
        walker=walker,
        obstacles=obstacles(found.phase, step, facts) if step and facts else (),
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
    languages = _languages()
    values = {
        f"{name}_{language}": kept.get(language, "")
        for name, kept in (("title", found.titles), ("summary", found.summaries), ("text", found.texts))
        for language in languages
    }
    form = forms.texts_form(languages)(version=str(found.version), **values)
    written = {name: texts_of(form, name, languages) for name in ("title", "summary", "text")}
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
                seen=_seen(form),
            )
        if tried.ok:
            return _back(found)
    return render_template(
        "planning/texts.html",
        form=form,
        languages_here=languages,
        written=written if preview else None,
    ), (200 if preview else _status(form))


@pages.route("/rounds/<slug:round_slug>/plan/dates", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def dates(round_slug: str) -> Page:
    """The windows of all phases, on the municipality's clock."""
    found = this_round(round_slug)
    phases = planned_phases(found.kind, this_settings())
    values: dict[str, Any] = {"version": str(found.version)}
    for window in queries.windows(door.session(), found.id):
        values[f"{window.phase.value}_opens"] = _wall(window.opens_at)
        values[f"{window.phase.value}_closes"] = _wall(window.closes_at)
    form = forms.dates_form([phase.value for phase in phases])(**values)
    if form.validate_on_submit():
        plans = []
        for phase in phases:
            opens_at, closes_at = (
                _utc(form[f"{phase.value}_opens"].data),
                _utc(form[f"{phase.value}_closes"].data),
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
                    seen=_seen(form),
                )
            if tried.ok:
                return _back(found)
    return render_template("planning/dates.html", form=form, phases=phases), _status(form)


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
        assessments_released_at=_wall(own.assessments_released_at),
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
                assessments_released_at=_utc(form.assessments_released_at.data),
                appeal_days=form.appeal_days.data or 0,
                challenge_days=form.challenge_days.data or 0,
                beacon=form.beacon.data or "",
            )
            planning.change_settings(
                door.actor(), door.session(), found, changed, reason=form.reason.data or "", seen=_seen(form)
            )
        if tried.ok:
            return _back(found)
    return render_template("planning/settings.html", form=form), _status(form)


@pages.route("/rounds/<slug:round_slug>/plan/envelopes/new", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def add_envelope(round_slug: str) -> Page:
    """Another envelope."""
    found = this_round(round_slug)
    form = _envelope_form(found, None)
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            planning.add_envelope(
                door.actor(),
                door.session(),
                found,
                _typed_envelope(form),
                reason=form.reason.data or "",
                seen=_seen(form),
            )
        if tried.ok:
            return _back(found)
    names = fields_of(form, "name", _languages())
    return render_template("planning/envelope.html", form=form, names=names, envelope=None), _status(form)


@pages.route("/rounds/<slug:round_slug>/plan/envelopes/<int:envelope_id>", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def envelope(round_slug: str, envelope_id: int) -> Page:
    """Change an envelope, or remove it while nobody has built on it."""
    found = this_round(round_slug)
    kept = _kept_envelope(found, envelope_id)
    form = _envelope_form(found, kept)
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            if "remove" in request.form:
                planning.remove_envelope(
                    door.actor(),
                    door.session(),
                    found,
                    kept,
                    reason=form.reason.data or "",
                    seen=_seen(form),
                )
            else:
                planning.change_envelope(
                    door.actor(),
                    door.session(),
                    found,
                    kept,
                    _typed_envelope(form),
                    position=int(form.position.data) if "position" in form else None,
                    reason=form.reason.data or "",
                    seen=_seen(form),
                )
        if tried.ok:
            return _back(found)
    names = fields_of(form, "name", _languages())
    return render_template("planning/envelope.html", form=form, names=names, envelope=kept), _status(form)


def _kept_envelope(found: Round, envelope_id: int) -> Envelope:
    return door.found(
        next((one for one in queries.envelopes(door.session(), found.id) if one.id == envelope_id), None)
    )


def _envelope_form(found: Round, kept: Envelope | None) -> Any:
    shown = plan_of(kept) if kept else EnvelopePlan({}, 0)
    options = shown.rule_options
    values = {f"name_{language}": shown.names.get(language, "") for language in _languages()}
    form: Any = forms.envelope_form(_languages())(
        version=str(found.version),
        district=str(shown.district_id or ""),
        amount=shown.amount or None,
        lowest_cost=shown.lowest_cost or None,
        highest_cost=shown.highest_cost,
        support_threshold=shown.support_threshold,
        ballot_format=shown.ballot_format.value,
        fewest_choices=shown.fewest_choices,
        most_choices=shown.most_choices,
        points=shown.points,
        points_each=shown.points_each,
        rule=shown.rule,
        utility=options.get("utility", "cost"),
        borda=options.get("borda", BordaScores.BALLOT_LENGTH.value),
        endowment=options.get("endowment", Endowment.EXACT.value),
        completion=options.get("completion", "none"),
        stop=options.get("stop", Stop.OVERSPEND.value),
        increment=options.get("increment") or None,
        comparison=options.get("comparison", Comparison.NONE.value),
        switch=options.get("switch", False),
        order=options.get("order", Order.VOTES.value),
        skip=options.get("skip", True),
        extra_percent=options.get("extra_percent"),
        leftover=options.get("leftover", False),
        position=str(kept.position) if kept else "",
        threshold=shown.threshold,
        publication=shown.publication.value,
        **values,
    )
    districts = municipalities.districts(door.session(), g.municipality.id)
    form.district.choices = [
        ("", _("The whole municipality")),
        *((str(one.id), _title(one.names)) for one in districts),
    ]
    form.ballot_format.choices = _in_words(BallotFormat)
    form.publication.choices = _in_words(Publication)
    form.rule.choices = [(rule.value, str(said)) for rule, said in RULES.items()]
    form.utility.choices = [(one.value, str(said)) for one, said in UTILITIES.items()]
    for field, words in (
        (form.completion, COMPLETIONS),
        (form.borda, BORDA),
        (form.endowment, ENDOWMENTS),
        (form.stop, STOPS),
        (form.comparison, COMPARISONS),
        (form.order, ORDERS),
    ):
        field.choices = [(one.value, str(said)) for one, said in words.items()]
    places = len(queries.envelopes(door.session(), found.id)) if kept else 0
    form.position.choices = [(str(place), str(place)) for place in range(1, places + 1)]
    if places < 2:
        del form.position
    return form


def _typed_envelope(form: Any) -> EnvelopePlan:
    """What was typed."""
    ballot_format = BallotFormat(form.ballot_format.data)
    one_only = ballot_format is BallotFormat.CHOOSE_ONE
    return EnvelopePlan(
        names={language: text for language, text in texts_of(form, "name", _languages()).items() if text},
        amount=form.amount.data or 0,
        district_id=int(form.district.data) if form.district.data else None,
        lowest_cost=form.lowest_cost.data or 0,
        highest_cost=form.highest_cost.data,
        ballot_format=ballot_format,
        fewest_choices=1 if form.fewest_choices.data is None else form.fewest_choices.data,
        most_choices=1 if one_only else form.most_choices.data,
        points=form.points.data or None,
        points_each=form.points_each.data,
        rule=form.rule.data,
        rule_options=fitting_options(
            form.rule.data,
            utility=form.utility.data,
            borda=form.borda.data,
            endowment=form.endowment.data,
            completion=form.completion.data,
            stop=form.stop.data,
            increment=form.increment.data,
            comparison=form.comparison.data,
            switch=form.switch.data,
            order=form.order.data,
            skip=form.skip.data,
            extra_percent=form.extra_percent.data,
            leftover=form.leftover.data,
        ),
        threshold=form.threshold.data,
        support_threshold=form.support_threshold.data,
        publication=Publication(form.publication.data),
    )


@pages.route("/rounds/<slug:round_slug>/plan/categories", methods=["GET", "POST"])
@acts(Action.PLAN_ROUND)
def categories(round_slug: str) -> Page:
    """The categories, one a line; an emptied code removes its line."""
    found = this_round(round_slug)
    kept = queries.categories(door.session(), found.id)
    languages = _languages()
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
                door.actor(), door.session(), found, plans, reason=form.reason.data or "", seen=_seen(form)
            )
        if tried.ok:
            return _back(found)
    return render_template(
        "planning/categories.html", form=form, rows=range(rows), languages_here=languages
    ), _status(form)


@pages.post("/rounds/<slug:round_slug>/plan/announce")
@acts(Action.PLAN_ROUND)
def announce(round_slug: str) -> BaseResponse:
    """Show the plan to everybody and commit its lots."""
    found = this_round(round_slug)
    for draw in operations.Draw:
        operations.commit_lot(door.actor(), door.session(), door.house().secrets, found, draw)
    operations.announce(door.actor(), door.session(), found)
    flash(_("The round is announced: everybody can read its dates and rules now."))
    return redirect(url_for("rounds.overview", round_slug=found.slug))


@pages.post("/rounds/<slug:round_slug>/steps/<step>")
@acts(Action.WALK_STEP)
def walk(round_slug: str, step: str) -> BaseResponse:
    """Walk the round's next step by hand; what is in the way is said in words."""
    found = this_round(round_slug)
    due = next_step(found, settings.read(found.settings))
    walker = steps.walker(due) if due else None
    if due is None or walker is None or due.value != step or walker.endpoint is not None:
        return door.found(None)
    try:
        with door.session().begin_nested():
            walker.walk(door.actor(), door.session(), found)
    except operations.Blocked as blocked:
        for obstacle in blocked.obstacles:
            flash(say(obstacle))
    else:
        flash(_("The round has reached its next phase."))
    return redirect(url_for("planning.plan", round_slug=found.slug))


@pages.post("/rounds/steps")
@acts(Action.WALK_STEP)
def walk_several() -> BaseResponse:
    """Walk the next step of several rounds from the desk; each stands or falls by itself."""
    walked = 0
    for slug in request.form.getlist("round")[:100]:
        found = queries.by_slug(door.session(), g.municipality.id, slug)
        step = next_step(found, settings.read(found.settings)) if found else None
        walker = steps.walker(step) if step else None
        if found is None or walker is None or walker.endpoint is not None:
            continue
        try:
            with door.session().begin_nested():
                walker.walk(door.actor(), door.session(), found)
            walked += 1
        except operations.Blocked as blocked:
            flash(f"{_title(found.titles)}: {say(blocked.obstacles[0])}")
    flash(ngettext("One step was taken.", "%(num)s steps were taken.", walked))
    return redirect(url_for("desk.officer"))


@pages.route("/rounds/<slug:round_slug>/cancel", methods=["GET", "POST"])
@acts(Action.CANCEL_ROUND)
def cancel(round_slug: str) -> Page:
    """Cancel a round with a public reason."""
    found = this_round(round_slug)
    languages = _languages()
    form = forms.cancel_form(languages)()
    if form.validate_on_submit():
        with door.attempt(form, _OBSTACLES) as tried:
            operations.cancel(door.actor(), door.session(), found, texts_of(form, "reason", languages))
        if tried.ok:
            flash(_("The round is cancelled."))
            return redirect(url_for("rounds.overview", round_slug=found.slug))
    return render_template(
        "planning/cancel.html", form=form, reasons=fields_of(form, "reason", languages)
    ), _status(form)


class _Said(Mapping[Any, str]):
    """The sentences of obstacles, which the charter's own words know."""

    def __getitem__(self, obstacle: Any) -> str:
        return say(obstacle)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


_OBSTACLES = _Said()


@pages.post("/rounds/<slug:round_slug>/plan/blueprint")
@acts(Action.SAVE_BLUEPRINT)
def blueprint(round_slug: str) -> BaseResponse:
    """Keep the plan for later rounds."""
    found = this_round(round_slug)
    form = forms.blueprint_form(_languages())()
    if form.validate_on_submit():
        typed = texts_of(form, "name", _languages())
        names = {language: text for language, text in typed.items() if text} or dict(found.titles)
        blueprints.save(door.actor(), door.session(), found, names, shared=form.shared.data)
        flash(_("The plan is kept as a blueprint."))
    return redirect(url_for("planning.plan", round_slug=found.slug))


@pages.route("/rounds/blueprints", methods=["GET", "POST"])
@acts(Action.SAVE_BLUEPRINT)
def blueprint_list() -> Page:
    """The blueprints at hand; this municipality's own can be renamed and thrown away."""
    session, place, languages = door.session(), g.municipality, _languages()
    kept = blueprints.blueprints_for(session, place)
    own = [one for one in kept if blueprints.belongs_to(one, place.id)]
    chosen = next((one for one in own if str(one.id) == request.form.get("blueprint")), None)
    rename = forms.blueprint_form(languages)
    typed = rename(prefix=f"b{chosen.id}-") if chosen else rename()
    if request.method == "POST" and typed.validate_on_submit():
        target = door.found(chosen)
        if "remove" in request.form:
            blueprints.remove(door.actor(), session, target)
            flash(_("The blueprint is gone. Rounds that began with it stay as they are."))
            return redirect(url_for("planning.blueprint_list"))
        with door.attempt(typed, SENTENCES) as tried:
            blueprints.rename(door.actor(), session, target, texts_of(typed, "name", languages))
        if tried.ok:
            flash(_("Saved."))
            return redirect(url_for("planning.blueprint_list"))
    shown = []
    for one in kept:
        values = {f"name_{language}": one.names.get(language, "") for language in languages}
        form = typed if one is chosen else rename(formdata=None, prefix=f"b{one.id}-", **values)
        shown.append((one, form, fields_of(form, "name", languages) if one in own else []))
    return render_template("planning/blueprints.html", shown=shown, form=typed), (
        422 if request.method == "POST" else 200
    )
