"""What every decision about delivery asks first: may this person, is the project open, is the value possible."""

import re
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import editions, queries
from pbplatform.delivery.models import WORKS, Contract, MilestoneKind
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.foundation import conversion
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality

_OCID = re.compile(r"ocds-[a-z0-9]{6}-[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
LARGEST = 10**15
"""Minor units; more than any municipal project costs, and well inside 64 bits."""


def begin(
    actor: Actor, session: Session, action: Action, line: ProjectLine, *, after_end: bool = False
) -> Municipality:
    """Ask the charter, and hold the line so that nobody records beside us.

    A round closes when all its projects have ended. One that a result corrected after the close has funded is the exception:
    for it the delivery is not over.
    """
    found = session.get_one(Round, line.round_id)
    ended = queries.ended(session, line)
    phase = Phase.IMPLEMENTATION if found.phase is Phase.CLOSED and not ended else found.phase
    require(actor, action, Subject(line.municipality_id, phase))
    _hold(session, line)
    if not after_end and queries.ended(session, line):
        raise Invalid(DeliveryProblem.ENDED)
    return session.get_one(Municipality, line.municipality_id)


def _hold(session: Session, line: ProjectLine) -> None:
    session.execute(select(ProjectLine.id).where(ProjectLine.id == line.id).with_for_update())


def unchanged(session: Session, line: ProjectLine, seen: str) -> None:
    """Hold the line; raise Conflict when anybody recorded something since the officer looked."""
    _hold(session, line)
    if seen != editions.edition(session, line):
        raise Conflict(DeliveryProblem.CHANGED_MEANWHILE)


def amount_possible(amount: int) -> None:
    """Raise Invalid unless the amount is above zero and not absurd."""
    if amount <= 0:
        raise Invalid(DeliveryProblem.AMOUNT_NOT_POSITIVE, "amount")
    if amount > LARGEST:
        raise Invalid(DeliveryProblem.AMOUNT_TOO_LARGE, "amount")


def of_its_day(owed: Currency, currency: Currency, day: date) -> None:
    """Raise Invalid unless an amount is in the currency in which such money is owed on its day."""
    due = conversion.due_in(owed, day)
    if currency is due:
        return
    if due is Currency.EUR and currency is owed:
        raise Invalid(DeliveryProblem.PAID_IN_EURO, "currency")
    if due is Currency.BGN and currency is Currency.EUR:
        raise Invalid(DeliveryProblem.PAID_IN_LEVA, "currency")
    raise Invalid(DeliveryProblem.OTHER_CURRENCY, "currency", currency=due.value)


def within(contract: Contract, paid: conversion.Amounts, currency: Currency, amount: int) -> None:
    """Raise Invalid when an amount is more than what is left of a contract."""
    left = conversion.left(contract.amount, contract.currency, paid, currency)
    if amount > left:
        raise Invalid(DeliveryProblem.ABOVE_CONTRACT, "amount", left=left, currency=currency.value)


def past(session: Session, place: Municipality, day: date, field: str) -> None:
    """Raise Invalid when a day has not come yet in the municipality."""
    if day > queries.today_in(session, place):
        raise Invalid(DeliveryProblem.DATE_IN_FUTURE, field)


def contract_named(supplier: str, procurement_id: str) -> None:
    """Raise Invalid unless somebody is named and the procurement number, if any, is an ocid."""
    if not supplier.strip():
        raise Invalid(DeliveryProblem.SUPPLIER_MISSING, "supplier")
    if procurement_id and not _OCID.fullmatch(procurement_id):
        raise Invalid(DeliveryProblem.BAD_PROCUREMENT_ID, "procurement_id")


def after_contract(session: Session, line: ProjectLine, kind: MilestoneKind, day: date, field: str) -> None:
    """Raise Invalid when works would come before the first contract."""
    signed = queries.first_signed(session, line) if kind in WORKS else None
    if signed is not None and day < signed:
        raise Invalid(DeliveryProblem.MILESTONE_BEFORE_CONTRACT, field)


def said(
    place: Municipality, texts: Mapping[str, str], problem: DeliveryProblem, field: str
) -> dict[str, str]:
    """A public text in every language of the municipality; raise Invalid beside the first one that is missing."""
    # Spreadsheets and browsers end their lines differently; a text must stay equal to itself on the way through both.
    plain = {language: text.replace("\r\n", "\n").strip() for language, text in texts.items()}
    kept: dict[str, str] = place.texts(**plain)
    missing = next((language for language in place.languages if language not in kept), None)
    if missing is not None:
        raise Invalid(problem, f"{field}_{missing}")
    return kept


def journal(actor: Actor, session: Session, line: ProjectLine, action: Action, **details: object) -> None:
    """Write the decision into the public record, under its project."""
    session.flush()
    record(actor, session, line.municipality_id, action, "project", line.project_id, **details)
