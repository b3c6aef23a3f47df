"""A result that is corrected after the adoption reaches the budget only by an amendment with its public reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import adoption
from pbplatform.budget.models import LineAmendment, ProjectLine
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Obstacle, Phase
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor, Role
from pbplatform.consultation.models import Round
from pbplatform.consultation.operations import Blocked
from pbplatform.delivery import corrections, queries, queues, told, walking
from pbplatform.delivery import operations as delivery
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.status import Status
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities.models import Municipality
from pbplatform.results.models import EnvelopeResult
from tests.budget.test_adoption import _declared
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account, as_actor
from tests.support.rounds import a_round
from tests.support.voters import hidden

WHY = {"ka": "ერთი ყუთი ორჯერ იყო დათვლილი", "en": "One box had been counted twice"}


@pytest.fixture
def found(session: Session, place: Municipality, officer: Actor) -> Round:
    made = a_round(session, place, Phase.RESULTS)
    _declared(session, place, made, "a", "c")
    adoption.adopt(officer, session, made)
    return made


def correct(session: Session, *funded: str) -> None:
    """The corrected count funds these."""
    session.scalars(select(EnvelopeResult)).one().outcome = {"funded": list(funded)}
    session.flush()


def amounts(session: Session) -> dict[int, int]:
    return {line.project_id: line.amount for line in session.scalars(select(ProjectLine))}


@on_both_databases
def test_lines_follow_with_a_reason_and_history(
    session: Session, place: Municipality, officer: Actor, found: Round
) -> None:
    correct(session, "a", "b")
    assert sorted(amounts(session).values()) == [1000, 3000], "nothing changes by itself"
    with pytest.raises(Invalid) as refused:
        adoption.amend(officer, session, found, {"ka": "მიზეზი"})
    assert (refused.value.reason, refused.value.field) == (
        adoption.AdoptionProblem.AMENDMENT_REASON_MISSING,
        "reason_en",
    )
    adoption.amend(officer, session, found, WHY)
    assert sorted(amounts(session).values()) == [0, 1000, 2000]
    made = session.scalars(select(LineAmendment).order_by(LineAmendment.id)).all()
    assert [(one.amount_before, one.amount_after) for one in made] == [(0, 2000), (3000, 0)]
    assert {one.made_by for one in made} == {officer.account_id}
    assert all(one.reasons == WHY for one in made)
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details["reasons"]) == (Action.AMEND_LINES, WHY)
    with pytest.raises(Conflict):
        adoption.amend(officer, session, found, WHY)
    correct(session, "a", "c")
    adoption.amend(officer, session, found, WHY)
    assert sorted(amounts(session).values()) == [0, 1000, 3000], "money that was taken back can return"


@on_both_databases
def test_the_round_stays_open_until_the_lines_and_their_ends_are_settled(
    session: Session, place: Municipality, officer: Actor, found: Round
) -> None:
    today = queries.today_in(session, place)
    lines = adoption.lines_of(session, found)
    for line in lines:
        delivery.deliver(officer, session, line, today)
    correct(session, "a", "b")
    desk = {queue.key: queue.count for queue in queues.officers(session, officer, place.id)}
    assert desk["lines_to_amend"] == 1
    with pytest.raises(Blocked) as blocked:
        walking.close(officer, session, found)
    assert blocked.value.obstacles == (Obstacle.UNDELIVERED_PROJECTS,)
    adoption.amend(officer, session, found, WHY)
    with pytest.raises(Blocked):
        walking.close(officer, session, found)
    new = next(line for line in adoption.lines_of(session, found) if line.amount == 2000)
    delivery.abandon(officer, session, new, today, WHY)
    walking.close(officer, session, found)
    assert found.phase is Phase.CLOSED


@on_both_databases
def test_a_result_corrected_after_the_close_still_reaches_the_budget_and_is_delivered(
    session: Session, place: Municipality, officer: Actor, found: Round
) -> None:
    today = queries.today_in(session, place)
    for line in adoption.lines_of(session, found):
        delivery.deliver(officer, session, line, today)
    walking.close(officer, session, found)
    assert list(queries.running(session, place.id)) == []
    correct(session, "a", "b", "c")
    desk = {queue.key: queue.count for queue in queues.officers(session, officer, place.id)}
    assert desk["lines_to_amend"] == 1
    adoption.amend(officer, session, found, WHY)
    (made,) = session.scalars(select(LineAmendment)).all()
    assert (made.amount_before, made.amount_after, made.reasons) == (0, 2000, WHY)
    new = session.get_one(ProjectLine, made.line_id)
    assert [one.id for one in queries.running(session, place.id)] == [found.id]
    delivery.add_milestone(officer, session, new, MilestoneKind.DESIGN, today - timedelta(days=1))
    desk = {queue.key: queue.count for queue in queues.officers(session, officer, place.id)}
    assert (desk["lines_to_amend"], desk["late_projects"]) == (0, 1)
    contract = delivery.sign_contract(officer, session, new, ContractPlan("A", today, 1500))
    delivery.pay(officer, session, contract, today, 1500)
    delivery.abandon(officer, session, new, today, WHY)
    assert list(queries.running(session, place.id)) == []
    old = next(line for line in adoption.lines_of(session, found) if line.id != new.id)
    for line in (old, new):
        with pytest.raises(Refused):
            delivery.sign_contract(officer, session, line, ContractPlan("A", today, 1))
    assert found.phase is Phase.CLOSED


@on_both_databases
def test_who_lost_the_money_and_gets_it_again_after_the_close_is_delivered_like_any_other(
    session: Session, place: Municipality, officer: Actor, found: Round
) -> None:
    today = queries.today_in(session, place)
    park, bridge = sorted(adoption.lines_of(session, found), key=lambda line: line.amount)
    correct(session, "a")
    corrections.fund_again(officer, session, found, WHY)
    delivery.deliver(officer, session, park, today)
    delivery.abandon(officer, session, bridge, today, WHY)
    walking.close(officer, session, found)
    with pytest.raises(Refused):
        corrections.take_back_ending(officer, session, bridge, WHY)
    correct(session, "a", "c")
    corrections.fund_again(officer, session, found, WHY)
    (standing,) = [one for one in queries.board(session, place, found) if one.line.id == bridge.id]
    assert (bridge.amount, standing.ending, standing.status) == (3000, None, Status.PLANNED)
    (kept,) = told.about(session, bridge).corrections
    assert (kept.before["outcome"], kept.after, kept.reasons) == ("abandoned", {}, WHY)
    assert [one.id for one in queries.running(session, place.id)] == [found.id]
    contract = delivery.sign_contract(officer, session, bridge, ContractPlan("A", today, 2900))
    delivery.pay(officer, session, contract, today, 2900)
    delivery.deliver(officer, session, bridge, today)
    assert list(queries.running(session, place.id)) == []
    assert queries.delivered(queries.board(session, place, found)) == 2


def test_citizens_amend_nothing(session: Session, place: Municipality, found: Round) -> None:
    correct(session, "b")
    citizen = as_actor(an_account(session, place), place)
    with pytest.raises(Refused):
        adoption.amend(citizen, session, found, WHY)


def test_the_officer_amends_on_a_page_and_everybody_reads_why(
    session: Session,
    place: Municipality,
    found: Round,
    signed_in: Callable[..., PageClient],
    client: PageClient,
) -> None:
    correct(session, "a", "b")
    officer = an_account(session, place, Role.OFFICER)
    lines = {line.amount: line.id for line in adoption.lines_of(session, found)}
    session.commit()
    base = f"/en/rustavi/rounds/{found.slug}/delivery"
    browser = signed_in(officer)
    shown = browser.get(f"{base}/amend").get_data(as_text=True)
    assert "Lose their money" in shown
    token = hidden(shown)["csrf_token"]
    some = {"csrf_token": token, "reason_ka": WHY["ka"]}
    assert browser.post(f"{base}/amend", data=some).status_code == 422
    assert browser.post(f"{base}/amend", data={**some, "reason_en": WHY["en"]}).status_code == 302
    told = client.get(f"{base}/{lines[3000]}").get_data(as_text=True)
    assert "the money of this project was taken back" in told
    assert WHY["en"] in told
    assert "already agree" in browser.get(f"{base}/amend").get_data(as_text=True)
