"""What the columns of a file mean, and the file read by it: lines, faults with their place, totals that were checked.

Pure: rows in, lines and a report out. Nothing is repaired silently; what cannot be read is a fault with sheet, row and
column, and a file with a fault makes no version.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from pbplatform.budget import cofog
from pbplatform.budget.amounts import AmountFault, NotAnAmount, decimal_mark, minor_units, take_apart
from pbplatform.budget.layout import letters, text_of
from pbplatform.budget.models import Side
from pbplatform.foundation.sheets import Cell, Formula


class Meaning(StrEnum):
    """What a column of a budget file can mean."""

    TITLE = "title"
    FUNCTION = "function"
    PROGRAMME = "programme"
    PROGRAMME_TITLE = "programme_title"
    ECONOMIC = "economic"
    ECONOMIC_TITLE = "economic_title"
    UNIT = "unit"
    UNIT_TITLE = "unit_title"
    DISTRICT = "district"
    SIDE = "side"
    PLANNED = "planned"
    ADJUSTED = "adjusted"
    ACTUAL = "actual"


MONEY = (Meaning.PLANNED, Meaning.ADJUSTED, Meaning.ACTUAL)
SORTABLE = (Meaning.FUNCTION, Meaning.PROGRAMME, Meaning.UNIT, Meaning.ECONOMIC)
"""What the COFOG function of a line can be told from."""


class Fault(StrEnum):
    """What is wrong in one place of a file; each keeps the file from becoming a version."""

    NO_AMOUNT_COLUMN = "no_amount_column"
    NO_LINES = "no_lines"
    TEXT = "text"
    FORMULA = "formula"
    FRACTION = "fraction"
    MARKS = "marks"
    MIXED_MARKS = "mixed_marks"
    CURRENCY = "currency"
    HUGE = "huge"
    NEGATIVE = "negative"
    UNMAPPED = "unmapped"
    TWO_FUNCTIONS = "two_functions"
    UNKNOWN_DISTRICT = "unknown_district"
    UNKNOWN_SIDE = "unknown_side"


_AMOUNT_FAULTS = {kind: Fault(kind.value) for kind in AmountFault}
_TOTAL_WORDS = ("total", "სულ", "ჯამი", "всичко", "общо", "вкупно", "итого", "grand total", "ჯამური")
_REVENUE_WORDS = ("revenue", "income", "приход", "შემოსავ", "შემოსულ", "р-приход", "r")
_EXPENDITURE_WORDS = ("expend", "разход", "расход", "ხარჯ", "გადასახდელ", "e", "spending")
MOST_FAULTS = 200


@dataclass
class Mapping:
    """What the officer said of a file. Columns are indexes from 0."""

    columns: dict[str, int] = field(default_factory=dict)
    filter_column: int | None = None
    filter_value: str = ""
    unit: int = 1
    sort_by: str = ""
    """The Meaning whose values tell the function."""
    functions: dict[str, str] = field(default_factory=dict)
    """Value → COFOG code."""
    rest: str = ""
    """The function of values that have none of their own."""
    side: str = Side.EXPENDITURE.value
    """The side of all lines, where no column tells it."""
    revenue_codes: list[str] = field(default_factory=list)
    """Beginnings of economic codes that are revenue."""
    negatives: bool = False
    """Whether amounts below zero are meant, as corrections are; said in public with the version."""

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """The mapping kept as a document; what an older release did not know keeps its default."""
        known = set(cls.__dataclass_fields__)
        return cls(**{key: value for key, value in kept.items() if key in known})

    def kept(self) -> dict[str, Any]:
        """As a document."""
        return asdict(self)

    def column(self, meaning: Meaning) -> int | None:
        """The column of a meaning."""
        return self.columns.get(meaning.value)


@dataclass(frozen=True)
class Place:
    """A fault in its place: row as people count, column as spreadsheet programs name it, and what stands there."""

    fault: Fault
    row: int
    column: str
    value: str
    times: int = 1


@dataclass(frozen=True)
class Total:
    """A totals row of the file beside the sum of the lines that it should equal, in minor units."""

    row: int
    title: str
    measure: str
    written: int
    summed: int


@dataclass(slots=True)
class Line:
    """One line that was read; amounts in minor units."""

    row: int
    side: Side
    function: str
    programme: str
    programme_title: str
    economic: str
    economic_title: str
    unit: str
    unit_title: str
    district: str
    title: str
    planned: int | None
    adjusted: int | None
    actual: int | None


@dataclass
class Reading:
    """What came of a file: lines, faults, totals rows that differ, and what was passed over."""

    lines: list[Line]
    faults: list[Place]
    faults_found: int
    totals: list[Total]
    totals_agreeing: int
    filtered: int
    empty: int


@dataclass(frozen=True)
class Value:
    """One value of the column that functions are told from, with what it is called and how often it occurs."""

    value: str
    title: str
    times: int


_TITLE_OF = {
    Meaning.PROGRAMME: Meaning.PROGRAMME_TITLE,
    Meaning.UNIT: Meaning.UNIT_TITLE,
    Meaning.ECONOMIC: Meaning.ECONOMIC_TITLE,
    Meaning.FUNCTION: Meaning.TITLE,
}
MOST_VALUES = 600


def values_to_sort(rows: Sequence[Sequence[Cell]], header: int, mapping: Mapping) -> list[Value]:
    """The values that need a function from the officer: codes that name one themselves are left out."""
    if not mapping.sort_by:
        return []
    meaning = Meaning(mapping.sort_by)
    column, named = mapping.column(meaning), mapping.column(_TITLE_OF[meaning])
    times: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for row in rows[header + 1 :]:
        if mapping.filter_column is not None and (
            mapping.filter_column >= len(row) or text_of(row[mapping.filter_column]) != mapping.filter_value
        ):
            continue
        value = text_of(row[column]) if column is not None and column < len(row) else ""
        if not value or (meaning is Meaning.FUNCTION and cofog.recognise(value)):
            continue
        times[value] += 1
        if value not in titles and named is not None and named < len(row):
            titles[value] = text_of(row[named])
    return [Value(value, titles.get(value, ""), many) for value, many in times.most_common(MOST_VALUES)]


def read(
    rows: Sequence[Sequence[Cell]],
    header: int,
    mapping: Mapping,
    currency: str,
    districts: Iterable[str] = (),
) -> Reading:
    """Read the rows below the headings by a mapping."""
    return _Reader(rows, header, mapping, currency, frozenset(districts)).read()


class _Reader:
    """Reads one file; keeps the place of every fault."""

    def __init__(
        self,
        rows: Sequence[Sequence[Cell]],
        header: int,
        mapping: Mapping,
        currency: str,
        districts: frozenset[str],
    ) -> None:
        self.rows, self.header, self.mapping, self.currency = rows, header, mapping, currency
        self.districts = districts
        self.faults: list[Place] = []
        self.faults_found = 0
        self.money = [
            (meaning.value, column) for meaning in MONEY if (column := mapping.column(meaning)) is not None
        ]
        self.marks: dict[int, str] = {}
        self.unmapped: dict[str, Place] = {}
        self.block: Counter[str] = Counter()
        self.whole: Counter[str] = Counter()
        self.sides: dict[str, Counter[str]] = {}
        self.totals: list[Total] = []
        self.agreeing = self.filtered = self.empty = 0

    def read(self) -> Reading:
        lines: list[Line] = []
        if not self.money:
            self._fault(Fault.NO_AMOUNT_COLUMN, self.header, None, "")
        else:
            self._find_marks()
            qualified = self._codes_repeat()
            for place in range(self.header + 1, len(self.rows)):
                line = self._line(place, qualified)
                if line is not None:
                    lines.append(line)
            if not lines and not self.faults:
                self._fault(Fault.NO_LINES, self.header, None, "")
            if self.mapping.sort_by == Meaning.FUNCTION:
                self._refuse_two_functions(lines)
        self.faults += self.unmapped.values()
        return Reading(
            lines,
            self.faults[:MOST_FAULTS],
            self.faults_found + len(self.unmapped),
            self.totals,
            self.agreeing,
            self.filtered,
            self.empty,
        )

    def _fault(self, fault: Fault, place: int, column: int | None, value: str) -> None:
        self.faults_found += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(
                Place(fault, place + 1, letters(column) if column is not None else "", value[:80])
            )

    def _cell(self, place: int, column: int | None) -> Cell:
        row = self.rows[place]
        return row[column] if column is not None and column < len(row) else None

    def _text(self, place: int, meaning: Meaning) -> str:
        return text_of(self._cell(place, self.mapping.column(meaning)))

    def _find_marks(self) -> None:
        """Settle each money column's decimal mark by the whole column, because one cell alone may mislead."""
        for _, column in self.money:
            cells = (self._cell(place, column) for place in range(self.header + 1, len(self.rows)))
            mark = decimal_mark(
                cell for cell in cells if isinstance(cell, str) and any(map(str.isdigit, cell))
            )
            if mark is None:
                self._fault(Fault.MIXED_MARKS, self.header, column, "")
            self.marks[column] = mark or ","

    def _codes_repeat(self) -> bool:
        """Whether units number their programmes each for themselves, so that a code means something only with its unit."""
        if self.mapping.column(Meaning.UNIT) is None or self.mapping.column(Meaning.PROGRAMME_TITLE) is None:
            return False
        named: dict[str, str] = {}
        for place in range(self.header + 1, len(self.rows)):
            code = self._text(place, Meaning.PROGRAMME)
            if code and named.setdefault(code, self._text(place, Meaning.PROGRAMME_TITLE)) != self._text(
                place, Meaning.PROGRAMME_TITLE
            ):
                return True
        return False

    def _line(self, place: int, qualified: bool) -> Line | None:
        row = self.rows[place]
        if self.mapping.filter_column is not None and (
            text_of(self._cell(place, self.mapping.filter_column)) != self.mapping.filter_value
        ):
            self.filtered += any(text_of(cell) for cell in row)
            return None
        total = self._is_total(place)
        amounts = self._amounts(place, quiet=total)
        if all(amount is None for amount in amounts.values()):
            self.empty += 1
            return None
        if total:
            self._check_total(place, amounts)
            return None
        return self._made(place, amounts, qualified)

    def _amounts(self, place: int, *, quiet: bool) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for measure, column in self.money:
            cell = self._cell(place, column)
            found[measure] = None
            if cell is None or cell == "":
                continue
            try:
                found[measure] = self._amount(cell, column)
            except NotAnAmount as fault:
                if not quiet and (self._has_code(place) or fault.fault is not AmountFault.TEXT):
                    self._fault(_AMOUNT_FAULTS[fault.fault], place, column, text_of(cell))
                elif not quiet and any(sign.isdigit() for sign in text_of(cell)):
                    self._fault(Fault.TEXT, place, column, text_of(cell))
        return found

    def _has_code(self, place: int) -> bool:
        return any(
            self._text(place, meaning) for meaning in (Meaning.PROGRAMME, Meaning.ECONOMIC, Meaning.FUNCTION)
        )

    def _amount(self, cell: Cell, column: int) -> int | None:
        if isinstance(cell, Formula):
            raise NotAnAmount(AmountFault.FORMULA)
        if isinstance(cell, str):
            minor, currency = minor_units(cell, self.marks[column], self.mapping.unit)
            if currency is not None and currency != self.currency:
                raise NotAnAmount(AmountFault.CURRENCY)
            return minor
        if hasattr(cell, "year"):
            raise NotAnAmount(AmountFault.TEXT)
        return minor_units(cell, ".", self.mapping.unit)[0]  # type: ignore[arg-type]

    def _is_total(self, place: int) -> bool:
        """Whether a row sums up others: it begins with such a word and names no economic code of its own."""
        if self._text(place, Meaning.ECONOMIC) and take_apart(self._text(place, Meaning.ECONOMIC)):
            return False
        first = next((text_of(cell) for cell in self.rows[place] if text_of(cell)), "")
        words = (first, self._text(place, Meaning.TITLE), self._text(place, Meaning.PROGRAMME_TITLE))
        return any(word.casefold().startswith(_TOTAL_WORDS) for word in words if word)

    def _check_total(self, place: int, amounts: dict[str, int | None]) -> None:
        """Compare a totals row with the lines above it: those since the last total, a side's, or all."""
        for measure, written in amounts.items():
            if written is None:
                continue
            sums = [
                self.block[measure],
                self.whole[measure],
                *(side[measure] for side in self.sides.values()),
            ]
            if written in sums:
                self.agreeing += 1
            else:
                nearest = min(sums, key=lambda found: abs(found - written))
                title = next((text_of(cell) for cell in self.rows[place] if text_of(cell)), "")
                self.totals.append(Total(place + 1, title[:120], measure, written, nearest))
        self.block.clear()

    def _made(self, place: int, amounts: dict[str, int | None], qualified: bool) -> Line:
        side = self._side(place)
        programme, unit = self._text(place, Meaning.PROGRAMME), self._text(place, Meaning.UNIT)
        programme_title = self._text(place, Meaning.PROGRAMME_TITLE)
        economic_title = self._text(place, Meaning.ECONOMIC_TITLE)
        if not programme:
            programme = programme_title[:60]
        if qualified and programme:
            programme = f"{unit}-{programme}"
        for measure, amount in amounts.items():
            if amount is not None:
                self.block[measure] += amount
                self.whole[measure] += amount
                self.sides.setdefault(side.value, Counter())[measure] += amount
                if amount < 0 and not self.mapping.negatives:
                    self._fault(Fault.NEGATIVE, place, dict(self.money)[measure], f"{amount // 100}")
        title = self._text(place, Meaning.TITLE) or economic_title or programme_title
        return Line(
            place + 1,
            side,
            self._function(place, side),
            _code(programme),
            programme_title[:300],
            _code(self._text(place, Meaning.ECONOMIC) or economic_title),
            economic_title[:300],
            _code(unit or self._text(place, Meaning.UNIT_TITLE)),
            self._text(place, Meaning.UNIT_TITLE)[:300],
            self._district(place),
            title[:500],
            amounts.get(Meaning.PLANNED),
            amounts.get(Meaning.ADJUSTED),
            amounts.get(Meaning.ACTUAL),
        )

    def _side(self, place: int) -> Side:
        written = self._text(place, Meaning.SIDE).casefold()
        if written:
            if written.startswith(_REVENUE_WORDS):
                return Side.REVENUE
            if written.startswith(_EXPENDITURE_WORDS):
                return Side.EXPENDITURE
            self._fault(Fault.UNKNOWN_SIDE, place, self.mapping.column(Meaning.SIDE), written)
        codes = tuple(code for code in self.mapping.revenue_codes if code)
        if codes:
            economic = self._text(place, Meaning.ECONOMIC)
            return Side.REVENUE if economic.startswith(codes) else Side.EXPENDITURE
        return Side(self.mapping.side)

    def _function(self, place: int, side: Side) -> str:
        if side is Side.REVENUE:
            return ""
        value = self._text(place, Meaning(self.mapping.sort_by)) if self.mapping.sort_by else ""
        code = self.mapping.functions.get(value)
        if not code and self.mapping.sort_by == Meaning.FUNCTION:
            code = cofog.recognise(value)
        code = code or self.mapping.rest
        if code not in cofog.titles():
            column = self.mapping.column(Meaning(self.mapping.sort_by)) if self.mapping.sort_by else None
            before = self.unmapped.get(value)
            times = before.times + 1 if before else 1
            row = before.row if before else place + 1
            self.unmapped[value] = Place(
                Fault.UNMAPPED, row, letters(column) if column is not None else "", value[:80], times
            )
            return ""
        return code

    def _district(self, place: int) -> str:
        code = self._text(place, Meaning.DISTRICT)
        if code and self.districts and code not in self.districts:
            self._fault(Fault.UNKNOWN_DISTRICT, place, self.mapping.column(Meaning.DISTRICT), code)
        return code[:40]

    def _refuse_two_functions(self, lines: list[Line]) -> None:
        """A programme belongs to one function; two are a slip of the pen that would split its money."""
        first: dict[str, Line] = {}
        for line in lines:
            if not line.programme or not line.function:
                continue
            before = first.setdefault(line.programme, line)
            if before.function != line.function:
                value = f"{line.programme}: {before.function} ({before.row}), {line.function}"
                self._fault(Fault.TWO_FUNCTIONS, line.row - 1, self.mapping.column(Meaning.FUNCTION), value)


def _code(text: str) -> str:
    """A code as part of a path."""
    return text.replace("/", "-")[:60].strip()
