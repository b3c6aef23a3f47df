"""Open data of a municipality: catalogue, files of every round with a public result, news."""

import io
import json
from collections.abc import Iterator

from flask import Blueprint, Response, g, render_template, url_for

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Envelope, Round
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.i18n import localised
from pbplatform.results import exporting, queries
from pbplatform.results.models import Count

pages = Blueprint("opendata", __name__)


def _public(round_slug: str) -> tuple[Round, Count]:
    """A round with a public result: the one rule of pages, interface and files."""
    session = door.session()
    found = consultation.by_slug(session, g.municipality.id, round_slug)
    row = queries.public_count(session, found) if found is not None else None
    if found is None or row is None:
        raise Missing
    return found, row


def _stream(pieces: Iterator[bytes], kind: str, name: str) -> Response:
    """A file sent piece by piece. The session stays open until the last piece: the application closes it with the answer."""
    session = door.session()
    g.pop("session", None)

    def send() -> Iterator[bytes]:
        with session:
            yield from pieces

    response = Response(send(), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get("/opendata")
@acts(Action.READ_PUBLIC)
def catalogue() -> str:
    """What can be downloaded."""
    session = door.session()
    rounds = [
        (
            found,
            [
                e
                for e in consultation.envelopes(session, found.id)
                if exporting.ballots_public(session, found, e)
            ],
        )
        for found, _row in queries.rounds_with_results(session, g.municipality.id)
    ]
    return render_template("opendata/catalogue.html", rounds=rounds)


@pages.get("/opendata/catalogue.jsonld")
@acts(Action.READ_PUBLIC)
def dcat() -> Response:
    """The catalogue for machines (DCAT 3 in JSON-LD)."""
    session = door.session()
    base = door.house().config.base_url
    datasets = []
    for found, _row in queries.rounds_with_results(session, g.municipality.id):
        kinds = (("csv", "text/csv"), ("json", "application/json"), ("geojson", "application/geo+json"))
        datasets.append(
            {
                "@type": "dcat:Dataset",
                "@id": base + url_for("opendata.catalogue") + f"#{found.slug}",
                "dct:title": [{"@language": k, "@value": v} for k, v in found.titles.items()],
                "dcat:distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "dcat:downloadURL": base
                        + url_for("opendata.projects", round_slug=found.slug, kind=kind),
                        "dcat:mediaType": media,
                    }
                    for kind, media in kinds
                ],
            }
        )
    document = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dcat:Catalog",
        "dct:title": [{"@language": k, "@value": v} for k, v in g.municipality.names.items()],
        "dcat:dataset": datasets,
    }
    return Response(json.dumps(document, ensure_ascii=False), content_type="application/ld+json")


@pages.get("/opendata/<slug:round_slug>/projects.<any(csv,xlsx,json,geojson):kind>")
@acts(Action.READ_PUBLIC)
def projects(round_slug: str, kind: str) -> Response:
    """Every project of a round with its result."""
    found, row = _public(round_slug)
    session = door.session()
    name = f"{g.municipality.slug}-{found.slug}.{kind}"
    if kind == "csv":
        return _stream(exporting.projects_csv(session, found, row), "text/csv; charset=utf-8", name)
    if kind == "json":
        return _stream(iter([exporting.round_json(session, found, row)]), "application/json", name)
    if kind == "geojson":
        return _stream(iter([_geojson(found, row)]), "application/geo+json", name)
    return _stream(
        iter([_xlsx(found, row)]), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name
    )


def _geojson(found: Round, row: Count) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [item["longitude"], item["latitude"]]},
            "properties": {
                key: item[key] for key in ("id", "titles", "cost", "currency", "votes", "funded", "envelope")
            },
        }
        for item in exporting.project_items(door.session(), found, row)
        if item["latitude"] is not None and item["longitude"] is not None
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False).encode()


def _xlsx(found: Round, row: Count) -> bytes:
    buffer = io.BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("projects")
    columns = ("envelope", "id", "number", "title", "cost", "currency", "votes", "funded", "place")
    sheet.write_row(0, 0, columns)
    for line, item in enumerate(exporting.project_items(door.session(), found, row), start=1):
        values = {**item, "title": localised(item["titles"], g.locale).text, "cost": item["cost"] / 100}
        for column, key in enumerate(columns):
            value = values[key]
            if isinstance(value, str):
                sheet.write_string(line, column, value)
            elif value is not None:
                sheet.write(line, column, value)
    book.close()
    return buffer.getvalue()


@pages.get("/opendata/<slug:round_slug>/<int:position>/ballots.<any(pb,csv):kind>")
@acts(Action.READ_PUBLIC)
def ballots(round_slug: str, position: int, kind: str) -> Response:
    """The ballots of an envelope, as Pabulib or CSV, streamed."""
    found, row = _public(round_slug)
    session = door.session()
    envelope = _envelope(found, position)
    name = f"{g.municipality.slug}-{found.slug}-{position}.{kind}"
    if kind == "pb":
        pieces = exporting.pabulib(session, found, envelope, row)
        return _stream(pieces, "text/plain; charset=utf-8", name)
    return _stream(exporting.ballots_csv(session, found, envelope), "text/csv; charset=utf-8", name)


def _envelope(found: Round, position: int) -> Envelope:
    session = door.session()
    for envelope in consultation.envelopes(session, found.id):
        if envelope.position == position and exporting.ballots_public(session, found, envelope):
            return envelope
    raise Missing


@pages.get("/opendata/results.atom")
@acts(Action.READ_PUBLIC)
def news() -> Response:
    """Results as they are declared."""
    found = queries.rounds_with_results(door.session(), g.municipality.id)
    body = render_template("opendata/news.xml", rounds=found, base=door.house().config.base_url)
    return Response(body, content_type="application/atom+xml; charset=utf-8")
