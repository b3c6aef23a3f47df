"""Tables as offices have them, CSV and XLSX: read under guard, written so that no cell can act.

Reading never trusts a file: its size, its unpacked size, its rows and columns are bounded before they cost anything,
XML entities are refused, formulas are marked instead of being computed. Writing puts an apostrophe before every text
that a spreadsheet program would take for a formula; reading takes it away again, so a file survives the round trip.
"""

import codecs
import csv
import io
import itertools
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from pbplatform.foundation.errors import Invalid

LARGEST_FILE = 40 * 1024 * 1024
LARGEST_UNPACKED = 400 * 1024 * 1024
STEEPEST_PACKING = 300
MOST_PARTS = 3000
MOST_ROWS = 300_000
MOST_COLUMNS = 250
LONGEST_CELL = 10_000
SHEET_ROWS = 1_048_576

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ACTING = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CYRILLIC_ENCODINGS = ("cp1251", "koi8-r", "iso8859-5", "mac-cyrillic", "cp866")
_FREQUENT = frozenset("оаеинтсрвлкмдпОАЕИНТСРВЛКМДП")


BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    EOFError,
    OSError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    RuntimeError,
)
"""What the reading of a damaged XLSX file raises. Broken XML arrives as a ParseError, which is a SyntaxError; a part that is
encrypted or packed in an unknown way as a RuntimeError; refused XML as a ValueError."""


class SheetProblem(StrEnum):
    """Why a file cannot be read as a table."""

    TOO_LARGE = "too_large"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    NOT_A_SHEET = "not_a_sheet"
    OLD_EXCEL = "old_excel"
    EMPTY = "empty"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    UNREADABLE_TEXT = "unreadable_text"


class Formula(str):
    """A cell that holds a formula instead of a value."""

    __slots__ = ()


Cell = str | Decimal | datetime | date | None
"""Text, a number of an XLSX file, a date of an XLSX file, or nothing; CSV files have texts only."""


@dataclass(frozen=True)
class Sheet:
    """One table as it stands in the file, ragged rows and all; the row with index 0 is row 1 for people."""

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Workbook:
    """What a file holds; `encoding` and `delimiter` are those found in a CSV file."""

    sheets: tuple[Sheet, ...]
    encoding: str | None = None
    delimiter: str | None = None


