"""The table of a round's delivery in tests: an officer who takes it, changes it and brings it back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import bulk, queries
from pbplatform.delivery.models import Contract, Correction, DeliverySheet, Milestone, Payment
from pbplatform.delivery.sheet import table
from pbplatform.foundation.sheets import write_csv, write_xlsx
from pbplatform.journal.models import JournalEntry
from pbplatform.municipalities.models import Municipality

DAY = timedelta(days=1)
WHY = {"ka": "ბეჭდვითი შეცდომა", "en": "A slip of the pen"}
LINE, FACT, NUMBER, UNDER, SUPPLIER, OCID, WHICH, ON, REACHED, AMOUNT, CURRENCY, KA, EN, STATE = (
    0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
)  # fmt: skip
WIDTH = STATE + 1


class Office:
    """An officer at the table of one round."""

    def __init__(self, session: Session, place: Municipality, officer: Actor, found: Round) -> None:
        self.session, self.place, self.officer, self.round = session, place, officer, found

    def export(self) -> list[list[Any]]:
        """The rows of the table as it is taken away."""
        standings = queries.board(self.session, self.place, self.round)
        return list(table(self.place, standings))

    def bring(self, rows: list[list[Any]], kind: str = "xlsx") -> DeliverySheet:
        """Bring rows back as a file."""
        content = write_csv(rows) if kind == "csv" else write_xlsx([("Delivery", rows)])
        return self.bring_bytes(content, f"delivery.{kind}")

    def bring_bytes(self, content: bytes, name: str = "delivery.xlsx") -> DeliverySheet:
        """Bring a file back."""
        return bulk.bring(self.officer, self.session, self.place, self.round, name, content)

    def apply(self, brought: DeliverySheet) -> bool:
        """Agree to it."""
        return bulk.apply(self.officer, self.session, self.place, brought)


def new(line: ProjectLine, fact: str, **cells: Any) -> list[Any]:
    """A row for something new."""
    row: list[Any] = [None] * WIDTH
    row[LINE], row[FACT] = line.id, fact
    for name, value in cells.items():
        row[globals()[name]] = value
    return row


def problems(brought: DeliverySheet) -> list[tuple[int, str, str]]:
    """Row, column and problem of each fault."""
    return [(fault["row"], fault["column"], fault["problem"]) for fault in brought.faults]


def counts(session: Session) -> tuple[int, ...]:
    """How many facts, corrections and entries of the journal there are."""
    kinds = (Contract, Payment, Milestone, Correction, JournalEntry)
    return tuple(session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds)
