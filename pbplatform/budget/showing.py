"""The budget as pages show it: names for codes, shares, amounts per resident, areas with their labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pbplatform.budget import cofog, queries
from pbplatform.budget.models import Axis, BudgetSum, BudgetVersion, Programme, Side, Stage
from pbplatform.budget.sums import NOWHERE
from pbplatform.budget.treemap import areas
from pbplatform.foundation import conversion
from pbplatform.foundation.i18n import Texts

WIDE, NARROW = (1000, 520), (360, 420)
"""Width and height of the areas on large and on small screens."""
MOST_AREAS = 30
COLOURS = ("#1f5c4d", "#24527a", "#7a4a1d", "#5b3b78", "#7a2f3d", "#3f5a1f", "#1d5a66", "#55505a")
"""The same as in the stylesheet, for paper, where it does not reach."""


@dataclass(frozen=True)
class Part:
    """One thing that a place is made of."""

    path: str
    code: str
    names: Texts
    amount: int
    share: float
    per_resident: int | None
    of_hundred: int
    """What of one hundred goes there, in minor units."""
    done: float | None
    """Which part of its plan in force was received or spent."""


_MARGIN, _ROW, _LETTER = 10, 22, 10.5
"""Inside an area: its margin, the height of a line and the width of a small letter."""


def fitted(text: str, room: float, rows: int) -> list[str]:
    """A text in lines of so many small letters; what does not fit is left out with a mark."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < rows:
        line = words.pop(0)
        while words and _breadth(f"{line} {words[0]}") <= room:
            line += f" {words.pop(0)}"
        lines.append(line)
    if words and lines:
        lines[-1] += "…"
    return [_cut(line, room) for line in lines]


def _cut(line: str, room: float) -> str:
    if _breadth(line) <= room:
        return line
    line = line.rstrip("…")
    while line and _breadth(line) > room - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _breadth(text: str) -> float:
    """How many small letters a text is broad: capitals and Georgian letters are broader."""
    return sum(1.25 if letter.isupper() else 1.15 if "\u10d0" <= letter <= "\u10ff" else 1 for letter in text)


@dataclass(frozen=True)
class Tile:
    """A part as an area; texts only where they fit."""

    part: Part
    tone: int
    x: float
    y: float
    width: float
    height: float

    def lines(self, name: str) -> list[str]:
        """The name in lines that fit, with room below for the share; none where too little would fit to be of use."""
        width, rows = self.width - 2 * _MARGIN, int((self.height - _MARGIN) / _ROW) - 1
        return fitted(name, width / _LETTER, rows) if rows > 0 and width >= 6 * _LETTER else []

    @property
    def colour(self) -> str:
        """The colour on paper."""
        return COLOURS[self.tone]


@dataclass(frozen=True)
class Treemap:
    """The same areas drawn for a large and for a small screen."""

    wide: list[Tile]
    narrow: list[Tile]


@dataclass(frozen=True)
class Namer:
    """Finds the name of a code: the UN's for functions, the officers' own for programmes, else the file's."""

    language: str
    """The language of the file."""
    programmes: Mapping[str, Programme]
    districts: Mapping[str, Texts]
    file: Mapping[tuple[Axis, str], str]
    """Names of the file's codes, for pages that show lines of all kinds."""
    codes: Mapping[tuple[Side, Axis, str], Texts] = field(default_factory=dict)
    """Names that officers gave to economic codes and institutions in other languages than the file's."""

    def names(self, axis: Axis, path: str, title: str = "", side: Side = Side.EXPENDITURE) -> Texts:
        """The names of the last part of a path."""
        code = path.rpartition("/")[2]
        kind = self._kind(axis, path)
        if kind is Axis.FUNCTION:
            return cofog.title(code)
        if kind is Axis.DISTRICT and code in self.districts:
            return self.districts[code]
        if kind is Axis.PROGRAMME and code in self.programmes and self.programmes[code].titles:
            return self.programmes[code].titles
        text = title or self.file.get((kind, code), "")
        others = self.codes.get((side, kind, code), {})
        return {self.language: text, **others} if text else ({} if code == NOWHERE else {self.language: code})

    @staticmethod
    def _kind(axis: Axis, path: str) -> Axis:
        if axis is Axis.FUNCTION:
            return Axis.FUNCTION if cofog.is_function(path) else Axis.PROGRAMME
        depth = path.count("/")
        if axis is Axis.PROGRAMME:
            return Axis.PROGRAMME if depth == 0 else Axis.ECONOMIC
        if axis in (Axis.DISTRICT, Axis.UNIT) and depth == 1:
            return Axis.FUNCTION
        return axis


