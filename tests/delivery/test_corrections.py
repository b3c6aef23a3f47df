"""A correction keeps what stood there, with its reason for everybody, and never makes the facts impossible."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import corrections, operations, queries, told, walking
from pbplatform.delivery.models import Contract, Correction, Milestone, MilestoneKind, Payment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.status import Status
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities.models import Municipality
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.people import an_account, as_actor

DAY = timedelta(days=1)
WHY = {"ka": "შეცდომა", "en": "A slip of the pen"}


@pytest.fixture
def line(session: Session, place: Municipality) -> ProjectLine:
    return a_delivery(session, place, 100_000)[1][0]


@pytest.fixture
def contract(session: Session, officer: Actor, line: ProjectLine, today: date) -> Contract:
    plan = ContractPlan("Builders", today - 10 * DAY, 90_000, "ocds-1a2b3c-2026-7")
    return operations.sign_contract(officer, session, line, plan)


@pytest.fixture
def payment(session: Session, officer: Actor, contract: Contract, today: date) -> Payment:
    return operations.pay(officer, session, contract, today - 5 * DAY, 60_000)


def standing_of(session: Session, place: Municipality, line: ProjectLine) -> Standing:
    found = queries.one(session, place, session.get_one(Round, line.round_id), line.id)
    assert found is not None
    return found


def refused(attempt: Callable[[], object]) -> tuple[object, str | None]:
    with pytest.raises(Invalid) as problem:
        attempt()
    return problem.value.reason, problem.value.field


@on_both_databases
def test_what_stood_there_stays_with_its_reason(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, payment: Payment, today: date
) -> None:
    corrections.correct_payment(officer, session, payment, today - 4 * DAY, 6_000, WHY)
    assert standing_of(session, place, line).paid == 6_000
    corrections.strike_payment(officer, session, payment, WHY)
    assert standing_of(session, place, line).paid == 0
    last, first = told.about(session, line).corrections
    assert first.before == {"paid_on": (today - 5 * DAY).isoformat(), "amount": 60_000, "currency": "GEL"}
    assert (
        first.after
        == last.before
        == {"paid_on": (today - 4 * DAY).isoformat(), "amount": 6_000, "currency": "GEL"}
    )
    assert (last.after, last.reasons, last.made_by) == ({}, WHY, officer.account_id)
    assert session.get(Payment, payment.id) is not None, "nothing that was recorded is deleted"
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details["reasons"]) == (Action.CORRECT_DELIVERY, WHY)


@on_both_databases
def test_no_correction_makes_the_money_impossible(
    session: Session, officer: Actor, contract: Contract, payment: Payment, today: date
) -> None:
    def contract_to(
        amount: int = 90_000, signed: date = today - 10 * DAY, supplier: str = "B", ocid: str = ""
    ) -> tuple[object, str | None]:
        plan = ContractPlan(supplier, signed, amount, ocid)
        return refused(lambda: corrections.correct_contract(officer, session, contract, plan, WHY))

    def payment_to(amount: int, day: date) -> tuple[object, str | None]:
        return refused(lambda: corrections.correct_payment(officer, session, payment, day, amount, WHY))

    assert contract_to(amount=59_999) == (DeliveryProblem.CONTRACT_BELOW_PAID, "amount")
    assert contract_to(signed=today - 4 * DAY) == (DeliveryProblem.CONTRACT_AFTER_PAYMENT, "signed_on")
    assert contract_to(amount=0) == (DeliveryProblem.AMOUNT_NOT_POSITIVE, "amount")
    assert contract_to(signed=today + DAY) == (DeliveryProblem.DATE_IN_FUTURE, "signed_on")
    assert contract_to(supplier=" ") == (DeliveryProblem.SUPPLIER_MISSING, "supplier")
    assert contract_to(ocid="7/26") == (DeliveryProblem.BAD_PROCUREMENT_ID, "procurement_id")
    assert payment_to(90_001, today) == (DeliveryProblem.ABOVE_CONTRACT, "amount")
    assert payment_to(1, today - 11 * DAY) == (DeliveryProblem.PAYMENT_BEFORE_CONTRACT, "paid_on")
    assert payment_to(1, today + DAY) == (DeliveryProblem.DATE_IN_FUTURE, "paid_on")
    assert payment_to(-5, today) == (DeliveryProblem.AMOUNT_NOT_POSITIVE, "amount")
    corrections.correct_payment(officer, session, payment, today, 90_000, WHY)
    strike = refused(lambda: corrections.strike_contract(officer, session, contract, WHY))
    assert strike == (DeliveryProblem.CONTRACT_HAS_PAYMENTS, None)


def test_a_correction_needs_its_reason_and_a_difference(
    session: Session, officer: Actor, place: Municipality, payment: Payment, today: date
) -> None:
    def change(amount: int, reasons: dict[str, str]) -> tuple[object, str | None]:
        return refused(
            lambda: corrections.correct_payment(officer, session, payment, payment.paid_on, amount, reasons)
        )

    assert change(1, {}) == (DeliveryProblem.CORRECTION_REASON_MISSING, "reason_ka")
    assert change(1, {"ka": "შეცდომა"}) == (DeliveryProblem.CORRECTION_REASON_MISSING, "reason_en")
    assert change(60_000, WHY) == (DeliveryProblem.NOTHING_CHANGED, None)
    assert session.scalar(select(func.count()).select_from(Correction)) == 0
    citizen = as_actor(an_account(session, place), place)
    with pytest.raises(Refused):
        corrections.strike_payment(citizen, session, payment, WHY)


@on_both_databases
def test_a_date_is_moved_with_a_reason_and_the_project_is_late_no_more(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, contract: Contract, today: date
) -> None:
    works = operations.add_milestone(officer, session, line, MilestoneKind.WORKS_END, today - DAY)
    assert standing_of(session, place, line).status is Status.LATE
    early = refused(
        lambda: corrections.correct_milestone(officer, session, works, today - 11 * DAY, None, WHY)
    )
    assert early == (DeliveryProblem.MILESTONE_BEFORE_CONTRACT, "due_on")
    corrections.correct_milestone(officer, session, works, today + 30 * DAY, None, WHY)
    assert standing_of(session, place, line).status is Status.CONTRACTED
    (correction,) = told.about(session, line).corrections
    assert correction.before["due_on"] == (today - DAY).isoformat()
    assert correction.after["due_on"] == (today + 30 * DAY).isoformat()
    operations.reach_milestone(officer, session, works, today, {})
    held = refused(lambda: corrections.strike_contract(officer, session, contract, WHY))
    assert held == (DeliveryProblem.CONTRACT_HAS_WORKS, None)


@on_both_databases
def test_a_promise_taken_back_can_be_made_again(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, today: date
) -> None:
    first = operations.add_milestone(officer, session, line, MilestoneKind.DESIGN, today)
    corrections.strike_milestone(officer, session, first, WHY)
    operations.add_milestone(officer, session, line, MilestoneKind.DESIGN, today + DAY)
    (milestone,) = standing_of(session, place, line).milestones
    assert milestone.due_on == today + DAY
    assert session.scalar(select(func.count()).select_from(Milestone)) == 2


@on_both_databases
def test_an_end_declared_by_mistake_is_taken_back_before_the_round_is_closed(
    session: Session, place: Municipality, officer: Actor, line: ProjectLine, payment: Payment, today: date
) -> None:
    found = session.get_one(Round, line.round_id)
    operations.deliver(officer, session, line, today)
    assert walking.facts(session, found).undelivered_projects == 0
    corrections.take_back_ending(officer, session, line, WHY)
    assert walking.facts(session, found).undelivered_projects == 1
    assert standing_of(session, place, line).status is Status.UNDER_WAY
    operations.deliver(officer, session, line, today)
    walking.close(officer, session, found)
    with pytest.raises(Refused):
        corrections.take_back_ending(officer, session, line, WHY)
    corrections.correct_payment(officer, session, payment, today, 61_000, WHY)
    assert standing_of(session, place, line).paid == 61_000, "money is told as it was, after the close too"
