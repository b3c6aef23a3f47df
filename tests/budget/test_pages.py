"""From the officer's file to the public page, the package and back, the amounts stay the same to the last unit."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import frictionless
import jsonschema
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetImport, BudgetLine, BudgetVersion
from pbplatform.charter.roles import Role
from pbplatform.foundation.database import Database
from tests.budget import fiscal_profile
from tests.support.budgets import BULGARIAN, GEORGIAN, bring, map_and_check, token
from tests.support.marks import on_both_databases, real_file
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

SignIn = Callable[..., PageClient]


@pytest.fixture
def officer(session: Session, signed_in: SignIn) -> PageClient:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    return signed_in(account)


def _publish(client: PageClient, address: str, **explanations: str) -> str:
    page = client.get(f"{address}/check").get_data(as_text=True)
    response = client.post(f"{address}/check", data={"csrf_token": token(page), **explanations})
    assert response.status_code == 302, response.get_data(as_text=True)
    return response.location


@on_both_databases
def test_a_file_becomes_public_pages_in_three_languages(
    officer: PageClient, client: PageClient, session: Session
) -> None:
    address = bring(officer, GEORGIAN.encode(), declared_expenditure="7 000 000,50")
    page = map_and_check(officer, address)
    assert "4 lines were taken in." in page
    assert (
        client.get("/en/rustavi/budget").get_data(as_text=True).count("No budget is published here yet.") == 1
    )
    _publish(officer, address)
    for language, total, roads in (
        ("ka", "7 000 000,50", "ტრანსპორტი"),
        ("bg", "7 000 000,50", "пътища"),
        ("en", "7,000,000.50", "Transport"),
    ):
        response = client.get(f"/{language}/rustavi/budget", follow_redirects=True)
        text = response.get_data(as_text=True).replace("\u00a0", " ")
        assert response.status_code == 200
        assert total in text
        assert "<svg" in text
        inside = client.get(f"/{language}/rustavi/budget/2026/expenditure/function?at=04").get_data(
            as_text=True
        )
        assert roads in inside
    for path in (
        "?at=04/04.5/02",
        "?at=04/04.5",
        "?measure=actual",
        "?measure=nonsense&page=99999999999999999999",
    ):
        assert client.get(f"/en/rustavi/budget/2026/expenditure/function{path}").status_code == 200
    for path in ("programme", "programme?at=02", "economic", "programme?at=02/-"):
        assert client.get(f"/en/rustavi/budget/2026/expenditure/{path}").status_code == 200
    for path in ("function?at=77", "district", "function?version=9", "unit?at=x"):
        assert client.get(f"/en/rustavi/budget/2026/expenditure/{path}").status_code == 404
    for path in ("guide", "changes", "search?q=საბავშვო"):
        assert client.get(f"/ka/rustavi/budget/2026/{path}").status_code == 200
    found = client.get("/ka/rustavi/budget/2026/search?q=ბაღ").get_data(as_text=True)
    assert "საბავშვო ბაღები" in found


def test_the_package_is_valid_and_agrees_with_page_and_file(
    officer: PageClient, client: PageClient, session: Session, tmp_path: Path
) -> None:
    address = bring(officer, GEORGIAN.encode())
    map_and_check(officer, address)
    _publish(officer, address)
    packed = client.get("/en/rustavi/budget/2026/versions/1/package.zip").get_data()
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        files.extractall(tmp_path)
    # The name of the fiscal profile makes the checker look for it on the network; its columns are checked below.
    (tmp_path / "check.json").write_text(
        (tmp_path / "datapackage.json").read_text().replace('"fiscal-data-package"', '"tabular-data-package"')
    )
    report = frictionless.validate(str(tmp_path / "check.json"))
    assert report.valid, report.flatten(["rowNumber", "fieldNumber", "type", "message"])
    descriptor = json.loads((tmp_path / "datapackage.json").read_text())
    fields = descriptor["resources"][0]["schema"]["fields"]
    jsonschema.validate(descriptor, fiscal_profile.schema([field["name"] for field in fields]))
    types = {field.get("columnType") for field in fields}
    assert {"direction", "value", "functional-classification:cofog:code:full"} <= types
    model = descriptor["model"]
    named = [field["name"] for field in fields if field.get("columnType") == "value"]
    assert [measure["source"] for measure in model["measures"].values()] == named
    rows = list(csv.DictReader(io.StringIO((tmp_path / "lines.csv").read_text(encoding="utf-8-sig"))))
    assert sum(Decimal(row["planned"]) for row in rows) == Decimal("7000000.50")
    assert descriptor["totals"]["expenditure"]["planned"] == "700000050"
    kept = session.scalar(select(func.sum(BudgetLine.planned)))
    assert kept == 700_000_050
    online = client.get("/en/rustavi/budget/2026/versions/1/lines.csv").get_data()
    assert online == (tmp_path / "lines.csv").read_bytes()
    assert client.get("/en/rustavi/budget/2026/versions/1/lines.xlsx").data.startswith(b"PK")
    assert client.get("/en/rustavi/budget/2026/versions/7/lines.csv").status_code == 404


def test_an_exported_title_cannot_act(officer: PageClient, client: PageClient) -> None:
    evil = GEORGIAN.replace("გზები და ტრანსპორტი", "=HYPERLINK(1)").replace(
        "საბავშვო ბაღები", "<script>alert(1)</script>"
    )
    address = bring(officer, evil.encode())
    map_and_check(officer, address)
    _publish(officer, address)
    text = client.get("/en/rustavi/budget/2026/versions/1/lines.csv").get_data(as_text=True)
    assert ",'=HYPERLINK(1)" in text
    assert ",=HYPERLINK" not in text
    assert "<script>alert" not in client.get("/en/rustavi/budget/2026/expenditure/programme").get_data(
        as_text=True
    )


def test_nothing_is_published_before_it_reconciles_or_is_explained(
    officer: PageClient, client: PageClient, session: Session
) -> None:
    address = bring(officer, GEORGIAN.encode(), declared_expenditure="7 000 000,51")
    page = map_and_check(officer, address)
    assert "Something does not reconcile" in page
    data = {"csrf_token": token(page), "explanation_en": "One tetri was rounded."}
    assert officer.post(f"{address}/check", data=data).status_code == 422
    assert session.scalar(select(func.count()).where(BudgetVersion.published_at.is_not(None))) == 0
    session.rollback()
    _publish(
        officer, address, explanation_en="One tetri was rounded.", explanation_ka="ერთი თეთრი დამრგვალდა."
    )
    text = client.get("/ka/rustavi/budget", follow_redirects=True).get_data(as_text=True)
    assert "ერთი თეთრი დამრგვალდა." in text


def test_a_faulty_file_leaves_no_line_behind(officer: PageClient, session: Session) -> None:
    address = bring(officer, GEORGIAN.replace("7045;2 500 000", "7045;roads").encode("utf-16"))
    page = map_and_check(officer, address)
    assert "The file has 1 fault." in page
    assert re.search(r">5</td>.*D \(", page, re.DOTALL)
    assert session.scalar(select(func.count()).select_from(BudgetLine)) == 0
    assert session.scalar(select(func.count()).select_from(BudgetVersion)) == 0


def test_what_was_said_of_columns_is_remembered(officer: PageClient, session: Session) -> None:
    address = bring(officer, GEORGIAN.encode())
    map_and_check(officer, address, actual="-1")
    again = bring(officer, GEORGIAN.encode())
    assert "actual" not in session.get_one(BudgetImport, int(again.rpartition("/")[2])).mapping["columns"]


def test_an_amendment_shows_its_difference(officer: PageClient, client: PageClient) -> None:
    address = bring(officer, GEORGIAN.encode())
    map_and_check(officer, address)
    _publish(officer, address)
    amended = GEORGIAN.replace("2 400 000;900 000", "2 500 000;900 000").replace(
        "7 000 000,50;2 4", "7 100 000,50;2 4"
    )
    address = bring(officer, amended.encode(), stage="amended")
    map_and_check(officer, address)
    _publish(officer, address, explanation_en="Roads.", explanation_ka="გზები.")
    text = client.get("/en/rustavi/budget/2026/changes").get_data(as_text=True)
    assert "+₾100,000" in text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"\xd0\xcf\x11\xe0 old", "old Excel"), (b"PK\x03\x04 broken", "not a table"), (b"   \n \n", "empty")],
)
def test_an_unreadable_file_is_refused_with_a_sentence(
    officer: PageClient, content: bytes, sentence: str
) -> None:
    address = bring(officer, content)
    assert sentence in officer.get(address).get_data(as_text=True)


def test_windows_1251_is_read_and_said(officer: PageClient) -> None:
    content = "Код;Програма;План\n1.1;Улично осветление;5000\n1.2;Детски градини;7000\n".encode("cp1251")
    page = officer.get(bring(officer, content)).get_data(as_text=True)
    assert "Windows-1251" in page
    assert "Улично осветление" in page


def test_a_neighbours_import_is_not_found(officer: PageClient, session: Session, signed_in: SignIn) -> None:
    address = bring(officer, GEORGIAN.encode())
    other = a_municipality(session, "gori")
    account = an_account(session, other, Role.OFFICER)
    session.commit()
    stranger = signed_in(account)
    assert stranger.get(address.replace("rustavi", "gori")).status_code == 404


def test_a_page_costs_few_statements(officer: PageClient, client: PageClient, database: Database) -> None:
    address = bring(officer, GEORGIAN.encode())
    map_and_check(officer, address)
    _publish(officer, address)
    asked: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *a: asked.append(a[2]) if not a[2].startswith("BEGIN") else None,
    )
    for path in ("function", "function?at=04/04.5/02", "programme", "programme?at=02"):
        asked.clear()
        assert client.get(f"/en/rustavi/budget/2026/expenditure/{path}").status_code == 200
        assert len(asked) <= 8, asked


@pytest.mark.parametrize("words", ["transport", "ტრანსპორტი", "пътища"])
def test_search_finds_purposes_in_every_language(officer: PageClient, client: PageClient, words: str) -> None:
    address = bring(officer, GEORGIAN.encode())
    map_and_check(officer, address)
    _publish(officer, address)
    page = client.get(f"/bg/rustavi/budget/2026/search?q={words}").get_data(as_text=True)
    assert "expenditure/function?at=04/04.5" in page
    nothing = client.get("/en/rustavi/budget/2026/search?q=космодрум").get_data(as_text=True)
    assert "Nothing in this budget has these words." in nothing


def test_a_programme_whose_code_looks_like_a_function_has_its_own_name_and_lines(
    officer: PageClient, client: PageClient
) -> None:
    address = bring(officer, GEORGIAN.replace("\n03;", "\n10;").encode())
    map_and_check(officer, address, programme_title="1", title="-1")
    _publish(officer, address)
    for path, name in (
        ("01/01.1/01", "მმართველობა"),
        ("04/04.5/02", "გზები და ტრანსპორტი"),
        ("09/10", "საბავშვო ბაღები"),
    ):
        page = client.get(f"/ka/rustavi/budget/2026/expenditure/function?at={path}").get_data(as_text=True)
        assert f"<h1>{name}</h1>" in page
        assert 'id="lines-caption"' in page
    assert "Social protection" not in client.get(
        "/en/rustavi/budget/2026/expenditure/function?at=09"
    ).get_data(as_text=True)
    found = client.get("/en/rustavi/budget/2026/search?q=social+protection").get_data(as_text=True)
    assert "Nothing in this budget has these words." in found


@pytest.mark.parametrize("negatives", ["", "y"])
def test_the_real_budget_of_a_ministry_is_published(
    officer: PageClient, client: PageClient, session: Session, negatives: str
) -> None:
    content = real_file("budget", "north-macedonia-2014-budget.csv").read_bytes()
    address = bring(officer, content, "buxhet.csv", year="2014", currency="MKD")
    changes = {"only": "0=2014-01-01T00:00:00"}
    if negatives:
        changes["negatives"] = negatives
    page = map_and_check(officer, address, rest="01.6", **changes)
    if not negatives:
        assert "The file has 5 faults." in page
        return
    assert "3321 lines were taken in." in page.replace(",", "")
    _publish(
        officer,
        address,
        explanation_ka="წყაროს შეცდომა.",
        explanation_en="Five amounts are spoilt in the source.",
    )
    text = client.get("/en/rustavi/budget/2014/expenditure/function").get_data(as_text=True)
    version = session.scalars(select(BudgetVersion)).one()
    assert version.totals == {
        "expenditure": {"planned": str(sum(session.scalars(select(BudgetLine.planned))))}
    }
    assert f"{int(version.totals['expenditure']['planned']) // 100:,}" in text


def test_codes_are_named_in_the_other_languages(
    officer: PageClient, client: PageClient, session: Session
) -> None:
    address = bring(officer, BULGARIAN.encode("cp1251"), currency="GEL")
    said = {"programme": "3", "programme_title": "4", "economic": "0", "title": "-1", "function": "2"}
    map_and_check(
        officer, address, rest="06.2", sort_by="function", economic_title="1", revenue_codes="13, 24", **said
    )
    _publish(officer, address)
    page = officer.get("/en/rustavi/desk/budget/names").get_data(as_text=True)
    fields = dict(re.findall(r'<label class="govuk-visually-hidden" for="name-([^"]+)">([^,<]+)', page))
    field = next(name for name, title in fields.items() if title == "Имуществени данъци")
    data = {"csrf_token": token(page), field: "  Property   taxes "}
    assert officer.post("/en/rustavi/desk/budget/names", data=data).status_code == 302
    revenue = "rustavi/budget/2026/revenue/economic"
    assert "Property taxes" in client.get(f"/en/{revenue}").get_data(as_text=True)
    assert "Property taxes" in client.get(f"/en/{revenue}?at=1300").get_data(as_text=True)
    assert "Property taxes" in client.get("/en/rustavi/budget/2026/guide").get_data(as_text=True)
    found = client.get("/ka/rustavi/budget/2026/search?q=property").get_data(as_text=True)
    assert "revenue/economic?at=1300" in found
    assert "Имуществени данъци" in client.get(f"/ka/{revenue}").get_data(as_text=True)
    officer.post("/en/rustavi/desk/budget/names", data={"csrf_token": token(page), field: ""})
    assert "Property taxes" not in client.get(f"/en/{revenue}").get_data(as_text=True)
    assert client.post("/en/rustavi/desk/budget/names", data=data).status_code in (302, 400, 401, 403)
