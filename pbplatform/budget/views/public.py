"""The civic budget for everybody: as areas to walk into, compared over years, as a printed guide, as data."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.budget import cofog, package, queries, showing
from pbplatform.budget.models import Axis, BudgetVersion, Side
from pbplatform.budget.words import MEASURES
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.foundation.i18n import Texts
from pbplatform.foundation.sheets import stream_csv, write_xlsx
from pbplatform.municipalities import queries as municipalities

pages = Blueprint("budget", __name__)

_MOST_ROWS = 400


@pages.get("/budget")
@acts(Action.READ_PUBLIC)
def front() -> BaseResponse | str:
    """The newest year, or a word that nothing is published yet."""
    versions = queries.published(door.session(), g.municipality.id)
    if not versions:
        return render_template("budget/none.html")
    return redirect(url_for("budget.place", year=versions[-1].year, side="expenditure", axis="function"))


def _missing() -> NoReturn:
    abort(404)


def _version(versions: Sequence[BudgetVersion], year: int) -> BudgetVersion:
    """The version that a reader asks for: by its number in the year, or the last one."""
    number = request.args.get("version", "")
    fitting = [
        version for version in versions if version.year == year and number in ("", str(version.number))
    ]
    return fitting[-1] if fitting else _missing()


def _measure(version: BudgetVersion) -> str:
    wanted = request.args.get("measure", "")
    return wanted if wanted in queries.measures_of(version) else queries.usual_measure(version)


def _namer(axis: Axis, version: BudgetVersion | None = None) -> showing.Namer:
    session, town = door.session(), g.municipality
    districts: dict[str, Texts] = {}
    if axis is Axis.DISTRICT:
        districts = {district.code: district.names for district in municipalities.districts(session, town.id)}
    return showing.Namer(
        town.languages[0],
        queries.programmes(session, town.id),
        districts,
        queries.named_sums(session, version.id) if version else {},
    )


@pages.get(
    "/budget/<int:year>/<any(revenue,expenditure):side>/<any(function,programme,district,economic,unit):axis>"
)
@acts(Action.READ_PUBLIC)
def place(year: int, side: str, axis: str) -> str:
    """One place of a year's budget: the whole, a function, a programme, a district."""
    session, town = door.session(), g.municipality
    side_, axis_, path = Side(side), Axis(axis), request.args.get("at", "")[:200]
    versions = queries.published(session, town.id)
    version = _version(versions, year)
    measure = _measure(version)
    here, below, above = queries.place(session, version.id, side_, axis_, path)
    if here is None:
        _missing()
    namer = _namer(axis_)
    whole: int = getattr(here, measure) or 0
    found = showing.parts(below, axis_, measure, whole, version.population, namer)
    page = max(1, min(request.args.get("page", 1, type=int) or 1, 10_000))
    lines = []
    if showing.has_lines(axis_, path):
        lines = queries.lines_at(session, version.id, side_, axis_, path, page)
    code = path.rpartition("/")[2]
    programme = namer.programmes.get(code) if _is_programme(axis_, path) else None
    return render_template(
        "budget/place.html",
        versions=versions,
        years=sorted(queries.current(versions), reverse=True),
        version=version,
        measure=measure,
        measures=[(name, MEASURES[name]) for name in queries.measures_of(version)],
        side=side_,
        axis=axis_,
        axes=_axes_of(version, side_),
        path=path,
        trail=[(row.path, namer.names(axis_, row.path, row.title)) for row in above],
        names=namer.names(axis_, path, here.title) if path else {},
        line_count=here.lines,
        here=_addresses(version, side_, axis_, path, measure),
        amount=whole,
        parts=found[:_MOST_ROWS],
        parts_left=len(found[_MOST_ROWS:]),
        tiles=showing.tiles(found),
        over_years=queries.over_years(session, list(queries.current(versions).values()), side_, axis_, path),
        lines=lines[: queries.PAGE],
        page=page,
        more=len(lines) > queries.PAGE,
        programme=programme,
        programme_code=code if _is_programme(axis_, path) else None,
        project_lines=queries.project_lines(session, town.id, code)
        if programme and programme.participatory
        else [],
        converted=queries.converted,
    )


def _addresses(version: BudgetVersion, side: Side, axis: Axis, at: str, measure: str) -> Callable[..., str]:
    """Makes addresses of this page with something changed: another path, version or page."""

    def address(path: str = at, number: int = version.number, page: int | None = None) -> str:
        return url_for(
            "budget.place",
            year=version.year,
            side=side.value,
            axis=axis.value,
            at=path or None,
            version=number,
            measure=measure,
            page=page,
        )

    return address


def _is_programme(axis: Axis, path: str) -> bool:
    if not path:
        return False
    if axis is Axis.PROGRAMME:
        return "/" not in path
    return axis is Axis.FUNCTION and path.rpartition("/")[2] not in cofog.titles()


