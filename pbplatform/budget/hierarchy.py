"""Rows that sum up the rows below them: 02 00 above 02 01, 13-00 above 13-01, a programme above its kinds of spending.

Municipal files are often trees written one below the other. Counting a branch and its leaves would count money twice, so
branches are found by their codes, and what they say is compared with the sum of their leaves.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

_BREAKS = re.compile(r"[^0-9A-Za-z\u0400-\u04FF\u10A0-\u10FF]+")


@dataclass
class Branch:
    """A row with what it says, and the leaves found below it."""

    place: int
    programme: str
    economic: str
    amounts: Mapping[str, int | None]
    leaves: dict[str, int] = field(default_factory=dict)
    children: int = 0

    @property
    def agrees(self) -> bool:
        """Whether every amount of the row is the sum of its leaves."""
        return all(
            amount is None or amount == self.leaves.get(name, 0) for name, amount in self.amounts.items()
        )


@cache
def _groups(code: str) -> tuple[str, ...]:
    groups = [group for group in _BREAKS.split(code.strip()) if group]
    while len(groups) > 1 and not groups[-1].strip("0"):
        groups.pop()
    return tuple(groups)


@cache
def is_below(code: str, above: str) -> bool:
    """Whether a code names a part of what another code names."""
    parts, over = _groups(code), _groups(above)
    if not parts or not over:
        return False
    if len(parts) > 1 or len(over) > 1:
        return len(parts) > len(over) and parts[: len(over)] == over
    part, whole = parts[0], over[0]
    if not (part.isdigit() and whole.isdigit()):
        return False
    if len(part) == len(whole):
        whole = _without_zeros(whole)
        return len(whole) < len(part) and part.startswith(whole) and part != over[0]
    return len(whole) >= 2 and len(part) > len(whole) and part.startswith(whole)


def _without_zeros(code: str) -> str:
    """A code without the zeros that mean “all of it”: in pairs where its length is even, else one by one."""
    step = 2 if len(code) % 2 == 0 else 1
    while len(code) > step and code.endswith("0" * step):
        code = code[:-step]
    return code


def branches(rows: Iterable[Branch]) -> list[Branch]:
    """The rows that others below them are parts of, with the sums of their leaves; rows come as in the file."""
    open_rows: list[Branch] = []
    found: list[Branch] = []

    def close() -> None:
        row = open_rows.pop()
        if row.children:
            found.append(row)
        elif open_rows:
            for above in open_rows:
                for name, amount in row.amounts.items():
                    if amount is not None:
                        above.leaves[name] = above.leaves.get(name, 0) + amount

    for row in rows:
        while open_rows and not _holds(open_rows[-1], row):
            close()
        if open_rows:
            open_rows[-1].children += 1
        open_rows.append(row)
    while open_rows:
        close()
    return sorted(found, key=lambda row: row.place)


def _holds(above: Branch, row: Branch) -> bool:
    if row.programme == above.programme:
        if not above.economic:
            return bool(row.economic) and bool(row.programme)
        return is_below(row.economic, above.economic)
    return not above.economic and is_below(row.programme, above.programme)
