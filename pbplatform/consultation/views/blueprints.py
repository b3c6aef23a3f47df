"""Plans kept for later rounds."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import blueprints, forms
from pbplatform.consultation.forms import fields_of
from pbplatform.consultation.place import this_round
from pbplatform.consultation.views.pages import SENTENCES, Page, pages, spoken_here
from pbplatform.door import acts


@pages.post("/rounds/<slug:round_slug>/plan/blueprint")
@acts(Action.SAVE_BLUEPRINT)
def blueprint(round_slug: str) -> BaseResponse:
    """Keep the plan for later rounds."""
    found = this_round(round_slug)
    form = forms.blueprint_form(spoken_here())()
    if form.validate_on_submit():
        typed = form.texts("name", spoken_here())
        names = {language: text for language, text in typed.items() if text} or dict(found.titles)
        blueprints.save(door.actor(), door.session(), found, names, shared=form.shared.data)
        flash(_("The plan is kept as a blueprint."))
    return redirect(url_for("planning.plan", round_slug=found.slug))


@pages.route("/rounds/blueprints", methods=["GET", "POST"])
@acts(Action.SAVE_BLUEPRINT)
def blueprint_list() -> Page:
    """The blueprints at hand; this municipality's own can be renamed and thrown away."""
    session, place, languages = door.session(), g.municipality, spoken_here()
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
            blueprints.rename(door.actor(), session, target, typed.texts("name", languages))
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
