"""Recording what becomes of a project: contracts, payments, milestones, news, its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import queries, rules
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
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import News, Topic
from pbplatform.notices.operations import tell
from pbplatform.voting.models import Project

_ENDS = {Outcome.DELIVERED: News.PROJECT_DELIVERED, Outcome.ABANDONED: News.PROJECT_ABANDONED}


@dataclass(frozen=True)
class ContractPlan:
    """What the officer says of a contract; the amount is minor units of the currency, without one of the line's."""

    supplier: str
    signed_on: date
    amount: int
    procurement_id: str = ""
    currency: Currency | None = None


def sign_contract(actor: Actor, session: Session, line: ProjectLine, plan: ContractPlan) -> Contract:
    """Record a contract for a project."""
    place = rules.begin(actor, session, Action.RECORD_DELIVERY, line)
    rules.amount_possible(plan.amount)
    rules.contract_named(plan.supplier, plan.procurement_id)
    rules.past(session, place, plan.signed_on, "signed_on")
    currency = plan.currency or line.currency
    rules.of_its_day(line.currency, currency, plan.signed_on)
    contract = Contract(
        municipality_id=line.municipality_id,
        line_id=line.id,
        supplier=plan.supplier.strip(),
        procurement_id=plan.procurement_id,
        signed_on=plan.signed_on,
        amount=plan.amount,
        currency=currency,
        entered_at=database_now(session),
    )
    session.add(contract)
    rules.journal(
        actor,
        session,
        line,
        Action.RECORD_DELIVERY,
        fact="contract",
        amount=plan.amount,
        currency=currency.value,
    )
    return contract


def pay(
    actor: Actor,
    session: Session,
    contract: Contract,
    paid_on: date,
    amount: int,
    currency: Currency | None = None,
) -> Payment:
    """Record a payment under a contract, without a currency in the contract's; together the payments never come to more
    than the contract. A contract in leva is paid in euro since 2026, counted by the rate that the law fixes.

    The last payment may follow the project's end, and even the round's.
    """
    line = session.get_one(ProjectLine, contract.line_id)
    place = rules.begin(actor, session, Action.RECORD_PAYMENT, line, after_end=True)
    rules.amount_possible(amount)
    rules.past(session, place, paid_on, "paid_on")
    if paid_on < contract.signed_on:
        raise Invalid(DeliveryProblem.PAYMENT_BEFORE_CONTRACT, "paid_on")
    currency = currency or contract.currency
    rules.of_its_day(contract.currency, currency, paid_on)
    rules.within(contract, queries.paid_under(session, contract), currency, amount)
    payment = Payment(
        municipality_id=line.municipality_id,
        contract_id=contract.id,
        paid_on=paid_on,
        amount=amount,
        currency=currency,
        entered_at=database_now(session),
    )
    session.add(payment)
    rules.journal(
        actor, session, line, Action.RECORD_PAYMENT, fact="payment", amount=amount, currency=currency.value
    )
    return payment


def add_milestone(
    actor: Actor, session: Session, line: ProjectLine, kind: MilestoneKind, due_on: date
) -> Milestone:
    """Promise a date; works are never promised for a day before the contract."""
    rules.begin(actor, session, Action.RECORD_DELIVERY, line)
    there = session.scalar(
        select(Milestone.id).where(
            Milestone.line_id == line.id, Milestone.kind == kind, Milestone.struck_at.is_(None)
        )
    )
    if there is not None:
        raise Invalid(DeliveryProblem.MILESTONE_TWICE, "kind")
    rules.after_contract(session, line, kind, due_on, "due_on")
    milestone = Milestone(
        municipality_id=line.municipality_id,
        line_id=line.id,
        kind=kind,
        due_on=due_on,
        delay_reasons={},
        promised_by=actor.account_id,
    )
    session.add(milestone)
    rules.journal(
        actor, session, line, Action.RECORD_DELIVERY, fact=f"milestone {kind}", due=due_on.isoformat()
    )
    return milestone


