"""A municipality's own files, and the pages where an administrator changes its names, look and districts."""

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, g, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.door import acts, carries
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import FileMissing
from pbplatform.foundation.forms import typed_number
from pbplatform.foundation.i18n import LANGUAGE_NAMES, LANGUAGES
from pbplatform.municipalities import operations, queries
from pbplatform.municipalities.forms import DistrictsForm, LogoForm, PlainForm, SettingsForm
from pbplatform.municipalities.operations import DistrictPlan, MunicipalityProblem
from pbplatform.municipalities.words import PROBLEMS

pages = Blueprint("municipalities", __name__)

Page = BaseResponse | str | tuple[str, int]

LARGEST_OUTLINES = 8 * 1024 * 1024


@pages.get("/districts.geojson")
@acts(Action.READ_PUBLIC)
def districts() -> Response:
    """The districts as a FeatureCollection, in the reader's language."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": district.code,
                "name": district.names.get(door.locale()) or next(iter(district.names.values()), ""),
            },
            "geometry": district.outline,
        }
        for district in queries.districts(door.session(), g.municipality.id)
        if district.outline
    ]
    response = jsonify({"type": "FeatureCollection", "features": features})
    response.mimetype = "application/geo+json"
    return response


@pages.get("/colours.css")
@acts(Action.READ_PUBLIC)
def colours() -> Response:
    """The municipality's colours as custom properties; a stylesheet of its own, because inline styles are forbidden."""
    place = g.municipality
    css = (
        f":root{{--brand:{place.brand_colour};--accent:{place.accent_colour};"
        f"--brand-ink:{operations.ink_on(place.brand_colour)};--accent-ink:{operations.ink_on(place.accent_colour)}}}\n"
    )
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=300"})


@pages.get("/logo")
@acts(Action.READ_PUBLIC)
def logo() -> Response:
    """The logo, as we have drawn it."""
    key = g.municipality.logo_key
    if key is None:
        abort(404)
    try:
        picture = door.house().files.get(key)
    except FileMissing:
        abort(404)
    return Response(picture, mimetype="image/webp", headers={"Cache-Control": "public, max-age=300"})


@pages.route("/settings", methods=["GET", "POST"])
@acts(Action.CHANGE_MUNICIPALITY)
def settings() -> Page:
    """Names, texts, languages, clock and look."""
    place = g.municipality
    form = _settings_form()
    if form.validate_on_submit():
        languages = tuple(language for language in LANGUAGES if language in form.languages.data)
        first = [language for language in place.languages if language in languages]
        languages = (*first, *(language for language in languages if language not in first))
        with door.attempt(form, PROBLEMS) as tried:
            operations.change(
                door.actor(),
                door.session(),
                place,
                names=form.texts("name"),
                introduction=form.texts("introduction"),
                languages=languages,
                zone=form.zone.data,
                population=form.population.data,
                brand_colour=form.brand_colour.data.lower(),
                accent_colour=form.accent_colour.data.lower(),
                contact_email=form.contact_email.data or "",
                version=typed_number(form.version.data) or 0,
            )
        if tried.ok:
            flash(_("Your changes are kept."))
            return redirect(url_for("municipalities.settings"))
    page = render_template("municipalities/settings.html", form=form, logo_form=LogoForm(), plain=PlainForm())
    return page, 422 if form.is_submitted() else 200


def _settings_form() -> SettingsForm:
    place = g.municipality
    values: dict[str, Any] = {
        name: getattr(place, name)
        for name in (
            "version",
            "languages",
            "zone",
            "population",
            "brand_colour",
            "accent_colour",
            "contact_email",
        )
    }
    values |= {f"name_{language}": text for language, text in place.names.items()}
    values |= {f"introduction_{language}": text for language, text in place.introduction.items()}
    form = SettingsForm(**values)
    form.languages.choices = list(LANGUAGE_NAMES.items())
    return form


@pages.post("/settings/logo")
@acts(Action.CHANGE_MUNICIPALITY)
def set_logo() -> Page:
    """Show another logo."""
    place, files = g.municipality, door.house().files
    form = LogoForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            # The drawing library costs every process eight megabytes, and few requests draw.
            from pbplatform.municipalities import logos

            picture = logos.redrawn(form.logo.data.read(logos.MOST_BYTES + 1))
            key = logos.key_for(place.id, picture)
            operations.set_logo(door.actor(), door.session(), place, key)
            files.put(key, picture)
        if tried.ok:
            flash(_("The new logo is kept."))
            return redirect(url_for("municipalities.settings"))
    page = render_template("municipalities/settings.html", form=_unsent(), logo_form=form, plain=PlainForm())
    return page, 422


def _unsent() -> SettingsForm:
    """The settings as they are kept, when another form of the page was sent."""
    form = _settings_form()
    form.process(
        None, **{name: field.object_data for name, field in form._fields.items() if name != "csrf_token"}
    )
    return form


@pages.post("/settings/logo/remove")
@acts(Action.CHANGE_MUNICIPALITY)
def remove_logo() -> BaseResponse:
    """Show no logo."""
    operations.set_logo(door.actor(), door.session(), g.municipality, None)
    flash(_("The logo is removed."))
    return redirect(url_for("municipalities.settings"))


@pages.route("/settings/districts", methods=["GET", "POST"])
@acts(Action.CHANGE_MUNICIPALITY)
@carries(LARGEST_OUTLINES + 64 * 1024)
def districts_desk() -> Page:
    """The districts, and a GeoJSON file with new ones: first a list to look at, then the decision."""
    place = g.municipality
    form = DistrictsForm()
    plans: list[DistrictPlan] = []
    kept = ""
    if form.validate_on_submit():
        content = form.districts.data.read(LARGEST_OUTLINES)
        with door.attempt(form, PROBLEMS) as tried:
            plans = _plans(content)
        if tried.ok:
            kept = digest(content)
            _forget_uploads()
            door.house().files.put(_upload_key(kept), content)
    page = render_template(
        "municipalities/districts_desk.html",
        form=form,
        plain=PlainForm(),
        districts=queries.districts(door.session(), place.id),
        plans=plans,
        kept=kept,
    )
    return page, 422 if form.is_submitted() and not plans else 200


@pages.post("/settings/districts/<string(length=64):kept>")
@acts(Action.CHANGE_MUNICIPALITY)
def keep_districts(kept: str) -> BaseResponse:
    """Take over the districts of the file that was looked at."""
    try:
        content = door.house().files.get(_upload_key(kept))
    except (FileMissing, ValueError):
        abort(404)
    operations.set_districts(door.actor(), door.session(), g.municipality, _plans(content))
    _forget_uploads()
    flash(_("The districts are kept."))
    return redirect(url_for("municipalities.districts_desk"))


def _plans(content: bytes) -> list[DistrictPlan]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Invalid(MunicipalityProblem.NOT_GEOJSON, "districts") from None
    return operations.districts_from_geojson(document, tuple(g.municipality.languages))


def _upload_key(kept: str) -> str:
    if not kept.isalnum():
        abort(404)
    return f"municipalities/{g.municipality.id}/districts-{kept}.json"


def _forget_uploads() -> None:
    """An uploaded file is kept only until the next one, or until it has been taken over."""
    files = door.house().files
    for key in files.all_keys(f"municipalities/{g.municipality.id}"):
        if key.rsplit("/", 1)[-1].startswith("districts-"):
            files.delete(key)
