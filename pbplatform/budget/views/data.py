"""The civic budget to take along: every line as CSV or XLSX, the Fiscal Data Package, the guide as PDF.

A published version never changes, so what was made of it once is kept and sent again.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.budget import package, queries
from pbplatform.budget.models import BudgetVersion
from pbplatform.budget.views.guide import guide_of
from pbplatform.charter.actions import Action
from pbplatform.door import acts, found
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.pdf import NoPdf, make_pdf
from pbplatform.foundation.sheets import XLSX_TYPE, stream_csv, stream_xlsx

pages = Blueprint("budget_data", __name__)

_MADE = "1"
"""Raised whenever the files are made differently, so that kept ones are made anew."""


def _version(year: int, number: int) -> BudgetVersion:
    return found(queries.numbered(door.session(), g.municipality.id, year, number))


def _key(name: str) -> str:
    return f"budget-made/{g.municipality.id}/{_MADE}-{name}"


def _sent(content: bytes, mimetype: str, name: str) -> Response:
    return Response(
        content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _file(kept: str, make: Callable[[], Iterable[bytes]], mimetype: str, name: str) -> Response:
    """A file of any length. It is made whole before the first byte leaves, so that nobody takes half a budget for a whole one,
    and nobody's slow line holds the database."""
    held = door.house().files.kept_file(_key(kept), make)
    response = Response(_pieces(held), mimetype=mimetype)
    response.call_on_close(held.close)
    response.content_length = os.fstat(held.fileno()).st_size
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pieces(held: IO[bytes]) -> Iterator[bytes]:
    with held:
        while piece := held.read(64 * 1024):
            yield piece


@pages.get("/budget/<int:year>/versions/<int:number>/lines.<any(csv,xlsx):form>")
@acts(Action.READ_PUBLIC)
def lines(year: int, number: int, form: str) -> Response:
    """Every line of a version, as in the Fiscal Data Package or as a sheet."""
    version, session = _version(year, number), door.session()
    name = f"{g.municipality.slug}-budget-{year}-{number}.{form}"
    rows = package.line_rows(session, version)
    if form == "csv":
        return _file(f"{version.id}.csv", lambda: stream_csv(rows), "text/csv", name)
    return _file(f"{version.id}.xlsx", lambda: stream_xlsx([(f"{year}-{number}", rows)]), XLSX_TYPE, name)


@pages.get("/budget/<int:year>/versions/<int:number>/datapackage.json")
@acts(Action.READ_PUBLIC)
def datapackage(year: int, number: int) -> Response:
    """The descriptor of the Fiscal Data Package of a version."""
    version = _version(year, number)
    address = url_for("budget_data.lines", year=year, number=number, form="csv")
    content = package.descriptor_json(g.municipality, version, door.house().config.base_url + address)
    return Response(content, mimetype="application/json")


@pages.get("/budget/<int:year>/versions/<int:number>/package.zip")
@acts(Action.READ_PUBLIC)
def package_zip(year: int, number: int) -> Response:
    """Descriptor and lines of the Fiscal Data Package in one file."""
    version, place = _version(year, number), g.municipality
    described = digest(package.descriptor_json(place, version, ""))[:16]
    return _file(
        f"{version.id}-{described}.zip",
        lambda: package.zipped(door.session(), place, version),
        "application/zip",
        f"{place.slug}-budget-{year}-{number}.zip",
    )


@pages.get("/budget/<int:year>/guide.pdf")
@acts(Action.READ_PUBLIC)
def guide_pdf(year: int) -> BaseResponse:
    """The citizens' guide to the budget on paper."""
    html = _with_currency_in_words(render_template("budget/guide_pdf.html", **guide_of(year)))
    try:
        content = door.house().files.kept(_key(f"guide-{digest(html)}.pdf"), lambda: make_pdf(html))
    except NoPdf:
        # A server without the printing part still has the page, which every browser prints.
        return redirect(url_for("budget.guide", year=year))
    return _sent(content, "application/pdf", f"{g.municipality.slug}-budget-{year}-{g.locale}.pdf")


def _with_currency_in_words(html: str) -> str:
    """The lari's sign as a word: it is younger than many fonts of servers that print."""
    lari = "ლარი" if g.locale == "ka" else "GEL"
    return re.sub("₾(?=\\d)", f"{lari}\u00a0", html).replace("₾", lari).replace("ლარი-დან", "ლარიდან")
