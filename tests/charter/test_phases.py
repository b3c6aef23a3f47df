"""A round is a state machine: every phase is reachable, only two are ends, and every check says why not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbplatform.charter.phases import (
    ENDS,
    TRACKS,
    TRANSITIONS,
    Kind,
    NoSuchStep,
    Obstacle,
    Phase,
    RoundFacts,
    Step,
    obstacles,
    steps_from,
    transition,
)
from pbplatform.foundation.words import say

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FITTING = RoundFacts(
    Kind.BUDGETING,
    NOW,
    opens_at=NOW - timedelta(days=1),
    closes_at=NOW - timedelta(hours=1),
    has_support_phase=True,
    cancel_reason=True,
)


@pytest.mark.parametrize("kind", Kind)
def test_every_phase_of_a_track_is_reachable_from_draft(kind: Kind) -> None:
    reached, frontier = {Phase.DRAFT}, [Phase.DRAFT]
    while frontier:
        phase = frontier.pop()
        for step in steps_from(phase, kind):
            to = transition(phase, step).to
            if to not in reached:
                reached.add(to)
                frontier.append(to)
    assert reached >= set(TRACKS[kind])


def test_only_closed_and_cancelled_are_ends() -> None:
    assert {phase for phase in Phase if not any(start is phase for start, _step in TRANSITIONS)} == ENDS


def test_the_way_leads_only_forward() -> None:
    for track in TRACKS.values():
        place = {phase: number for number, phase in enumerate(track)}
        for (start, _step), found in TRANSITIONS.items():
            if start in place and found.to in place:
                assert place[found.to] > place[start]


@pytest.mark.parametrize(("start", "step"), TRANSITIONS)
def test_every_step_can_be_walked_when_everything_fits(start: Phase, step: Step) -> None:
    assert obstacles(start, step, FITTING) == ()


def test_every_obstacle_is_raised_by_some_step_and_has_its_sentence(app: object) -> None:
    worst = RoundFacts(
        Kind.BUDGETING,
        NOW,
        opens_at=None,
        closes_at=None,
        texts_complete=False,
        windows_complete=False,
        windows_in_order=False,
        envelopes=0,
        undecided_support=1,
        undecided_assessments=1,
        unreleased_assessments=1,
        open_appeals=1,
        open_conflicts=1,
        list_frozen=False,
        eligible_voters=0,
        tie_commitment=False,
        second_person=False,
        key_present=False,
        unreconciled_ballots=1,
        sealed=False,
        counted=False,
        recounted=False,
        missing_budget_lines=1,
        undelivered_projects=1,
        legal_minimum=timedelta(days=30),
        absolute_minimum=timedelta(days=14),
        drafts=0,
        unanswered_contributions=1,
    )
    raised = {found for start, step in TRANSITIONS for found in obstacles(start, step, worst)}
    assert raised == set(Obstacle)


@given(st.sampled_from(Phase), st.sampled_from(Step))
def test_a_step_that_is_not_in_the_table_cannot_be_walked(phase: Phase, step: Step) -> None:
    if (phase, step) in TRANSITIONS:
        return
    with pytest.raises(NoSuchStep):
        obstacles(phase, step, FITTING)


def test_a_consultation_under_thirty_days_needs_a_reason_and_under_fourteen_is_refused() -> None:
    def asked(days: int, *, reason: bool) -> tuple[Obstacle, ...]:
        facts = RoundFacts(
            Kind.CONSULTATION,
            NOW,
            opens_at=NOW,
            legal_minimum=timedelta(days=30),
            absolute_minimum=timedelta(days=14),
            window_length=timedelta(days=days),
            short_reason=reason,
        )
        return obstacles(Phase.DRAFT, Step.OPEN_CONSULTATION, facts)

    assert asked(30, reason=False) == ()
    assert asked(29, reason=False) == (Obstacle.SHORT_WITHOUT_REASON,)
    assert asked(14, reason=True) == ()
    assert asked(13, reason=True) == (Obstacle.UNDER_LEGAL_MINIMUM,)


def test_every_phase_has_a_word(app: object) -> None:
    assert all(say(phase) for phase in Phase)
