"""The delivery of a round as one table that officers take away, fill in and bring back: one row a fact.

The same table goes out and comes in, as XLSX or CSV, with headings in any of the platform's languages. Its last column
holds the state of each fact when the file was made, so that a change by somebody else in the meantime is noticed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from pbplatform.budget import amounts
from pbplatform.delivery.models import Contract, Ending, Fact, Milestone, Outcome, Payment
from pbplatform.delivery.problems import SheetFault
from pbplatform.delivery.queries import Standing, state_of
from pbplatform.delivery.words import FACTS, MILESTONES, OUTCOMES
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.foundation.sheets import Cell, Formula, Sheet, Workbook
from pbplatform.municipalities.models import Municipality

MOST_ROWS = 5_000
LONGEST_REASON = 2_000
_LONGEST = {"supplier": 200, "procurement": 112}


class Column(StrEnum):
    """The columns in their order; one of reasons stands there for each language of the municipality."""

    LINE = "line"
    TITLE = "title"
    FACT = "fact"
    NUMBER = "number"
    CONTRACT = "contract"
    SUPPLIER = "supplier"
    PROCUREMENT = "procurement"
    WHICH = "which"
    DAY = "day"
    REACHED = "reached"
    AMOUNT = "amount"
    CURRENCY = "currency"
    REASON_KA = "reason_ka"
    REASON_BG = "reason_bg"
    REASON_EN = "reason_en"
    STATE = "state"


HEADINGS = {
    Column.LINE: _l("Project no."),
    Column.TITLE: _l("Project"),
    Column.FACT: _l("What"),
    Column.NUMBER: _l("Entry no. (empty: new)"),
    Column.CONTRACT: _l("Under contract no."),
    Column.SUPPLIER: _l("Contractor"),
    Column.PROCUREMENT: _l("Procurement number (ocid)"),
    Column.WHICH: _l("Which milestone, or how it ended"),
    Column.DAY: _l("Date: signed, paid, planned or ended"),
    Column.REACHED: _l("Milestone reached on"),
    Column.AMOUNT: _l("Amount"),
    Column.CURRENCY: _l("Currency"),
    Column.REASON_KA: _l("Reason, in Georgian"),
    Column.REASON_BG: _l("Reason, in Bulgarian"),
    Column.REASON_EN: _l("Reason, in English"),
    Column.STATE: _l("State at export (do not change)"),
}
_NEEDED = (Column.LINE, Column.FACT, Column.NUMBER, Column.DAY, Column.STATE)

HELP = (
    _l("Fill in this table and bring it back on the page where you took it from."),
    _l("Change a cell to correct what it says; write the reason in every language of your municipality."),
    _l("Add a row at the end for something new, and leave its entry number empty."),
    _l("A payment names its contract; where the project has only one, the cell may stay empty."),
    _l(
        "To pay under a contract that is new in this file, write the same word, such as N1, as the entry number of the"
        " contract and as the contract number of the payment."
    ),
    _l("Rows that you delete here are not deleted there: take back an entry on the project’s own page."),
    _l("Nothing is changed before you have seen every difference and agreed."),
)


def columns(place: Municipality) -> list[Column]:
    """The columns of a municipality's table."""
    kept = {f"reason_{language}" for language in place.languages}
    return [column for column in Column if not column.startswith("reason_") or column.value in kept]


