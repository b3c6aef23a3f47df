"""Three years of the civic budget of Rustavi and of Burgas, as files that go through the platform's own import.

The amounts are invented, in proportions that such towns have. Every version is a file in the town's own form (Georgian
numbers in UTF-8; Bulgarian numbers in Windows-1251), read, mapped, checked and published like any other.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from pbplatform.budget import layout, mapping, operations, reading, sums, work
from pbplatform.budget.models import Axis, BudgetImport, Programme, Side
from pbplatform.budget.models import Stage as Version
from pbplatform.charter.roles import operator
from pbplatform.demo.budget_burgas import BURGAS
from pbplatform.demo.budget_plan import INTEREST, WAGES, WORKS, Issue, Purpose, Town, Year
from pbplatform.demo.budget_rustavi import RUSTAVI
from pbplatform.demo.stage import Stage
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.conversion import LEVA_IN_A_EURO
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.i18n import Currency
from pbplatform.foundation.sheets import read_table
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality

TOWNS = (RUSTAVI, BURGAS)
SPENT = {
    WAGES: (0.235, 0.482, 0.728, 0.991),
    INTEREST: (0.25, 0.5, 0.75, 1.0),
    WORKS: (0.061, 0.247, 0.534, 0.883),
}
"""What part of a line is spent by the end of each quarter: pay runs evenly, works come late and not all of them."""
SPENT_OTHERWISE = (0.212, 0.447, 0.69, 0.963)


@dataclass
class Row:
    """One line of a town's files of a year, in minor units; `spent` by the end of each quarter."""

    revenue: bool
    cells: tuple[str, ...]
    planned: int
    adjusted: int
    spent: tuple[int, ...]


def build(stage: Stage) -> None:
    """Explain the programmes of both towns, then publish the versions of every year that time has reached."""
    for town in TOWNS:
        place = stage.municipalities[town.slug]
        _explain(stage, place, town)
        for year in town.years:
            rows = list(_rows(stage, place, town, year))
            for issue in year.issues:
                published = datetime.combine(issue.published, time(9), UTC)
                if published <= clock.now():
                    _publish(stage, place, town, year, issue, rows, published)


def _explain(stage: Stage, place: Municipality, town: Town) -> None:
    own = place.languages[0]
    for purpose in town.purposes:
        stage.session.add(
            Programme(
                municipality_id=place.id,
                code=purpose.code,
                titles={own: purpose.name, "en": purpose.english},
                notes={own: purpose.note, "en": purpose.english_note},
                participatory=purpose.participatory,
            )
        )
    names = {
        (Side.EXPENDITURE, Axis.ECONOMIC, code): {"en": english}
        for code, _name, english in town.kinds.values()
    }
    names |= {(Side.REVENUE, Axis.ECONOMIC, source.code): {"en": source.english} for source in town.sources}
    operations.name_codes(operator(place.id), stage.session, place, names)
    stage.session.flush()


def _rows(stage: Stage, place: Municipality, town: Town, year: Year) -> Iterator[Row]:
    """The lines of a year, expenditure first, then the revenue that equals it."""
    dice = random.Random(f"{town.slug} {year.year}")  # noqa: S311 (dice for a demonstration)
    districts = [district.code for district in municipalities.districts(stage.session, place.id)]
    scale = year.scale / (float(LEVA_IN_A_EURO) if year.currency is Currency.EUR else 1)
    spent: list[Row] = []
    for purpose in town.purposes:
        spent += _purpose_rows(dice, town, purpose, scale, districts)
    yield from spent
    missing = sum(row.planned for row in spent)
    more = sum(row.adjusted for row in spent) - missing
    for source in town.sources:
        last = source is town.sources[-1]
        planned = missing if last else _hundreds(source.thousands * scale * dice.uniform(0.96, 1.04))
        missing -= planned
        adjusted = planned + (more if source.grows else 0)
        flow = dice.uniform(0.93, 1.03)
        received = tuple(round(adjusted * flow * part) for part in (0.226, 0.481, 0.742, 1.0))
        cells = (town.sides[0], "", "", "", source.code, source.name, "")
        yield Row(True, cells, planned, adjusted, (planned,) * 4 if last else received)


def _purpose_rows(
    dice: random.Random, town: Town, purpose: Purpose, scale: float, districts: list[str]
) -> Iterator[Row]:
    whole = purpose.thousands * scale * dice.uniform(0.95, 1.07)
    for kind, part in purpose.spread.items():
        code, name, _english = town.kinds[kind]
        weights = [dice.uniform(0.6, 1.4) for _ in districts] if purpose.by_district else [1.0]
        for place, weight in enumerate(weights):
            planned = _hundreds(whole * part * weight / sum(weights))
            if not planned:
                continue
            more = dice.uniform(1.0, 1.16) if kind == WORKS else dice.uniform(0.98, 1.02)
            adjusted = _hundreds(planned / 100_000 * more)
            flow = dice.uniform(0.94, 1.0)
            spent = tuple(
                round(adjusted * min(1.0, part_spent * flow))
                for part_spent in SPENT.get(kind, SPENT_OTHERWISE)
            )
            where = districts[place] if purpose.by_district else ""
            cells = (town.sides[1], purpose.code, purpose.name, purpose.function, code, name, where)
            yield Row(False, cells, planned, adjusted, spent)


