"""What an officer types to bring in, map and publish a budget."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from pbplatform.foundation.forms import Form, trimmed

Choices = Sequence[tuple[Any, Any]]


class ImportForm(Form):
    """A budget file and what it is."""

    file = FileField(
        _l("Budget file"),
        description=_l("CSV or XLSX, as you have it. Totals rows and merged headings may stay."),
        validators=[FileRequired(_l("Choose a file."))],
    )
    year = IntegerField(
        _l("Year"),
        validators=[
            InputRequired(_l("Write the year, such as 2026.")),
            NumberRange(1990, 2100, _l("Write the year, such as 2026.")),
        ],
    )
    stage = SelectField(
        _l("What the file holds"), validators=[InputRequired(_l("Choose what the file holds."))]
    )
    quarter = SelectField(_l("Quarter"), description=_l("Only for an execution: the quarter it reaches to."))
    currency = SelectField(_l("Currency of the file"))
    declared_expenditure = StringField(
        _l("Total expenditure by the council’s decision"),
        description=_l("The sum of the lines will be compared with it to the last unit. May be left empty."),
        filters=[trimmed],
        validators=[Length(max=40)],
    )
    declared_revenue = StringField(
        _l("Total revenue by the council’s decision"), filters=[trimmed], validators=[Length(max=40)]
    )

    def offer(self, stages: Choices, quarters: Choices, currencies: Choices) -> None:
        """Set what can be chosen."""
        self.stage.choices, self.quarter.choices, self.currency.choices = stages, quarters, currencies


class ColumnsForm(Form):
    """What the columns mean."""

    planned = SelectField(_l("Amount: plan"), coerce=int)
    adjusted = SelectField(_l("Amount: plan as amended"), coerce=int)
    actual = SelectField(_l("Amount: received and spent"), coerce=int)
    unit_of_account = SelectField(_l("The amounts are in"), coerce=int)
    title = SelectField(_l("Name of the line"), coerce=int)
    programme = SelectField(_l("Programme code"), coerce=int)
    programme_title = SelectField(_l("Name of the programme"), coerce=int)
    function = SelectField(_l("Functional code"), coerce=int)
    economic = SelectField(_l("Economic code"), coerce=int)
    economic_title = SelectField(_l("Name of the economic code"), coerce=int)
    unit = SelectField(_l("Code of the institution"), coerce=int)
    unit_title = SelectField(_l("Name of the institution"), coerce=int)
    district = SelectField(_l("Code of the district"), coerce=int)
    side = SelectField(
        _l("Revenue or expenditure"),
        coerce=int,
        description=_l("The column that says which of the two a line is."),
    )
    whole_side = SelectField(_l("Where no column says it, every line is"))
    revenue_codes = StringField(
        _l("Economic codes that are revenue"),
        description=_l("Their beginnings, with commas between them, such as 11, 13. May be left empty."),
        filters=[trimmed],
        validators=[Length(max=200)],
    )
    sort_by = SelectField(
        _l("The function (COFOG) is told from"),
        description=_l("Where the file has no functional code, choose the institution or the programme."),
    )
    only = SelectField(
        _l("Take only some rows"),
        description=_l("For files that hold several budgets, one below the other."),
    )
    fill_down = BooleanField(
        _l("An empty programme cell means the programme above"),
        description=_l("As in tables with merged cells."),
    )
    branches = SelectField(
        _l("Rows that sum up the rows below them"),
        description=_l(
            "Such as 02 00 above 02 01 and 02 02. They are compared with their sum and not counted again."
        ),
    )
    negatives = BooleanField(
        _l("Amounts below zero are meant"),
        description=_l("Corrections and repayments. The public will be told."),
    )

    COLUMNS = (
        "planned", "adjusted", "actual", "title", "programme", "programme_title", "function", "economic",
        "economic_title", "unit", "unit_title", "district", "side",
    )  # fmt: skip

    def offer(
        self,
        columns: Choices,
        units: Choices,
        sides: Choices,
        sorting: Choices,
        branches: Choices,
        rows: Choices,
    ) -> None:
        """Set what can be chosen."""
        for name in self.COLUMNS:
            self[name].choices = columns
        self.only.choices = rows
        self.unit_of_account.choices = units
        self.whole_side.choices, self.sort_by.choices = sides, sorting
        self.branches.choices = branches


class SheetForm(Form):
    """Which sheet, and where its headings are."""

    sheet = SelectField(_l("Sheet"), coerce=int)
    header = IntegerField(
        _l("Row of the headings"),
        description=_l("Where headings take several rows, the last of them."),
        validators=[
            InputRequired(_l("Write a row number.")),
            NumberRange(1, 1000, _l("Write a row number.")),
        ],
    )


class FunctionsForm(Form):
    """The function of what has none of its own; the page has as many more fields as the file has values to sort."""

    rest = SelectField(_l("Function of everything that has none of its own"))

    def offer(self, functions: Choices) -> None:
        """Set what can be chosen."""
        self.rest.choices = functions


class PublishForm(Form):
    """The public word on what does not reconcile, one field per language."""

    explanation_ka = TextAreaField(
        _l("Explanation in Georgian"), filters=[trimmed], validators=[Length(max=3000)]
    )
    explanation_bg = TextAreaField(
        _l("Explanation in Bulgarian"), filters=[trimmed], validators=[Length(max=3000)]
    )
    explanation_en = TextAreaField(
        _l("Explanation in English"), filters=[trimmed], validators=[Length(max=3000)]
    )


class NamesForm(Form):
    """Names of codes; the page has as many fields as the budget has codes, so only the guard against forgery is here."""


class ProgrammeForm(Form):
    """A programme in plain words."""

    title_ka = StringField(_l("Programme name in Georgian"), filters=[trimmed], validators=[Length(max=300)])
    title_bg = StringField(_l("Programme name in Bulgarian"), filters=[trimmed], validators=[Length(max=300)])
    title_en = StringField(_l("Programme name in English"), filters=[trimmed], validators=[Length(max=300)])
    note_ka = TextAreaField(_l("In plain words, Georgian"), filters=[trimmed], validators=[Length(max=5000)])
    note_bg = TextAreaField(_l("In plain words, Bulgarian"), filters=[trimmed], validators=[Length(max=5000)])
    note_en = TextAreaField(_l("In plain words, English"), filters=[trimmed], validators=[Length(max=5000)])
    participatory = BooleanField(_l("This programme pays for citizens’ projects"))
