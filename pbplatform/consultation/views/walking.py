"""The steps of a round by hand: announce, walk one or several, cancel."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import forms, operations, queries, settings, steps
from pbplatform.consultation.forms import fields_of
from pbplatform.consultation.place import this_round
from pbplatform.consultation.timeline import next_step
from pbplatform.consultation.views.pages import Page, pages, spoken_here, status_of, title_of
from pbplatform.door import acts
from pbplatform.foundation.words import SPOKEN, say


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
            flash(say(obstacle), "bad")
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
            flash(f"{title_of(found.titles)}: {say(blocked.obstacles[0])}", "bad")
    flash(ngettext("One step was taken.", "%(num)s steps were taken.", walked))
    return redirect(url_for("desk.officer"))


@pages.route("/rounds/<slug:round_slug>/cancel", methods=["GET", "POST"])
@acts(Action.CANCEL_ROUND)
def cancel(round_slug: str) -> Page:
    """Cancel a round with a public reason."""
    found = this_round(round_slug)
    languages = spoken_here()
    form = forms.cancel_form(languages)()
    if form.validate_on_submit():
        with door.attempt(form, SPOKEN) as tried:
            operations.cancel(door.actor(), door.session(), found, form.texts("reason", languages))
        if tried.ok:
            flash(_("The round is cancelled."))
            return redirect(url_for("rounds.overview", round_slug=found.slug))
    return render_template(
        "planning/cancel.html", form=form, reasons=fields_of(form, "reason", languages)
    ), status_of(form)
