"""Correcting what was recorded: nothing is deleted, what stood there stays readable, and the public learns why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget import adoption
from pbplatform.budget.models import LineAmendment, ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import editions, queries, rules
from pbplatform.delivery.models import WORKS, Contract, Correction, Ending, Fact, Milestone, Outcome, Payment
from pbplatform.delivery.operations import ContractPlan, tell_followers
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.foundation import conversion
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import News

Texts = Mapping[str, str]
Recorded = Contract | Payment | Milestone | Ending


@dataclass(frozen=True)
class _Case:
    """One correction under way: who decides, for which fact, what stood there, and the public reason."""

    actor: Actor
    session: Session
    line: ProjectLine
    place: Municipality
    fact: Recorded
    before: dict[str, Any]
    reasons: dict[str, str]


def _open(
    actor: Actor,
    session: Session,
    line: ProjectLine,
    fact: Recorded,
    reasons: Texts,
    *,
    after_end: bool = False,
) -> _Case:
    place = rules.begin(actor, session, Action.CORRECT_DELIVERY, line, after_end=after_end)
    session.refresh(fact)
    before = editions.values(fact)
    said = rules.said(place, reasons, DeliveryProblem.CORRECTION_REASON_MISSING, "reason")
    return _Case(actor, session, line, place, fact, before, said)


def _close(case: _Case, kind: Fact, *, struck: bool = False) -> Correction:
    after = {} if struck else editions.values(case.fact)
    if after == case.before:
        raise Invalid(DeliveryProblem.NOTHING_CHANGED)
    correction = Correction(
        municipality_id=case.line.municipality_id,
        line_id=case.line.id,
        fact=kind,
        fact_id=case.fact.id,
        before=case.before,
        after=after,
        reasons=case.reasons,
        made_by=case.actor.account_id,
        made_at=database_now(case.session),
    )
    case.session.add(correction)
    rules.journal(
        case.actor,
        case.session,
        case.line,
        Action.CORRECT_DELIVERY,
        fact=kind.value,
        before=case.before,
        after=after,
        reasons=case.reasons,
    )
    return correction


def correct_contract(
    actor: Actor, session: Session, contract: Contract, plan: ContractPlan, reasons: Texts
) -> Correction:
    """Put a contract right; it never falls below what was paid, nor behind its first payment or the works."""
    line = session.get_one(ProjectLine, contract.line_id)
    case = _open(actor, session, line, contract, reasons, after_end=True)
    rules.amount_possible(plan.amount)
    rules.contract_named(plan.supplier, plan.procurement_id)
    rules.past(session, case.place, plan.signed_on, "signed_on")
    currency = plan.currency or contract.currency
    rules.of_its_day(line.currency, currency, plan.signed_on)
    first = queries.first_paid(session, contract)
    if first is not None and plan.signed_on > first:
        raise Invalid(DeliveryProblem.CONTRACT_AFTER_PAYMENT, "signed_on")
    paid = conversion.settled(plan.amount, currency, queries.paid_under(session, contract))
    if plan.amount < paid:
        raise Invalid(
            DeliveryProblem.CONTRACT_BELOW_PAID,
            "amount",
            paid=paid,
            currency=currency.value,
        )
    contract.supplier, contract.procurement_id = plan.supplier.strip(), plan.procurement_id
    contract.signed_on, contract.amount, contract.currency = plan.signed_on, plan.amount, currency
    session.flush()
    _works_still_after(session, line)
    return _close(case, Fact.CONTRACT)


def _works_still_after(session: Session, line: ProjectLine) -> None:
    """Raise Invalid when the first contract has moved behind works that were reached."""
    first = queries.first_signed(session, line)
    reached = _first_works(session, line)
    if reached is not None and (first is None or first > reached):
        raise Invalid(DeliveryProblem.CONTRACT_AFTER_WORKS, "signed_on")


def _first_works(session: Session, line: ProjectLine) -> date | None:
    return session.scalar(
        select(func.min(Milestone.reached_on)).where(
            Milestone.line_id == line.id, Milestone.kind.in_(WORKS), Milestone.struck_at.is_(None)
        )
    )


def strike_contract(actor: Actor, session: Session, contract: Contract, reasons: Texts) -> Correction:
    """Take back a contract that never was; what was paid under it, or built on it, must be put right before."""
    line = session.get_one(ProjectLine, contract.line_id)
    case = _open(actor, session, line, contract, reasons, after_end=True)
    if queries.paid_under(session, contract):
        raise Invalid(DeliveryProblem.CONTRACT_HAS_PAYMENTS)
    contract.struck_at = database_now(session)
    session.flush()
    reached, first = _first_works(session, line), queries.first_signed(session, line)
    if reached is not None and (first is None or first > reached):
        raise Invalid(DeliveryProblem.CONTRACT_HAS_WORKS)
    return _close(case, Fact.CONTRACT, struck=True)


def correct_payment(
    actor: Actor,
    session: Session,
    payment: Payment,
    paid_on: date,
    amount: int,
    reasons: Texts,
    currency: Currency | None = None,
) -> Correction:
    """Put a payment right, after the project's end and the round's too: money must be told as it was."""
    contract = session.get_one(Contract, payment.contract_id)
    line = session.get_one(ProjectLine, contract.line_id)
    case = _open(actor, session, line, payment, reasons, after_end=True)
    rules.amount_possible(amount)
    rules.past(session, case.place, paid_on, "paid_on")
    if paid_on < contract.signed_on:
        raise Invalid(DeliveryProblem.PAYMENT_BEFORE_CONTRACT, "paid_on")
    currency = currency or payment.currency
    rules.of_its_day(contract.currency, currency, paid_on)
    rules.within(contract, queries.paid_under(session, contract, without=payment), currency, amount)
    payment.paid_on, payment.amount, payment.currency = paid_on, amount, currency
    session.flush()
    return _close(case, Fact.PAYMENT)


def strike_payment(actor: Actor, session: Session, payment: Payment, reasons: Texts) -> Correction:
    """Take back a payment that was never made."""
    contract = session.get_one(Contract, payment.contract_id)
    line = session.get_one(ProjectLine, contract.line_id)
    case = _open(actor, session, line, payment, reasons, after_end=True)
    payment.struck_at = database_now(session)
    session.flush()
    return _close(case, Fact.PAYMENT, struck=True)


def correct_milestone(
    actor: Actor,
    session: Session,
    milestone: Milestone,
    due_on: date,
    reached_on: date | None,
    reasons: Texts,
) -> Correction:
    """Move a promised date, or put right when it was reached, with the reason; a promise kept late keeps its own."""
    line = session.get_one(ProjectLine, milestone.line_id)
    case = _open(actor, session, line, milestone, reasons)
    rules.after_contract(session, line, milestone.kind, due_on, "due_on")
    if reached_on is not None:
        rules.past(session, case.place, reached_on, "reached_on")
        if milestone.kind in WORKS and queries.first_signed(session, line) is None:
            raise Invalid(DeliveryProblem.NO_CONTRACT)
        rules.after_contract(session, line, milestone.kind, reached_on, "reached_on")
        if reached_on > due_on and not milestone.delay_reasons:
            milestone.delay_reasons = case.reasons
    if due_on != milestone.due_on:
        milestone.asked_at = None
    milestone.due_on, milestone.reached_on = due_on, reached_on
    session.flush()
    return _close(case, Fact.MILESTONE)


def strike_milestone(actor: Actor, session: Session, milestone: Milestone, reasons: Texts) -> Correction:
    """Take back a promise, or one that was never made."""
    line = session.get_one(ProjectLine, milestone.line_id)
    case = _open(actor, session, line, milestone, reasons)
    milestone.struck_at = database_now(session)
    session.flush()
    return _close(case, Fact.MILESTONE, struck=True)


def take_back_ending(actor: Actor, session: Session, line: ProjectLine, reasons: Texts) -> Correction:
    """Open a project again whose end was declared by mistake; not any more once the round is closed."""
    ending = session.scalars(select(Ending).where(Ending.line_id == line.id)).one()
    case = _open(actor, session, line, ending, reasons, after_end=True)
    rules.begin(actor, session, Action.END_PROJECT, line, after_end=True)
    return _reopen(case, ending)


def fund_again(actor: Actor, session: Session, found: Round, reasons: Texts) -> list[LineAmendment]:
    """Let the budget lines follow a corrected result, see `adoption.amend`. A project that was abandoned and has its money
    again is open again, with the same public reason, after the round's close too: nobody may build what has ended."""
    made = adoption.amend(actor, session, found, reasons)
    for amendment in made:
        if amendment.amount_before:
            continue
        ending = session.scalar(
            select(Ending).where(Ending.line_id == amendment.line_id, Ending.outcome == Outcome.ABANDONED)
        )
        if ending is not None:
            line = session.get_one(ProjectLine, amendment.line_id)
            _reopen(_open(actor, session, line, ending, amendment.reasons, after_end=True), ending)
            tell_followers(session, line, News.DELIVERY_CHANGED)
    return made


def _reopen(case: _Case, ending: Ending) -> Correction:
    correction = _close(case, Fact.ENDING, struck=True)
    case.session.delete(ending)
    case.session.flush()
    return correction