def _axes_of(version: BudgetVersion, side: Side) -> list[Axis]:
    if side is Side.REVENUE:
        return [Axis.ECONOMIC]
    return [Axis(name) for name in version.axes]


@pages.get("/budget/<int:year>/search")
@acts(Action.READ_PUBLIC)
def search(year: int) -> str:
    """Lines, programmes and institutions by words."""
    session, town = door.session(), g.municipality
    version = _version(queries.published(session, town.id), year)
    words = " ".join(request.args.get("q", "")[:100].split())
    lines, titles = [], []
    if len(words) >= 2:
        lines = queries.search(session, version.id, words)
        titles = queries.search_titles(session, version.id, words)
    return render_template(
        "budget/search.html",
        version=version,
        words=words,
        lines=lines,
        titles=titles,
        namer=_namer(Axis.PROGRAMME, version),
    )


@pages.get("/budget/<int:year>/changes")
@acts(Action.READ_PUBLIC)
def changes(year: int) -> str:
    """What one version changed against the one before, or against any other."""
    session, town = door.session(), g.municipality
    versions = queries.published(session, town.id)
    version = _version(versions, year)
    wanted = request.args.get("before", type=int)
    before = next((found for found in versions if found.id == wanted), None)
    before = before or queries.version_before(session, version)
    rows = queries.changes(session, before, version) if before is not None else []
    return render_template(
        "budget/changes.html",
        version=version,
        before=before,
        versions=versions,
        rows=rows,
        in_force=queries.in_force,
        namer=_namer(Axis.PROGRAMME, version),
    )


@pages.get("/budget/<int:year>/guide")
@acts(Action.READ_PUBLIC)
def guide(year: int) -> str:
    """The citizens' guide to the budget, made for paper."""
    return render_template("budget/guide.html", **_guide(year))


def _guide(year: int) -> dict[str, Any]:
    session, town = door.session(), g.municipality
    versions = queries.published(session, town.id)
    version = _version(versions, year)
    measure = _measure(version)
    namer = _namer(Axis.PROGRAMME, version)
    sides = {}
    for side, axis in (
        (Side.REVENUE, Axis.ECONOMIC),
        (Side.EXPENDITURE, Axis.FUNCTION),
        (Side.EXPENDITURE, Axis.PROGRAMME),
    ):
        here, below, _above = queries.place(session, version.id, side, axis, "")
        whole: int = (getattr(here, measure) or 0) if here else 0
        sides[f"{side.value}_{axis.value}"] = showing.parts(
            below, axis, measure, whole, version.population, namer
        )
    return {
        "version": version,
        "measure": MEASURES[measure],
        "sums": sides,
        "tiles": showing.tiles(sides["expenditure_function"]),
        "totals": {side: int(amounts.get(measure, 0)) for side, amounts in version.totals.items()},
        "programmes": namer.programmes,
        "project_lines": queries.project_lines(session, town.id, year=year),
    }


@pages.get("/budget/<int:year>/versions/<int:number>/lines.<any(csv,xlsx):form>")
@acts(Action.READ_PUBLIC)
def lines(year: int, number: int, form: str) -> Response:
    """Every line of a version, as in the Fiscal Data Package or as a sheet."""
    version = _numbered(year, number)
    rows = package.line_rows(door.session(), version)
    name = f"{g.municipality.slug}-budget-{year}-{number}"
    if form == "xlsx":
        body: Any = write_xlsx([(f"{year}-{number}", rows)])
        mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        # The whole is made while the session is open: a stream would be read after it was closed.
        body, mimetype = b"".join(stream_csv(rows)), "text/csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(body, mimetype=mimetype, headers=headers)


@pages.get("/budget/<int:year>/versions/<int:number>/datapackage.json")
@acts(Action.READ_PUBLIC)
def datapackage(year: int, number: int) -> Response:
    """The descriptor of the Fiscal Data Package of a version."""
    version = _numbered(year, number)
    address = url_for("budget.lines", year=year, number=number, form="csv")
    return Response(
        package.descriptor_json(g.municipality, version, door.house().config.base_url + address),
        mimetype="application/json",
    )


@pages.get("/budget/<int:year>/versions/<int:number>/package.zip")
@acts(Action.READ_PUBLIC)
def package_zip(year: int, number: int) -> Response:
    """Descriptor and lines of the Fiscal Data Package in one file."""
    version = _numbered(year, number)
    name = f"{g.municipality.slug}-budget-{year}-{number}.zip"
    return Response(
        package.zipped(door.session(), g.municipality, version),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _numbered(year: int, number: int) -> BudgetVersion:
    versions = queries.published(door.session(), g.municipality.id)
    fitting = (version for version in versions if version.year == year and version.number == number)
    return next(fitting, None) or _missing()
