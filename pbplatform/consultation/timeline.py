"""A round's way through its phases as people see it: what is over, what is open until when, what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pbplatform.charter.phases import ENDS, TRACKS, Kind, Phase, Step, steps_from, transition
from pbplatform.consultation.models import Round, Window
from pbplatform.consultation.settings import RoundSettings

PLANNED: Mapping[Kind, tuple[Phase, ...]] = {
    Kind.BUDGETING: (Phase.SUBMISSION, Phase.SUPPORT, Phase.REVIEW, Phase.DISCUSSION, Phase.VOTING),
    Kind.CONSULTATION: (Phase.OPEN,),
}
"""The phases that must have dates before a round can open; the later ones last until their work is done."""


class Place(StrEnum):
    """Where a phase lies, seen from now."""

    OVER = "over"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Stop:
    """One phase on the timeline with its planned dates, if it has any."""

    phase: Phase
    place: Place
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class Timeline:
    """All stops in order, the present one and the one after it."""

    stops: tuple[Stop, ...]
    now: Stop | None
    next: Stop | None


def phases_of(kind: Kind, settings: RoundSettings) -> tuple[Phase, ...]:
    """The phases that a round really goes through."""
    return tuple(
        phase
        for phase in TRACKS[kind]
        if phase is not Phase.DRAFT and (phase is not Phase.SUPPORT or settings.support_phase)
    )


def planned_phases(kind: Kind, settings: RoundSettings) -> tuple[Phase, ...]:
    """The phases of a round that need dates."""
    return tuple(phase for phase in phases_of(kind, settings) if phase in PLANNED[kind])


def next_step(found: Round, settings: RoundSettings) -> Step | None:
    """The step that leads to the round's next phase; none at the end."""
    if found.phase in ENDS:
        return None
    track = (Phase.DRAFT, *phases_of(found.kind, settings))
    following = track[track.index(found.phase) + 1 :]
    for step in steps_from(found.phase, found.kind):
        if following and transition(found.phase, step).to is following[0]:
            return step
    return None


def timeline(found: Round, settings: RoundSettings, windows: Sequence[Window]) -> Timeline:
    """The stops of a round. The phase is the stored fact; the dates are the plan."""
    planned = {window.phase: window for window in windows}
    phases = phases_of(found.kind, settings)
    present = phases.index(found.phase) if found.phase in phases else -1
    stops = []
    for number, phase in enumerate(phases):
        window = planned.get(phase)
        place = Place.AHEAD if number > present else Place.NOW if number == present else Place.OVER
        if found.phase is Phase.CANCELLED:
            place = Place.OVER
        stops.append(
            Stop(phase, place, window.opens_at if window else None, window.closes_at if window else None)
        )
    ahead = [stop for stop in stops if stop.place is Place.AHEAD]
    return Timeline(
        tuple(stops),
        next((stop for stop in stops if stop.place is Place.NOW), None),
        ahead[0] if ahead else None,
    )


def list_waits_until(plan: Timeline, settings: RoundSettings) -> datetime | None:
    """Until when appeals keep the list for the ballot from being fixed, if that is after the vote's planned beginning."""
    opens = {stop.phase: stop.opens_at for stop in plan.stops}
    released = settings.assessments_released_at or opens.get(Phase.DISCUSSION)
    voting = opens.get(Phase.VOTING)
    if released is None or voting is None:
        return None
    until = released + timedelta(days=settings.appeal_days)
    return until if until > voting else None
