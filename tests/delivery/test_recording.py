"""What officers record stays within its limits, and a round closes only when every project has come to its end."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Obstacle, Phase
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor
from pbplatform.consultation.operations import Blocked
from pbplatform.delivery import operations, queries, queues, walking
from pbplatform.delivery.models import Ending, Milestone, MilestoneKind, Outcome, Payment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.problems import DeliveryProblem
from pbplatform.delivery.status import Status
from pbplatform.foundation.database import Base
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import Happening, News
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.people import an_account, as_actor

DAY = timedelta(days=1)
WHY = {"ka": "მიზეზი", "en": "The ground was too wet."}


@on_both_databases
def test_payments_never_come_to_more_than_the_contract(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    found, (line,) = a_delivery(session, place, 100_000)
    contract = operations.sign_contract(
        officer, session, line, ContractPlan("Builders Ltd", today - 9 * DAY, 90_000, "ocds-1a2b3c-2026-7")
    )
    operations.pay(officer, session, contract, today - DAY, 60_000)
    with pytest.raises(Invalid) as refused:
        operations.pay(officer, session, contract, today, 30_001)
    assert refused.value.reason is DeliveryProblem.ABOVE_CONTRACT
    assert refused.value.values == {"left": 30_000, "currency": "GEL"}
    operations.pay(officer, session, contract, today, 30_000)
    standing = queries.one(session, place, found, line.id)
    assert standing is not None
    assert (standing.line.amount, standing.contracted, standing.paid) == (100_000, 90_000, 90_000)
    assert standing.status is Status.UNDER_WAY
    actions = session.scalars(select(JournalEntry.action)).all()
    assert actions.count(Action.RECORD_PAYMENT) == 2


def test_impossible_facts_are_refused_by_name(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    _, (line,) = a_delivery(session, place, 100_000)

    def refused(plan: ContractPlan) -> object:
        with pytest.raises(Invalid) as problem:
            operations.sign_contract(officer, session, line, plan)
        return problem.value.reason

    assert refused(ContractPlan("A", today, 0)) is DeliveryProblem.AMOUNT_NOT_POSITIVE
    assert refused(ContractPlan("A", today, 10**18)) is DeliveryProblem.AMOUNT_TOO_LARGE
    assert refused(ContractPlan("  ", today, 1)) is DeliveryProblem.SUPPLIER_MISSING
    assert refused(ContractPlan("A", today, 1, "2026/15")) is DeliveryProblem.BAD_PROCUREMENT_ID
    assert refused(ContractPlan("A", today + DAY, 1)) is DeliveryProblem.DATE_IN_FUTURE
    contract = operations.sign_contract(officer, session, line, ContractPlan("A", today - DAY, 500))
    for day, reason in (
        (today - 2 * DAY, DeliveryProblem.PAYMENT_BEFORE_CONTRACT),
        (today + DAY, DeliveryProblem.DATE_IN_FUTURE),
    ):
        with pytest.raises(Invalid) as problem:
            operations.pay(officer, session, contract, day, 1)
        assert problem.value.reason is reason
    assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_works_come_after_the_contract_and_a_delay_needs_its_reason(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    found, (line,) = a_delivery(session, place, 100_000)
    works = operations.add_milestone(officer, session, line, MilestoneKind.WORKS_BEGIN, today - 3 * DAY)
    with pytest.raises(Invalid) as problem:
        operations.reach_milestone(officer, session, works, today - 3 * DAY, {})
    assert problem.value.reason is DeliveryProblem.NO_CONTRACT
    operations.sign_contract(officer, session, line, ContractPlan("A", today - 5 * DAY, 500))
    for kind, day, reason in (
        (MilestoneKind.WORKS_END, today - 6 * DAY, DeliveryProblem.MILESTONE_BEFORE_CONTRACT),
        (MilestoneKind.WORKS_BEGIN, today, DeliveryProblem.MILESTONE_TWICE),
    ):
        with pytest.raises(Invalid) as problem:
            operations.add_milestone(officer, session, line, kind, day)
        assert problem.value.reason is reason
    operations.add_milestone(officer, session, line, MilestoneKind.DESIGN, today - 30 * DAY)
    for day, said, reason in (
        (today - 6 * DAY, {}, DeliveryProblem.MILESTONE_BEFORE_CONTRACT),
        (today, {}, DeliveryProblem.DELAY_REASON_MISSING),
        (today, {"en": "Only in English"}, DeliveryProblem.DELAY_REASON_MISSING),
    ):
        with pytest.raises(Invalid) as problem:
            operations.reach_milestone(officer, session, works, day, said)
        assert problem.value.reason is reason
    assert queries.board(session, place, found)[0].status is Status.LATE
    operations.reach_milestone(officer, session, works, today, WHY)
    assert works.delay_reasons == WHY
    with pytest.raises(Invalid) as problem:
        operations.explain_delay(officer, session, works, WHY)
    assert problem.value.reason is DeliveryProblem.ALREADY_REACHED


@on_both_databases
def test_a_round_closes_only_when_all_is_delivered_or_abandoned(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    found, (park, bridge) = a_delivery(session, place, 100_000, 50_000)
    promise = operations.add_milestone(officer, session, park, MilestoneKind.DESIGN, today)
    with pytest.raises(Invalid) as problem:
        operations.deliver(officer, session, park, today)
    assert problem.value.reason is DeliveryProblem.MILESTONES_OPEN
    operations.reach_milestone(officer, session, promise, today, {})
    operations.deliver(officer, session, park, today)
    with pytest.raises(Blocked) as blocked:
        walking.close(officer, session, found)
    assert blocked.value.obstacles == (Obstacle.UNDELIVERED_PROJECTS,)
    with pytest.raises(Invalid) as problem:
        operations.abandon(officer, session, bridge, today, {"en": "No ground"})
    assert (problem.value.reason, problem.value.field) == (DeliveryProblem.REASON_MISSING, "reason_ka")
    operations.abandon(officer, session, bridge, today, WHY)
    with pytest.raises(Invalid) as problem:
        operations.sign_contract(officer, session, bridge, ContractPlan("A", today, 1))
    assert problem.value.reason is DeliveryProblem.ENDED
    standings = queries.board(session, place, found)
    assert [standing.status for standing in standings] == [Status.DELIVERED, Status.ABANDONED]
    assert queries.delivered(standings) == 1
    walking.close(officer, session, found)
    assert found.phase is Phase.CLOSED
    told = session.scalars(select(Happening.news)).all()
    assert {News.PROJECT_DELIVERED, News.PROJECT_ABANDONED, News.DELIVERY_FORWARD} <= set(told)


def test_citizens_record_nothing_and_after_the_close_only_payments_follow(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    found, (line,) = a_delivery(session, place, 100_000)
    citizen = as_actor(an_account(session, place), place)
    with pytest.raises(Refused):
        operations.deliver(citizen, session, line, today)
    contract = operations.sign_contract(officer, session, line, ContractPlan("A", today, 500))
    with pytest.raises(Refused):
        operations.pay(citizen, session, contract, today, 1)
    operations.deliver(officer, session, line, today)
    walking.close(officer, session, found)
    with pytest.raises(Refused):
        operations.sign_contract(officer, session, line, ContractPlan("A", today, 500))
    operations.pay(officer, session, contract, today, 500)
    assert queries.board(session, place, found)[0].paid == 500


def test_late_projects_stand_on_the_officers_desk_until_their_end(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    _, (line, punctual) = a_delivery(session, place, 100_000, 1_000)
    late = operations.add_milestone(officer, session, line, MilestoneKind.DESIGN, today - DAY)
    operations.add_milestone(officer, session, punctual, MilestoneKind.DESIGN, today)

    def queue() -> tuple[int, bool]:
        found = next(one for one in queues.officers(session, officer, place.id) if one.key == "late_projects")
        return found.count, found.urgent

    assert queue() == (1, True)
    operations.explain_delay(officer, session, late, WHY)
    assert queue() == (1, False)
    operations.abandon(officer, session, line, today, WHY)
    assert queue() == (0, False)
    assert list(queues.officers(session, as_actor(an_account(session, place), place), place.id)) == []


@on_both_databases
def test_the_database_itself_refuses_what_cannot_be(
    session: Session, place: Municipality, officer: Actor, today: date
) -> None:
    _, (line,) = a_delivery(session, place, 100_000)
    contract = operations.sign_contract(officer, session, line, ContractPlan("A", today, 500))
    operations.deliver(officer, session, line, today)
    same = {"municipality_id": place.id, "line_id": line.id}

    def keep(row: Base) -> None:
        with session.begin_nested():
            session.add(row)
            session.flush()

    def milestone() -> Milestone:
        return Milestone(**same, kind=MilestoneKind.DESIGN, due_on=today, delay_reasons={})

    nothing = Payment(
        municipality_id=place.id, contract_id=contract.id, paid_on=today, amount=0, currency=line.currency,
        entered_at=contract.entered_at,
    )  # fmt: skip
    keep(milestone())
    for row in (
        Ending(**same, outcome=Outcome.ABANDONED, ended_on=today, reasons=WHY),
        nothing,
        milestone(),
    ):
        with pytest.raises(IntegrityError):
            keep(row)
