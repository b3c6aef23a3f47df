"""The limits that a Pabulib file announces for its ballots and projects, and where it does not keep them itself.

Nothing here stops a count: real files break their own limits, and the organisers counted all the same. Each breach is a
warning for whoever checks the file.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from pbplatform.tally.faults import Faults, brief
from pbplatform.tally.profile import Ints

PAIRS = (
    ("min_length", "max_length"),
    ("min_sum_cost", "max_sum_cost"),
    ("min_points", "max_points"),
    ("min_sum_points", "max_sum_points"),
    ("min_project_cost", "max_project_cost"),
)
"""Keys of META that bound something from below and from above."""

_DAY = re.compile(r"(?:(?:(\d\d?)\.)?(\d\d?)\.)?(\d{4})", re.ASCII)

Key = tuple[str, str]


def read_bounds(
    meta: Mapping[str, str], lines: Mapping[str, int], numbers: Mapping[str, Decimal | None], warnings: Faults
) -> dict[str, Decimal]:
    """The announced limits that are numbers; warns of those that are none, and of a least above its most."""
    bounds = {}
    for key, number in numbers.items():
        if number is None:
            warnings.add(lines[key], f"{key} is no number: {brief(meta[key])}")
        else:
            bounds[key] = number
    for low, high in PAIRS:
        if low in bounds and high in bounds and bounds[low] > bounds[high]:
            warnings.add(lines[high], f"{high} is below {low}")
    return bounds


def check_dates(meta: Mapping[str, str], lines: Mapping[str, int], warnings: Faults) -> None:
    """Warn of dates that are none, and of a vote that ends before it begins."""
    days = {}
    for key in ("date_begin", "date_end"):
        if key not in meta:
            continue
        days[key] = _span(meta[key])
        if days[key] is None:
            warnings.add(lines[key], f"{key} is no date like 31.12.2026 or 2026: {brief(meta[key])}")
    begin, end = days.get("date_begin"), days.get("date_end")
    if begin and end and end[1] < begin[0]:
        warnings.add(lines["date_end"], "date_end is before date_begin")


def _span(text: str) -> tuple[date, date] | None:
    """First and last day that a date can mean: a day, a month or a year."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    day, month, year = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = date(year or 0, month or 12, day or 28)
    except ValueError:
        return None
    return first, last


def check_cost(
    cost: Decimal, line: int, budget: Decimal, bounds: Mapping[str, Decimal], warnings: Faults
) -> None:
    """Warn of a project whose cost is outside the announced limits, or above the whole budget."""
    if cost < bounds.get("min_project_cost", cost):
        warnings.add(line, f"the cost {cost} is below min_project_cost")
    if cost > bounds.get("max_project_cost", cost):
        warnings.add(line, f"the cost {cost} is above max_project_cost")
    if budget and cost > budget:
        warnings.add(line, f"the cost {cost} is above the whole budget")


def doubtful_ballots(
    keys: Sequence[Key],
    lengths: Ints,
    costs: Ints,
    points: Ints | None,
    scales: tuple[int, int],
    bounds: Mapping[str, Decimal],
) -> dict[Key, str]:
    """Which different ballots break the limits, and how. All are counted.

    `costs` and `points` stand beside the choices of all ballots in a row, as whole numbers of `scales`.
    """
    found: dict[Key, str] = {}
    if not len(lengths):
        return found
    start = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    money, point = scales
    values: dict[str, tuple[Ints, Ints, int, str]] = {
        "length": (lengths, lengths, 1, "choices"),
        "sum_cost": (*_same(np.add.reduceat(costs, start)), money, "in costs"),
    }
    if points is not None:
        least, most = np.minimum.reduceat(points, start), np.maximum.reduceat(points, start)
        values["points"] = (least, most, point, "points for a project")
        values["sum_points"] = (*_same(np.add.reduceat(points, start)), point, "points")
    for name, (least, most, scale, what) in values.items():
        low, high = bounds.get(f"min_{name}"), bounds.get(f"max_{name}")
        if low is not None:
            fewer = f"fewer than {low} {what}; the ballot is counted"
            for place in np.flatnonzero(least < math.ceil(low * scale)).tolist():
                found.setdefault(keys[place], fewer)
        if high is not None:
            more = f"more than {high} {what}; the ballot is counted"
            for place in np.flatnonzero(most > math.floor(high * scale)).tolist():
                found.setdefault(keys[place], more)
    return found


def _same(values: Ints) -> tuple[Ints, Ints]:
    return values, values
