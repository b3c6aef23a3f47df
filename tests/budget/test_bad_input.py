"""Whatever is wrong with a budget file is named with its sheet, row and column and with what to do, and nothing is taken in."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetImport, BudgetLine, BudgetSum, BudgetVersion, ImportState
from pbplatform.charter.roles import Role
from pbplatform.foundation.sheets import write_xlsx
from tests.support.budgets import GEORGIAN, bring, defaults, map_and_check, token
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

SHEET = "ბიუჯეტი 2026"
ROWS: list[list[Any]] = [
    ["Programme code", "Programme", "Function", "Plan", "Revised plan"],
    ["01", "Town hall", "01.1", Decimal("1000000.50"), Decimal(1_100_000)],
    ["02", "Roads", "04.5", Decimal(2_500_000), Decimal(2_400_000)],
    ["03", "Kindergartens", "09.1", Decimal(3_000_000), Decimal(3_000_000)],
    ["03", "Kindergartens", "09.1", Decimal(50_000), Decimal(50_000)],
    ["", "Total", "", Decimal("6550000.50"), Decimal(6_550_000)],
]


@pytest.fixture
def officer(session: Session, signed_in: Callable[..., PageClient]) -> PageClient:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    return signed_in(account)


def _workbook(row: int, column: int, value: Any) -> bytes:
    """The sound workbook with one cell changed; both are counted from 1."""
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([(SHEET, ROWS)])))
    book.active.cell(row, column).value = value
    made = io.BytesIO()
    book.save(made)
    book.close()
    return made.getvalue()


def _faults(page: str) -> list[tuple[str, ...]]:
    """Sheet, row, column, value and advice of every fault on the page."""
    table = page[page.index("faults-caption") : page.index("</table>", page.index("faults-caption"))]
    return [
        tuple(html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row))
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table)
        if "<td" in row
    ]


def _nothing_is_taken_in(session: Session) -> None:
    session.rollback()
    for model in (BudgetVersion, BudgetLine, BudgetSum):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert set(session.scalars(select(BudgetImport.state))) <= {ImportState.FAULTY, ImportState.MAPPING}


def test_the_sound_workbook_is_taken_in(officer: PageClient, session: Session) -> None:
    page = map_and_check(officer, bring(officer, write_xlsx([(SHEET, ROWS)]), "budget.xlsx"))
    assert "4 lines were taken in." in page
    assert "2 totals rows agree" in page
    assert session.scalar(select(func.sum(BudgetLine.planned))) == 655_000_050


@pytest.mark.parametrize(
    ("row", "column", "value", "place", "advice"),
    [
        (3, 4, "two million", ("3", "D (Plan)", "two million"), "Write a number there"),
        (3, 4, "#REF!", ("3", "D (Plan)", "#REF!"), "Write a number there"),
        (3, 5, "=D3+1", ("3", "E (Revised plan)", "=D3+1"), "Paste the column as values"),
        (4, 4, -3_000_000, ("4", "D (Plan)", "-3000000"), "say in the step before that amounts below zero"),
        (4, 4, 3_000_000.005, ("4", "D (Plan)", "3000000.005"), "Round it"),
        (2, 4, "1 000 000,50 €", ("2", "D (Plan)", "1 000 000,50 €"), "A column may hold one currency only"),
        (2, 4, "1 000 000 лв.", ("2", "D (Plan)", "1 000 000 лв."), "A column may hold one currency only"),
        (2, 4, 10**17, ("2", "D (Plan)", str(10**17)), "digits of two cells run together"),
        (2, 4, "1.000.00,5", ("2", "D (Plan)", "1.000.00,5"), "Write it like the other amounts"),
        (5, 3, "09.2", ("5", "C (Function)", "03: 09.1 (4), 09.2"), "the same functional code"),
    ],
)
def test_every_fault_has_its_sheet_row_column_and_advice(
    officer: PageClient,
    session: Session,
    row: int,
    column: int,
    value: Any,
    place: tuple[str, ...],
    advice: str,
) -> None:
    page = map_and_check(officer, bring(officer, _workbook(row, column, value), "budget.xlsx"))
    (fault,) = _faults(page)
    assert fault[:4] == (SHEET, *place)
    assert advice in fault[4]
    _nothing_is_taken_in(session)


def test_an_unknown_code_gets_a_hint_by_its_name_and_is_a_fault_once_that_is_turned_down(
    officer: PageClient, session: Session
) -> None:
    address = bring(officer, _workbook(3, 3, "99.9"), "budget.xlsx")
    page = officer.get(address).get_data(as_text=True)
    officer.post(address, data={**defaults(page), "revenue_codes": "", "csrf_token": token(page)})
    page = officer.get(f"{address}/functions").get_data(as_text=True)
    assert defaults(page)["value-0"] == "04.5"
    for _turn in range(2):
        data = {**defaults(page), "value-0": "", "csrf_token": token(page)}
        response = officer.post(f"{address}/functions", data=data)
        (fault,) = _faults(officer.get(response.location).get_data(as_text=True))
        assert fault[:4] == (SHEET, "3", "C (Function)", "99.9")
        assert "in the step “Functions”" in fault[4]
        page = officer.get(f"{address}/functions").get_data(as_text=True)
        assert defaults(page)["value-0"] == "", "the hint that was turned down came back"
    _nothing_is_taken_in(session)


def test_both_decimal_marks_in_one_column_are_a_fault_of_the_column(
    officer: PageClient, session: Session
) -> None:
    text = "Code;Programme;Function;Plan\n01;Town hall;01.1;1.5\n02;Roads;04.5;2,5\n"
    page = map_and_check(officer, bring(officer, text.encode()))
    assert ("budget.csv", "1", "D (Plan)") in {fault[:3] for fault in _faults(page)}
    _nothing_is_taken_in(session)


@pytest.mark.parametrize(
    ("row", "column", "value", "difference"),
    [(6, 4, Decimal("6550000.51"), "₾0.01"), (6, 5, Decimal(6_549_999), "-₾1")],
)
def test_a_total_off_by_one_unit_is_shown_and_must_be_explained(
    officer: PageClient, session: Session, row: int, column: int, value: Any, difference: str
) -> None:
    address = bring(officer, _workbook(row, column, value), "budget.xlsx")
    page = map_and_check(officer, address)
    assert "Totals rows that differ from their lines" in page
    assert difference in page
    response = officer.post(f"{address}/check", data={"csrf_token": token(page)})
    assert response.status_code == 422
    session.rollback()
    assert session.scalar(select(func.count()).where(BudgetVersion.published_at.is_not(None))) == 0


def test_several_faults_are_all_named_and_none_hides_another(officer: PageClient, session: Session) -> None:
    text = GEORGIAN.replace("7045;2 500 000;2 400 000", "7045;გზა;2 400 000 €").replace(
        "3 000 000,00;", "-3,00;", 1
    )
    page = map_and_check(officer, bring(officer, text.encode()))
    assert "The file has 3 faults." in page
    assert {fault[1] + fault[2][0] for fault in _faults(page)} == {"5D", "5E", "7D"}
    _nothing_is_taken_in(session)


def _bomb() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_xlsx([("s", [["a"], [1]])]))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            bomb = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, b" " * 90_000_000 if bomb else old.read(entry.filename))
    return made.getvalue()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: b"01;5\n" * 1_000_000,
            "“budget.csv” goes on below row 300000 further than any budget. Delete what stands below",
        ),
        (_bomb, "far too large"),
        (lambda: b"PK\x03\x04 and then nothing", "This is not a table."),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "save it as XLSX or CSV"),
        (lambda: b"", "The file is empty."),
    ],
)
def test_a_file_too_large_or_broken_is_refused_with_a_sentence(
    officer: PageClient, session: Session, make: Callable[[], bytes], sentence: str
) -> None:
    page = officer.get("/en/rustavi/desk/budget").get_data(as_text=True)
    data = {"year": "2026", "stage": "adopted", "quarter": "", "currency": "GEL", "csrf_token": token(page)}
    content = make()
    if content:
        text = officer.get(bring(officer, content)).get_data(as_text=True)
    else:
        answer = officer.post(
            "/en/rustavi/desk/budget",
            data={**data, "file": (io.BytesIO(content), "budget.csv")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
    assert sentence in text.replace(",", "").replace("\u00a0", "")
    _nothing_is_taken_in(session)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1251", "Windows-1251"),
        ("koi8-r", "KOI8-R"),
        ("cp866", "CP866"),
        ("utf-16", "UTF-16"),
        ("utf-8-sig", "UTF-8"),
    ],
)
def test_the_encoding_is_found_and_said(officer: PageClient, encoding: str, said: str) -> None:
    text = "Код;Програма;План\n1.1;Улично осветление;5 000,50\n1.2;Детски градини;7 000,00\n" * 5
    page = officer.get(bring(officer, text.encode(encoding))).get_data(as_text=True)
    assert f"Read as {said}" in page
    assert "Улично осветление" in page


def test_no_export_holds_a_cell_that_acts(officer: PageClient, session: Session) -> None:
    rows = [list(row) for row in ROWS]
    rows[2][1], rows[3][1], rows[4][1] = "'=HYPERLINK(1)", "'@SUM(A1)", "Garden;=cmd|'/C calc'!A0"
    address = bring(officer, write_xlsx([(SHEET, rows)]), "budget.xlsx")
    page = map_and_check(officer, address)
    assert officer.post(f"{address}/check", data={"csrf_token": token(page)}).status_code == 302
    base = "/en/rustavi/budget/2026/versions/1"
    text = officer.get(f"{base}/lines.csv").get_data(as_text=True)
    assert "'=HYPERLINK(1)" in text
    assert not re.search(r"(?:^|[,;\t])\"?[=+@-]", text, re.MULTILINE)
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"{base}/lines.xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
    book.close()
    with zipfile.ZipFile(io.BytesIO(officer.get(f"{base}/package.zip").data)) as files:
        assert files.read("lines.csv").decode("utf-8-sig") == text.removeprefix("\ufeff")


@pytest.mark.parametrize("name", ["budget-lines", "budget-versions", "budget-programmes"])
def test_no_open_data_of_the_budget_holds_a_cell_that_acts(
    officer: PageClient, session: Session, client: PageClient, name: str
) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][0], rows[1][1], rows[2][1] = "'=1+1", "'-2+3", "Garden;@SUM(A1)"
    address = bring(officer, write_xlsx([(SHEET, rows)]), "budget.xlsx")
    data = {"csrf_token": token(map_and_check(officer, address)), "explanation_en": "=HYPERLINK(1)"}
    assert officer.post(f"{address}/check", data={**data, "explanation_ka": "+გზა;=1"}).status_code == 302
    said = {"title_en": "@title", "title_ka": "-სათაური", "note_en": "=note", "note_ka": "+შენიშვნა;=1"}
    described = "/en/rustavi/desk/budget/programme?code=02"
    data = {**said, "csrf_token": token(officer.get(described).get_data(as_text=True))}
    assert officer.post(described, data=data).status_code == 302
    for language in ("ka", "en"):
        base = f"/{language}/rustavi/opendata/{name}"
        text = client.get(f"{base}.csv").get_data(as_text=True)
        assert text.count("\r\n") > 1
        assert not re.search(r"(?:^|[,;\t])\"?[=+@-]", text, re.MULTILINE)
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}.xlsx").data))
        cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
        assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))]
        book.close()
