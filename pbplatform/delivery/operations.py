"""Recording what becomes of a project: contracts, payments, milestones, news, its end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import queries
from pbplatform.delivery.models import (
    WORKS,
    Contract,
    Ending,
    Milestone,
    MilestoneKind,
    Outcome,
    Payment,
    Update,
)
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import News, Topic
from pbplatform.notices.operations import tell
from pbplatform.voting.models import Project

_OCID = re.compile(r"ocds-[a-z0-9]{6}-[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
LARGEST = 10**15
"""Minor units; more than any municipal project costs, and well inside 64 bits."""


class DeliveryProblem(StrEnum):
    """Why a fact cannot be recorded."""

    ENDED = "ended"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    SUPPLIER_MISSING = "supplier_missing"
    BAD_PROCUREMENT_ID = "bad_procurement_id"
    DATE_IN_FUTURE = "date_in_future"
    PAYMENT_BEFORE_CONTRACT = "payment_before_contract"
    ABOVE_CONTRACT = "above_contract"
    MILESTONE_TWICE = "milestone_twice"
    MILESTONE_BEFORE_CONTRACT = "milestone_before_contract"
    NO_CONTRACT = "no_contract"
    ALREADY_REACHED = "already_reached"
    DELAY_REASON_MISSING = "delay_reason_missing"
    MILESTONES_OPEN = "milestones_open"
    REASON_MISSING = "reason_missing"
    TEXT_MISSING = "text_missing"


@dataclass(frozen=True)
class ContractPlan:
    """What the officer says of a contract; the amount is minor units of the line's currency."""

    supplier: str
    signed_on: date
    amount: int
    procurement_id: str = ""


def _begin(
    actor: Actor, session: Session, action: Action, line: ProjectLine, *, after_end: bool = False
) -> Municipality:
    """Ask the charter, and hold the line so that nobody records beside us."""
    found = session.get_one(Round, line.round_id)
    require(actor, action, Subject(line.municipality_id, found.phase))
    session.execute(select(ProjectLine.id).where(ProjectLine.id == line.id).with_for_update())
    if not after_end and queries.ended(session, line):
        raise Invalid(DeliveryProblem.ENDED)
    return session.get_one(Municipality, line.municipality_id)


def _amount(amount: int) -> None:
    if amount <= 0:
        raise Invalid(DeliveryProblem.AMOUNT_NOT_POSITIVE, "amount")
    if amount > LARGEST:
        raise Invalid(DeliveryProblem.AMOUNT_TOO_LARGE, "amount")


def _past(session: Session, place: Municipality, day: date, field: str) -> None:
    if day > queries.today_in(session, place):
        raise Invalid(DeliveryProblem.DATE_IN_FUTURE, field)


def _said(
    place: Municipality, texts: Mapping[str, str], problem: DeliveryProblem, field: str
) -> dict[str, str]:
    """A public text in every language of the municipality."""
    said: dict[str, str] = place.texts(**texts)
    missing = next((language for language in place.languages if language not in said), None)
    if missing is not None:
        raise Invalid(problem, f"{field}_{missing}")
    return said


def sign_contract(actor: Actor, session: Session, line: ProjectLine, plan: ContractPlan) -> Contract:
    """Record a contract for a project."""
    place = _begin(actor, session, Action.RECORD_DELIVERY, line)
    _amount(plan.amount)
    if not plan.supplier.strip():
        raise Invalid(DeliveryProblem.SUPPLIER_MISSING, "supplier")
    if plan.procurement_id and not _OCID.fullmatch(plan.procurement_id):
        raise Invalid(DeliveryProblem.BAD_PROCUREMENT_ID, "procurement_id")
    _past(session, place, plan.signed_on, "signed_on")
    contract = Contract(
        municipality_id=line.municipality_id,
        line_id=line.id,
        supplier=plan.supplier.strip(),
        procurement_id=plan.procurement_id,
        signed_on=plan.signed_on,
        amount=plan.amount,
        currency=line.currency,
        entered_at=database_now(session),
    )
    session.add(contract)
    _journal(actor, session, line, Action.RECORD_DELIVERY, fact="contract", amount=plan.amount)
    return contract


def pay(actor: Actor, session: Session, contract: Contract, paid_on: date, amount: int) -> Payment:
    """Record a payment under a contract; together the payments never come to more than the contract.

    The last payment may follow the project's end, and even the round's.
    """
    line = session.get_one(ProjectLine, contract.line_id)
    place = _begin(actor, session, Action.RECORD_PAYMENT, line, after_end=True)
    _amount(amount)
    _past(session, place, paid_on, "paid_on")
    if paid_on < contract.signed_on:
        raise Invalid(DeliveryProblem.PAYMENT_BEFORE_CONTRACT, "paid_on")
    left = contract.amount - queries.paid_under(session, contract)
    if amount > left:
        raise Invalid(
            DeliveryProblem.ABOVE_CONTRACT,
            "amount",
            left=f"{left // 100}.{left % 100:02}",
            currency=contract.currency.value,
        )
    payment = Payment(
        municipality_id=line.municipality_id,
        contract_id=contract.id,
        paid_on=paid_on,
        amount=amount,
        currency=contract.currency,
        entered_at=database_now(session),
    )
    session.add(payment)
    _journal(actor, session, line, Action.RECORD_PAYMENT, fact="payment", amount=amount)
    return payment


