"""One way through the rows of a brought table: each row becomes the decision that a form would make, or a fault.

Who calls it rolls back what it does to show it, or keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import corrections, editions, operations
from pbplatform.delivery.models import (
    Contract,
    Correction,
    Ending,
    Fact,
    Milestone,
    MilestoneKind,
    Outcome,
    Payment,
)
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.problems import DeliveryProblem, SheetFault
from pbplatform.delivery.sheet import MOST_CHANGES, Column, Fault, Faulty, Row
from pbplatform.delivery.sheet_reading import Reader
from pbplatform.foundation import conversion
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project

Recorded = Contract | Payment | Milestone | Ending

_ORDER = (Fact.CONTRACT, Fact.MILESTONE, Fact.PAYMENT, Fact.ENDING)
"""Works and payments need their contract, an end needs its milestones."""

_BESIDE = {
    "supplier": Column.SUPPLIER,
    "procurement_id": Column.PROCUREMENT,
    "amount": Column.AMOUNT,
    "currency": Column.CURRENCY,
    "signed_on": Column.DAY,
    "paid_on": Column.DAY,
    "due_on": Column.DAY,
    "ended_on": Column.DAY,
    "reached_on": Column.REACHED,
    "kind": Column.WHICH,
    "outcome": Column.WHICH,
    "milestone": Column.WHICH,
    "reason_ka": Column.REASON_KA,
    "reason_bg": Column.REASON_BG,
    "reason_en": Column.REASON_EN,
}
"""In which column the field of an operation stands."""


@dataclass(frozen=True)
class Change:
    """What one row changes; the values are those of `editions.values`."""

    row: int
    line: int
    titles: dict[str, str]
    fact: str
    currency: str
    before: dict[str, Any] = field(default_factory=dict)
    """Empty for something new."""
    after: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass
class Examined:
    """What a sheet would do."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Run:
    """One way through the rows of a sheet, with what the round holds."""

    def __init__(self, actor: Actor, session: Session, place: Municipality, found: Round) -> None:
        self.actor, self.session, self.place = actor, session, place
        lines = session.execute(
            select(ProjectLine, Project.titles)
            .join(Project, Project.id == ProjectLine.project_id)
            .where(ProjectLine.municipality_id == place.id, ProjectLine.round_id == found.id)
            .order_by(ProjectLine.id)
            .with_for_update(of=ProjectLine)
        )
        self.lines: dict[int, tuple[ProjectLine, dict[str, str]]] = {
            row[0].id: (row[0], row[1]) for row in lines
        }
        self.facts: dict[Fact, dict[int, Recorded]] = {fact: {} for fact in Fact}
        asked = list(self.lines)
        fresh = {"populate_existing": True}
        for kind, question in (
            (
                Fact.CONTRACT,
                select(Contract).where(Contract.struck_at.is_(None), Contract.line_id.in_(asked)),
            ),
            (
                Fact.PAYMENT,
                select(Payment)
                .join(Contract, Contract.id == Payment.contract_id)
                .where(Payment.struck_at.is_(None), Contract.line_id.in_(asked)),
            ),
            (
                Fact.MILESTONE,
                select(Milestone).where(Milestone.struck_at.is_(None), Milestone.line_id.in_(asked)),
            ),
            (Fact.ENDING, select(Ending).where(Ending.line_id.in_(asked))),
        ):
            for fact in session.scalars(question, execution_options=fresh):
                self.facts[kind][fact.id] = fact
        self.contract_line = {
            key: fact.line_id for key, fact in self.facts[Fact.CONTRACT].items() if isinstance(fact, Contract)
        }
        self.labels: dict[tuple[int, str], int] = {}
        self.seen: dict[tuple[Fact, int], int] = {}

    def take(self, reader: Reader) -> Examined:
        """Take every row in the order in which facts need one another."""
        examined = Examined()
        ordered = sorted(reader.rows, key=lambda row: (_ORDER.index(row.fact), row.place))
        for row in ordered:
            if len(examined.changes) > MOST_CHANGES:
                reader.fault(row.place, None, SheetFault.TOO_MANY_CHANGES, most=MOST_CHANGES)
                break
            try:
                change = self._row(row)
            except Faulty as problem:
                reader.fault(row.place, problem.column, problem.problem, **problem.values)
            except Refused:
                # After the close only payments follow; the charter says so, and the row is told.
                reader.fault(row.place, None, DeliveryProblem.ENDED)
            except Invalid as problem:
                column = _BESIDE.get(problem.field or "")
                reader.fault(row.place, column, problem.reason, **problem.values)
            else:
                if change is not None:
                    examined.changes.append(change)
        examined.changes.sort(key=lambda change: change.row)
        examined.faults = sorted(reader.faults, key=lambda fault: (fault.row, fault.column))
        return examined

    def _row(self, row: Row) -> Change | None:
        line, titles = self._line(row)
        if self._gone(row):
            return None
        known = self._known(row)
        row = self._with_currency(row, line, known)
        after = row.values()
        if known is not None and self._untouched(row, line, known, after):
            return None
        if known is None and row.fact is Fact.ENDING and not (row.which or row.day):
            return None
        before = editions.values(known) if known is not None else {}
        with self.session.begin_nested():
            self._record(row, line, known)
        return Change(
            row.place, line.id, titles, row.fact.value, line.currency.value, before, after, row.reasons
        )

    def _line(self, row: Row) -> tuple[ProjectLine, dict[str, str]]:
        if row.line not in self.lines:
            raise Faulty(Column.LINE, SheetFault.UNKNOWN_PROJECT)
        return self.lines[row.line]

    def _known(self, row: Row) -> Recorded | None:
        """The fact that a row is about; none for something new."""
        if row.number is None:
            return None
        first = self.seen.setdefault((row.fact, row.number), row.place)
        if first != row.place:
            raise Faulty(None, SheetFault.TWICE, other=first)
        known = self.facts[row.fact].get(row.number)
        owner = (
            self.contract_line[known.contract_id]
            if isinstance(known, Payment)
            else getattr(known, "line_id", None)
        )
        if known is None or owner != row.line:
            raise Faulty(Column.NUMBER, SheetFault.UNKNOWN_NUMBER)
        return known

    def _gone(self, row: Row) -> bool:
        """Whether a row that asks for nothing is about what was taken back since; raise Faulty when it asks for a change."""
        if row.number is None or row.number in self.facts[row.fact]:
            return False
        last = self.session.scalar(
            select(Correction)
            .where(
                Correction.line_id == row.line, Correction.fact == row.fact, Correction.fact_id == row.number
            )
            .order_by(Correction.id.desc())
            .limit(1)
        )
        if last is None or last.after:
            return False
        if editions.state_word(row.values()) == row.state:
            return True
        who, when = self._named(last.made_by, last.made_at)
        raise Faulty(None, SheetFault.TAKEN_BACK, who=who, when=when)

    @staticmethod
    def _with_currency(row: Row, line: ProjectLine, known: Recorded | None) -> Row:
        """A row of money with its currency, which may be left out where there is but one that it can be."""
        if row.amount is None or row.currency:
            return row
        if isinstance(known, Contract | Payment):
            return replace(row, currency=known.currency.value)
        due = conversion.due_in(line.currency, date.fromisoformat(row.day))
        if due is not line.currency:
            raise Faulty(Column.CURRENCY, SheetFault.CURRENCY_MISSING)
        return replace(row, currency=due.value)

    def _untouched(self, row: Row, line: ProjectLine, known: Recorded, after: Mapping[str, Any]) -> bool:
        """Whether the officer left the row as it was; raise Faulty when somebody else has changed what it changes."""
        if not row.state:
            raise Faulty(Column.STATE, SheetFault.STATE_MISSING)
        if after == editions.values(known) or editions.state_word(after) == row.state:
            return True
        if row.state != editions.state_of(known):
            who, when = self._who(line)
            raise Faulty(None, SheetFault.CHANGED_SINCE, who=who, when=when, now=editions.values(known))
        return False

    def _who(self, line: ProjectLine) -> tuple[str, str]:
        touched = editions.last_touched(self.session, line)
        if touched is None:
            return "–", "–"
        return self._named(*touched)

    def _named(self, account_id: int | None, at: datetime) -> tuple[str, str]:
        account = self.session.get(Account, account_id) if account_id else None
        return account.name if account else "–", editions.wall_clock(self.place, at)

    def _record(self, row: Row, line: ProjectLine, known: Recorded | None) -> None:
        if row.fact is Fact.CONTRACT:
            self._contract(row, line, known)
        elif row.fact is Fact.PAYMENT:
            self._payment(row, line, known)
        elif row.fact is Fact.MILESTONE:
            self._milestone(row, line, known)
        else:
            self._ending(row, line, known)

    def _contract(self, row: Row, line: ProjectLine, known: Recorded | None) -> None:
        plan = ContractPlan(
            row.supplier,
            date.fromisoformat(row.day),
            row.amount or 0,
            row.procurement,
            Currency(row.currency),
        )
        if isinstance(known, Contract):
            corrections.correct_contract(self.actor, self.session, known, plan, row.reasons)
            return
        for other in self.facts[Fact.CONTRACT].values():
            if self.contract_line[other.id] == line.id and editions.values(other) == row.values():
                raise Faulty(None, SheetFault.ALREADY_THERE)
        made = operations.sign_contract(self.actor, self.session, line, plan)
        self.session.flush()
        self.facts[Fact.CONTRACT][made.id], self.contract_line[made.id] = made, line.id
        if row.label:
            self.labels[line.id, row.label.casefold()] = made.id

    def _payment(self, row: Row, line: ProjectLine, known: Recorded | None) -> None:
        day, amount, currency = date.fromisoformat(row.day), row.amount or 0, Currency(row.currency)
        contract = self._contract_of(row, line)
        if isinstance(known, Payment):
            if contract.id != known.contract_id:
                raise Faulty(Column.CONTRACT, SheetFault.UNKNOWN_CONTRACT)
            corrections.correct_payment(self.actor, self.session, known, day, amount, row.reasons, currency)
            return
        for other in self.facts[Fact.PAYMENT].values():
            if (
                isinstance(other, Payment)
                and other.contract_id == contract.id
                and editions.values(other) == row.values()
            ):
                raise Faulty(None, SheetFault.ALREADY_THERE)
        made = operations.pay(self.actor, self.session, contract, day, amount, currency)
        self.session.flush()
        self.facts[Fact.PAYMENT][made.id] = made

    def _contract_of(self, row: Row, line: ProjectLine) -> Contract:
        own = [key for key, owner in self.contract_line.items() if owner == line.id]
        if row.contract.isascii() and row.contract.isdecimal():
            number: int | None = int(row.contract) if len(row.contract) <= 18 else None
        elif row.contract:
            number = self.labels.get((line.id, row.contract.casefold()))
        else:
            number = own[0] if len(own) == 1 else None
            if not own:
                raise Faulty(Column.CONTRACT, DeliveryProblem.NO_CONTRACT)
        contract = self.facts[Fact.CONTRACT].get(number or 0)
        if number not in own or not isinstance(contract, Contract):
            raise Faulty(Column.CONTRACT, SheetFault.UNKNOWN_CONTRACT)
        return contract

    def _milestone(self, row: Row, line: ProjectLine, known: Recorded | None) -> None:
        due = date.fromisoformat(row.day)
        reached = date.fromisoformat(row.reached) if row.reached else None
        if not isinstance(known, Milestone):
            known = operations.add_milestone(self.actor, self.session, line, MilestoneKind(row.which), due)
            if reached is not None:
                operations.reach_milestone(self.actor, self.session, known, reached, row.reasons)
            return
        if known.kind.value != row.which:
            raise Faulty(Column.WHICH, SheetFault.UNKNOWN_MILESTONE, words="–")
        if due != known.due_on or (known.reached_on is not None and reached != known.reached_on):
            corrections.correct_milestone(self.actor, self.session, known, due, reached, row.reasons)
        elif reached is not None and known.reached_on is None:
            operations.reach_milestone(self.actor, self.session, known, reached, row.reasons)
        else:
            operations.explain_delay(self.actor, self.session, known, row.reasons)

    def _ending(self, row: Row, line: ProjectLine, known: Recorded | None) -> None:
        if known is not None:
            raise Faulty(None, DeliveryProblem.ENDED)
        if not row.which:
            raise Faulty(Column.WHICH, SheetFault.MISSING)
        if not row.day:
            raise Faulty(Column.DAY, SheetFault.MISSING)
        day = date.fromisoformat(row.day)
        if row.which == Outcome.DELIVERED.value:
            operations.deliver(self.actor, self.session, line, day)
        else:
            operations.abandon(self.actor, self.session, line, day, row.reasons)
