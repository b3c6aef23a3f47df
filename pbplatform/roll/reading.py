"""Reading a roll file line by line: CSV or XLSX, whatever its separator, encoding and order of columns. No database."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pbplatform.foundation.sheets import BROKEN_WORKBOOK, SHEET_ROWS, detect_delimiter, detect_encoding

MOST_COLUMNS = 60
LARGEST_UNPACKED = 600 * 1024 * 1024
SAMPLE_BYTES = 64 * 1024


class Column(StrEnum):
    """What a column of the file holds."""

    ID = "id"
    NAME = "name"
    FAMILY_NAME = "family_name"
    BIRTH_DATE = "birth_date"
    DISTRICT = "district"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    LANGUAGE = "language"


NEEDED = (Column.ID, Column.BIRTH_DATE)

_GUESSES: Mapping[Column, str] = {
    Column.ID: r"^(id|national.?id|personal.?(no|number|id).*|егн.*|лнч|пн|личен.*|პირადი.*|პ/?ნ|ს/?ნ|egn)$",
    Column.BIRTH_DATE: r".*(birth|рожд|ражд|роден|დაბად).*",
    Column.FAMILY_NAME: r"^(family.?name|surname|last.?name|фамили.*|გვარი)$",
    Column.NAME: r"^(name|full.?name|first.?name|имен?а?|три имена|სახელი.*|სახელი და გვარი)$",
    Column.DISTRICT: r".*(district|район|квартал|უბანი|რაიონი|ოლქი).*",
    Column.PHONE: r".*(phone|mobile|телефон|gsm|ტელეფონ|მობილურ).*",
    Column.EMAIL: r".*(e-?mail|поща|მეილ|ელფოსტა|ელ\.? ?ფოსტა).*",
    Column.ADDRESS: r".*(address|адрес|მისამართ).*",
    Column.LANGUAGE: r".*(language|език|ენა).*",
}


class Unreadable(Exception):
    """The file is neither a CSV text nor an XLSX workbook that can be read."""


@dataclass(frozen=True)
class Cell:
    """One value as text; `number` tells that a spreadsheet kept it as a number."""

    text: str = ""
    number: bool = False
    day: date | None = None


Row = dict[Column, Cell]


def guess(headers: Iterable[str]) -> dict[str, str]:
    """The likely meaning of each column, as header number → Column, for the form to be confirmed by a person."""
    found: dict[str, str] = {}
    for number, header in enumerate(headers):
        folded = " ".join(header.split()).casefold()
        for column, pattern in _GUESSES.items():
            if column.value not in found.values() and re.match(pattern, folded):
                found[str(number)] = column.value
                break
    return found


def headers(path: Path) -> list[str]:
    """The first line of the file."""
    for _line, cells in _lines(path):
        return [cell.text for cell in cells][:MOST_COLUMNS]
    raise Unreadable


def rows(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, Row]]:
    """Every line after the first with its number in the file; empty lines are left out."""
    wanted = [(int(number), Column(name)) for number, name in columns.items()]
    lines = _lines(path)
    next(lines, None)
    for line, cells in lines:
        row = {column: cells[number] for number, column in wanted if number < len(cells)}
        if any(cell.text or cell.day for cell in row.values()):
            yield line, row


def _lines(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    with path.open("rb") as file:
        start = file.read(4)
    return _workbook_lines(path) if start == b"PK\x03\x04" else _text_lines(path)


def _text_lines(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    encoding = detect_encoding(sample, whole=len(sample) < SAMPLE_BYTES)
    try:
        separator = detect_delimiter(sample.decode(encoding, errors="ignore"))
        with path.open(encoding=encoding, newline="", errors="strict") as text:
            reader = csv.reader(text, delimiter=separator)
            for cells in reader:
                yield reader.line_num, [Cell(" ".join(cell.split())) for cell in cells[:MOST_COLUMNS]]
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable from None


def _workbook_lines(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    # Importing the spreadsheet library takes a while, and most requests never need it.
    from openpyxl import load_workbook

    # Opened here, because the library judges a path by how its name ends, and a file that was uploaded has no name.
    with path.open("rb") as file:
        try:
            with ZipFile(file) as archive:
                if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                    raise Unreadable
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            # A workbook's stated size may be wrong; reading must not trust it.
            sheet.reset_dimensions()
            for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                if line > SHEET_ROWS:
                    # No sheet has more; one that claims a row far beyond would be read through all that are missing before it.
                    raise Unreadable
                yield line, [_cell(value) for value in values[:MOST_COLUMNS]]
        except BROKEN_WORKBOOK:
            raise Unreadable from None


def _cell(value: Any) -> Cell:
    if value is None:
        return Cell()
    if isinstance(value, datetime):
        return Cell(day=value.date())
    if isinstance(value, date):
        return Cell(day=value)
    if isinstance(value, float) and value.is_integer():
        return Cell(str(int(value)), number=True)
    if isinstance(value, int):
        return Cell(str(value), number=True)
    return Cell(" ".join(str(value).split()))


_DATE_FORMS = ("%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d")


def day_of(cell: Cell, today: date) -> date | None:
    """A birth date however it is written; None when it is none, or lies in the future or before 1900."""
    found = cell.day
    text = cell.text.removesuffix(" 00:00:00").removesuffix(" г.").removesuffix("г.").strip()
    if found is None and len(text) == 10 and text[4] == "-":
        # By far the most common spelling, and parsed ten times faster.
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return None
    if found is None:
        for form in _DATE_FORMS:
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 (a date has no zone)
            except ValueError:
                continue
            break
    if found is None or found > today or found.year < 1900:
        return None
    return found