def parts(
    rows: Iterable[BudgetSum], axis: Axis, measure: str, whole: int, population: int, namer: Namer
) -> list[Part]:
    """What a place is made of, the largest first."""
    found = []
    for row in rows:
        amount: int = getattr(row, measure) or 0
        found.append(
            Part(
                row.path,
                row.path.rpartition("/")[2],
                namer.names(axis, row.path, row.title, row.side),
                amount,
                amount / whole if whole else 0.0,
                round(amount / population) if population else None,
                round(10_000 * amount / whole) if whole else 0,
                _done(row),
            )
        )
    return sorted(found, key=lambda part: (-part.amount, part.path))


def _done(row: BudgetSum) -> float | None:
    plan = queries.in_force(row)
    return row.actual / plan if row.actual is not None and plan else None


@dataclass(frozen=True)
class Change:
    """One programme or kind of revenue in two versions; amounts in the currency of the later one."""

    side: Side
    axis: Axis
    path: str
    names: Texts
    before: int | None
    after: int | None

    @property
    def difference(self) -> int:
        """What was added, or taken away when it is below zero."""
        return (self.after or 0) - (self.before or 0)


def measures_to_compare(before: BudgetVersion, after: BudgetVersion) -> list[str]:
    """What two versions can be compared by, the most telling first; the empty name is the plan in force."""
    both = set(queries.measures_of(before)) & set(queries.measures_of(after))
    if "actual" not in both:
        return [""]
    executions = before.stage is Stage.EXECUTED and after.stage is Stage.EXECUTED
    return ["actual", ""] if executions and before.year == after.year else ["", "actual"]


def changes(
    pairs: Iterable[tuple[BudgetSum | None, BudgetSum | None]],
    before: BudgetVersion,
    after: BudgetVersion,
    measure: str,
    namer: Namer,
) -> list[Change]:
    """What two versions differ in, the largest difference first; none where currencies have no fixed rate."""
    found = []
    for old, new in pairs:
        row = new or old
        if row is None:
            continue
        was = conversion.converted(_compared(old, measure), before.currency, after.currency) if old else None
        found.append(
            Change(
                row.side,
                row.axis,
                row.path,
                namer.names(row.axis, row.path, row.title, row.side),
                was,
                _compared(new, measure) if new else None,
            )
        )
    differing = [change for change in found if change.difference]
    return sorted(differing, key=lambda change: -abs(change.difference))


def _compared(row: BudgetSum, measure: str) -> int:
    amount = row.actual if measure == "actual" else queries.in_force(row)
    return amount or 0


def is_leaf(axis: Axis, path: str) -> bool:
    """Whether nothing lies below a path but lines."""
    if not path:
        return False
    if axis is Axis.FUNCTION:
        return not cofog.is_function(path)
    return axis is Axis.ECONOMIC or "/" in path


def has_lines(axis: Axis, path: str) -> bool:
    """Whether the lines of a place are shown."""
    return axis in (Axis.FUNCTION, Axis.PROGRAMME, Axis.ECONOMIC) and is_leaf(axis, path)


def treemap(found: Sequence[Part]) -> Treemap:
    """The largest parts as areas."""
    return Treemap(_tiles(found, WIDE), _tiles(found, NARROW))


def _tiles(found: Sequence[Part], size: tuple[int, int]) -> list[Tile]:
    shown = [part for part in found if part.amount > 0][:MOST_AREAS]
    return [
        Tile(shown[area.index], area.index % len(COLOURS), area.x, area.y, area.width, area.height)
        for area in areas([part.amount for part in shown], *size)
    ]
