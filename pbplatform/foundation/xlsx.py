"""The cells of a worksheet, read straight from its XML: many times faster than element by element, and as guarded.

openpyxl reads what surrounds them (names of sheets, shared strings, which styles are dates); fifty thousand rows of cells
are worth a reader of their own. Document types and entities are refused before they can do anything.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel, from_ISO8601

_PIECE = 256 * 1024
_COLUMN = re.compile("[A-Z]{1,3}")

Value = str | Decimal | datetime | date | None


class Broken(ValueError):
    """This is not the XML of a worksheet, or it holds what none may hold."""


class Written:
    """A cell as it stands in the file: its kind (n, s, str, b, d, e, inlineStr), its style, its text, its formula."""

    __slots__ = ("column", "formula", "kind", "style", "text")

    def __init__(self, column: int, kind: str, style: int) -> None:
        self.column, self.kind, self.style = column, kind, style
        self.text = ""
        self.formula: str | None = None


def column_index(reference: str) -> int | None:
    """The index of a cell's column by its reference, such as 27 for AB3; None for no reference."""
    letters = _COLUMN.match(reference)
    if letters is None:
        return None
    index = 0
    for letter in letters.group():
        index = index * 26 + ord(letter) - 64
    return index - 1


class _Listener:
    """Hears the parser and keeps the rows that are whole."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, list[Written]]] = []
        self.number = 0
        self.row: list[Written] = []
        self.cell: Written | None = None
        self.heard: list[str] | None = None
        self.aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "c":
            index = column_index(attributes.get("r", ""))
            column = index if index is not None else (self.row[-1].column + 1 if self.row else 0)
            self.cell = Written(column, attributes.get("t", "n"), int(attributes.get("s", "0") or 0))
        elif name == "row":
            self.number = int(float(attributes["r"])) if "r" in attributes else self.number + 1
            self.row = []
        elif name == "rPh":
            # How a text is pronounced is no part of the text.
            self.aside = True
        elif self.cell is not None and name in ("v", "t", "f") and not self.aside:
            self.heard = []

    def text(self, piece: str) -> None:
        if self.heard is not None:
            self.heard.append(piece)

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "c" and self.cell is not None:
            self.row.append(self.cell)
            self.cell = None
        elif name == "row":
            self.rows.append((self.number, self.row))
            self.row = []
        elif name == "rPh":
            self.aside = False
        elif self.cell is not None and self.heard is not None:
            said = "".join(self.heard)
            if name == "f":
                self.cell.formula = said
            else:
                self.cell.text += said
            self.heard = None


def rows(source: IO[bytes]) -> Iterator[tuple[int, list[Written]]]:
    """The rows that the file has, each with its number from 1; raise Broken."""
    parser = expat.ParserCreate(namespace_separator=" ")
    heard = _Listener()
    parser.StartElementHandler, parser.EndElementHandler = heard.start, heard.end
    parser.CharacterDataHandler = heard.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.buffer_text = True
    try:
        while piece := source.read(_PIECE):
            parser.Parse(piece, False)
            yield from heard.rows
            heard.rows.clear()
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, OverflowError) as problem:
        raise Broken(str(problem)) from problem
    yield from heard.rows


def _refuse(*_said: Any) -> None:
    raise Broken("a document type or an entity is declared")


def value(cell: Written, book: Any, strings: Sequence[str]) -> Value:
    """What a cell without a formula holds; numbers as the spreadsheet program keeps them, with fifteen digits."""
    if not cell.text:
        return None
    if cell.kind == "n":
        return _number(cell, book)
    if cell.kind == "s":
        place = int(cell.text)
        if not 0 <= place < len(strings):
            raise Broken("a shared text that is not there")
        return strings[place]
    if cell.kind == "b":
        return str(bool(int(cell.text)))
    if cell.kind == "d":
        moment = from_ISO8601(cell.text)
        # A time of day or a span of time is shown as it is written: it is no day.
        return moment if isinstance(moment, date) else cell.text
    return cell.text


def _number(cell: Written, book: Any) -> Value:
    if cell.style in book._date_formats:
        try:
            found = from_excel(float(cell.text), book.epoch, timedelta=cell.style in book._timedelta_formats)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return found if isinstance(found, date) else str(found)
    try:
        if cell.text.lstrip("-").isdigit():
            return Decimal(cell.text)
        # What lies beyond fifteen digits is noise of the binary representation.
        number = Decimal(f"{float(cell.text):.15g}")
    except (InvalidOperation, ValueError):
        raise Broken("a number that is none") from None
    if not number.is_finite():
        raise Broken("a number without end")
    return number
