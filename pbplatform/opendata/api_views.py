"""The read interface: what the pages show, as JSON, without language in its addresses and without a key."""

import json
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from werkzeug.exceptions import BadRequest

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import formats
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Round
from pbplatform.consultation.publishing import Asked, Resource, Row, resource, resources
from pbplatform.door import acts
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Missing
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.opendata import description

pages = Blueprint("api", __name__, url_prefix="/api/v1")
guide = Blueprint("api_guide", __name__)


def answer(value: Any, *, following: str | None = None) -> Response:
    """JSON with its ETag; 304 where the reader has just this already."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(body, content_type="application/json")
    response.set_etag(digest(body)[:32])
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    response.make_conditional(request)
    return response


def _whole(name: str, usual: int, least: int, most: int) -> int:
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadRequest
    return int(text)


def _paged(endpoint: str, found: Iterable[Row], limit: int, shape: Any, **address: Any) -> Response:
    """A page of rows and the address of the next one; `found` has one row more than the page where there is a next."""
    rows = list(found)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        base = door.house().config.base_url
        following = base + url_for(endpoint, **address, after=rows[-1][0], limit=limit)
    return answer({"items": [shape(values) for _key, values in rows], "next": following}, following=following)


@pages.get("/openapi.json")
@acts(Action.READ_PUBLIC)
def openapi() -> Response:
    """The description of this interface."""
    response = answer(description.document(door.house().config.base_url))
    response.vary.add("Accept-Language")
    return response


@pages.get("/municipalities")
@acts(Action.READ_PUBLIC)
def everyone() -> Response:
    """The municipalities of this installation."""
    limit = _whole("limit", description.USUAL, 1, description.MOST)
    after = _whole("after", 0, 0, description.LARGEST_KEY)
    rows = [(place.id, _municipality(place)) for place in municipalities.everyone(door.session())]
    wanted = sorted((row for row in rows if row[0] > after), key=lambda row: row[0])[: limit + 1]
    return _paged("api.everyone", wanted, limit, dict)


def _municipality(place: Municipality) -> dict[str, Any]:
    return {
        "municipality": place.slug,
        "names": place.names,
        "country": place.country.value,
        "languages": place.languages,
        "currency": place.currency.value,
        "population": place.population,
        "page": door.house().config.base_url
        + url_for("town.overview", locale=place.languages[0], municipality=place.slug),
    }


@pages.get("/municipalities/<slug:municipality>")
@acts(Action.READ_PUBLIC)
def one() -> Response:
    """One municipality."""
    return answer(_municipality(g.municipality))


@pages.get("/municipalities/<slug:municipality>/<slug:name>")
@acts(Action.READ_PUBLIC)
def of_municipality(name: str) -> Response:
    """A page of a municipality's resource."""
    return _listing(resource(name, of_round=False), "api.of_municipality", None, name=name)


@pages.get("/municipalities/<slug:municipality>/rounds/<slug:round_slug>")
@acts(Action.READ_PUBLIC)
def one_round(round_slug: str) -> Response:
    """One round."""
    found = public_round(round_slug)
    rounds = resource("rounds", of_round=False)
    assert rounds is not None
    rows = rounds.rows(door.session(), Asked(g.municipality, after=found.id - 1, most=1))
    return answer(next(formats.plain(rounds, values) for _key, values in rows))


@pages.get("/municipalities/<slug:municipality>/rounds/<slug:round_slug>/<slug:name>")
@acts(Action.READ_PUBLIC)
def of_round(round_slug: str, name: str) -> Response:
    """A page of a round's resource."""
    wanted = resource(name, of_round=True)
    found = public_round(round_slug)
    return _listing(wanted, "api.of_round", found, round_slug=round_slug, name=name)


def public_round(slug: str) -> Round:
    """A round that everybody may see; the interface shows drafts to nobody."""
    found = consultation.by_slug(door.session(), g.municipality.id, slug)
    if found is None or not consultation.is_public(found):
        raise Missing
    return found


def _listing(wanted: Resource | None, endpoint: str, found: Round | None, **address: str) -> Response:
    if wanted is None:
        raise Missing
    limit = _whole("limit", description.USUAL, 1, description.MOST)
    after = _whole("after", 0, 0, description.LARGEST_KEY)
    rows = wanted.rows(door.session(), Asked(g.municipality, found, after, limit + 1))
    return _paged(
        endpoint,
        rows,
        limit,
        lambda values: formats.plain(wanted, values),
        **address,
        municipality=g.municipality.slug,
    )


@guide.get("/api")
@acts(Action.READ_PUBLIC)
def documentation() -> str:
    """How programs read everything that is public here."""
    example = next(iter(municipalities.everyone(door.session())), None)
    return render_template(
        "opendata/api.html",
        resources=resources(),
        schema=description.field_schema,
        written=lambda example: json.dumps(example, ensure_ascii=False, default=str),
        example=example.slug if example else "town",
        usual=description.USUAL,
        most=description.MOST,
    )
