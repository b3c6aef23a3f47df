"""Reading a table of delivery facts that was brought back: what cannot be understood is a fault, never a guess."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import force_locale

from pbplatform.budget import amounts
from pbplatform.budget.layout import letters
from pbplatform.delivery.models import Fact, Outcome
from pbplatform.delivery.problems import SheetFault
from pbplatform.delivery.sheet import HEADINGS, MOST_ROWS, Column, Fault, Faulty, Row, columns, row_from
from pbplatform.delivery.words import FACTS, MILESTONES, OUTCOMES
from pbplatform.foundation.forms import EARLIEST_YEAR, LATEST_YEAR
from pbplatform.foundation.i18n import LANGUAGES, Currency
from pbplatform.foundation.sheets import Cell, Formula, Sheet, Workbook
from pbplatform.municipalities.models import Municipality

LONGEST_REASON = 2_000
_LONGEST = {"supplier": 200, "procurement": 112}
_NEEDED = (Column.LINE, Column.FACT, Column.NUMBER, Column.DAY, Column.STATE)


def _spellings(words: Mapping[Any, Any]) -> dict[str, Any]:
    """Every way to write the members of an enum: its value, and its words in each language."""
    found: dict[str, Any] = {}
    for language in LANGUAGES:
        with force_locale(language):
            found |= {_folded(str(label)): member for member, label in words.items()}
    return found | {_folded(member.value): member for member in words}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


class Reader:
    """Reads the rows of one brought table; what cannot be understood becomes a Fault, never a guess."""

    def __init__(self, place: Municipality) -> None:
        self.place = place
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self._headings = _spellings({column: HEADINGS[column] for column in columns(place)})
        self._facts = _spellings(FACTS)
        self._milestones = _spellings(MILESTONES)
        self._outcomes = _spellings(OUTCOMES)
        self._where: dict[Column, int] = {}
        self._sheet = ""

    def kept(self) -> dict[str, Any]:
        """What was understood, as plain JSON; `again` takes it up."""
        return {
            "sheet": self._sheet,
            "columns": {column.value: index for column, index in self._where.items()},
            "rows": [row.kept() for row in self.rows],
        }

    def again(self, kept: Mapping[str, Any]) -> None:
        """Take up what was understood before."""
        self._sheet = kept["sheet"]
        self._where = {Column(name): index for name, index in kept["columns"].items()}
        self.rows = [row_from(row) for row in kept["rows"]]

    def read(self, workbook: Workbook) -> None:
        """Read the first sheet that has the headings."""
        for sheet in workbook.sheets:
            self._where = self._found(sheet.rows[0] if sheet.rows else [])
            if all(column in self._where for column in _NEEDED):
                self._read(sheet)
                return
        self._where = self._found(workbook.sheets[0].rows[0])
        for column in _NEEDED:
            if column not in self._where:
                self.fault(1, None, SheetFault.HEADING_MISSING, heading=str(HEADINGS[column]))

    def _found(self, headings: Sequence[Cell]) -> dict[Column, int]:
        places: dict[Column, int] = {}
        for index, heading in enumerate(headings):
            column = self._headings.get(_folded(str(heading))) if heading else None
            if column is not None:
                places.setdefault(column, index)
        return places

    def _read(self, sheet: Sheet) -> None:
        self._sheet = sheet.name
        if len(sheet.rows) > MOST_ROWS + 1:
            self.fault(MOST_ROWS + 2, None, SheetFault.TOO_MANY_ROWS, most=MOST_ROWS)
            return
        for place, cells in enumerate(sheet.rows[1:], start=2):
            if not any(cell not in (None, "") for cell in cells):
                continue
            try:
                self.rows.append(self._row(place, cells))
            except Faulty as problem:
                self.fault(place, problem.column, problem.problem, **problem.values)

    def fault(self, row: int, column: Column | None, problem: StrEnum, **values: Any) -> None:
        """Note what is wrong in a row."""
        index = self._where.get(column) if column else None
        letter = letters(index) if index is not None else ""
        heading = column.value if column else ""
        self.faults.append(Fault(self._sheet, row, letter, heading, problem.value, values))

    def _row(self, place: int, cells: Sequence[Cell]) -> Row:
        fact = self._member(cells, Column.FACT, self._facts, FACTS, SheetFault.UNKNOWN_FACT)
        line = self._text(cells, Column.LINE)
        if not (line.isascii() and line.isdecimal() and len(line) <= 18):
            raise Faulty(Column.LINE, SheetFault.UNKNOWN_PROJECT)
        number = self._text(cells, Column.NUMBER)
        numbered = number.isascii() and number.isdecimal() and len(number) <= 18
        if number and not numbered and fact is not Fact.CONTRACT:
            raise Faulty(Column.NUMBER, SheetFault.UNKNOWN_NUMBER)
        money = fact in (Fact.CONTRACT, Fact.PAYMENT)
        amount, currency = self._amount(cells) if money else (None, "")
        return Row(
            place=place,
            line=int(line),
            fact=fact,
            number=int(number) if numbered else None,
            label="" if numbered else number,
            contract=self._text(cells, Column.CONTRACT) if fact is Fact.PAYMENT else "",
            supplier=self._text(cells, Column.SUPPLIER) if fact is Fact.CONTRACT else "",
            procurement=self._text(cells, Column.PROCUREMENT) if fact is Fact.CONTRACT else "",
            which=self._which(cells, fact),
            day=self._day(cells, Column.DAY, needed=fact is not Fact.ENDING),
            reached=self._day(cells, Column.REACHED) if fact is Fact.MILESTONE else "",
            amount=amount,
            currency=currency,
            reasons=self._reasons(cells),
            state=self._text(cells, Column.STATE),
        )

    def _cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        index = self._where.get(column)
        cell = cells[index] if index is not None and index < len(cells) else None
        if isinstance(cell, Formula):
            raise Faulty(column, SheetFault.FORMULA)
        return cell

    def _text(self, cells: Sequence[Cell], column: Column) -> str:
        cell = self._cell(cells, column)
        if cell is None:
            return ""
        if isinstance(cell, Decimal):
            text = f"{cell.normalize():f}"
        else:
            text = str(cell).replace("\r\n", "\n").strip()
        if len(text) > _LONGEST.get(column.value, LONGEST_REASON):
            raise Faulty(column, SheetFault.TOO_LONG, most=_LONGEST.get(column.value, LONGEST_REASON))
        return text

    def _member(
        self,
        cells: Sequence[Cell],
        column: Column,
        spellings: Mapping[str, Any],
        words: Mapping[Any, Any],
        problem: SheetFault,
    ) -> Any:
        member = spellings.get(_folded(self._text(cells, column)))
        if member is None:
            raise Faulty(column, problem, words=", ".join(f"“{label}”" for label in words.values()))
        return member

    def _which(self, cells: Sequence[Cell], fact: Fact) -> str:
        if fact is Fact.MILESTONE:
            kind = self._member(
                cells, Column.WHICH, self._milestones, MILESTONES, SheetFault.UNKNOWN_MILESTONE
            )
            return str(kind.value)
        if fact is Fact.ENDING and self._text(cells, Column.WHICH):
            outcome: Outcome = self._member(
                cells, Column.WHICH, self._outcomes, OUTCOMES, SheetFault.UNKNOWN_OUTCOME
            )
            return outcome.value
        return ""

    def _day(self, cells: Sequence[Cell], column: Column, *, needed: bool = False) -> str:
        cell, text = self._cell(cells, column), self._text(cells, column)
        if not text:
            if needed:
                raise Faulty(column, SheetFault.MISSING)
            return ""
        found = _date(cell)
        if found is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise Faulty(column, SheetFault.NOT_A_DATE)
        return found.isoformat()

    def _amount(self, cells: Sequence[Cell]) -> tuple[int, str]:
        """The amount with its currency, which stands in its own column or beside the amount; empty where in neither."""
        cell = self._cell(cells, Column.AMOUNT)
        if isinstance(cell, datetime | date):
            raise Faulty(Column.AMOUNT, SheetFault.NOT_AN_AMOUNT)
        if cell is None or cell == "":
            raise Faulty(Column.AMOUNT, SheetFault.MISSING)
        try:
            mark = amounts.decimal_mark([cell]) if isinstance(cell, str) else "."
            minor, beside = amounts.minor_units(cell, mark or ",")
        except amounts.NotAnAmount:
            raise Faulty(Column.AMOUNT, SheetFault.NOT_AN_AMOUNT) from None
        if minor is None:
            raise Faulty(Column.AMOUNT, SheetFault.MISSING)
        named = self._text(cells, Column.CURRENCY).upper()
        if named and named not in set(Currency):
            raise Faulty(Column.CURRENCY, SheetFault.UNKNOWN_CURRENCY)
        if named and beside and named != beside:
            raise Faulty(Column.AMOUNT, SheetFault.CURRENCY_MIXED, beside=beside, named=named)
        return minor, named or beside or ""

    def _reasons(self, cells: Sequence[Cell]) -> dict[str, str]:
        found = {
            language: self._text(cells, Column(f"reason_{language}")) for language in self.place.languages
        }
        return {language: text for language, text in found.items() if text}


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?)?")


def _date(cell: Cell) -> date | None:
    """A day as spreadsheets keep it or offices here write it; none where day and month could be taken for one another."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell.strip() if isinstance(cell, str) else ""
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted is not None:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        return None
    return None
