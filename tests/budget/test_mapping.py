"""A file is read by its mapping to the last unit; every fault has its place and nothing is repaired silently."""

from decimal import Decimal

import pytest

from pbplatform.budget import layout, reading, sums
from pbplatform.budget.cofog import recognise, titles
from pbplatform.budget.findings import Fault, Reading
from pbplatform.budget.mapping import Mapping
from pbplatform.budget.models import Axis, Side
from pbplatform.budget.treemap import areas
from pbplatform.foundation.sheets import Cell, Formula, read_table, write_xlsx
from tests.support.budgets import BULGARIAN, GEORGIAN
from tests.support.marks import real_file

COLUMNS = {"programme": 0, "programme_title": 1, "function": 2, "planned": 3, "adjusted": 4, "actual": 5}


def _read(text: str, **said: object) -> Reading:
    workbook = read_table(text.encode())
    understood = layout.understand(workbook.sheets[0])
    given = Mapping(**{"columns": COLUMNS, "sort_by": "function", **said})
    return reading.read(workbook.sheets[0].rows, understood.header, given, "GEL")


def test_merged_headings_are_put_together_and_totals_agree() -> None:
    understood = layout.understand(read_table(GEORGIAN.encode()).sheets[0])
    assert understood.header == 2
    found = _read(GEORGIAN)
    assert found.faults == []
    assert [line.row for line in found.lines] == [4, 5, 7, 8]
    assert sum(line.planned or 0 for line in found.lines) == 700_000_050
    assert sum(line.actual or 0 for line in found.lines) == 240_000_025
    assert [line.function for line in found.lines] == ["01.1", "04.5", "09", "06.2"]
    assert (found.totals_agreeing, found.totals) == (6, [])


def test_a_total_that_is_off_by_one_unit_is_told() -> None:
    found = _read(GEORGIAN.replace("7 000 000,50;7 000 000,50", "7 000 000,51;7 000 000,50"))
    (total,) = found.totals
    assert (total.row, total.measure, total.written - total.summed) == (9, "planned", 1)


def test_sums_along_every_axis_equal_the_lines() -> None:
    found = _read(GEORGIAN)
    summed = sums.sums(found.lines)
    for axis in (Axis.FUNCTION, Axis.PROGRAMME, Axis.ECONOMIC):
        assert summed[Side.EXPENDITURE, axis, ""].planned == 700_000_050
        for (side, other, path), whole in summed.items():
            below = [
                each.planned or 0
                for (s, a, p), each in summed.items()
                if (s, a) == (side, other) and p and sums.parent(p) == path
            ]
            if other is axis and below:
                assert sum(below) == whole.planned


@pytest.mark.parametrize(
    ("old", "new", "fault", "row", "column"),
    [
        ("2 500 000;2 400 000;900 000\n;", "roads;2 400 000;900 000\n;", Fault.TEXT, 5, "D"),
        (
            "02;გზები და ტრანსპორტი;7045;2 500 000",
            "02;გზები და ტრანსპორტი;7045;-2 500 000",
            Fault.NEGATIVE,
            5,
            "D",
        ),
        ("7045;2 500 000", "7045;2 500 000 €", Fault.CURRENCY, 5, "D"),
        ("7045;2 500 000", "7045;2.50.000", Fault.MARKS, 5, "D"),
        ("7045;", "9999;", Fault.UNMAPPED, 5, "C"),
        ("03;საბავშვო ბაღები", "02;საბავშვო ბაღები", Fault.TWO_FUNCTIONS, 7, "C"),
    ],
)
def test_every_fault_has_its_row_and_column(old: str, new: str, fault: Fault, row: int, column: str) -> None:
    assert old in GEORGIAN
    found = _read(GEORGIAN.replace(old, new, 1))
    places = [(place.fault, place.row, place.column) for place in found.faults]
    assert (fault, row, column) in places


def test_a_formula_is_a_fault_and_no_value() -> None:
    rows: list[list[Cell]] = [
        ["code", "name", "amount"],
        ["01", "x", Decimal(5)],
        ["02", "y", Formula("=A1")],
    ]
    said = Mapping(columns={"programme": 0, "title": 1, "planned": 2}, rest="01")
    found = reading.read(rows, 0, said, "GEL")
    assert [(place.fault, place.row, place.column) for place in found.faults] == [(Fault.FORMULA, 3, "C")]


def test_an_xlsx_reads_like_the_csv() -> None:
    rows = [row.split(";") for row in GEORGIAN.splitlines()]
    sheet = read_table(write_xlsx([("ბიუჯეტი", rows)])).sheets[0]
    found = reading.read(
        sheet.rows, layout.understand(sheet).header, Mapping(columns=COLUMNS, sort_by="function"), "GEL"
    )
    assert [line.planned for line in found.lines] == [line.planned for line in _read(GEORGIAN).lines]


def test_revenue_is_told_by_its_codes() -> None:
    workbook = read_table(BULGARIAN.encode("cp1251"))
    said = Mapping(
        columns={
            "economic": 0,
            "title": 1,
            "function": 2,
            "programme": 3,
            "programme_title": 4,
            "planned": 5,
            "actual": 6,
        },
        sort_by="function",
        functions={"606": "04.5", "301": "09.1"},
        revenue_codes=["13", "24"],
    )
    found = reading.read(workbook.sheets[0].rows, 0, said, "BGN")
    assert found.faults == []
    planned = {side: sum(line.planned or 0 for line in found.lines if line.side is side) for side in Side}
    assert planned == {Side.REVENUE: 150_000_000, Side.EXPENDITURE: 150_000_000}


def test_codes_of_the_classification_are_recognised() -> None:
    assert recognise("04.5.1") == "04.5"
    assert recognise("0451") == "04.5"
    assert recognise("7045") == "04.5"
    assert recognise("709") == "09"
    assert recognise("10.9") == "10.9"
    assert recognise("99") is None
    assert len(titles()) == 79
    assert all(all(names.values()) for names in titles().values())


def test_areas_fill_the_whole_and_keep_their_share() -> None:
    amounts = [600, 300, 0, 60, 40]
    drawn = areas(amounts, 100, 50)
    assert [area.index for area in drawn] == [0, 1, 3, 4]
    for area in drawn:
        assert area.width * area.height == pytest.approx(5 * amounts[area.index])
        assert area.x + area.width <= 100.001
        assert area.y + area.height <= 50.001


def test_the_real_file_is_understood_with_all_its_faults() -> None:
    workbook = read_table(real_file("budget", "north-macedonia-2014-budget.csv").read_bytes())
    understood = layout.understand(workbook.sheets[0])
    assert (workbook.encoding, workbook.delimiter, understood.rows) == ("UTF-8", ";", 10_153)
    said = Mapping(
        columns={
            "unit": 1,
            "unit_title": 2,
            "programme": 4,
            "programme_title": 5,
            "economic": 8,
            "planned": 10,
        },
        filter_column=0,
        filter_value="2014-01-01T00:00:00",
        sort_by="unit",
        rest="01.6",
    )
    found = reading.read(workbook.sheets[0].rows, understood.header, said, "MKD")
    assert (len(found.lines), found.filtered) == (3_321, 6_832)
    # Five amounts above 2,147,483,647 were spoilt by the publisher's software and stand there below zero.
    assert [place.row for place in found.faults] == [567, 855, 1722, 1838, 2122]
    assert {place.fault for place in found.faults} == {Fault.NEGATIVE}
