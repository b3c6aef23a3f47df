"""Where in a sheet the headings stand and what its columns look like; merged headings are put together."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pbplatform.budget.amounts import NotAnAmount, minor_units, take_apart
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.sheets import Cell, Sheet, Workbook

_LETTER = re.compile(r"[^\W\d_]")
MOST_VALUES = 600
"""Columns with more different values than this are not offered for sorting value by value."""
MOST_CHOICES, MOST_OFFERED, LONGEST_CHOICE = 100, 1000, 120
"""Rows can be chosen by the columns with few and short values, the fewest first."""
_MOMENT = re.compile(r"(?:19|20)\d\d(?:-\d\d-\d\d.*)?|\d\d?[./]\d\d?[./](?:19|20)\d\d.*")


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its heading, some cells, how many amounts it holds, and its values if they are few."""

    index: int
    heading: str
    samples: tuple[str, ...]
    filled: int
    amounts: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """One sheet as it was understood; `header` is the index of the last heading row."""

    sheet: str
    header: int
    columns: tuple[Column, ...]
    rows: int

    @property
    def headings_hash(self) -> str:
        """The same for files with the same headings."""
        return digest("\n".join(column.heading for column in self.columns))


def text_of(cell: Cell) -> str:
    """A cell as text in one line."""
    if isinstance(cell, str):
        plain = " ".join(cell.split())
        return cell if plain == cell else plain
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return ""


def letters(index: int) -> str:
    """A column's name as spreadsheet programs show it: A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def is_amount(cell: Cell) -> bool:
    """Whether a cell reads as a number in either way of writing."""
    if isinstance(cell, Decimal):
        return True
    if not isinstance(cell, str) or not any(sign.isdigit() for sign in cell) or take_apart(cell) is None:
        return False
    for mark in ",.":
        try:
            minor_units(cell, mark)
        except NotAnAmount:
            continue
        return True
    return False


def widest(workbook: Workbook) -> int:
    """The sheet that most likely holds the budget: the one with the most rows."""
    return max(range(len(workbook.sheets)), key=lambda place: len(workbook.sheets[place].rows))


def understand(sheet: Sheet, header: int | None = None) -> Layout:
    """The layout of a sheet; the heading row is found unless it is given."""
    rows = sheet.rows
    header = find_header(rows) if header is None else header
    headings = _headings(rows, header)
    body = rows[header + 1 :]
    columns = tuple(_column(body, index, heading) for index, heading in enumerate(headings))
    return Layout(sheet.name, header, columns, sum(any(text_of(cell) for cell in row) for row in body))


def find_header(rows: Sequence[Sequence[Cell]]) -> int:
    """The index of the last heading row: the nearest row of words above the first row that has words and amounts."""
    first = next((place for place, row in enumerate(rows[:200]) if _is_data(row)), None)
    if first is None:
        return 0
    for place in range(first - 1, -1, -1):
        if _is_heading(rows[place]):
            return place
    return 0


def _is_data(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if text_of(cell)]
    return (
        len(filled) >= 2
        and any(is_amount(cell) for cell in filled)
        and any(_LETTER.search(text_of(cell)) and not is_amount(cell) for cell in filled)
    )


def _is_heading(row: Sequence[Cell]) -> bool:
    filled = [text_of(cell) for cell in row if text_of(cell)]
    return len(filled) >= 2 and all(_LETTER.search(text) or re.fullmatch(r"20\d\d", text) for text in filled)


def _headings(rows: Sequence[Sequence[Cell]], header: int) -> list[str]:
    """The headings of all columns; a heading merged over several columns stands before each of theirs."""
    if not rows:
        return []
    own = [text_of(cell) for cell in rows[header]]
    width = max([len(own), *(len(row) for row in rows[header + 1 : header + 200])])
    own += [""] * (width - len(own))
    above = rows[header - 1] if header > 0 and _spans(rows[header - 1], own) else []
    over, spread = "", []
    for index in range(width):
        here = text_of(above[index]) if index < len(above) else ""
        over = here or (over if own[index] and above else "")
        spread.append(over)
    named = [" · ".join(part for part in pair if part) for pair in zip(spread, own, strict=True)]
    return [name or f"({letters(index)})" for index, name in enumerate(named)]


def _spans(above: Sequence[Cell], own: Sequence[str]) -> bool:
    """Whether the row above is the upper half of the headings: some words over the row's own, or where it has none."""
    texts = [text_of(cell) for cell in above]
    filled = [text for text in texts if text]
    gaps = any(text and not (own[index] if index < len(own) else "") for index, text in enumerate(texts))
    twice = any(times > 1 for text, times in Counter(own).items() if text)
    return len(filled) >= 2 and not any(is_amount(text) for text in filled) and (gaps or twice)


def _column(body: Sequence[Sequence[Cell]], index: int, heading: str) -> Column:
    values: dict[str, int] = {}
    filled = amounts = 0
    samples: list[str] = []
    for row in body:
        cell = row[index] if index < len(row) else None
        text = text_of(cell)
        if not text:
            continue
        filled += 1
        if len(samples) < 3 and text not in samples:
            samples.append(text)
        if filled <= 500:
            amounts += is_amount(cell)
        if len(values) <= MOST_VALUES:
            values[text] = values.get(text, 0) + 1
    few = tuple(values) if len(values) <= MOST_VALUES else ()
    share = round(100 * amounts / min(filled, 500)) if filled else 0
    return Column(index, heading, tuple(sample[:80] for sample in samples), filled, share, few)


def choices(layout: Layout) -> list[tuple[int, list[str]]]:
    """The columns that rows can be chosen by, with their values."""
    fitting = sorted(
        (column for column in layout.columns if 2 <= len(column.values) <= MOST_CHOICES),
        key=lambda column: len(column.values),
    )
    found: list[tuple[int, list[str]]] = []
    for column in fitting:
        short = all(len(value) <= LONGEST_CHOICE for value in column.values)
        if short and sum(len(values) for _, values in found) + len(column.values) <= MOST_OFFERED:
            found.append((column.index, list(column.values)))
    return found


def is_moment(value: str) -> bool:
    """Whether a value is a day or a year, as publications and budgets are told apart by."""
    return _MOMENT.fullmatch(value) is not None


def describe(layout: Layout, workbook: Workbook, sheet: int) -> dict[str, Any]:
    """A layout as a small document, to be kept with the import; most values are left out, the file has them."""
    return {
        "encoding": workbook.encoding,
        "delimiter": workbook.delimiter,
        "sheets": [found.name for found in workbook.sheets],
        "sheet": sheet,
        "header": layout.header,
        "rows": layout.rows,
        "headings_hash": layout.headings_hash,
        "choices": choices(layout),
        "columns": [
            {
                "heading": column.heading[:200],
                "letters": letters(column.index),
                "samples": list(column.samples),
                "filled": column.filled,
                "amounts": column.amounts,
                "values": len(column.values),
            }
            for column in layout.columns
        ],
    }