@dataclass(frozen=True)
class Row:
    """One row as it was understood. `place` is its number for people; days are in ISO form, amounts in minor units."""

    place: int
    line: int
    fact: Fact
    number: int | None = None
    label: str = ""
    """What was written as the number of a contract that is new, so that payments of the same file can name it."""
    contract: str = ""
    supplier: str = ""
    procurement: str = ""
    which: str = ""
    """A MilestoneKind or an Outcome by its value."""
    day: str = ""
    reached: str = ""
    amount: int | None = None
    currency: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    state: str = ""

    def kept(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    def values(self) -> dict[str, Any]:
        """What the row says of its fact, in the words of `queries.values`."""
        if self.fact is Fact.CONTRACT:
            return {
                "supplier": self.supplier,
                "procurement_id": self.procurement,
                "signed_on": self.day,
                "amount": self.amount,
            }
        if self.fact is Fact.PAYMENT:
            return {"paid_on": self.day, "amount": self.amount}
        if self.fact is Fact.MILESTONE:
            return {
                "kind": self.which,
                "due_on": self.day,
                "reached_on": self.reached or None,
                "delay_reasons": self.reasons,
            }
        return {"outcome": self.which, "ended_on": self.day, "reasons": self.reasons}


def row_from(kept: Mapping[str, Any]) -> Row:
    """A row from its JSON."""
    return Row(**{**kept, "fact": Fact(kept["fact"])})


@dataclass(frozen=True)
class Fault:
    """What is wrong, where, with the values of its sentence; a problem of `problems` by its value."""

    sheet: str
    """Empty for CSV, which has only one."""
    row: int
    column: str
    """The letter of the column, empty when the whole row is meant."""
    heading: str
    """The Column by its value."""
    problem: str
    values: dict[str, Any] = field(default_factory=dict)


class Faulty(Exception):
    """A row that cannot be taken."""

    def __init__(self, column: Column | None, problem: StrEnum, **values: Any) -> None:
        super().__init__(str(problem))
        self.column, self.problem, self.values = column, problem, values


def table(place: Municipality, standings: Sequence[Standing]) -> Iterator[list[Any]]:
    """The headings in the reader's language, then every fact of every project, then room for its end."""
    shown = columns(place)
    yield [str(HEADINGS[column]) for column in shown]
    for standing in standings:
        for cells in _facts(standing):
            cells |= {
                Column.LINE: standing.line.id,
                Column.TITLE: place.texts(**standing.project.titles).get(place.languages[0])
                or next(iter(standing.project.titles.values()), ""),
            }
            yield [cells.get(column) for column in shown]


def _facts(standing: Standing) -> Iterator[dict[Column, Any]]:
    for contract in standing.contracts:
        yield _contract_cells(contract)
        for payment in standing.payments.get(contract.id, ()):
            yield _payment_cells(payment)
    for milestone in standing.milestones:
        yield _milestone_cells(milestone)
    yield _ending_cells(standing.ending)


def _contract_cells(contract: Contract) -> dict[Column, Any]:
    return {
        Column.FACT: str(FACTS[Fact.CONTRACT]),
        Column.NUMBER: contract.id,
        Column.SUPPLIER: contract.supplier,
        Column.PROCUREMENT: contract.procurement_id,
        Column.DAY: contract.signed_on,
        Column.AMOUNT: _units(contract.amount),
        Column.CURRENCY: contract.currency.value,
        Column.STATE: state_of(contract),
    }


def _payment_cells(payment: Payment) -> dict[Column, Any]:
    return {
        Column.FACT: str(FACTS[Fact.PAYMENT]),
        Column.NUMBER: payment.id,
        Column.CONTRACT: payment.contract_id,
        Column.DAY: payment.paid_on,
        Column.AMOUNT: _units(payment.amount),
        Column.CURRENCY: payment.currency.value,
        Column.STATE: state_of(payment),
    }


def _milestone_cells(milestone: Milestone) -> dict[Column, Any]:
    return {
        Column.FACT: str(FACTS[Fact.MILESTONE]),
        Column.NUMBER: milestone.id,
        Column.WHICH: str(MILESTONES[milestone.kind]),
        Column.DAY: milestone.due_on,
        Column.REACHED: milestone.reached_on,
        Column.STATE: state_of(milestone),
        **_reason_cells(milestone.delay_reasons),
    }


def _ending_cells(ending: Ending | None) -> dict[Column, Any]:
    cells: dict[Column, Any] = {Column.FACT: str(FACTS[Fact.ENDING]), Column.STATE: state_of(ending)}
    if ending is not None:
        cells |= {
            Column.NUMBER: ending.id,
            Column.WHICH: str(OUTCOMES[ending.outcome]),
            Column.DAY: ending.ended_on,
            **_reason_cells(ending.reasons),
        }
    return cells


def _reason_cells(texts: Mapping[str, str]) -> dict[Column, Any]:
    return {Column(f"reason_{language}"): text for language, text in texts.items()}


def _units(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


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
        letter = _letter(index) if index is not None else ""
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
            amount=self._amount(cells) if fact in (Fact.CONTRACT, Fact.PAYMENT) else None,
            currency=self._text(cells, Column.CURRENCY),
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
        cell = self._cell(cells, column)
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        text = self._text(cells, column)
        if not text:
            if needed:
                raise Faulty(column, SheetFault.MISSING)
            return ""
        found = _date(text)
        if found is None or isinstance(cell, Decimal):
            raise Faulty(column, SheetFault.NOT_A_DATE)
        return found.isoformat()

    def _amount(self, cells: Sequence[Cell]) -> int:
        cell = self._cell(cells, Column.AMOUNT)
        if isinstance(cell, datetime | date):
            raise Faulty(Column.AMOUNT, SheetFault.NOT_AN_AMOUNT)
        if cell is None or cell == "":
            raise Faulty(Column.AMOUNT, SheetFault.MISSING)
        try:
            mark = amounts.decimal_mark([cell]) if isinstance(cell, str) else "."
            minor, _currency = amounts.minor_units(cell, mark or ",")
        except amounts.NotAnAmount:
            raise Faulty(Column.AMOUNT, SheetFault.NOT_AN_AMOUNT) from None
        if minor is None:
            raise Faulty(Column.AMOUNT, SheetFault.MISSING)
        return minor

    def _reasons(self, cells: Sequence[Cell]) -> dict[str, str]:
        found = {
            language: self._text(cells, Column(f"reason_{language}")) for language in self.place.languages
        }
        return {language: text for language, text in found.items() if text}


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?)?")


def _date(text: str) -> date | None:
    """A day as offices here write it; none where day and month could be taken for one another."""
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted is not None:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        return None
    return None


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
