"""A budget file read by its mapping: lines, faults with their place, totals that were checked.

Pure: rows in, lines and a report out. Nothing is repaired silently; what cannot be read is a fault with sheet, row and
column, and a file with a fault makes no version.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pbplatform.budget import cofog
from pbplatform.budget.amounts import AmountFault, NotAnAmount, decimal_mark, minor_units
from pbplatform.budget.findings import MOST_FAULTS, Fault, Line, Place, Reading
from pbplatform.budget.hierarchy import Branch, branches
from pbplatform.budget.layout import letters, text_of
from pbplatform.budget.mapping import MONEY, Branches, Mapping, Meaning, codes_repeat, qualified
from pbplatform.budget.models import Side
from pbplatform.budget.totals import Totals
from pbplatform.foundation.sheets import Cell, Formula

_NAMING = (
    Meaning.PROGRAMME, Meaning.PROGRAMME_TITLE, Meaning.ECONOMIC, Meaning.ECONOMIC_TITLE, Meaning.FUNCTION,
    Meaning.TITLE,
)  # fmt: skip
_INHERITED = (
    Meaning.PROGRAMME, Meaning.PROGRAMME_TITLE, Meaning.FUNCTION, Meaning.UNIT, Meaning.UNIT_TITLE,
)  # fmt: skip
_AMOUNT_FAULTS = {kind: Fault(kind.value) for kind in AmountFault}
_TOTAL = re.compile(
    r"(?:grand )?(?:sub)?total\b|(?:სულ|ჯამი|ჯამური|всичко|общо|вкупно|итого)\b", re.IGNORECASE
)
"""How a totals row begins; whole words, because a general school is „Общообразователно училище“ too."""
_REVENUE_WORDS = ("revenue", "income", "приход", "შემოსავ", "შემოსულ", "р-приход", "r")
_EXPENDITURE_WORDS = ("expend", "разход", "расход", "ხარჯ", "გადასახდელ", "e", "spending")


def read(
    rows: Sequence[Sequence[Cell]],
    header: int,
    mapping: Mapping,
    currency: str,
    districts: Iterable[str] = (),
) -> Reading:
    """Read the rows below the headings by a mapping."""
    return _Reader(rows, header, mapping, currency, frozenset(districts)).read()


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says before it is known what it is: a line, a totals row, or a sum of rows below it."""

    place: int
    total: bool
    amounts: dict[str, int | None]
    inherited: dict[Meaning, str]
    """What empty cells take from the programme above."""


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
        # Each cell is asked for several times.
        self.texts = [[text_of(cell) for cell in row] for row in rows]
        self.districts = districts
        self.faults: list[Place] = []
        self.faults_found = 0
        self.columns = {Meaning(name): column for name, column in mapping.columns.items()}
        self.money = [(meaning.value, self.columns[meaning]) for meaning in MONEY if meaning in self.columns]
        self.marks: dict[int, str] = {}
        self.unmapped: dict[str, Place] = {}
        self.totals = Totals()
        self.filtered = self.empty = self.branches = 0
        self.repeating = False
        self.above: dict[Meaning, str] = {}

    def read(self) -> Reading:
        lines: list[Line] = []
        if not self.money:
            self._fault(Fault.NO_AMOUNT_COLUMN, self.header, None, "")
        else:
            self._find_marks()
            lines = self._lines()
            if not lines and not self.faults:
                self._fault(Fault.NO_LINES, self.header, None, "")
            if self.mapping.sort_by == Meaning.FUNCTION:
                self._refuse_two_functions(lines)
        self.faults += self.unmapped.values()
        return Reading(
            lines,
            sorted(self.faults[:MOST_FAULTS], key=lambda found: (found.row, len(found.column), found.column)),
            self.faults_found + len(self.unmapped),
            self.totals.differing,
            self.totals.agreeing,
            self.filtered,
            self.empty,
            self.branches,
        )

    def _lines(self) -> list[Line]:
        """First what every row says, then which rows are sums of others, then the lines and the totals among them."""
        self.repeating = codes_repeat(self.texts[self.header + 1 :], self.mapping)
        said: list[_Said] = []
        for place in range(self.header + 1, len(self.rows)):
            row = self._row(place)
            if row is not None:
                said.append(row)
        branches = self._find_branches(said)
        lines = []
        for row in said:
            if row.total:
                self.totals.compare(row.place + 1, self._first(row.place), row.amounts)
            elif row.place in branches:
                self.branches += 1
                below = branches[row.place].leaves
                self.totals.compare_with_parts(row.place + 1, self._first(row.place), row.amounts, below)
            else:
                lines.append(self._made(row))
        return lines

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
        column = self.columns.get(meaning)
        row = self.texts[place]
        return row[column] if column is not None and column < len(row) else ""

    def _said(self, row: _Said, meaning: Meaning) -> str:
        """What a row says, with its own cell or with the one above."""
        return self._text(row.place, meaning) or row.inherited.get(meaning, "")

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

    def _row(self, place: int) -> _Said | None:
        row, only = self.texts[place], self.mapping.filter_column
        if only is not None and (row[only] if only < len(row) else "") != self.mapping.filter_value:
            self.filtered += any(row)
            return None
        if self._is_numbering(row) or self._repeats_headings(row):
            self.empty += 1
            return None
        total = self._is_total(place)
        inherited = self._inherit(place, total)
        known = self.faults_found
        amounts = self._amounts(place, quiet=total)
        # A row whose only amounts are faulty is looked at further, so that all its faults are told at once.
        if all(amount is None for amount in amounts.values()) and self.faults_found == known:
            self.empty += 1
            return None
        return _Said(place, total, amounts, inherited)

    def _inherit(self, place: int, total: bool) -> dict[Meaning, str]:
        """What the row's empty cells take from the programme above it; a totals row ends a programme."""
        if not self.mapping.fill_down or self._is_revenue(place):
            return {}
        if total:
            self.above = {}
        elif self._text(place, Meaning.PROGRAMME):
            self.above = {meaning: self._text(place, meaning) for meaning in _INHERITED}
            return {}
        return self.above

    def _is_numbering(self, row: Sequence[str]) -> bool:
        """Whether a row only numbers the columns, as printed tables do below their headings."""
        if next((text for text in row if text), "") != "1":
            return False
        texts = [text for text in row if text]
        return len(texts) >= 3 and texts == [str(number) for number in range(1, len(texts) + 1)]

    def _repeats_headings(self, row: Sequence[str]) -> bool:
        """Whether a row is the headings again, as at the top of a printed page."""
        return row == self.texts[self.header][: len(row)] and any(row)

    def _is_revenue(self, place: int) -> bool:
        """Whether the row says itself that it is revenue."""
        return self._text(place, Meaning.SIDE).casefold().startswith(_REVENUE_WORDS)

    def _find_branches(self, said: Sequence[_Said]) -> dict[int, Branch]:
        """Rows that are sums of rows below them, by the codes, and by the amounts unless the officer has decided."""
        if self.mapping.branches == Branches.LINES:
            return {}
        rows = (
            Branch(
                row.place,
                self._said(row, Meaning.PROGRAMME),
                self._text(row.place, Meaning.ECONOMIC),
                row.amounts,
            )
            for row in said
            if not row.total
        )
        found = branches(rows)
        if self.mapping.branches != Branches.SUMS and 2 * sum(row.agrees for row in found) <= len(found):
            return {}
        return {row.place: row for row in found}

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
                text = text_of(cell)
                remark = fault.fault is AmountFault.TEXT and not any(map(str.isdigit, text))
                if not quiet and (not remark or text.startswith("#") or self._says_something(place)):
                    self._fault(_AMOUNT_FAULTS[fault.fault], place, column, text)
        return found

    def _says_something(self, place: int) -> bool:
        """Whether a row names a thing that money is for; signatures and remarks below a table do not."""
        return any(self._text(place, meaning) for meaning in _NAMING)

    def _amount(self, cell: Cell, column: int) -> int | None:
        if isinstance(cell, Formula):
            raise NotAnAmount(AmountFault.FORMULA)
        if isinstance(cell, str):
            minor, currency = minor_units(cell, self.marks[column], self.mapping.unit)
            if currency is not None and currency != self.currency:
                raise NotAnAmount(AmountFault.CURRENCY)
            return minor
        if not isinstance(cell, Decimal):
            raise NotAnAmount(AmountFault.TEXT)
        return minor_units(cell, ".", self.mapping.unit)[0]

    def _is_total(self, place: int) -> bool:
        """Whether a row sums up others: it begins with such a word and names no economic or functional code of its own."""
        if any(map(str.isdigit, self._text(place, Meaning.ECONOMIC) + self._text(place, Meaning.FUNCTION))):
            return False
        words = (
            self._first(place),
            self._text(place, Meaning.TITLE),
            self._text(place, Meaning.PROGRAMME_TITLE),
        )
        return any(_TOTAL.match(word) for word in words)

    def _first(self, place: int) -> str:
        """The first text of a row, as its name in the report."""
        return next((text for text in self.texts[place] if text), "")[:120]

    def _made(self, row: _Said) -> Line:
        place, amounts = row.place, row.amounts
        side = self._side(place)
        programme, unit = self._said(row, Meaning.PROGRAMME), self._said(row, Meaning.UNIT)
        programme_title = self._said(row, Meaning.PROGRAMME_TITLE)
        economic_title = self._text(place, Meaning.ECONOMIC_TITLE)
        unit_title = self._said(row, Meaning.UNIT_TITLE)
        if not programme:
            programme = programme_title[:60]
        if self.repeating:
            programme = qualified(programme, unit)
        self.totals.add(side, amounts)
        for measure, amount in amounts.items():
            if amount is not None and amount < 0 and not self.mapping.negatives:
                column = dict(self.money)[measure]
                self._fault(Fault.NEGATIVE, place, column, self.texts[place][column])
        title = self._text(place, Meaning.TITLE) or economic_title or programme_title
        return Line(
            place + 1,
            side,
            self._function(row, side),
            _code(programme),
            programme_title[:300],
            _code(self._text(place, Meaning.ECONOMIC) or economic_title),
            economic_title[:300],
            _code(unit or unit_title),
            unit_title[:300],
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
            self._fault(Fault.UNKNOWN_SIDE, place, self.columns.get(Meaning.SIDE), written)
        codes = tuple(code for code in self.mapping.revenue_codes if code)
        if codes:
            economic = self._text(place, Meaning.ECONOMIC)
            return Side.REVENUE if economic.startswith(codes) else Side.EXPENDITURE
        return Side(self.mapping.side)

    def _function(self, row: _Said, side: Side) -> str:
        if side is Side.REVENUE:
            return ""
        value = self._said(row, Meaning(self.mapping.sort_by)) if self.mapping.sort_by else ""
        if self.repeating and self.mapping.sort_by == Meaning.PROGRAMME:
            value = qualified(value, self._said(row, Meaning.UNIT))
        code = self.mapping.functions.get(value)
        if not code and self.mapping.sort_by == Meaning.FUNCTION:
            code = cofog.recognise(value)
        code = code or self.mapping.rest
        if code not in cofog.titles():
            column = self.columns.get(Meaning(self.mapping.sort_by)) if self.mapping.sort_by else None
            before = self.unmapped.get(value)
            times = before.times + 1 if before else 1
            first = before.row if before else row.place + 1
            self.unmapped[value] = Place(
                Fault.UNMAPPED, first, letters(column) if column is not None else "", value[:80], times
            )
            return ""
        return code

    def _district(self, place: int) -> str:
        code = self._text(place, Meaning.DISTRICT)
        if code and self.districts and code not in self.districts:
            self._fault(Fault.UNKNOWN_DISTRICT, place, self.columns.get(Meaning.DISTRICT), code)
        return _code(code)[:40]

    def _refuse_two_functions(self, lines: list[Line]) -> None:
        """A programme belongs to one function; two are a slip of the pen that would split its money."""
        first: dict[str, Line] = {}
        for line in lines:
            if not line.programme or not line.function:
                continue
            before = first.setdefault(line.programme, line)
            if before.function != line.function:
                value = f"{line.programme}: {before.function} ({before.row}), {line.function}"
                self._fault(Fault.TWO_FUNCTIONS, line.row - 1, self.columns.get(Meaning.FUNCTION), value)


def _code(text: str) -> str:
    """A code as part of a path."""
    return text.replace("/", "-")[:60].strip()
