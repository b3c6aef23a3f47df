"""The form on which an officer says what the columns of a file mean: filled from a mapping, and read into one."""

from typing import Any

from flask_babel import gettext as _

from pbplatform.budget import layout, mapping
from pbplatform.budget.forms import ColumnsForm
from pbplatform.budget.models import BudgetImport, Side

_NOT_CHOSEN = -1


def sheet_choices(brought: BudgetImport) -> list[tuple[int, str]]:
    """The sheets of the file by their places."""
    return [(place, name or brought.file_name) for place, name in enumerate(brought.found["sheets"])]


def publications(brought: BudgetImport) -> list[tuple[str, list[str]]]:
    """Columns that only hold a few days or years, each with its heading: rows of several budgets may stand there."""
    return [
        (brought.found["columns"][index]["heading"], values)
        for index, values in brought.found.get("choices", [])
        if all(map(layout.is_moment, values))
    ]


def _rows_to_take(brought: BudgetImport) -> list[tuple[str, str]]:
    """Every value of the columns with few values, named by its column."""
    columns = brought.found["columns"]
    return [
        (_taken(index, value), f"{columns[index]['letters']}: {columns[index]['heading'][:60]} = {value}")
        for index, values in brought.found.get("choices", [])
        for value in values
    ]


def _taken(column: int | None, value: str) -> str:
    return "" if column is None else f"{column}={value}"


def filled(brought: BudgetImport, said: mapping.Mapping) -> ColumnsForm:
    """The form as the mapping fills it."""
    given: dict[str, Any] = {name: said.columns.get(name, _NOT_CHOSEN) for name in ColumnsForm.COLUMNS}
    form = ColumnsForm(
        data=given
        | {
            "only": _taken(said.filter_column, said.filter_value),
            "unit_of_account": said.unit,
            "whole_side": said.side,
            "revenue_codes": ", ".join(said.revenue_codes),
            "sort_by": said.sort_by,
            "negatives": said.negatives,
            "fill_down": said.fill_down,
            "branches": said.branches,
        }
    )
    offered = [(_NOT_CHOSEN, "–")]
    for index, column in enumerate(brought.found["columns"]):
        sample = f" ({column['samples'][0]})" if column["samples"] else ""
        offered.append((index, f"{column['letters']}: {column['heading'][:60]}{sample[:50]}"))
    form.offer(
        offered,
        [(1, _("whole units of the currency")), (1000, _("thousands"))],
        [(Side.EXPENDITURE.value, _("expenditure")), (Side.REVENUE.value, _("revenue"))],
        [
            ("", _("one function for everything")),
            (mapping.Meaning.FUNCTION.value, _("the functional code")),
            (mapping.Meaning.PROGRAMME.value, _("the programme")),
            (mapping.Meaning.UNIT.value, _("the institution")),
            (mapping.Meaning.ECONOMIC.value, _("the economic code")),
        ],
        [
            (mapping.Branches.AS_AMOUNTS_SAY.value, _("let the amounts decide")),
            (mapping.Branches.SUMS.value, _("they are sums and are not counted")),
            (mapping.Branches.LINES.value, _("there are none: every row is a line of its own")),
        ],
        [("", _("all rows")), *_rows_to_take(brought)],
    )
    return form


def read(form: ColumnsForm, before: mapping.Mapping) -> mapping.Mapping:
    """What the form says of the columns; what was said of functions stays where they are still told from the same."""
    chosen = {name: form[name].data for name in ColumnsForm.COLUMNS if form[name].data != _NOT_CHOSEN}
    same = before.sort_by == form.sort_by.data
    codes = [code.strip() for code in (form.revenue_codes.data or "").split(",")]
    column, _equals, value = form.only.data.partition("=")
    return mapping.Mapping(
        columns=chosen,
        filter_column=int(column) if column else None,
        filter_value=value,
        unit=form.unit_of_account.data,
        sort_by=form.sort_by.data,
        functions=before.functions if same else {},
        rest=before.rest,
        side=form.whole_side.data,
        revenue_codes=[code for code in codes if code],
        negatives=form.negatives.data,
        fill_down=form.fill_down.data,
        branches=form.branches.data,
    )
