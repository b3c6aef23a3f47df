"""Tables are read under guard, and written so that no cell can act."""

from datetime import date
from decimal import Decimal

import pytest

from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.sheets import (
    MOST_ROWS,
    Formula,
    SheetProblem,
    detect_encoding,
    read_table,
    safe,
    stream_csv,
    write_csv,
    write_xlsx,
)
from tests.support.workbooks import DAMAGES, Damage, flipped, swapped

ACTING = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "－2", "＋3", "＠a"]


@pytest.mark.parametrize("text", ACTING)
def test_an_acting_text_is_made_harmless_and_survives_the_round_trip(text: str) -> None:
    assert safe(text) == "'" + text
    for content in (write_csv([["a", "b"], [text, "x"]]), write_xlsx([("s", [["a", "b"], [text, "x"]])])):
        assert b"<f>" not in content
        assert read_table(content).sheets[0].rows[1][0] == text


def test_numbers_and_dates_stay_what_they_are() -> None:
    assert safe(-5) == -5
    content = write_xlsx([("сума", [["a"], [-12.35, date(2026, 1, 2), Decimal("10.10")]])])
    sheet = read_table(content).sheets[0]
    assert sheet.name == "сума"
    number, day, other = sheet.rows[1]
    assert (number, other) == (Decimal("-12.35"), Decimal("10.1"))
    assert str(day).startswith("2026-01-02")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    rows = [["Наименование", "Сума"], ["Осветление на улиците", "12500"], ["Детски градини", "99000"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    book = read_table(text.encode(encoding))
    assert book.delimiter == delimiter
    assert book.sheets[0].rows == rows


def test_windows_1251_is_named() -> None:
    content = "Раздел;Сума\nОбщи държавни служби;5\n".encode("cp1251")
    assert detect_encoding(content) == "cp1251"
    assert read_table(content).encoding == "Windows-1251"


def _problem(content: bytes) -> SheetProblem:
    with pytest.raises(Invalid) as problem:
        read_table(content)
    assert isinstance(problem.value.reason, SheetProblem)
    return problem.value.reason


def test_what_is_no_table_is_refused_by_name() -> None:
    assert _problem(b"") is SheetProblem.EMPTY
    assert _problem(b"\xd0\xcf\x11\xe0" + b"x" * 100) is SheetProblem.OLD_EXCEL
    assert _problem(b"PK\x03\x04 broken") is SheetProblem.NOT_A_SHEET
    assert _problem(b"a;b\n\x00;c\n") is SheetProblem.NOT_A_SHEET
    assert _problem(b"a\n" * (MOST_ROWS + 1)) is SheetProblem.TOO_MANY_ROWS
    assert _problem(b";".join([b"x"] * 300)) is SheetProblem.TOO_MANY_COLUMNS


@pytest.mark.parametrize(
    "text",
    ["Park;=cmd|'/C calc'!A0", "a\t@SUM(1)", ";+1", "a;'=b", "a;''-b", "=1;=2", "a; b = c; -d", "'", "a;'"],
)
def test_no_cell_acts_even_when_a_line_is_cut_at_semicolons_and_reading_gives_it_back(text: str) -> None:
    content = write_csv([["number", "title", "end"], [1, text, "x"]])
    rows = content.decode("utf-8-sig").splitlines()
    for separator in ",;\t":
        for cell in rows[1].split(separator):
            assert not cell.lstrip('"').startswith(("=", "+", "-", "@")), cell
    assert read_table(content).sheets[0].rows[1][1] == text


def _swapped(part: str, content: bytes) -> bytes:
    return swapped(write_xlsx([("s", [["a"], [1]])]), part, content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_workbook_is_refused_by_name(damage: Damage) -> None:
    assert _problem(damage(write_xlsx([("s", [["a"], [1]])]))) is SheetProblem.NOT_A_SHEET


def test_whatever_is_flipped_in_a_workbook_it_is_read_or_refused_by_name() -> None:
    refused = set()
    for content in flipped(write_xlsx([("s", [["a", "b"], [1, "x"], [2, "y"]])])):
        try:
            read_table(content)
        except Invalid as problem:
            refused.add(type(problem.reason))
    assert refused == {SheetProblem}


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    assert _problem(_swapped("xl/worksheets/sheet1.xml", b" " * 60_000_000)) is SheetProblem.UNPACKS_TOO_LARGE


def test_xml_entities_are_refused() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxx">]><worksheet><sheetData>&b;</sheetData></worksheet>'
    assert _problem(_swapped("xl/worksheets/sheet1.xml", evil)) is SheetProblem.NOT_A_SHEET


def test_a_formula_is_marked_and_never_computed() -> None:
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
    )
    cell = read_table(_swapped("xl/worksheets/sheet1.xml", sheet)).sheets[0].rows[0][0]
    assert isinstance(cell, Formula)


def test_long_files_stream_in_pieces() -> None:
    pieces = list(stream_csv([number, "x"] for number in range(1200)))
    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\r\n") == 1200
