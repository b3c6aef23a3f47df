"""Totals rows of a file beside the lines that they should equal, to the last unit."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pbplatform.budget.findings import Total
from pbplatform.budget.models import Side

Amounts = Mapping[str, int | None]


class Totals:
    """Adds the lines up as they come, and keeps every written total that none of the sums equals."""

    def __init__(self) -> None:
        self.differing: list[Total] = []
        self.agreeing = 0
        self._block: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()
        self._sides: dict[Side, Counter[str]] = {side: Counter() for side in Side}

    def add(self, side: Side, amounts: Amounts) -> None:
        """Add a line."""
        for measure, amount in amounts.items():
            if amount is not None:
                for sums in (self._block, self._whole, self._sides[side]):
                    sums[measure] += amount

    def compare(self, row: int, title: str, amounts: Amounts) -> None:
        """Compare a totals row with the lines above it: those since the last total, a side's, or all."""
        for measure, written in amounts.items():
            if written is not None:
                sums = [of[measure] for of in (self._block, self._whole, *self._sides.values())]
                self._settle(Total(row, title, measure, written, _nearest(sums, written)))
        self._block.clear()

    def compare_with_parts(self, row: int, title: str, amounts: Amounts, parts: Mapping[str, int]) -> None:
        """Compare a row that sums up the rows below it with their sum."""
        for measure, written in amounts.items():
            if written is not None:
                self._settle(Total(row, title, measure, written, parts.get(measure, 0)))

    def _settle(self, total: Total) -> None:
        if total.written == total.summed:
            self.agreeing += 1
        else:
            self.differing.append(total)


def _nearest(sums: Sequence[int], written: int) -> int:
    return min(sums, key=lambda found: abs(found - written))
