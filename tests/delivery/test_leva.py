"""A contract of 2025 in leva is paid in euro in 2026: each amount stays as it was, and together they are counted by the
rate that the law fixes. No other currencies meet."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import Round
from pbplatform.delivery import bulk, corrections, operations, queries
from pbplatform.delivery.models import Contract, DeliverySheet
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.overview import overview
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.delivery.sheet import Column, columns, table
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.foundation.sheets import write_csv
from pbplatform.municipalities.models import Municipality
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

BGN, EUR = Currency.BGN, Currency.EUR
SIGNED, PAID_THEN, PAID_NOW = date(2025, 6, 2), date(2025, 9, 1), date(2026, 1, 15)
WHY = {"bg": "Сгрешена валута", "en": "The wrong currency"}


@pytest.fixture
def place(session: Session) -> Municipality:
    return a_municipality(session, "burgas", ("bg", "en"))


@pytest.fixture
def line(session: Session, place: Municipality) -> ProjectLine:
    _, (found,) = a_delivery(session, place, 1_200_000)
    found.currency, found.year = BGN, 2025
    session.flush()
    return found


@pytest.fixture
def contract(session: Session, officer: Actor, line: ProjectLine) -> Contract:
    return operations.sign_contract(
        officer, session, line, ContractPlan("Строеж", SIGNED, 1_000_000, "ocds-1a2b3c-7")
    )


def refused(attempt: Callable[[], object]) -> tuple[object, str | None, dict[str, object]]:
    with pytest.raises(Invalid) as problem:
        attempt()
    return problem.value.reason, problem.value.field, dict(problem.value.values)


def standing_of(session: Session, place: Municipality, line: ProjectLine) -> queries.Standing:
    found = queries.one(session, place, session.get_one(Round, line.round_id), line.id)
    assert found is not None
    return found


@on_both_databases
def test_euro_count_against_a_contract_in_leva_by_the_fixed_rate_to_the_last_cent(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, contract: Contract
) -> None:
    operations.pay(officer, session, contract, PAID_THEN, 300_000)
    # 7,000.00 leva are left, which are 3,579.04 euro.
    assert refused(lambda: operations.pay(officer, session, contract, PAID_NOW, 357_905, EUR)) == (
        DeliveryProblem.ABOVE_CONTRACT,
        "amount",
        {"left": 357_904, "currency": "EUR"},
    )
    operations.pay(officer, session, contract, PAID_NOW, 200_000, EUR)
    standing = standing_of(session, place, line)
    assert (standing.paid, standing.converts) == (300_000 + 391_166, True)
    operations.pay(officer, session, contract, PAID_NOW, 157_904, EUR)
    standing = standing_of(session, place, line)
    assert (standing.paid, standing.contracted) == (1_000_000, 1_000_000)
    (brief,) = overview(session, place)
    assert (brief.money, brief.status) == (standing.money, standing.status)
    kept = [(payment.amount, payment.currency) for payment in standing.payments[contract.id]]
    assert kept == [(300_000, BGN), (200_000, EUR), (157_904, EUR)]
    assert refused(lambda: operations.pay(officer, session, contract, PAID_NOW, 1, EUR))[2]["left"] == 0


def test_each_day_has_its_currency_and_no_others_meet(
    session: Session, officer: Actor, line: ProjectLine, contract: Contract
) -> None:
    def pay(day: date, currency: Currency) -> tuple[object, str | None, dict[str, object]]:
        return refused(lambda: operations.pay(officer, session, contract, day, 100, currency))

    assert pay(PAID_NOW, BGN)[:2] == (DeliveryProblem.PAID_IN_EURO, "currency")
    assert pay(PAID_THEN, EUR)[:2] == (DeliveryProblem.PAID_IN_LEVA, "currency")
    assert pay(PAID_NOW, Currency.USD) == (DeliveryProblem.OTHER_CURRENCY, "currency", {"currency": "EUR"})
    assert pay(PAID_THEN, Currency.GEL) == (DeliveryProblem.OTHER_CURRENCY, "currency", {"currency": "BGN"})
    later = ContractPlan("Строеж", PAID_NOW, 100_000)
    assert refused(lambda: operations.sign_contract(officer, session, line, later))[0] is (
        DeliveryProblem.PAID_IN_EURO
    )
    line.currency = Currency.GEL
    euro = ContractPlan("Builders", PAID_NOW, 100_000, "", EUR)
    assert refused(lambda: operations.sign_contract(officer, session, line, euro)) == (
        DeliveryProblem.OTHER_CURRENCY, "currency", {"currency": "GEL"},
    )  # fmt: skip


def test_a_contract_signed_in_euro_is_counted_against_the_line_in_leva(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine
) -> None:
    made = operations.sign_contract(
        officer, session, line, ContractPlan("Строеж", PAID_NOW, 500_000, "", EUR)
    )
    operations.pay(officer, session, made, PAID_NOW, 100_000)
    standing = standing_of(session, place, line)
    assert (standing.contracted, standing.paid) == (977_915, 195_583)
    # One over all that the line is worth comes to the line, though counted back it is a stotinka less.
    whole = operations.ContractPlan("Строеж", PAID_NOW, 613_550, "", EUR)
    corrections.correct_contract(officer, session, made, whole, WHY)
    session.expire_all()
    assert standing_of(session, place, line).contracted == line.amount == 1_200_000
    assert overview(session, place)[0].money == (BGN, 1_200_000, 1_200_000, 195_583)
    assert refused(lambda: operations.pay(officer, session, made, PAID_NOW, 1, BGN))[0] is (
        DeliveryProblem.OTHER_CURRENCY
    )


def test_a_payment_in_the_wrong_currency_is_put_right_and_both_stay_readable(
    session: Session, place: Municipality, officer: Actor, contract: Contract, client: PageClient
) -> None:
    line = session.get_one(ProjectLine, contract.line_id)
    payment = operations.pay(officer, session, contract, PAID_THEN, 400_000)
    correction = corrections.correct_payment(officer, session, payment, PAID_NOW, 400_000, WHY, EUR)
    assert (correction.before["currency"], correction.after["currency"]) == ("BGN", "EUR")
    assert (payment.amount, payment.currency) == (400_000, EUR)
    smaller = ContractPlan("Строеж", SIGNED, 782_331, "ocds-1a2b3c-7")
    assert refused(lambda: corrections.correct_contract(officer, session, contract, smaller, WHY)) == (
        DeliveryProblem.CONTRACT_BELOW_PAID, "amount", {"paid": 782_332, "currency": "BGN"},
    )  # fmt: skip
    corrections.correct_contract(
        officer, session, contract, ContractPlan("Строеж", SIGNED, 782_332, "ocds-1a2b3c-7"), WHY
    )
    session.commit()
    found = session.get_one(Round, line.round_id)
    page = client.get(f"/en/burgas/rounds/{found.slug}/delivery/{line.id}").get_data(as_text=True)
    text = page.replace("\u00a0", " ")
    assert "<del>01.09.2025, 4,000 BGN</del> <ins>15.01.2026, €4,000</ins>" in text
    assert "€4,000 (7,823.32 BGN)" in text
    assert "1 EUR = 1.95583 BGN" in text


def _bring(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, **cells: object
) -> DeliverySheet:
    """The table as it went out, with one payment more."""
    found = session.get_one(Round, line.round_id)
    rows = list(table(place, queries.board(session, place, found)))
    said = {"line": line.id, "fact": "payment", "day": "2026-01-15", **cells}
    row = [said.get(column.value) for column in columns(place)]
    return bulk.bring(officer, session, place, found, "t.csv", write_csv([*rows, row]))


@pytest.mark.parametrize(
    ("amount", "currency", "problem", "column"),
    [
        ("100", "", "currency_missing", Column.CURRENCY),
        ("100", "BGN", "paid_in_euro", Column.CURRENCY),
        ("100", "USD", "other_currency", Column.CURRENCY),
        ("100", "euros", "unknown_currency", Column.CURRENCY),
        ("100 лв.", "EUR", "currency_mixed", Column.AMOUNT),
        ("5112,93", "EUR", "above_contract", Column.AMOUNT),
    ],
)
def test_a_sheet_says_in_which_cell_the_currency_is_wrong(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, contract: Contract,
    app: object, amount: str, currency: str, problem: str, column: Column,
) -> None:  # fmt: skip
    brought = _bring(session, place, officer, line, amount=amount, currency=currency)
    (fault,) = brought.faults
    assert (fault["row"], fault["heading"], fault["problem"]) == (4, column.value, problem)
    assert brought.changes == []


@pytest.mark.parametrize("cells", [{"amount": "5112,92 €"}, {"amount": 5112.92, "currency": "eur"}])
def test_a_sheet_pays_leva_in_euro(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, contract: Contract,
    app: object, cells: dict[str, object],
) -> None:  # fmt: skip
    brought = _bring(session, place, officer, line, **cells)
    assert (brought.faults, len(brought.changes)) == ([], 1)
    assert bulk.apply(officer, session, place, brought)
    standing = standing_of(session, place, line)
    assert standing.paid == standing.contracted == 1_000_000


def test_the_officer_chooses_the_currency_by_form_and_the_files_tell_both(
    session: Session, place: Municipality, line: ProjectLine, contract: Contract,
    signed_in: Callable[..., PageClient], client: PageClient,
) -> None:  # fmt: skip
    account = an_account(session, place, Role.OFFICER)
    found = session.get_one(Round, line.round_id)
    session.commit()
    officer, address = signed_in(account), f"/en/burgas/rounds/{found.slug}/delivery"
    page = officer.get(f"{address}/{line.id}/facts").get_data(as_text=True)
    start = page.index('name="payment-csrf_token"')
    said = {
        "payment-csrf_token": page[page.index('value="', start) + 7 :].partition('"')[0],
        "payment-contract": str(contract.id), "payment-paid_on": "2026-01-15", "payment-amount": "5112.92",
    }  # fmt: skip
    wrong = officer.post(f"{address}/{line.id}/facts/payment", data={**said, "payment-currency": "BGN"})
    assert (wrong.status_code, "Choose EUR." in wrong.get_data(as_text=True)) == (422, True)
    right = officer.post(f"{address}/{line.id}/facts/payment", data={**said, "payment-currency": "EUR"})
    assert right.status_code == 302
    (row,) = csv.DictReader(io.StringIO(client.get(f"{address}/payments.csv").get_data().decode("utf-8-sig")))
    prefix = "contracts/implementation/transactions/value/"
    assert (Decimal(row[f"{prefix}amount"]), row[f"{prefix}currency"]) == (Decimal("5112.92"), "EUR")
    (row,) = csv.DictReader(io.StringIO(client.get(f"{address}/projects.csv").get_data().decode("utf-8-sig")))
    assert (row["currency"], row["contracted"], row["paid"]) == ("BGN", "10000.00", "10000.00")
    release = client.get(f"{address}/ocds.json").get_json()["releases"][0]
    (own,) = release["contracts"]
    assert own["value"] == {"amount": 10_000.0, "currency": "BGN"}
    assert own["implementation"]["transactions"][0]["value"] == {"amount": 5112.92, "currency": "EUR"}
