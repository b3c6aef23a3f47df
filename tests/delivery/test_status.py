"""A project's status follows from its facts alone."""

from datetime import date, timedelta

import pytest

from pbplatform.delivery.models import MilestoneKind, Outcome
from pbplatform.delivery.status import Promise, Status, status

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)
KEPT = Promise(MilestoneKind.WORKS_BEGIN, TODAY - 9 * DAY, TODAY - 10 * DAY)
DUE_TODAY = Promise(MilestoneKind.WORKS_END, TODAY)
MISSED = Promise(MilestoneKind.WORKS_END, TODAY - DAY)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Status.PLANNED),
        ({"promises": [DUE_TODAY]}, Status.PLANNED),
        ({"contracted": 100}, Status.CONTRACTED),
        ({"contracted": 100, "paid": 1}, Status.UNDER_WAY),
        ({"contracted": 100, "promises": [KEPT, DUE_TODAY]}, Status.UNDER_WAY),
        ({"contracted": 100, "paid": 100, "promises": [KEPT, MISSED]}, Status.LATE),
        ({"promises": [MISSED], "outcome": Outcome.ABANDONED}, Status.ABANDONED),
        ({"contracted": 100, "paid": 50, "outcome": Outcome.DELIVERED}, Status.DELIVERED),
    ],
)
def test_status(facts: dict[str, object], expected: Status) -> None:
    assert status(TODAY, **facts) is expected
