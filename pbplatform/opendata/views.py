"""Open data of a municipality for people: catalogue, files, ballots, news."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, g, render_template
from sqlalchemy.orm import Session

from pbplatform import door
from pbplatform.budget import queries as budget
from pbplatform.charter.actions import Action
from pbplatform.consultation import formats
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.publishing import Asked, Resource, resource, resources
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.opendata import catalogues
from pbplatform.results import exporting, queries
from pbplatform.results.models import Count

pages = Blueprint("opendata", __name__)


def _stream(pieces: Iterable[bytes], kind: str, name: str) -> Response:
    response = Response(pieces, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _counted(round_slug: str) -> tuple[Round, Count]:
    """A round with a public result."""
    found = _announced(round_slug)
    row = queries.public_count(door.session(), found)
    if row is None:
        raise Missing
    return found, row


def _announced(round_slug: str) -> Round:
    """A round that everybody may see; files show drafts to nobody."""
    found = consultation.by_slug(door.session(), g.municipality.id, round_slug)
    if found is None or not consultation.is_public(found):
        raise Missing
    return found


@pages.get("/opendata")
@acts(Action.READ_PUBLIC)
def catalogue() -> str:
    """What can be downloaded."""
    session = door.session()
    shelves = []
    for found in consultation.public_rounds(session, g.municipality.id):
        counted = queries.public_count(session, found)
        ballots = catalogues.listed_envelopes(session, found) if counted else []
        held = [
            one
            for one in resources(of_round=True)
            if catalogues.holds(session, one, Asked(g.municipality, found))
        ]
        shelves.append((found, counted, held, ballots))
    return render_template(
        "opendata/catalogue.html",
        shelves=shelves,
        town=[
            one for one in resources(of_round=False) if catalogues.holds(session, one, Asked(g.municipality))
        ],
        kinds=formats.kinds,
        budgets=sorted(budget.current(budget.published(session, g.municipality.id)).items(), reverse=True),
    )


@pages.get("/opendata/catalogue.jsonld")
@acts(Action.READ_PUBLIC)
def dcat() -> Response:
    """The catalogue for machines (DCAT 3 in JSON-LD)."""
    body = catalogues.dcat(door.session(), g.municipality, door.house().config.base_url)
    return Response(body, content_type="application/ld+json")


@pages.get("/opendata/<slug:name>.<any(csv,xlsx,json,geojson):kind>")
@acts(Action.READ_PUBLIC)
def town_file(name: str, kind: str) -> Response:
    """A resource of the municipality as a file."""
    return _file(resource(name, of_round=False), kind, Asked(g.municipality), f"{g.municipality.slug}-{name}")


@pages.get("/opendata/<slug:round_slug>/<slug:name>.<any(csv,xlsx,json,geojson):kind>")
@acts(Action.READ_PUBLIC)
def round_file(round_slug: str, name: str, kind: str) -> Response:
    """A resource of a round as a file."""
    found = _announced(round_slug)
    stem = f"{g.municipality.slug}-{found.slug}-{name}"
    return _file(resource(name, of_round=True), kind, Asked(g.municipality, found), stem)


def _file(wanted: Resource | None, kind: str, asked: Asked, stem: str) -> Response:
    if wanted is None or kind not in formats.kinds(wanted):
        raise Missing
    # There is no such file before there is something public in it: an empty list would be taken for a result.
    if not catalogues.holds(door.session(), wanted, asked):
        raise Missing
    locale = g.locale

    def pieces(session: Session) -> Iterator[bytes]:
        return formats.stream(wanted, wanted.rows(session, asked), kind, locale)

    return _stream(door.streamed(pieces), formats.TYPES[kind], f"{stem}.{kind}")


@pages.get("/opendata/<slug:round_slug>/<int:position>/ballots.<any(pb,csv):kind>")
@acts(Action.READ_PUBLIC)
def ballots(round_slug: str, position: int, kind: str) -> Response:
    """The ballots of an envelope, as Pabulib or CSV, streamed."""
    found, row = _counted(round_slug)
    envelope = _envelope(found, position)
    name = f"{g.municipality.slug}-{found.slug}-{position}.{kind}"
    if kind == "pb":
        pieces = door.streamed(lambda session: exporting.pabulib(session, found, envelope, row))
        return _stream(pieces, "text/plain; charset=utf-8", name)
    pieces = door.streamed(lambda session: exporting.ballots_csv(session, found, envelope))
    return _stream(pieces, formats.TYPES["csv"], name)


def _envelope(found: Round, position: int) -> Envelope:
    for envelope in catalogues.listed_envelopes(door.session(), found):
        if envelope.position == position:
            return envelope
    raise Missing


@pages.get("/opendata/results.atom")
@acts(Action.READ_PUBLIC)
def news() -> Response:
    """Results as they are declared."""
    found: list[Any] = queries.rounds_with_results(door.session(), g.municipality.id)
    body = render_template("opendata/news.xml", rounds=found, base=door.house().config.base_url)
    return Response(body, content_type="application/atom+xml; charset=utf-8")