def reach_milestone(
    actor: Actor, session: Session, milestone: Milestone, reached_on: date, reasons: Mapping[str, str]
) -> None:
    """Record that a promise is kept; after its date only with a reason, here or given before."""
    line, place = _own(actor, session, milestone)
    rules.past(session, place, reached_on, "reached_on")
    if milestone.kind in WORKS and queries.first_signed(session, line) is None:
        raise Invalid(DeliveryProblem.NO_CONTRACT, "milestone")
    rules.after_contract(session, line, milestone.kind, reached_on, "reached_on")
    given = any(text.strip() for text in reasons.values())
    if reached_on > milestone.due_on and (given or not milestone.delay_reasons):
        milestone.delay_reasons = rules.said(place, reasons, DeliveryProblem.DELAY_REASON_MISSING, "reason")
    milestone.reached_on = reached_on
    rules.journal(
        actor,
        session,
        line,
        Action.RECORD_DELIVERY,
        fact=f"milestone {milestone.kind}",
        reached=reached_on.isoformat(),
    )
    tell_followers(session, line, News.DELIVERY_FORWARD)


def explain_delay(actor: Actor, session: Session, milestone: Milestone, reasons: Mapping[str, str]) -> None:
    """Say in public why a promise is late; it stays late."""
    line, place = _own(actor, session, milestone)
    milestone.delay_reasons = rules.said(place, reasons, DeliveryProblem.DELAY_REASON_MISSING, "reason")
    rules.journal(actor, session, line, Action.RECORD_DELIVERY, fact=f"delay {milestone.kind}")
    tell_followers(session, line, News.DELIVERY_DELAYED)


def _own(actor: Actor, session: Session, milestone: Milestone) -> tuple[ProjectLine, Municipality]:
    line = session.get_one(ProjectLine, milestone.line_id)
    place = rules.begin(actor, session, Action.RECORD_DELIVERY, line)
    session.refresh(milestone)
    if milestone.reached_on is not None:
        raise Invalid(DeliveryProblem.ALREADY_REACHED, "milestone")
    return line, place


def publish_update(actor: Actor, session: Session, line: ProjectLine, texts: Mapping[str, str]) -> Update:
    """Publish news of a project; who follows it or its round is told."""
    place = rules.begin(actor, session, Action.TELL_OF_DELIVERY, line, after_end=True)
    update = Update(
        municipality_id=line.municipality_id,
        line_id=line.id,
        texts=rules.said(place, texts, DeliveryProblem.TEXT_MISSING, "text"),
        published_at=database_now(session),
    )
    session.add(update)
    rules.journal(actor, session, line, Action.TELL_OF_DELIVERY)
    tell_followers(session, line, News.DELIVERY_CHANGED)
    return update


def tell_followers(session: Session, line: ProjectLine, news: News) -> None:
    """Tell who follows a project or its round."""
    project, found = session.get_one(Project, line.project_id), session.get_one(Round, line.round_id)
    about = [(Topic.ROUND, found.id)]
    if project.proposal_id is not None:
        about.append((Topic.PROPOSAL, project.proposal_id))
    path = f"rounds/{found.slug}/delivery/{line.id}"
    tell(session, line.municipality_id, news, about, project.titles, path)


def deliver(actor: Actor, session: Session, line: ProjectLine, ended_on: date) -> Ending:
    """Declare a project delivered: every promise must be kept."""
    place = rules.begin(actor, session, Action.END_PROJECT, line)
    rules.past(session, place, ended_on, "ended_on")
    signed = queries.first_signed(session, line)
    if signed is not None and ended_on < signed:
        raise Invalid(DeliveryProblem.ENDED_BEFORE_CONTRACT, "ended_on")
    if queries.open_milestones(session, line):
        raise Invalid(DeliveryProblem.MILESTONES_OPEN, "outcome")
    return _end(actor, session, line, Outcome.DELIVERED, ended_on, {})


def abandon(
    actor: Actor, session: Session, line: ProjectLine, ended_on: date, reasons: Mapping[str, str]
) -> Ending:
    """Give up a project, with the reason for everybody to read in every language of the municipality."""
    place = rules.begin(actor, session, Action.END_PROJECT, line)
    rules.past(session, place, ended_on, "ended_on")
    said = rules.said(place, reasons, DeliveryProblem.REASON_MISSING, "reason")
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
    rules.journal(actor, session, line, Action.END_PROJECT, outcome=outcome.value)
    tell_followers(session, line, _ENDS[outcome])
    return ending
