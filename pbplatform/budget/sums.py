"""The sums of a version along every axis that people walk: made once, so that pages cost the same for any number of lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pbplatform.budget import cofog
from pbplatform.budget.findings import Line
from pbplatform.budget.models import Axis, Side

NOWHERE = "-"
"""The code of what names none: the whole municipality among districts, other things elsewhere."""


@dataclass(slots=True)
class Sum:
    """One sum: None amounts where no line has the measure."""

    title: str = ""
    lines: int = 0
    planned: int | None = None
    adjusted: int | None = None
    actual: int | None = None

    def add(self, line: Line) -> None:
        """Add a line."""
        self.lines += 1
        if line.planned is not None:
            self.planned = (self.planned or 0) + line.planned
        if line.adjusted is not None:
            self.adjusted = (self.adjusted or 0) + line.adjusted
        if line.actual is not None:
            self.actual = (self.actual or 0) + line.actual


Key = tuple[Side, Axis, str]


def sums(lines: Iterable[Line]) -> dict[Key, Sum]:
    """Every sum by side, axis and path."""
    found: dict[Key, Sum] = {}
    for line in lines:
        for axis, parts in _paths(line):
            path = ""
            _add(found, line, axis, "", "")
            for code, title in parts:
                path = f"{path}/{code}" if path else code
                _add(found, line, axis, path, title)
    return found


def _add(found: dict[Key, Sum], line: Line, axis: Axis, path: str, title: str) -> None:
    key = (line.side, axis, path)
    row = found.get(key)
    if row is None:
        row = found[key] = Sum(title)
    row.add(line)


def _paths(line: Line) -> Iterator[tuple[Axis, list[tuple[str, str]]]]:
    economic = (line.economic or NOWHERE, line.economic_title)
    if line.side is Side.REVENUE:
        yield Axis.ECONOMIC, [economic]
        return
    programme = (line.programme or NOWHERE, line.programme_title)
    division = cofog.division(line.function)
    by_function = [(division, "")]
    if line.function != division:
        by_function.append((line.function, ""))
    yield Axis.FUNCTION, [*by_function, programme]
    yield Axis.PROGRAMME, [programme, economic]
    yield Axis.ECONOMIC, [economic]
    if line.district:
        yield Axis.DISTRICT, [(line.district, ""), (division, "")]
    if line.unit:
        yield Axis.UNIT, [(line.unit, line.unit_title), (division, "")]


def parent(path: str) -> str | None:
    """The path one level up; None above the whole."""
    return None if not path else path.rpartition("/")[0]
