"""What everybody sees of delivery: all projects as list, map and timeline, one project, and all of it as data."""

import json
from collections.abc import Callable, Sequence

from flask import Response, g, render_template, request, url_for

from pbplatform import door
from pbplatform.budget import queries as budget
from pbplatform.charter.actions import Action
from pbplatform.delivery import editions, export, queries, showing, told
from pbplatform.delivery.ocds import package
from pbplatform.delivery.overview import Brief, overview, sums
from pbplatform.delivery.schedule import schedule
from pbplatform.delivery.status import Status
from pbplatform.delivery.views.pages import delivered_round, pages, standing_of
from pbplatform.door import acts
from pbplatform.foundation import conversion
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.sheets import XLSX_TYPE, write_csv, write_xlsx

MOST_BARS = 60
"""More bars than this are a wall, not a picture: the list with its filters stands below."""
A_PAGE = 40
"""How many projects of all rounds one page shows; the numbers above them are of all."""


@pages.get("/rounds/<slug:round_slug>/delivery")
@acts(Action.READ_PUBLIC)
def board(round_slug: str) -> str:
    """Every project with its money, its status and what comes next."""
    found = delivered_round(round_slug)
    standings = queries.board(door.session(), g.municipality, found)
    return render_template(
        "delivery/board.html",
        standings=standings,
        delivered=queries.delivered(standings),
        sums=sums([one.money for one in standings]),
        schedule=schedule(standings[:MOST_BARS]),
        placed=any(standing.project.latitude is not None for standing in standings),
        rounds={found.id: found},
    )


@pages.get("/projects")
@acts(Action.READ_PUBLIC)
def everywhere() -> str:
    """The projects of every round: which citizens' ideas became real, and which are late."""
    session, town = door.session(), g.municipality
    every = overview(session, town)
    chosen = _chosen()
    fitting = [one for one in every if chosen is None or one.status is chosen]
    pages_ = max(1, -(-len(fitting) // A_PAGE))
    page = max(1, min(request.args.get("page", 1, type=int) or 1, pages_))
    shown = queries.several(
        session, town, [one.line_id for one in fitting[(page - 1) * A_PAGE : page * A_PAGE]]
    )
    return render_template(
        "delivery/everywhere.html",
        standings=shown,
        page=page,
        pages=pages_,
        address=_page_of(chosen),
        chosen=chosen,
        counts={status: sum(one.status is status for one in every) for status in Status},
        total=len(every),
        delivered=sum(one.status is Status.DELIVERED for one in every),
        sums=sums([one.money for one in every]),
        schedule=schedule(shown),
        placed=any(one.place for one in fitting),
        rounds={one.round.id: one.round for one in every},
    )


def _page_of(chosen: Status | None) -> Callable[[int], str]:
    """Makes the address of a page of the same list."""

    def address(page: int) -> str:
        status = chosen.value if chosen else None
        return url_for("delivery.everywhere", status=status, page=page if page > 1 else None)

    return address


def _chosen() -> Status | None:
    asked = request.args.get("status", "")
    return next((status for status in Status if status.value == asked), None)


@pages.get("/rounds/<slug:round_slug>/delivery/map.geojson")
@acts(Action.READ_PUBLIC)
def places(round_slug: str) -> Response:
    """Where the projects of a round are, for its map."""
    found = delivered_round(round_slug)
    return _geojson(overview(door.session(), g.municipality, found))


@pages.get("/projects/map.geojson")
@acts(Action.READ_PUBLIC)
def all_places() -> Response:
    """Where the projects of every round are, narrowed as the list is."""
    every, chosen = overview(door.session(), g.municipality), _chosen()
    shown = [one for one in every if chosen is None or one.status is chosen]
    return _geojson(shown)


def _geojson(shown: Sequence[Brief]) -> Response:
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(one.place[1], 6), round(one.place[0], 6)],
            },
            "properties": {
                "id": one.line_id,
                "title": localised(one.titles, g.locale).text,
                "status": one.status.value,
                "address": url_for("delivery.project", round_slug=one.round.slug, number=one.line_id),
            },
        }
        for one in shown
        if one.place is not None
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = Response(body, mimetype="application/geo+json")
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get(
    "/rounds/<slug:round_slug>/delivery/<any(projects,contracts,payments):what>.<any(csv,xlsx,json):form>"
)
@acts(Action.READ_PUBLIC)
def data(round_slug: str, what: str, form: str) -> Response:
    """The projects, their contracts or payments, in the words of the Open Contracting Data Standard."""
    session = door.session()
    standings = queries.board(session, g.municipality, delivered_round(round_slug))
    rows = export.rows(what, standings)
    name = f"{g.municipality.slug}-{round_slug}-{what}.{form}"
    if form == "csv":
        return _file(write_csv(rows), "text/csv", name)
    if form == "xlsx":
        return _file(write_xlsx([(what, rows)]), XLSX_TYPE, name)
    return _file(export.as_json(rows), "application/json", name)


@pages.get("/rounds/<slug:round_slug>/delivery/ocds.json")
@acts(Action.READ_PUBLIC)
def ocds(round_slug: str) -> Response:
    """The contracts as a release package of the Open Contracting Data Standard."""
    session, base = door.session(), door.house().config.base_url
    found = delivered_round(round_slug)
    standings = queries.board(session, g.municipality, found)
    document = package(
        g.municipality,
        found,
        standings,
        editions.last_changes(session, g.municipality, [standing.project.id for standing in standings]),
        base + url_for("delivery.ocds", round_slug=round_slug),
    )
    body = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return _file(body, "application/json", f"{g.municipality.slug}-{round_slug}-ocds.json")


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype=kind, headers=headers)


@pages.get("/rounds/<slug:round_slug>/delivery/<int:number>")
@acts(Action.READ_PUBLIC)
def project(round_slug: str, number: int) -> str:
    """One project from its budget line to the last payment."""
    standing = standing_of(round_slug, number)
    session = door.session()
    line, more = standing.line, told.about(session, standing.line)
    programme, in_budget = budget.programme_of(session, g.municipality.id, line.year, line.programme)
    return render_template(
        "delivery/project.html",
        standing=standing,
        updates=more.updates,
        photos=more.photos,
        corrections=[
            (
                correction,
                showing.line(correction.before, standing.line.currency.value),
                showing.line(correction.after, standing.line.currency.value),
            )
            for correction in more.corrections
        ],
        amendments=more.amendments,
        programme=programme,
        in_budget=in_budget,
        converted=conversion.converted,
    )
