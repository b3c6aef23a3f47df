"""The words of the civic budget."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from pbplatform.budget.findings import Fault
from pbplatform.budget.mapping import Meaning
from pbplatform.budget.models import Axis, ImportState, Side, Stage
from pbplatform.budget.operations import BudgetProblem
from pbplatform.foundation.navigation import Entry
from pbplatform.foundation.sheet_words import SHEET_PROBLEMS
from pbplatform.foundation.sheets import SheetProblem

STAGES = {
    Stage.DRAFT: _l("Draft budget"),
    Stage.ADOPTED: _l("Adopted budget"),
    Stage.AMENDED: _l("Amended budget"),
    Stage.EXECUTED: _l("Execution"),
}

SIDES = {
    Side.EXPENDITURE: _l("Where the money goes"),
    Side.REVENUE: _l("Where the money comes from"),
}

AXES = {
    Axis.FUNCTION: _l("By purpose"),
    Axis.PROGRAMME: _l("By programme"),
    Axis.DISTRICT: _l("By district"),
    Axis.ECONOMIC: _l("By kind"),
    Axis.UNIT: _l("By institution"),
}

MEASURES = {
    "planned": _l("Plan"),
    "adjusted": _l("Plan as amended"),
    "actual": _l("Received and spent"),
}

COMPARED = {"": _l("Plan in force"), "actual": MEASURES["actual"]}
"""What two versions can be compared by."""


def measure_word(name: str, side: Side) -> Any:
    """A measure as it is said of one side: money is received or spent."""
    if name == "actual":
        return _l("Received") if side is Side.REVENUE else _l("Spent")
    return MEASURES[name]


IMPORT_STATES = {
    ImportState.MAPPING: _l("Columns to be explained"),
    ImportState.CHECKING: _l("Being checked"),
    ImportState.FAULTY: _l("Has faults"),
    ImportState.READY: _l("Ready to publish"),
    ImportState.PUBLISHED: _l("Published"),
    ImportState.DISCARDED: _l("Given up"),
}

MEANINGS = {
    Meaning.TITLE: _l("Name of the line"),
    Meaning.FUNCTION: _l("Functional code"),
    Meaning.PROGRAMME: _l("Programme code"),
    Meaning.PROGRAMME_TITLE: _l("Name of the programme"),
    Meaning.ECONOMIC: _l("Economic code"),
    Meaning.ECONOMIC_TITLE: _l("Name of the economic code"),
    Meaning.UNIT: _l("Code of the institution"),
    Meaning.UNIT_TITLE: _l("Name of the institution"),
    Meaning.DISTRICT: _l("Code of the district"),
    Meaning.SIDE: _l("Revenue or expenditure"),
    Meaning.PLANNED: _l("Amount: plan"),
    Meaning.ADJUSTED: _l("Amount: plan as amended"),
    Meaning.ACTUAL: _l("Amount: received and spent"),
}

FAULTS = {
    Fault.NO_AMOUNT_COLUMN: _l("No column holds amounts. Say in the step before which column is the plan."),
    Fault.NO_LINES: _l("No row below the headings holds an amount. Check the sheet and the heading row."),
    Fault.TEXT: _l(
        "This should be an amount, but it is text. Write a number there, or leave the cell empty."
    ),
    Fault.FORMULA: _l(
        "This cell holds a formula. Paste the column as values, save, and bring the file in again."
    ),
    Fault.FRACTION: _l("This amount has more than two decimals. Round it to whole tetri or cents."),
    Fault.MARKS: _l(
        "Points and commas in this amount contradict the rest of the column. Write it like the other amounts."
    ),
    Fault.MIXED_MARKS: _l(
        "In this column some amounts have a decimal point and others a decimal comma. Use one of them throughout."
    ),
    Fault.CURRENCY: _l(
        "This amount names another currency than the file. A column may hold one currency only."
    ),
    Fault.HUGE: _l("This amount is larger than any budget. Check for digits of two cells run together."),
    Fault.NEGATIVE: _l(
        "This amount is below zero. Correct it; or, if it is a true correction, say in the step before that amounts below zero are meant."
    ),
    Fault.UNMAPPED: _l("This value has no function yet. Choose one for it in the step “Functions”."),
    Fault.TWO_FUNCTIONS: _l(
        "One programme stands under two functions. Give all its lines the same functional code."
    ),
    Fault.UNKNOWN_DISTRICT: _l("There is no district with this code. Use the codes of your districts."),
    Fault.UNKNOWN_SIDE: _l("This says neither revenue nor expenditure. Write one of the two words."),
}

_OWN_PROBLEMS: dict[StrEnum, Any] = {
    BudgetProblem.QUARTER_NEEDED: _l("For an execution, choose the quarter it reaches to."),
    BudgetProblem.QUARTER_ONLY_FOR_EXECUTION: _l("Only an execution has a quarter."),
    BudgetProblem.NO_AMOUNT: _l("Choose at least one column with amounts."),
    BudgetProblem.COLUMN_TWICE: _l("This column was chosen for two meanings."),
    BudgetProblem.NO_SORTING: _l("Choose a column above for what the functions are told from."),
    BudgetProblem.EXPLANATION_NEEDED: _l(
        "Something does not reconcile. Explain it to the public in each of the municipality’s languages, or correct the file."
    ),
}

_OF_SHEETS = SHEET_PROBLEMS | {
    # Half a budget makes no version, so that splitting the file would be the wrong advice.
    SheetProblem.TOO_MANY_ROWS: _l(
        "“%(sheet)s” goes on below row %(most)s, further than any budget. Delete what stands below the last line of the budget, save, and bring the file in again."
    ),
    SheetProblem.TOO_MANY_COLUMNS: _l(
        "In “%(sheet)s”, row %(row)s has more than %(most)s columns. Delete those that do not belong to the budget, save, and bring the file in again."
    ),
}

PROBLEMS: dict[StrEnum, Any] = _OWN_PROBLEMS | dict(_OF_SHEETS)

NAVIGATION = (
    Entry("budget.front", _l("Budget"), order=40),
    Entry("budget_desk.imports", _l("Budget files"), order=92, action="import_budget"),
)

WORDS = (STAGES, SIDES, AXES, IMPORT_STATES, MEANINGS, FAULTS)
