"""Scenario 13, what rounds contribute: a phase ends at its second by the database's clock, whatever phase is stored.

Proposals, comments, votes and imports all ask `consultation.queries.is_open`; here is the promise that they build on.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Phase, Step, obstacles
from pbplatform.consultation import queries
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality
from tests.support.rounds import a_round


def _closing(session: Session, closes_at: datetime):
    place = a_municipality(session)
    found = a_round(session, place, Phase.SUBMISSION, slug="parks")
    first, *later = queries.windows(session, found.id)
    length = closes_at - first.closes_at
    for window in reversed(later):
        window.opens_at, window.closes_at = window.opens_at + length, window.closes_at + length
    first.opens_at, first.closes_at = first.opens_at + length, closes_at
    session.flush()
    return found


@on_both_databases
@pytest.mark.parametrize(("seconds", "is_open"), [(-1, False), (30, True)])
def test_one_second_after_the_deadline_nothing_is_open_though_nobody_pressed_close(
    session: Session, seconds: int, is_open: bool
) -> None:
    found = _closing(session, database_now(session) + timedelta(seconds=seconds))
    assert found.phase is Phase.SUBMISSION
    assert queries.is_open(session, found, Phase.SUBMISSION) is is_open
    assert not queries.is_open(session, found, Phase.VOTING)
    facts = queries.facts_for(session, found, Step.OPEN_REVIEW)
    blocked = Obstacle.WINDOW_STILL_OPEN in obstacles(found.phase, Step.OPEN_REVIEW, facts)
    assert blocked is is_open


def test_the_deadline_is_read_and_shown_on_the_municipalitys_clock(
    client: PageClient, session: Session
) -> None:
    wall = datetime(2030, 6, 30, 23, 59, 59)
    instant = clock.from_local(wall, "Asia/Tbilisi")
    assert instant == wall.replace(tzinfo=ZoneInfo("Asia/Tbilisi"))
    assert instant.hour == 19
    _closing(session, instant)
    session.commit()
    page = client.get("/en/rustavi/rounds/parks/").get_data(as_text=True)
    assert "June 30, 2030, 23:59" in page


@pytest.mark.parametrize(
    ("wall", "utc_hour"),
    [(datetime(2026, 10, 25, 3, 30), 0), (datetime(2026, 3, 29, 3, 30), 1)],
)
def test_an_hour_that_the_clocks_repeat_or_skip_has_one_meaning(wall: datetime, utc_hour: int) -> None:
    assert clock.from_local(wall, "Europe/Sofia").hour == utc_hour
