"""The civic budget as data: every line of every published version, and the lines of citizens' projects."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetLine, BudgetVersion, Side, Stage
from pbplatform.consultation.publishing import CURRENCY, Asked, Field, Holds, Resource, Row, page


def _lines(session: Session, asked: Asked) -> Iterator[Row]:
    statement = (
        select(
            BudgetLine, BudgetVersion.year, BudgetVersion.number, BudgetVersion.stage, BudgetVersion.currency
        )
        .join(BudgetVersion, BudgetVersion.id == BudgetLine.version_id)
        .where(
            BudgetLine.municipality_id == asked.municipality.id,
            BudgetVersion.published_at.is_not(None),
        )
    )
    for line, year, number, stage, currency in page(session, statement, BudgetLine.id, asked):
        yield (
            line.id,
            {
                "year": year,
                "version": number,
                "stage": stage.value,
                "row": line.row,
                "side": line.side.value,
                "function": line.function,
                "programme": line.programme,
                "economic": line.economic,
                "unit": line.unit,
                "district": line.district,
                "title": line.title,
                "planned": line.planned,
                "adjusted": line.adjusted,
                "actual": line.actual,
                "currency": currency.value,
            },
        )


BUDGET_LINES = Resource(
    name="budget-lines",
    title=_l("Budget lines"),
    about=_l("The lines of the municipality’s budget, as in the file that the council adopted."),
    public_when=_l("From the publication of a version of the budget on."),
    of_round=False,
    fields=(
        Field("year", Holds.WHOLE, _l("The budget year."), 2026),
        Field("version", Holds.WHOLE, _l("The version in that year, from 1."), 1),
        Field("stage", Holds.TEXT, _l("Adopted, adjusted or executed."), "adopted", among=tuple(Stage)),
        Field("row", Holds.WHOLE, _l("The row in the municipality’s own file."), 17),
        Field("side", Holds.TEXT, _l("Revenue or expenditure."), "expenditure", among=tuple(Side)),
        Field("function", Holds.TEXT, _l("The COFOG division or group; empty for revenue."), "04.5"),
        Field("programme", Holds.TEXT, _l("The code of the programme."), "2.1"),
        Field("economic", Holds.TEXT, _l("The economic code."), "31"),
        Field("unit", Holds.TEXT, _l("The institution that spends it."), "02"),
        Field("district", Holds.TEXT, _l("The code of the district; empty where the line names none."), ""),
        Field("title", Holds.TEXT, _l("The name of the line."), "Repair of streets"),
        Field("planned", Holds.MONEY, _l("As adopted."), 120_000_000, empty=True),
        Field("adjusted", Holds.MONEY, _l("As changed during the year."), 135_000_000, empty=True),
        Field("actual", Holds.MONEY, _l("As really received or spent."), 98_000_000, empty=True),
        CURRENCY,
    ),
    rows=_lines,
)

RESOURCES = (BUDGET_LINES,)