def read_table(content: bytes) -> Workbook:
    """The tables of a CSV or XLSX file, told apart by their bytes; raise Invalid with a SheetProblem otherwise."""
    if len(content) > LARGEST_FILE:
        raise Invalid(SheetProblem.TOO_LARGE, "file", most=LARGEST_FILE // 1024 // 1024)
    if content[:4] == b"PK\x03\x04":
        return _read_xlsx(content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise Invalid(SheetProblem.OLD_EXCEL, "file")
    return _read_csv(content)


def _read_csv(content: bytes) -> Workbook:
    encoding = detect_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid(SheetProblem.UNREADABLE_TEXT, "file") from None
    if "\x00" in text:
        raise Invalid(SheetProblem.NOT_A_SHEET, "file")
    delimiter = detect_delimiter(text)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append([_plain_csv(cell[:LONGEST_CELL]) for cell in row])
            _bound(rows, "")
    except csv.Error:
        raise Invalid(SheetProblem.NOT_A_SHEET, "file") from None
    return _workbook((Sheet("", _trimmed(rows)),), _shown(encoding), delimiter)


def _workbook(
    sheets: tuple[Sheet, ...], encoding: str | None = None, delimiter: str | None = None
) -> Workbook:
    filled = tuple(sheet for sheet in sheets if sheet.rows)
    if not filled:
        raise Invalid(SheetProblem.EMPTY, "file")
    return Workbook(filled, encoding, delimiter)


def detect_encoding(content: bytes, *, whole: bool = True) -> str:
    """The encoding of a text: by its mark, as UTF-8 if it is that, else the Cyrillic one in which it reads best.

    The beginning of a text, which is not the whole, may end in the middle of a letter.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content, final=whole)
    except UnicodeDecodeError:
        sample = content[:200_000]
        return max(_CYRILLIC_ENCODINGS, key=lambda name: _reads_well(sample, name))
    return "utf-8"


def _reads_well(sample: bytes, encoding: str) -> int:
    """How much the sample looks like words: frequent letters count, a capital after a small letter counts against."""
    text = sample.decode(encoding, errors="replace")
    good = sum(letter in _FREQUENT for letter in text)
    jumps = sum(before.islower() and after.isupper() for before, after in itertools.pairwise(text))
    return good - 2 * jumps - 5 * text.count("\ufffd")


def _shown(encoding: str) -> str:
    names = {"cp1251": "Windows-1251", "utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16"}
    return names.get(encoding, encoding.upper())


def detect_delimiter(text: str) -> str:
    """The character between the cells: the one that cuts the first lines into the most, equally many cells."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:40]

    def quality(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        if not widths:
            return 0, 0
        width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        return (times if width > 1 else 0), width

    return max(";\t,|", key=quality)


def _read_xlsx(content: bytes) -> Workbook:
    _refuse_bomb(content)
    try:
        # Spreadsheet libraries take 20 MB of every process: only who handles spreadsheets pays for them.
        import openpyxl

        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = tuple(Sheet(found.title, _xlsx_rows(found)) for found in book.worksheets)
        book.close()
    except BROKEN_WORKBOOK as fault:
        raise Invalid(SheetProblem.NOT_A_SHEET, "file") from fault
    return _workbook(sheets)


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except BROKEN_WORKBOOK as fault:
        raise Invalid(SheetProblem.NOT_A_SHEET, "file") from fault
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Invalid(SheetProblem.UNPACKS_TOO_LARGE, "file")
    for part in parts:
        if part.file_size > 10_000_000 and part.file_size > STEEPEST_PACKING * max(part.compress_size, 1):
            raise Invalid(SheetProblem.UNPACKS_TOO_LARGE, "file")


def _xlsx_rows(sheet: Any) -> list[list[Cell]]:
    from pbplatform.foundation import xlsx

    rows: list[list[Cell]] = []
    with sheet._get_source() as source:
        for number, written in xlsx.rows(source):
            row: list[Cell] = []
            for cell in written:
                value = _xlsx_cell(cell, xlsx.value(cell, sheet.parent, sheet._shared_strings))
                if value is not None and cell.column >= len(row):
                    # The width that a file claims for itself may be a lie that costs gigabytes.
                    row += [None] * (min(cell.column, MOST_COLUMNS) + 1 - len(row))
                if value is not None:
                    row[min(cell.column, MOST_COLUMNS)] = value
            if row and number > len(rows):
                # Rows that the file leaves out are empty; formats alone, down to the last row of all, are no rows.
                rows += [[] for _ in range(min(number - 1, MOST_ROWS) - len(rows))]
                rows.append(row)
                _bound(rows, sheet.title)
    return _trimmed(rows)


def _xlsx_cell(cell: Any, value: Cell) -> Cell:
    if cell.formula is not None:
        return Formula(f"={cell.formula}"[:LONGEST_CELL])
    return _plain(value[:LONGEST_CELL]) if isinstance(value, str) else value


def _bound(rows: Sequence[Sequence[Cell]], sheet: str) -> None:
    if len(rows) > MOST_ROWS:
        raise Invalid(SheetProblem.TOO_MANY_ROWS, "file", most=MOST_ROWS, sheet=sheet)
    if len(rows[-1]) > MOST_COLUMNS:
        raise Invalid(SheetProblem.TOO_MANY_COLUMNS, "file", most=MOST_COLUMNS, sheet=sheet, row=len(rows))


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Without the empty rows at the end; those in between stay, so that row numbers are those of the file."""
    while rows and not any(cell not in (None, "") for cell in rows[-1]):
        rows.pop()
    return rows


def safe(value: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula; numbers and dates stay what they are."""
    if isinstance(value, str) and _acts(value):
        return "'" + value
    return value


def _acts(text: str) -> bool:
    """Whether a text would act in a spreadsheet, or begins like one that was made safe: both get one apostrophe more, so
    that taking one away gives exactly what was there."""
    return text.lstrip("'").startswith(_ACTING)


def _plain(text: str) -> str:
    """What `safe` was given."""
    return text[1:] if text.startswith("'") and _acts(text) else text


_ACTS_INSIDE = re.compile(r"(?<=[;\t])(?='*[=+@-])")
_MADE_SAFE_INSIDE = re.compile(r"(?<=[;\t])'(?='*[=+@-])")


def _safe_when_cut(value: Any) -> Any:
    """A cell of a CSV file that stays harmless when it is cut in two: where the comma is the decimal mark, as in Georgia and
    Bulgaria, spreadsheet programs cut lines at semicolons, even inside of quotes."""
    cell = safe(value)
    return _ACTS_INSIDE.sub("'", cell) if isinstance(cell, str) else cell


def _plain_csv(text: str) -> str:
    """What `_safe_when_cut` was given."""
    return _plain(_MADE_SAFE_INSIDE.sub("", text) if "'" in text else text)


def write_csv(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> bytes:
    """Rows as CSV in UTF-8 with its mark, because Excel reads Georgian and Cyrillic only then."""
    return b"".join(stream_csv(rows, delimiter))


def stream_csv(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> Iterator[bytes]:
    """The same in pieces, for downloads of any length."""
    page = io.StringIO()
    writer = csv.writer(page, delimiter=delimiter, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, 1):
        writer.writerow(["" if cell is None else _safe_when_cut(cell) for cell in row])
        if number % 500 == 0:
            yield _drained(page)
    yield _drained(page)


def _drained(page: io.StringIO) -> bytes:
    piece = page.getvalue().encode()
    page.seek(0)
    page.truncate()
    return piece


def write_xlsx(sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> bytes:
    """Named sheets as XLSX; the first row of each is its heading and stays in view."""
    return b"".join(stream_xlsx(sheets))


def stream_xlsx(sheets: Iterable[tuple[str, Iterable[Sequence[Any]]]]) -> Iterator[bytes]:
    """The same in pieces, for downloads of any length: rows go to the disk at once, so memory stays small.

    A sheet that grows beyond what the format can hold goes on in another one with the same heading.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    # The library leaves its own files behind where the disk is full; with their folder they go.
    with TemporaryDirectory(prefix="pb-sheet-") as folder, TemporaryFile(dir=folder) as packed:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "tmpdir": folder,
        }
        book = xlsxwriter.Workbook(packed, options)
        try:
            with book:
                bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
                days = book.add_format({"num_format": "yyyy-mm-dd"})
                for name, rows in sheets:
                    _write_sheet(book, name, iter(rows), bold, days)
        except FileCreateError as problem:
            raise OSError(str(problem)) from problem
        finally:
            _let_go(book)
        packed.seek(0)
        while piece := packed.read(64 * 1024):
            yield piece


def _let_go(book: Any) -> None:
    """Close the files of rows that the library leaves open where it could not write; its own error tells of that."""
    for page in book.worksheets():
        if page.row_data_fh is not None:
            with suppress(OSError):
                page.row_data_fh.close()


def _write_sheet(book: Any, name: str, rows: Iterator[Sequence[Any]], bold: Any, days: Any) -> None:
    heading = next(rows, ())
    plain = "".join("-" if sign in "[]:*?/\\'" else sign for sign in name)
    for number in itertools.count(1):
        page = book.add_worksheet(plain[:31] if number == 1 else f"{plain[:27]} {number}")
        page.freeze_panes(1, 0)
        page.set_column(0, 30, 18)
        _write_row(page, 0, heading, bold, days)
        place = 0
        for place, row in enumerate(itertools.islice(rows, SHEET_ROWS - 1), start=1):
            _write_row(page, place, row, None, days)
        if place < SHEET_ROWS - 1:
            return


def _write_row(page: Any, place: int, row: Sequence[Any], heading: Any, days: Any) -> None:
    for column, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        if isinstance(cell, bool):
            page.write_boolean(place, column, cell)
        elif isinstance(cell, int | float | Decimal):
            page.write_number(place, column, cell)
        elif isinstance(cell, date):
            page.write_datetime(
                place, column, cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell, days
            )
        else:
            page.write_string(place, column, safe(str(cell)), heading)
