"""The projects on one axis of time, for the picture above the list: bars and marks in thousandths of its width."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pbplatform.delivery.models import Milestone
from pbplatform.delivery.queries import Standing

WIDTH = 1000
_SHORTEST = 6


@dataclass(frozen=True)
class Mark:
    """One milestone on the bar."""

    at: int
    tone: str
    milestone: Milestone


@dataclass(frozen=True)
class Bar:
    """One project from its budget line to its end or its last promised day; what lies behind today is `done`."""

    standing: Standing
    start: int
    length: int
    done: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Schedule:
    """All projects between the first day and the last, the years as ticks, and today."""

    first: date
    last: date
    today: int | None
    years: tuple[tuple[int, int], ...]
    """Where each year begins."""
    bars: tuple[Bar, ...]


def schedule(standings: Sequence[Standing]) -> Schedule | None:
    """The picture; none while nothing has a date."""
    if not any(one.milestones or one.contracts or one.ending for one in standings):
        return None
    spans = {standing.line.id: _span(standing) for standing in standings}
    first = min(begin for begin, _ in spans.values())
    last = max(end for _, end in spans.values())
    days = max((last - first).days, 1)

    def at(day: date) -> int:
        return round((day - first).days * WIDTH / days)

    today = standings[0].today
    bars = []
    for standing in standings:
        begin, end = spans[standing.line.id]
        start, stop = at(begin), at(end)
        length = max(stop - start, _SHORTEST)
        gone = length if standing.ending or today >= end else max(min(at(today), stop) - start, 0)
        marks = tuple(
            Mark(
                min(at(milestone.reached_on or milestone.due_on), WIDTH - _SHORTEST),
                _tone(milestone, standing),
                milestone,
            )
            for milestone in standing.milestones
        )
        bars.append(Bar(standing, min(start, WIDTH - _SHORTEST), length, gone, marks))
    years = tuple(
        (year, at(date(year, 1, 1))) for year in range(first.year, last.year + 1) if date(year, 1, 1) >= first
    )
    return Schedule(first, last, at(today) if first <= today <= last else None, years, tuple(bars))


def _span(standing: Standing) -> tuple[date, date]:
    days = [milestone.reached_on or milestone.due_on for milestone in standing.milestones]
    days += [contract.signed_on for contract in standing.contracts]
    begin = min([standing.line.adopted_at.date(), *days])
    if standing.ending is not None:
        return begin, max(standing.ending.ended_on, begin)
    return begin, max([standing.today, *days])


def _tone(milestone: Milestone, standing: Standing) -> str:
    if milestone.reached_on is not None:
        return "good" if milestone.reached_on <= milestone.due_on else "warn"
    return "bad" if milestone in standing.missed else "open"