def _hundreds(thousands: float) -> int:
    """Thousands as minor units, rounded to hundreds of the currency, as plans are."""
    return round(thousands * 10) * 10_000


def _publish(
    stage: Stage,
    place: Municipality,
    town: Town,
    year: Year,
    issue: Issue,
    rows: list[Row],
    published: datetime,
) -> None:
    """One version: its file through reading, mapping, checking and publishing."""
    session, actor = stage.session, operator(place.id)
    house: House = stage.app.extensions["house"]
    content = _file(town, year, issue, rows)
    workbook = read_table(content)
    understood = layout.understand(workbook.sheets[0])
    said = _said(town, understood)
    name = f"{town.slug}-{year.year}-{issue.stage.value}{issue.quarter or ''}.csv"
    key = f"budget/{place.id}/demo-{name}"
    house.files.put(key, content)
    house.files.put(work.rows_key(key), work.pack(workbook))
    brought = BudgetImport(
        municipality_id=place.id,
        file_key=key,
        file_name=name,
        file_hash=digest(content),
        year=year.year,
        stage=issue.stage,
        quarter=issue.quarter,
        currency=year.currency,
        declared_revenue=sum(_amounts(issue, row)[-1] for row in rows if row.revenue)
        if issue.stage is not Version.EXECUTED
        else None,
        declared_expenditure=sum(_amounts(issue, row)[-1] for row in rows if not row.revenue)
        if issue.stage is not Version.EXECUTED
        else None,
        found=layout.describe(understood, workbook, 0),
        mapping=said.kept(),
        report={},
        brought_at=published,
    )
    session.add(brought)
    session.flush()
    read = reading.read(workbook.sheets[0].rows, understood.header, said, year.currency)
    work.keep(session, brought, "", read, sums.sums(read.lines))
    words = town.amended if issue.stage is Version.AMENDED else {}
    version = operations.publish(actor, session, brought, words)
    version.made_at = version.published_at = published
    session.flush()


def _amounts(issue: Issue, row: Row) -> tuple[int, ...]:
    if issue.stage in (Version.DRAFT, Version.ADOPTED):
        # The council gave a little more to the works than the mayor had proposed.
        proposed = row.planned if issue.stage is Version.ADOPTED else row.planned * 97 // 100
        return (proposed,)
    if issue.quarter is None:
        return row.planned, row.adjusted
    in_force = row.adjusted if issue.quarter > 1 else row.planned
    return (
        row.planned,
        in_force,
        row.spent[issue.quarter - 1] if row.revenue else min(row.spent[issue.quarter - 1], in_force),
    )


def _file(town: Town, year: Year, issue: Issue, rows: list[Row]) -> bytes:
    """The file as the town publishes it: a title, headings, lines, two totals rows."""
    measures = len(_amounts(issue, rows[0]))
    width = len(town.headings) + measures
    written = [[str(year.year)] + [""] * (width - 1), [*town.headings, *town.measures[:measures]]]
    for row in rows:
        written.append([*row.cells, *(_written(town, amount) for amount in _amounts(issue, row))])
    for place, revenue in enumerate((True, False)):
        totals = [0] * measures
        for row in rows:
            if row.revenue is revenue:
                totals = [total + amount for total, amount in zip(totals, _amounts(issue, row), strict=True)]
        blank = [""] * (len(town.headings) - 1)
        written.append([town.totals[place], *blank, *(_written(town, total) for total in totals)])
    return "\r\n".join(";".join(cells) for cells in written).encode(town.encoding)


def _written(town: Town, minor: int) -> str:
    """An amount as the town writes it: 1 234 567,89 or 1.234.567,89."""
    whole, cents = divmod(minor, 100)
    return f"{whole:,}".replace(",", town.thousands_mark) + f",{cents:02}"


def _said(town: Town, understood: layout.Layout) -> mapping.Mapping:
    """What an officer of the town says of the columns."""
    meanings = (
        mapping.Meaning.SIDE, mapping.Meaning.PROGRAMME, mapping.Meaning.PROGRAMME_TITLE, mapping.Meaning.FUNCTION,
        mapping.Meaning.ECONOMIC, mapping.Meaning.ECONOMIC_TITLE, mapping.Meaning.DISTRICT, *mapping.MONEY,
    )  # fmt: skip
    return mapping.Mapping(
        columns={
            meaning.value: column.index for meaning, column in zip(meanings, understood.columns, strict=False)
        },
        sort_by=mapping.Meaning.FUNCTION.value,
        functions=dict(town.functions),
    )
