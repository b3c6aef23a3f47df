"""The civic budget as data: every published version with its totals, every line of them, the programmes in plain words."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pbplatform.budget.models import BudgetLine, BudgetVersion, Programme, Side, Stage
from pbplatform.budget.queries import MEASURES
from pbplatform.consultation.publishing import CURRENCY, Asked, Field, Holds, Resource, Row, page


def _lines(session: Session, asked: Asked) -> Iterator[Row]:
    """Version by version, because an index leads to the lines of a version. Their numbers grow from version to version: the
    imports of a municipality are checked one at a time."""
    unread = exists().where(BudgetLine.version_id == BudgetVersion.id, BudgetLine.id > asked.after)
    versions = session.execute(
        select(BudgetVersion.id, *_OF_VERSION)
        .where(
            BudgetVersion.municipality_id == asked.municipality.id,
            BudgetVersion.published_at.is_not(None),
            unread,
        )
        .order_by(BudgetVersion.id)
    ).all()
    given = 0
    for version in versions:
        left = replace(asked, most=None if asked.most is None else asked.most - given)
        # Columns, not objects: a town's budgets are a quarter of a million lines, and an object of each is thrice the work.
        statement = select(BudgetLine.id, *_OF_LINE).where(BudgetLine.version_id == version.id)
        for key, *values in page(session, statement, BudgetLine.id, left):
            given += 1
            yield key, dict(zip(_LINE_FIELDS, (*version[1:], *values), strict=True))
        if given == asked.most:
            return


_OF_VERSION = (
    BudgetVersion.year,
    BudgetVersion.number,
    BudgetVersion.stage,
    BudgetVersion.currency,
)
_OF_LINE = (
    BudgetLine.row,
    BudgetLine.side,
    BudgetLine.function,
    BudgetLine.programme,
    BudgetLine.economic,
    BudgetLine.unit,
    BudgetLine.district,
    BudgetLine.title,
    BudgetLine.planned,
    BudgetLine.adjusted,
    BudgetLine.actual,
)
_LINE_FIELDS = (
    "year",
    "version",
    "stage",
    "currency",
    "row",
    "side",
    "function",
    "programme",
    "economic",
    "unit",
    "district",
    "title",
    "planned",
    "adjusted",
    "actual",
)


_STAGE = _l("Draft, adopted, amended or executed.")

BUDGET_LINES = Resource(
    name="budget-lines",
    title=_l("Budget lines"),
    about=_l("The lines of every published version of the municipality’s budget, as in its file."),
    public_when=_l("From the publication of a version of the budget on."),
    of_round=False,
    fields=(
        Field("year", Holds.WHOLE, _l("The budget year."), 2026),
        Field("version", Holds.WHOLE, _l("The version in that year, from 1."), 1),
        Field("stage", Holds.TEXT, _STAGE, "adopted", among=tuple(Stage)),
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


def _versions(session: Session, asked: Asked) -> Iterator[Row]:
    statement = select(BudgetVersion).where(
        BudgetVersion.municipality_id == asked.municipality.id, BudgetVersion.published_at.is_not(None)
    )
    for (version,) in page(session, statement, BudgetVersion.id, asked):
        yield (
            version.id,
            {
                "year": version.year,
                "version": version.number,
                "stage": version.stage.value,
                "quarter": version.quarter,
                "lines": version.lines,
                **{
                    f"{side.value}_{measure}": _total(version, side, measure)
                    for side in (Side.REVENUE, Side.EXPENDITURE)
                    for measure in MEASURES
                },
                "currency": version.currency.value,
                "population": version.population,
                "explanation": version.explanations,
                "published_at": version.published_at,
                "file_hash": version.file_hash,
            },
        )


def _total(version: BudgetVersion, side: Side, measure: str) -> int | None:
    amount = version.totals.get(side.value, {}).get(measure)
    return None if amount is None else int(amount)


BUDGET_VERSIONS = Resource(
    name="budget-versions",
    title=_l("Versions of the budget"),
    about=_l("The drafts, adopted and amended budgets and executions by quarter, with their totals."),
    public_when=_l("From the publication of a version of the budget on."),
    of_round=False,
    fields=(
        Field("year", Holds.WHOLE, _l("The budget year."), 2026),
        Field("version", Holds.WHOLE, _l("The version in that year, from 1."), 1),
        Field("stage", Holds.TEXT, _STAGE, "executed", among=tuple(Stage)),
        Field("quarter", Holds.WHOLE, _l("The quarter that an execution reaches to."), 3, empty=True),
        Field("lines", Holds.WHOLE, _l("How many lines it has."), 1_240),
        Field("revenue_planned", Holds.MONEY, _l("Revenue as adopted."), 13_414_890_000, empty=True),
        Field(
            "revenue_adjusted",
            Holds.MONEY,
            _l("Revenue as changed during the year."),
            13_735_420_000,
            empty=True,
        ),
        Field("revenue_actual", Holds.MONEY, _l("Revenue as really received."), 9_949_372_078, empty=True),
        Field("expenditure_planned", Holds.MONEY, _l("Expenditure as adopted."), 13_414_890_000, empty=True),
        Field(
            "expenditure_adjusted",
            Holds.MONEY,
            _l("Expenditure as changed during the year."),
            13_735_420_000,
            empty=True,
        ),
        Field(
            "expenditure_actual", Holds.MONEY, _l("Expenditure as really spent."), 8_698_563_084, empty=True
        ),
        CURRENCY,
        Field(
            "population", Holds.WHOLE, _l("The residents of that time, for amounts per resident."), 130_072
        ),
        Field(
            "explanation",
            Holds.TEXTS,
            _l("What the municipality explains about this version."),
            {"ka": "დაზუსტდა გზების თანხა.", "en": "The amount for roads was amended."},
        ),
        Field("published_at", Holds.MOMENT, _l("When it was published."), "2026-11-05T09:00:00+00:00"),
        Field(
            "file_hash",
            Holds.TEXT,
            _l("SHA-256 of the municipality’s own file."),
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
    ),
    rows=_versions,
)


def _programmes(session: Session, asked: Asked) -> Iterator[Row]:
    statement = select(Programme).where(Programme.municipality_id == asked.municipality.id)
    for (programme,) in page(session, statement, Programme.id, asked):
        yield (
            programme.id,
            {
                "programme": programme.code,
                "titles": programme.titles,
                "notes": programme.notes,
                "participatory": programme.participatory,
            },
        )


BUDGET_PROGRAMMES = Resource(
    name="budget-programmes",
    title=_l("Programmes in plain words"),
    about=_l("What officers say of each programme of the budget, in the languages of the municipality."),
    public_when=_l("As soon as an officer has explained a programme."),
    of_round=False,
    fields=(
        Field("programme", Holds.TEXT, _l("The code of the programme."), "02 06"),
        Field("titles", Holds.TEXTS, _l("The name of the programme."), {"en": "The participatory budget"}),
        Field(
            "notes",
            Holds.TEXTS,
            _l("What it pays for, in plain words."),
            {"en": "Projects that citizens chose."},
        ),
        Field("participatory", Holds.YES_NO, _l("Whether it pays for citizens’ projects."), True),
    ),
    rows=_programmes,
)

RESOURCES = (BUDGET_VERSIONS, BUDGET_LINES, BUDGET_PROGRAMMES)
