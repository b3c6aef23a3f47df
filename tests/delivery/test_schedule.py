"""Projects on one axis of time: nothing lies outside the picture, and what is late is marked so."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.delivery import operations, queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.schedule import WIDTH, schedule
from pbplatform.municipalities.models import Municipality
from tests.support.delivery import a_delivery

DAY = timedelta(days=1)
WHY = {"ka": "წვიმა", "en": "It rained"}


def test_bars_and_marks_stay_inside_and_carry_their_tone(
    session: Session, place: Municipality, officer: Actor
) -> None:
    found, (park, bridge, bench) = a_delivery(session, place, 10_000, 5_000, 1_000)
    today: date = queries.today_in(session, place)
    operations.sign_contract(officer, session, park, ContractPlan("A", today - 500 * DAY, 100))
    begun = operations.add_milestone(officer, session, park, MilestoneKind.WORKS_BEGIN, today - 400 * DAY)
    operations.reach_milestone(officer, session, begun, today - 400 * DAY, {})
    done = operations.add_milestone(officer, session, park, MilestoneKind.WORKS_END, today - 300 * DAY)
    operations.reach_milestone(officer, session, done, today - 200 * DAY, WHY)
    operations.deliver(officer, session, park, today - 100 * DAY)
    operations.add_milestone(officer, session, bridge, MilestoneKind.DESIGN, today - DAY)
    operations.add_milestone(officer, session, bridge, MilestoneKind.HANDOVER, today + 300 * DAY)
    operations.add_milestone(officer, session, bench, MilestoneKind.DESIGN, today - DAY)
    operations.abandon(officer, session, bench, today, WHY)
    picture = schedule(queries.board(session, place, found))
    assert picture is not None
    assert (picture.first, picture.last) == (today - 500 * DAY, today + 300 * DAY)
    tones = [[mark.tone for mark in bar.marks] for bar in picture.bars]
    assert tones == [["good", "warn"], ["bad", "open"], ["open"]], "what was given up is not overdue"
    for bar in picture.bars:
        assert 0 <= bar.start < WIDTH
        assert 0 <= bar.done <= bar.length
        assert bar.start + bar.length <= WIDTH + 6
        assert all(0 <= mark.at < WIDTH for mark in bar.marks)
    assert picture.bars[0].done == picture.bars[0].length, "what is delivered lies behind us"
    assert picture.bars[1].done < picture.bars[1].length
    assert picture.today is not None
    assert abs(picture.today - 625) <= 1
    assert [year for year, _ in picture.years] == list(range(picture.first.year + 1, picture.last.year + 1))
    assert bench.id == picture.bars[2].standing.line.id


def test_nothing_to_show_is_no_picture(session: Session, place: Municipality) -> None:
    found, _ = a_delivery(session, place, 10_000, 5_000)
    assert schedule(queries.board(session, place, found)) is None, "no project has a date yet"
    assert schedule([]) is None
