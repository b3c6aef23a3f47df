"""Scenario 5: a consultation shorter than the law's usual period needs a public reason, and never goes below its floor.

Only the charter knows consultations so far; these are its checks with Bulgaria's numbers: 30 days, or at least 14.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pbplatform.charter.phases import Kind, Obstacle, Phase, RoundFacts, Step, obstacles

OPENS = datetime(2026, 11, 1, tzinfo=UTC)
BULGARIA = RoundFacts(
    Kind.CONSULTATION,
    now=OPENS,
    opens_at=OPENS,
    legal_minimum=timedelta(days=30),
    absolute_minimum=timedelta(days=14),
)


@pytest.mark.parametrize(
    ("length", "reason", "in_the_way"),
    [
        (timedelta(days=30), False, ()),
        (timedelta(days=30, seconds=-1), False, (Obstacle.SHORT_WITHOUT_REASON,)),
        (timedelta(days=30, seconds=-1), True, ()),
        (timedelta(days=14), True, ()),
        (timedelta(days=14, seconds=-1), True, (Obstacle.UNDER_LEGAL_MINIMUM,)),
        (timedelta(days=1), False, (Obstacle.UNDER_LEGAL_MINIMUM, Obstacle.SHORT_WITHOUT_REASON)),
    ],
)
def test_the_period_and_its_reason(length: timedelta, reason: bool, in_the_way: tuple[Obstacle, ...]) -> None:
    facts = replace(BULGARIA, window_length=length, short_reason=reason)
    assert obstacles(Phase.DRAFT, Step.OPEN_CONSULTATION, facts) == in_the_way
