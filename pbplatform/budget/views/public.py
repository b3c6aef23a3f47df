"""The civic budget for everybody: as areas to walk into, by words, compared over years and versions, as a guide."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.budget import cofog, queries, showing
from pbplatform.budget.models import Axis, BudgetLine, BudgetSum, BudgetVersion, Side
from pbplatform.budget.views.guide import guide_of
from pbplatform.budget.words import COMPARED, MEASURES, measure_word
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.foundation import conversion
from pbplatform.foundation.i18n import Texts
from pbplatform.municipalities import queries as municipalities

pages = Blueprint("budget", __name__)

_PARTS = 60
"""How many parts of a place one page shows, the largest first."""
_MOST_CHANGES = 100


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
    return queries.choose(versions, year, request.args.get("version", "")) or _missing()


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
        queries.code_names(session, town.id) if axis is not Axis.FUNCTION else {},
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
    measure = queries.measure_of(version, request.args.get("measure", ""))
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
    amounts = queries.over_versions(session, versions, side_, axis_, path)
    code = path.rpartition("/")[2]
    programme = namer.programmes.get(code) if _is_programme(axis_, path) else None
    return render_template(
        "budget/place.html",
        versions=versions,
        years=sorted(queries.current(versions), reverse=True),
        version=version,
        measure=measure,
        measures=[(name, measure_word(name, side_)) for name in queries.measures_of(version)],
        side=side_,
        axis=axis_,
        axes=_axes_of(version, side_),
        path=path,
        trail=[(row.path, namer.names(axis_, row.path, row.title, side_)) for row in above],
        names=namer.names(axis_, path, here.title, side_) if path else {},
        line_count=here.lines,
        here=_addresses(version, side_, axis_, path, measure),
        amount=whole,
        undivided=_undivided(version, side_, axis_, path, measure, whole),
        parts=found[(page - 1) * _PARTS : page * _PARTS],
        parts_left=len(found[page * _PARTS :]),
        areas=showing.treemap(found),
        over_years=queries.over_years(amounts),
        quarters=queries.quarters(amounts, year),
        lines=lines[: queries.PAGE],
        page=page,
        more=len(lines) > queries.PAGE,
        programme=programme,
        programme_code=code if _is_programme(axis_, path) else None,
        project_lines=queries.project_lines(session, town.id, code)
        if programme and programme.participatory
        else [],
        converted=conversion.converted,
    )


def _undivided(version: BudgetVersion, side: Side, axis: Axis, path: str, measure: str, divided: int) -> int:
    """What serves the whole municipality, where the page shows what is divided among districts or institutions."""
    if path or axis not in (Axis.DISTRICT, Axis.UNIT):
        return 0
    return int(version.totals.get(side.value, {}).get(measure, 0)) - divided


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
    return axis is Axis.FUNCTION and not cofog.is_function(path)


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
    namer = _namer(Axis.PROGRAMME, version)

    def names(row: BudgetSum) -> Texts:
        return namer.names(row.axis, row.path, row.title, row.side)

    def programme(line: BudgetLine) -> Texts:
        return namer.names(Axis.PROGRAMME, line.programme)

    if len(words) >= 2:
        lines = queries.search(session, version.id, words)
        titles = queries.search_titles(session, version.id, words, names)
    return render_template(
        "budget/search.html",
        version=version,
        words=words,
        lines=lines[: queries.MOST_FOUND],
        more=len(lines) > queries.MOST_FOUND,
        titles=titles,
        names=names,
        programme=programme,
        measure=queries.usual_measure(version),
        measures=[(name, MEASURES[name]) for name in queries.measures_of(version)],
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
    if before is None:
        return render_template("budget/changes.html", version=version, before=None, versions=versions)
    measures = showing.measures_to_compare(before, version)
    measure = request.args.get("measure", measures[0])
    measure = measure if measure in measures else measures[0]
    pairs = queries.changes(session, before, version)
    differing = showing.changes(pairs, before, version, measure, _namer(Axis.PROGRAMME))
    return render_template(
        "budget/changes.html",
        version=version,
        before=before,
        versions=versions,
        comparable=conversion.converted(0, before.currency, version.currency) is not None,
        measure=measure,
        measures=[(name, COMPARED[name]) for name in measures],
        changes=differing[:_MOST_CHANGES],
        changes_left=len(differing[_MOST_CHANGES:]),
    )


@pages.get("/budget/<int:year>/guide")
@acts(Action.READ_PUBLIC)
def guide(year: int) -> str:
    """The citizens' guide to the budget, to read and to print."""
    return render_template("budget/guide.html", **guide_of(year))
