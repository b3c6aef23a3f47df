"""The delivery of a round as one table that officers take away, fill in and bring back: one row a fact.

The same table goes out and comes in, as XLSX or CSV, with headings in any of the platform's languages. Its last column
holds the state of each fact when the file was made, so that a change by somebody else in the meantime is noticed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from pbplatform.delivery.editions import state_of
from pbplatform.delivery.models import Contract, Ending, Fact, Milestone, Payment
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.words import FACTS, MILESTONES, OUTCOMES
from pbplatform.municipalities.models import Municipality

MOST_ROWS = 5_000
MOST_CHANGES = 500
"""A change costs some milliseconds, because each is tried by its rules and stands in the journal; an unchanged row is free."""


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
        """What the row says of its fact, in the words of `editions.values`."""
        if self.fact is Fact.CONTRACT:
            return {
                "supplier": self.supplier,
                "procurement_id": self.procurement,
                "signed_on": self.day,
                "amount": self.amount,
                "currency": self.currency,
            }
        if self.fact is Fact.PAYMENT:
            return {"paid_on": self.day, "amount": self.amount, "currency": self.currency}
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
        Column.AMOUNT: units(contract.amount),
        Column.CURRENCY: contract.currency.value,
        Column.STATE: state_of(contract),
    }


def _payment_cells(payment: Payment) -> dict[Column, Any]:
    return {
        Column.FACT: str(FACTS[Fact.PAYMENT]),
        Column.NUMBER: payment.id,
        Column.CONTRACT: payment.contract_id,
        Column.DAY: payment.paid_on,
        Column.AMOUNT: units(payment.amount),
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


def units(minor: int) -> Decimal:
    """An amount in whole units with two decimals."""
    return Decimal(minor).scaleb(-2)
