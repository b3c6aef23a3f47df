"""A worksheet's own reader tells the same cells as openpyxl does, and refuses what no worksheet may hold."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.sheets import MOST_ROWS, Formula, SheetProblem, read_table, write_xlsx

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def _with_sheet(content: bytes) -> bytes:
    """A sound workbook whose only sheet has other content."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_xlsx([("s", [["a"], [1]])]))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            own = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, content if own else old.read(entry.filename))
    return made.getvalue()


def test_every_kind_of_cell_is_read_as_openpyxl_reads_it() -> None:
    rows: list[list[Any]] = [
        ["Код", "სახელი", "  spaces  ", "two\nlines", "", None, "'quoted"],
        [1, -2, 0, 12345678901234, 0.1, -2.5, 1e-7],
        [date(2026, 3, 1), datetime(2026, 3, 1, 12, 30), True, False, "TRUE", "007", "1.5"],
        [],
        [None, None, "third column only"],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    book.close()
    (sheet,) = read_table(packed.getvalue()).sheets
    again = openpyxl.load_workbook(io.BytesIO(packed.getvalue()))
    expected = [[cell.value for cell in row] for row in again.active.iter_rows()]
    again.close()
    for row, told in zip(expected, sheet.rows, strict=True):
        said = [*told, *[None] * (len(row) - len(told))]
        for before, after in zip(row, said, strict=True):
            if isinstance(before, bool):
                assert after == str(before)
            elif isinstance(before, int | float):
                assert after == Decimal(repr(before))
            else:
                assert after == before


def test_inline_texts_and_shared_ones_are_the_same() -> None:
    cells = b'<row r="1"><c r="A1" t="inlineStr"><is><r><t>Two </t></r><r><t>runs</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c></row>'
    assert read_table(_with_sheet(HEAD + cells + TAIL)).sheets[0].rows == [["Two runs"]]
    assert read_table(write_xlsx([("s", [["Two runs"]])])).sheets[0].rows == [["Two runs"]]


def test_days_are_days_and_times_of_day_are_texts() -> None:
    cells = b'<row r="1"><c t="d"><v>2026-03-01</v></c><c t="d"><v>T12:00:00</v></c><c t="d"><v>PT2H</v></c></row>'
    ((day, *times),) = read_table(_with_sheet(HEAD + cells + TAIL)).sheets[0].rows
    assert isinstance(day, date)
    assert times == ["T12:00:00", "PT2H"]


def test_rows_keep_their_numbers_and_formats_alone_are_no_rows() -> None:
    cells = (
        b'<row r="3"><c r="B3"><v>5</v></c><c t="str"><v>next</v></c></row>'
        b'<row r="1048576"><c r="A1048576" s="0"/></row>'
    )
    rows = read_table(_with_sheet(HEAD + cells + TAIL)).sheets[0].rows
    assert rows == [[], [], [None, Decimal(5), "next"]]


def test_formulas_are_marked_shared_ones_too() -> None:
    cells = (
        b'<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>4</v></c></row>'
        b'<row r="2"><c r="A2"><f t="shared" si="0"/><v>6</v></c></row>'
    )
    rows = read_table(_with_sheet(HEAD + cells + TAIL)).sheets[0].rows
    assert all(isinstance(row[0], Formula) for row in rows)
    assert rows[0][0] == "=B1*2"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + HEAD + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1" t="s"><v>-1</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1"><v>5 apples</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="x"><c r="A1"><v>5</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1e999"><c r="A1"><v>5</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1"><v>1e999</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1"><v>nan</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1" t="d"><v>tomorrow</v></c></row>' + TAIL, SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="1"><c r="A1">', SheetProblem.NOT_A_SHEET),
        (HEAD + b'<row r="900000"><c r="A900000"><v>5</v></c></row>' + TAIL, SheetProblem.TOO_MANY_ROWS),
        (HEAD + b'<row r="1"><c r="XFD1"><v>5</v></c></row>' + TAIL, SheetProblem.TOO_MANY_COLUMNS),
        (HEAD + b"<row><c><v>1</v></c></row>" * (MOST_ROWS + 1) + TAIL, SheetProblem.TOO_MANY_ROWS),
        (HEAD + b'<row r="1"><c r="A1" s="1"/></row>' + TAIL, SheetProblem.EMPTY),
    ],
)
def test_what_is_no_worksheet_is_refused_by_name(content: bytes, problem: SheetProblem) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(_with_sheet(content))
    assert refused.value.reason is problem


@pytest.mark.parametrize("where", [0.2, 0.4, 0.6, 0.8])
def test_a_workbook_that_was_damaged_on_its_way_is_refused(where: float) -> None:
    rows = [[f"{number * 7919 % 1000}", number] for number in range(300)]
    content = bytearray(write_xlsx([("s", rows)]))
    place = int(len(content) * where)
    content[place : place + 40] = bytes(40)
    with pytest.raises(Invalid) as refused:
        read_table(bytes(content))
    assert refused.value.reason is SheetProblem.NOT_A_SHEET


@pytest.mark.parametrize(
    ("part", "found", "instead"),
    [
        ("xl/styles.xml", b'encoding="UTF-8"', b'encoding="none"'),
        ("xl/styles.xml", b'xfId="0"', b'xfId="99999999999999999999"'),
    ],
)
def test_other_parts_of_a_workbook_are_not_trusted_either(part: str, found: bytes, instead: bytes) -> None:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_xlsx([("s", [["a"], [1]])]))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry.filename)
            assert found in content or entry.filename != part
            new.writestr(
                entry.filename, content.replace(found, instead) if entry.filename == part else content
            )
    with pytest.raises(Invalid) as refused:
        read_table(made.getvalue())
    assert refused.value.reason is SheetProblem.NOT_A_SHEET
