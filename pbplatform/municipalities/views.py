"""A municipality's own files: its logo and the outlines of its districts."""

from flask import Blueprint, Response, g, jsonify

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.municipalities import queries

pages = Blueprint("municipalities", __name__)


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
    css = f":root{{--brand:{place.brand_colour};--accent:{place.accent_colour}}}\n"
    return Response(css, mimetype="text/css", headers={"Cache-Control": "public, max-age=300"})
