"""File, page, interface, tables and Fiscal Data Package tell the same totals, to the last unit, in leva as in euro."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetLine, BudgetSum, Side
from pbplatform.charter.roles import Role
from tests.support.budgets import BULGARIAN, bring, map_and_check, token
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

FILE = BULGARIAN.replace("700.000,00", "700.000,07")
WRITTEN = {
    Side.REVENUE: {"planned": "1500000.00", "actual": "500000.10"},
    Side.EXPENDITURE: {"planned": "1500000.07", "actual": "350000.10"},
}
"""The sums of the file, added up by hand."""


def _published(officer: PageClient) -> None:
    address = bring(
        officer, FILE.encode("cp1251"), year="2025", stage="executed", quarter="4", currency="BGN"
    )
    page = officer.get(address).get_data(as_text=True)
    assert "Windows-1251" in page
    said = {
        "revenue_codes": "13, 24",
        "programme": "3",
        "programme_title": "4",
        "economic": "0",
        "title": "1",
    }
    page = map_and_check(
        officer, address, rest="06.2", function="2", sort_by="function", economic_title="-1", **said
    )
    assert "5 lines were taken in." in page, page
    answer = officer.post(f"{address}/check", data={"csrf_token": token(page)})
    assert answer.status_code == 302


def _everything(client: PageClient, name: str) -> list[dict[str, object]]:
    """All rows of a resource, following the pages of the interface."""
    rows, address = [], f"/api/v1/municipalities/rustavi/{name}?limit=2"
    while address:
        answer = json.loads(client.get(address).data)
        rows += answer["items"]
        address = answer["next"] and answer["next"][answer["next"].index("/api/") :]
    return rows


def _sum(rows: list[dict[str, object]], side: str, measure: str, column: str = "side") -> Decimal:
    return sum((Decimal(str(row[measure])) for row in rows if row[column] == side), Decimal(0))


@on_both_databases
def test_every_way_to_the_budget_tells_the_same_totals(
    session: Session, signed_in: Callable[..., PageClient], client: PageClient
) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    _published(signed_in(account))
    base = "/en/rustavi/budget/2025/versions/1"
    table = client.get(f"{base}/lines.csv").data
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}/lines.xlsx").data))
    sheet = [[cell.value for cell in row] for row in book.active.iter_rows()]
    book.close()
    cells = [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]
    with zipfile.ZipFile(io.BytesIO(client.get(f"{base}/package.zip").data)) as packed:
        assert packed.read("lines.csv") == table
        described = json.loads(packed.read("datapackage.json"))
    told = _everything(client, "budget-lines")
    (version,) = _everything(client, "budget-versions")
    for side, measures in WRITTEN.items():
        axis = "economic" if side is Side.REVENUE else "function"
        for measure, written in measures.items():
            minor = int(Decimal(written) * 100)
            page = client.get(f"/en/rustavi/budget/2025/{side.value}/{axis}?measure={measure}")
            shown = re.search(r'stat__value">BGN?([^<]*)<|stat__value">([^<]*)<', page.get_data(as_text=True))
            assert shown is not None
            digits = re.sub(r"[^\d.]", "", shown.group(0).partition(">")[2])
            assert Decimal(digits) == Decimal(written)
            assert _sum(rows, side.value, measure, "direction") == Decimal(written)
            assert _sum(cells, side.value, measure, "direction") == Decimal(written)
            assert _sum(told, side.value, measure) == minor
            assert version[f"{side.value}_{measure}"] == minor
            assert described["totals"][side.value][measure] == str(minor)
            whole = select(func.sum(getattr(BudgetLine, measure))).where(BudgetLine.side == side)
            assert session.scalar(whole) == minor
            tops = select(getattr(BudgetSum, measure)).where(BudgetSum.side == side, BudgetSum.path == "")
            assert set(session.scalars(tops)) == {minor}


def test_packages_and_tables_stand_in_the_catalogue(
    session: Session, signed_in: Callable[..., PageClient], client: PageClient
) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    assert "Fiscal Data Package" not in client.get("/en/rustavi/opendata").get_data(as_text=True)
    _published(signed_in(account))
    page = client.get("/en/rustavi/opendata").get_data(as_text=True)
    address = "/en/rustavi/budget/2025/versions/1/package.zip"
    assert address in page
    assert client.get(address).status_code == 200
    catalogue = json.loads(client.get("/en/rustavi/opendata/catalogue.jsonld").data)
    kept = [
        one for one in catalogue["dcat:dataset"] if "fiscal-data-package" in str(one.get("dct:conformsTo"))
    ]
    assert [one["dct:temporal"]["dcat:startDate"] for one in kept] == ["2025-01-01"]
    assert "package.zip" in kept[0]["dcat:distribution"][0]["dcat:downloadURL"]["@id"]


def test_the_interface_gives_the_lines_of_all_published_versions_page_by_page(
    session: Session, signed_in: Callable[..., PageClient], client: PageClient
) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    officer = signed_in(account)
    _published(officer)
    map_and_check(officer, bring(officer, FILE.encode(), currency="BGN"), rest="06.2")
    _published(officer)
    rows = _everything(client, "budget-lines")
    assert [(row["version"], row["row"]) for row in rows] == [
        (version, row) for version in (1, 2) for row in range(2, 7)
    ]
    whole = json.loads(client.get("/api/v1/municipalities/rustavi/budget-lines?limit=100").data)
    assert whole == {"items": rows, "next": None}


@pytest.mark.parametrize("name", ["budget-versions", "budget-lines", "budget-programmes"])
def test_a_draft_is_in_no_interface(
    session: Session, signed_in: Callable[..., PageClient], client: PageClient, name: str
) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    officer = signed_in(account)
    map_and_check(officer, bring(officer, FILE.encode(), currency="BGN"), rest="06.2")
    assert _everything(client, name) == []