def add_milestone(
    actor: Actor, session: Session, line: ProjectLine, kind: MilestoneKind, due_on: date
) -> Milestone:
    """Promise a date; works are never promised for a day before the contract."""
    _begin(actor, session, Action.RECORD_DELIVERY, line)
    there = session.scalar(select(Milestone.id).where(Milestone.line_id == line.id, Milestone.kind == kind))
    if there is not None:
        raise Invalid(DeliveryProblem.MILESTONE_TWICE, "kind")
    _after_contract(session, line, kind, due_on, "due_on")
    milestone = Milestone(
        municipality_id=line.municipality_id, line_id=line.id, kind=kind, due_on=due_on, delay_reasons={}
    )
    session.add(milestone)
    _journal(actor, session, line, Action.RECORD_DELIVERY, fact=f"milestone {kind}", due=due_on.isoformat())
    return milestone


def _after_contract(session: Session, line: ProjectLine, kind: MilestoneKind, day: date, field: str) -> None:
    signed = queries.first_signed(session, line) if kind in WORKS else None
    if signed is not None and day < signed:
        raise Invalid(DeliveryProblem.MILESTONE_BEFORE_CONTRACT, field)


def reach_milestone(
    actor: Actor, session: Session, milestone: Milestone, reached_on: date, reasons: Mapping[str, str]
) -> None:
    """Record that a promise is kept; after its date only with a reason, here or given before."""
    line, place = _own(actor, session, milestone)
    _past(session, place, reached_on, "reached_on")
    if milestone.kind in WORKS and queries.first_signed(session, line) is None:
        raise Invalid(DeliveryProblem.NO_CONTRACT, "milestone")
    _after_contract(session, line, milestone.kind, reached_on, "reached_on")
    given = any(text.strip() for text in reasons.values())
    if reached_on > milestone.due_on and (given or not milestone.delay_reasons):
        milestone.delay_reasons = _said(place, reasons, DeliveryProblem.DELAY_REASON_MISSING, "reason")
    milestone.reached_on = reached_on
    _journal(
        actor,
        session,
        line,
        Action.RECORD_DELIVERY,
        fact=f"milestone {milestone.kind}",
        reached=reached_on.isoformat(),
    )


def explain_delay(actor: Actor, session: Session, milestone: Milestone, reasons: Mapping[str, str]) -> None:
    """Say in public why a promise is late; it stays late."""
    line, place = _own(actor, session, milestone)
    milestone.delay_reasons = _said(place, reasons, DeliveryProblem.DELAY_REASON_MISSING, "reason")
    _journal(actor, session, line, Action.RECORD_DELIVERY, fact=f"delay {milestone.kind}")


def _own(actor: Actor, session: Session, milestone: Milestone) -> tuple[ProjectLine, Municipality]:
    line = session.get_one(ProjectLine, milestone.line_id)
    place = _begin(actor, session, Action.RECORD_DELIVERY, line)
    session.refresh(milestone)
    if milestone.reached_on is not None:
        raise Invalid(DeliveryProblem.ALREADY_REACHED, "milestone")
    return line, place


def publish_update(actor: Actor, session: Session, line: ProjectLine, texts: Mapping[str, str]) -> Update:
    """Publish news of a project; who follows it or its round is told."""
    place = _begin(actor, session, Action.TELL_OF_DELIVERY, line, after_end=True)
    update = Update(
        municipality_id=line.municipality_id,
        line_id=line.id,
        texts=_said(place, texts, DeliveryProblem.TEXT_MISSING, "text"),
        published_at=database_now(session),
    )
    session.add(update)
    _journal(actor, session, line, Action.TELL_OF_DELIVERY)
    _tell_followers(session, line)
    return update


def _tell_followers(session: Session, line: ProjectLine) -> None:
    project, found = session.get_one(Project, line.project_id), session.get_one(Round, line.round_id)
    about = [(Topic.ROUND, found.id)]
    if project.proposal_id is not None:
        about.append((Topic.PROPOSAL, project.proposal_id))
    path = f"rounds/{found.slug}/delivery/{line.id}"
    tell(session, line.municipality_id, News.DELIVERY_CHANGED, about, project.titles, path)


def deliver(actor: Actor, session: Session, line: ProjectLine, ended_on: date) -> Ending:
    """Declare a project delivered: every promise must be kept."""
    place = _begin(actor, session, Action.END_PROJECT, line)
    _past(session, place, ended_on, "ended_on")
    if queries.open_milestones(session, line):
        raise Invalid(DeliveryProblem.MILESTONES_OPEN, "outcome")
    return _end(actor, session, line, Outcome.DELIVERED, ended_on, {})


def abandon(
    actor: Actor, session: Session, line: ProjectLine, ended_on: date, reasons: Mapping[str, str]
) -> Ending:
    """Give up a project, with the reason for everybody to read in every language of the municipality."""
    place = _begin(actor, session, Action.END_PROJECT, line)
    _past(session, place, ended_on, "ended_on")
    said = _said(place, reasons, DeliveryProblem.REASON_MISSING, "reason")
    return _end(actor, session, line, Outcome.ABANDONED, ended_on, said)


def _end(
    actor: Actor,
    session: Session,
    line: ProjectLine,
    outcome: Outcome,
    ended_on: date,
    reasons: dict[str, str],
) -> Ending:
    ending = Ending(
        municipality_id=line.municipality_id,
        line_id=line.id,
        outcome=outcome,
        ended_on=ended_on,
        reasons=reasons,
    )
    session.add(ending)
    _journal(actor, session, line, Action.END_PROJECT, outcome=outcome.value)
    _tell_followers(session, line)
    return ending


def _journal(actor: Actor, session: Session, line: ProjectLine, action: Action, **details: object) -> None:
    session.flush()
    record(actor, session, line.municipality_id, action, "project", line.project_id, **details)
