"""Faults in a file: where and what, collected up to a bound, so that a broken file costs no more than a good one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_LISTED = 100
"""No more faults than this are listed; the others are only counted."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong, and the line of the file it stands on (0: the file as a whole)."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass
class Faults:
    """The faults found so far; `more` counts those beyond the bound."""

    listed: list[Fault] = field(default_factory=list)
    more: int = 0

    def add(self, line: int, message: str) -> None:
        """Note a fault."""
        if len(self.listed) < MOST_LISTED:
            self.listed.append(Fault(line, message))
        else:
            self.more += 1

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several faults."""
        for fault in faults:
            self.add(fault.line, fault.message)

    def __bool__(self) -> bool:
        return bool(self.listed)

    def __len__(self) -> int:
        return len(self.listed) + self.more


class FileFaults(ValueError):
    """A file that cannot be read as an election. `listed` has the first faults, `more` counts the rest."""

    def __init__(self, faults: Faults) -> None:
        self.listed = tuple(sorted(faults.listed))
        self.more = faults.more
        lines = [str(fault) for fault in self.listed]
        super().__init__("\n".join(lines + ([f"and {self.more} more"] if self.more else [])))


def brief(text: str, most: int = 60) -> str:
    """A piece of a file to show in a message: shortened, control characters made visible."""
    shown = text if len(text) <= most else text[:most] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
