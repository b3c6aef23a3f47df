"""The one rule about small numbers of people: below ten they are hidden on every page, interface and file.

A hidden number must not come back by subtraction, because the row's total is public: so at least two are hidden, and
together they are at least the threshold; the next smallest are hidden until that holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

THRESHOLD = 10


@dataclass(frozen=True)
class Cell:
    """A number of people; `value` is None where it is hidden."""

    value: int | None

    @property
    def hidden(self) -> bool:
        """Whether the number is not told."""
        return self.value is None


Name = TypeVar("Name", str, int)


def suppress(row: Mapping[Name, int], threshold: int = THRESHOLD) -> dict[Name, Cell]:
    """One row of a table whose total is public. Zero is told, because it is about nobody, unless it helps to hide another."""
    hidden = {name for name, value in row.items() if 0 < value < threshold}
    if hidden:
        # Those with people in them go first: hiding a zero hides little.
        rest = sorted((value == 0, value, name) for name, value in row.items() if name not in hidden)
        for _empty, _value, name in rest:
            if len(hidden) > 1 and sum(row[other] for other in hidden) >= threshold:
                break
            hidden.add(name)
    return {name: Cell(None if name in hidden else value) for name, value in row.items()}
