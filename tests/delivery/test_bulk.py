"""A round's delivery goes out as a table, is filled in, and comes back: differences first, then all of it or nothing."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl
import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor, Role
from pbplatform.delivery import corrections, operations, queries, told, walking
from pbplatform.delivery.models import Contract, Milestone, Payment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.problems import DeliveryProblem, SheetFault
from pbplatform.delivery.sheet import MOST_ROWS
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.sheets import write_csv, write_xlsx
from pbplatform.journal.operations import verify
from pbplatform.municipalities.models import Municipality
from tests.support.marks import on_both_databases
from tests.support.people import an_account, as_actor
from tests.support.tables import (
    AMOUNT,
    CURRENCY,
    DAY,
    EN,
    KA,
    LINE,
    ON,
    REACHED,
    STATE,
    SUPPLIER,
    WHICH,
    WHY,
    Office,
    counts,
    new,
    problems,
)


@pytest.fixture(autouse=True)
def _words(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/"):
        yield


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@on_both_databases
def test_what_goes_out_unchanged_comes_back_without_a_difference(office: Office, kind: str) -> None:
    before = counts(office.session)
    brought = office.bring(office.export(), kind)
    assert (brought.changes, brought.faults) == ([], [])
    assert counts(office.session) == before


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@on_both_databases
def test_the_differences_are_shown_first_and_applied_whole(
    office: Office, lines: list[ProjectLine], today: date, kind: str
) -> None:
    session, (park, bridge) = office.session, lines
    rows = office.export()
    paid, milestone = rows[2], rows[3]
    paid[AMOUNT], paid[KA], paid[EN] = "40 000,60", WHY["ka"], WHY["en"]
    milestone[REACHED], milestone[KA], milestone[EN] = today.strftime("%d.%m.%Y"), "წვიმა", "It rained"
    rows += [
        new(bridge, "Contract", NUMBER="N1", SUPPLIER="Bridges Ltd", ON=today - DAY, AMOUNT=50_000),
        new(bridge, "გადახდა", UNDER="n1", ON=today, AMOUNT="1 000", CURRENCY="gel"),
        new(park, "payment", ON=today.isoformat(), AMOUNT=10),
    ]
    before = counts(session)
    brought = office.bring(rows, kind)
    assert problems(brought) == []
    differences = [(one["row"], one["fact"], one["before"].get("amount"), one["after"].get("amount"))
                   for one in brought.changes]  # fmt: skip
    assert differences == [
        (3, "payment", 4_000_050, 4_000_060),
        (4, "milestone", None, None),
        (7, "contract", None, 5_000_000),
        (8, "payment", None, 100_000),
        (9, "payment", None, 1000),
    ]
    assert counts(session) == before, "what is only shown is not recorded"
    assert office.apply(brought)
    standings = queries.board(session, office.place, office.round)
    assert [standing.paid for standing in standings] == [4_000_060 + 1000, 100_000]
    assert standings[0].milestones[0].reached_on == today
    assert standings[0].milestones[0].delay_reasons == {"ka": "წვიმა", "en": "It rained"}
    (correction,) = told.about(session, park).corrections
    assert (correction.before["amount"], correction.after["amount"]) == (4_000_050, 4_000_060)
    assert correction.reasons == WHY
    assert (brought.applied_by, brought.applied_at is not None) == (office.officer.account_id, True)
    assert list(verify(session)) == []
    with pytest.raises(Conflict):
        office.apply(brought)


@on_both_databases
def test_one_wrong_row_keeps_the_whole_file_out(
    office: Office, lines: list[ProjectLine], today: date
) -> None:
    rows = office.export()
    rows += [
        new(lines[0], "payment", ON=today, AMOUNT=100),
        new(lines[0], "payment", ON=today, AMOUNT=90_000),
    ]
    before = counts(office.session)
    brought = office.bring(rows)
    assert problems(brought) == [(8, "K", DeliveryProblem.ABOVE_CONTRACT)]
    with pytest.raises(Conflict) as refused:
        office.apply(brought)
    assert refused.value.reason is DeliveryProblem.SHEET_FAULTY
    assert counts(office.session) == before


@on_both_databases
def test_what_somebody_else_changed_since_the_export_is_named_and_not_overwritten(
    session: Session, office: Office, place: Municipality, lines: list[ProjectLine], today: date
) -> None:
    rows = office.export()
    (payment,) = session.scalars(select(Payment))
    other = as_actor(an_account(session, place, Role.OFFICER, name="Levan Office"), place, Role.OFFICER)
    corrections.correct_payment(other, session, payment, payment.paid_on, 77, WHY)
    assert problems(office.bring(rows)) == [], "a row that the officer did not touch asks for nothing"
    rows[2][AMOUNT], rows[2][KA], rows[2][EN] = 55, WHY["ka"], WHY["en"]
    brought = office.bring(rows)
    assert problems(brought) == [(3, "", SheetFault.CHANGED_SINCE)]
    values = brought.faults[0]["values"]
    assert (values["who"], values["now"]["amount"]) == ("Levan Office", 77)
    assert payment.amount == 77


@on_both_databases
def test_a_change_between_looking_and_agreeing_stops_the_file(
    session: Session, office: Office, officer: Actor, lines: list[ProjectLine], today: date
) -> None:
    rows = office.export()
    rows[1][SUPPLIER], rows[1][KA], rows[1][EN] = "Builders and Sons", WHY["ka"], WHY["en"]
    rows.append(new(lines[1], "contract", SUPPLIER="Bridges Ltd", ON=today, AMOUNT=10))
    brought = office.bring(rows)
    assert problems(brought) == []
    contract = session.scalars(select(Contract)).one()
    plan = ContractPlan("Others", contract.signed_on, contract.amount, contract.procurement_id)
    corrections.correct_contract(officer, session, contract, plan, WHY)
    before = counts(session)
    assert not office.apply(brought)
    assert problems(brought) == [(2, "", SheetFault.CHANGED_SINCE)]
    assert counts(session) == before, "the other rows were not applied either"
    assert brought.applied_at is None


def test_every_fault_is_named_with_its_row_and_column(
    office: Office, lines: list[ProjectLine], today: date
) -> None:
    park = lines[0]
    tomorrow = today + DAY
    rows = office.export()
    rows[1][CURRENCY], rows[1][AMOUNT], rows[1][KA], rows[1][EN] = "EUR", 130_000, WHY["ka"], WHY["en"]
    rows[2][STATE], rows[2][AMOUNT] = None, 1
    cases = [
        (new(park, "contrcat"), "C", SheetFault.UNKNOWN_FACT),
        ([987654, *new(park, "contract", SUPPLIER="A", ON=today, AMOUNT=1)[1:]], "A", SheetFault.UNKNOWN_PROJECT),
        (new(park, "contract", SUPPLIER="", ON=today, AMOUNT=1), "F", DeliveryProblem.SUPPLIER_MISSING),
        (new(park, "contract", SUPPLIER="A", ON="31/03/2026", AMOUNT=1), "I", SheetFault.NOT_A_DATE),
        (new(park, "contract", SUPPLIER="A", ON="30.02.2026", AMOUNT=1), "I", SheetFault.NOT_A_DATE),
        (new(park, "contract", SUPPLIER="A", ON=46000, AMOUNT=1), "I", SheetFault.NOT_A_DATE),
        (new(park, "contract", SUPPLIER="A", ON="31.03.1026", AMOUNT=1), "I", SheetFault.NOT_A_DATE),
        (new(park, "milestone", WHICH="handover", ON="9026-03-31"), "I", SheetFault.NOT_A_DATE),
        (new(park, "milestone", WHICH="handover", ON=date(9026, 3, 31)), "I", SheetFault.NOT_A_DATE),
        (new(park, "milestone", WHICH="handover", ON=today, REACHED="1.3.2926"), "J", SheetFault.NOT_A_DATE),
        (new(park, "contract", SUPPLIER="A", AMOUNT=1), "I", SheetFault.MISSING),
        (new(park, "contract", SUPPLIER="A", ON=today, AMOUNT="many"), "K", SheetFault.NOT_AN_AMOUNT),
        (new(park, "contract", SUPPLIER="A", ON=today, AMOUNT="12.0055"), "K", SheetFault.NOT_AN_AMOUNT),
        (new(park, "contract", SUPPLIER="A", ON=today), "K", SheetFault.MISSING),
        (new(park, "contract", SUPPLIER="A", ON=today, AMOUNT=-1), "K", DeliveryProblem.AMOUNT_NOT_POSITIVE),
        (new(park, "contract", SUPPLIER="A", ON=today, AMOUNT=0), "K", DeliveryProblem.AMOUNT_NOT_POSITIVE),
        (new(park, "contract", SUPPLIER="A", ON=tomorrow, AMOUNT=1), "I", DeliveryProblem.DATE_IN_FUTURE),
        (new(park, "contract", SUPPLIER="A", OCID="26/7", ON=today, AMOUNT=1), "G",
         DeliveryProblem.BAD_PROCUREMENT_ID),
        (new(park, "contract", SUPPLIER="A" * 201, ON=today, AMOUNT=1), "F", SheetFault.TOO_LONG),
        (new(park, "payment", UNDER=4711, ON=today, AMOUNT=1), "E", SheetFault.UNKNOWN_CONTRACT),
        (new(park, "payment", ON=tomorrow, AMOUNT=1), "I", DeliveryProblem.DATE_IN_FUTURE),
        (new(park, "payment", ON=today, AMOUNT=1, CURRENCY="BGN"), "L", DeliveryProblem.OTHER_CURRENCY),
        (new(park, "milestone", WHICH="Party", ON=today), "H", SheetFault.UNKNOWN_MILESTONE),
        (new(park, "milestone", WHICH="Works begun", ON=today - 40 * DAY), "I",
         DeliveryProblem.MILESTONE_BEFORE_CONTRACT),
        (new(lines[1], "payment", ON=today, AMOUNT=1), "E", DeliveryProblem.NO_CONTRACT),
        (new(lines[1], "end", WHICH="lost", ON=today), "C", SheetFault.UNKNOWN_FACT),
        (new(lines[1], "ending", WHICH="lost", ON=today), "H", SheetFault.UNKNOWN_OUTCOME),
        (new(lines[1], "ending", WHICH="abandoned", ON=today), "M", DeliveryProblem.REASON_MISSING),
        (new(park, "payment", NUMBER=4711, ON=today, AMOUNT=1), "D", SheetFault.UNKNOWN_NUMBER),
    ]  # fmt: skip
    first = len(rows) + 1
    before = counts(office.session)
    brought = office.bring(rows + [row for row, _, _ in cases])
    expected = [(2, "L", DeliveryProblem.OTHER_CURRENCY), (3, "O", SheetFault.STATE_MISSING)]
    expected += [(first + place, column, problem) for place, (_, column, problem) in enumerate(cases)]
    assert problems(brought) == expected
    assert {fault["sheet"] for fault in brought.faults} == {"Delivery"}
    assert counts(office.session) == before


def test_formulas_are_neither_written_nor_read(office: Office, lines: list[ProjectLine], today: date) -> None:
    content = write_xlsx([("Delivery", office.export())])
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    assert sheet.cell(2, SUPPLIER + 1).value == "'=Builders"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    cell = next(csv.reader(io.StringIO(write_csv(office.export()[1:2]).decode("utf-8-sig"))))[SUPPLIER]
    assert cell == "'=Builders"
    sheet.cell(3, AMOUNT + 1).value = "=1+1"
    packed = io.BytesIO()
    book.save(packed)
    assert problems(office.bring_bytes(packed.getvalue())) == [(3, "K", SheetFault.FORMULA)]


def test_the_same_thing_is_not_recorded_twice(office: Office, lines: list[ProjectLine], today: date) -> None:
    rows = office.export()
    rows.append(new(lines[0], "payment", ON=today, AMOUNT=5))
    content = write_xlsx([("Delivery", rows)])
    assert office.apply(office.bring_bytes(content))
    with pytest.raises(Invalid) as refused:
        office.bring_bytes(content)
    assert refused.value.reason is DeliveryProblem.SHEET_KNOWN
    assert refused.value.values["who"] == "Tamar Office"
    rows.append(new(lines[1], "contract", SUPPLIER="A", ON=today, AMOUNT=5))
    assert problems(office.bring(rows)) == [(7, "", SheetFault.ALREADY_THERE)]
    twice = office.export()
    assert problems(office.bring([*twice, twice[1]])) == [(len(twice) + 1, "", SheetFault.TWICE)]


def test_a_table_without_its_headings_is_refused_by_name(office: Office) -> None:
    rows = [["a", "b"], ["c", "d"]]
    brought = office.bring(rows)
    assert {fault["problem"] for fault in brought.faults} == {SheetFault.HEADING_MISSING}
    assert [fault["row"] for fault in brought.faults] == [1] * 5
    with pytest.raises(Invalid):
        office.bring_bytes(b"\x00\x01 no table")


def test_headings_and_words_are_understood_in_every_language(
    office: Office, lines: list[ProjectLine]
) -> None:
    for language in ("ka", "bg"):
        with force_locale(language):
            rows = office.export()
        assert rows[0][0] != "Project no."
        brought = office.bring(rows)
        assert (brought.changes, brought.faults) == ([], [])


def test_an_excel_day_with_an_hour_is_the_day(office: Office, lines: list[ProjectLine], today: date) -> None:
    rows = office.export()
    noon = datetime.combine(today, datetime.min.time())
    rows.append(new(lines[1], "contract", SUPPLIER="A", ON=noon, AMOUNT=5))
    brought = office.bring(rows)
    assert problems(brought) == []
    assert brought.changes[0]["after"]["signed_on"] == today.isoformat()


def test_citizens_bring_no_tables(session: Session, office: Office, place: Municipality) -> None:
    rows = office.export()
    office.officer = as_actor(an_account(session, place), place)
    with pytest.raises(Refused):
        office.bring(rows)


def test_a_project_is_ended_by_the_table(office: Office, lines: list[ProjectLine], today: date) -> None:
    rows = office.export()
    end = next(row for row in rows if row[LINE] == lines[1].id)
    end[WHICH], end[ON], end[KA], end[EN] = "The project is abandoned", today, WHY["ka"], WHY["en"]
    assert office.apply(office.bring(rows))
    standing = queries.one(office.session, office.place, office.round, lines[1].id)
    assert standing is not None
    assert standing.ending is not None
    assert standing.ending.reasons == WHY


def test_a_table_of_thousands_of_rows_is_refused_before_it_costs_anything(
    office: Office, lines: list[ProjectLine], today: date
) -> None:
    rows = office.export()
    row = new(lines[0], "payment", ON=today.isoformat(), AMOUNT="1")
    content = write_csv([*rows, *([row] * MOST_ROWS)])
    brought = office.bring_bytes(content, "delivery.csv")
    assert [fault["problem"] for fault in brought.faults] == [SheetFault.TOO_MANY_ROWS]
    assert brought.changes == []
    assert brought.content["rows"] == []


def test_more_changes_than_a_request_can_carry_are_refused_and_unchanged_rows_do_not_count(
    office: Office, lines: list[ProjectLine], today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pbplatform.delivery.examining.MOST_CHANGES", 3)
    rows = office.export()
    assert len(rows) > 4
    paid = [new(lines[0], "payment", ON=today.isoformat(), AMOUNT=number) for number in range(1, 7)]
    assert problems(office.bring([*rows, *paid[:3]])) == []
    before = counts(office.session)
    brought = office.bring([*rows, *paid])
    assert [fault["problem"] for fault in brought.faults] == [SheetFault.TOO_MANY_CHANGES]
    assert counts(office.session) == before


@on_both_databases
def test_after_the_close_a_table_brings_payments_and_nothing_else(
    office: Office, officer: Actor, lines: list[ProjectLine], today: date
) -> None:
    session, (park, bridge) = office.session, lines
    works = session.scalars(select(Milestone)).one()
    operations.reach_milestone(officer, session, works, today, WHY)
    operations.deliver(officer, session, park, today)
    operations.abandon(officer, session, bridge, today, WHY)
    walking.close(officer, session, office.round)
    rows = office.export()
    rows.append(new(park, "contract", SUPPLIER="Late Ltd", ON=today, AMOUNT=5))
    assert problems(office.bring(rows)) == [(len(rows), "", DeliveryProblem.ENDED)]
    rows[-1] = new(park, "payment", ON=today, AMOUNT=5)
    assert office.apply(office.bring(rows))
    assert queries.board(session, office.place, office.round)[0].paid == 4_000_050 + 500
