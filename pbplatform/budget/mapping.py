"""What the columns of a budget file mean, as an officer says it once and the municipality remembers it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Self

from pbplatform.budget import cofog
from pbplatform.budget.layout import text_of
from pbplatform.budget.models import Side
from pbplatform.foundation.sheets import Cell


class Meaning(StrEnum):
    """What a column of a budget file can mean."""

    TITLE = "title"
    FUNCTION = "function"
    PROGRAMME = "programme"
    PROGRAMME_TITLE = "programme_title"
    ECONOMIC = "economic"
    ECONOMIC_TITLE = "economic_title"
    UNIT = "unit"
    UNIT_TITLE = "unit_title"
    DISTRICT = "district"
    SIDE = "side"
    PLANNED = "planned"
    ADJUSTED = "adjusted"
    ACTUAL = "actual"


MONEY = (Meaning.PLANNED, Meaning.ADJUSTED, Meaning.ACTUAL)
SORTABLE = (Meaning.FUNCTION, Meaning.PROGRAMME, Meaning.UNIT, Meaning.ECONOMIC)
"""What the COFOG function of a line can be told from."""


class Branches(StrEnum):
    """Whether rows above others are sums of them."""

    AS_AMOUNTS_SAY = ""
    SUMS = "sums"
    LINES = "lines"


@dataclass
class Mapping:
    """What the officer said of a file. Columns are indexes from 0."""

    columns: dict[str, int] = field(default_factory=dict)
    filter_column: int | None = None
    filter_value: str = ""
    unit: int = 1
    sort_by: str = ""
    """The Meaning whose values tell the function."""
    functions: dict[str, str] = field(default_factory=dict)
    """Value → COFOG code."""
    rest: str = ""
    """The function of values that have none of their own."""
    side: str = Side.EXPENDITURE.value
    """The side of all lines, where no column tells it."""
    revenue_codes: list[str] = field(default_factory=list)
    """Beginnings of economic codes that are revenue."""
    fill_down: bool = False
    """Whether an empty programme cell means the programme above, as merged cells do."""
    branches: str = ""
    """Whether rows whose codes lie above other rows' codes are their sums: yes, no, or as the amounts say."""
    negatives: bool = False
    """Whether amounts below zero are meant, as corrections are; said in public with the version."""

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        """The mapping kept as a document; what an older release did not know keeps its default."""
        known = set(cls.__dataclass_fields__)
        return cls(**{key: value for key, value in kept.items() if key in known})

    def kept(self) -> dict[str, Any]:
        """As a document."""
        return asdict(self)

    def column(self, meaning: Meaning) -> int | None:
        """The column of a meaning."""
        return self.columns.get(meaning.value)

    def lacks_functions(self, values: Sequence["Value"]) -> bool:
        """Whether it is sure already that lines will be without a function. Revenue needs none, and codes that are no
        functions are told with their rows, because they may be slips of the pen."""
        revenue = (
            Meaning.SIDE.value in self.columns or any(self.revenue_codes) or self.side == Side.REVENUE.value
        )
        if self.rest or revenue or self.sort_by == Meaning.FUNCTION:
            return False
        return not self.sort_by or any(not self.functions.get(value.value) for value in values)


@dataclass(frozen=True)
class Value:
    """One value of the column that functions are told from, with what it is called and how often it occurs."""

    value: str
    title: str
    times: int


_TITLES_OF = {
    Meaning.PROGRAMME: (Meaning.PROGRAMME_TITLE,),
    Meaning.UNIT: (Meaning.UNIT_TITLE,),
    Meaning.ECONOMIC: (Meaning.ECONOMIC_TITLE,),
    # A programme is called after its purpose; its lines may be wages and heating.
    Meaning.FUNCTION: (Meaning.PROGRAMME_TITLE, Meaning.TITLE),
}
"""Where a value is called by its name, the most telling column first."""
MOST_VALUES = 600


def codes_repeat(texts: Iterable[Sequence[str]], mapping: Mapping) -> bool:
    """Whether units number their programmes each for themselves, so that a code means something only with its unit."""
    code, title = mapping.column(Meaning.PROGRAMME), mapping.column(Meaning.PROGRAMME_TITLE)
    if mapping.column(Meaning.UNIT) is None or code is None or title is None:
        return False
    named: dict[str, str] = {}
    return any(
        row[code] and named.setdefault(row[code], row[title]) != row[title]
        for row in texts
        if max(code, title) < len(row)
    )


def qualified(programme: str, unit: str) -> str:
    """The code of a programme where codes repeat."""
    return f"{unit}-{programme}" if programme else ""


def values_to_sort(rows: Sequence[Sequence[Cell]], header: int, mapping: Mapping) -> list[Value]:
    """The values that need a function from the officer: codes that name one themselves are left out."""
    if not mapping.sort_by:
        return []
    meaning = Meaning(mapping.sort_by)
    texts = [[text_of(cell) for cell in row] for row in rows[header + 1 :]]
    repeating = meaning is Meaning.PROGRAMME and codes_repeat(texts, mapping)
    times: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for row in texts:
        said = partial(_cell, row)
        if mapping.filter_column is not None and said(mapping.filter_column) != mapping.filter_value:
            continue
        value = said(mapping.column(meaning))
        if not value or (meaning is Meaning.FUNCTION and cofog.recognise(value)):
            continue
        if repeating:
            value = qualified(value, said(mapping.column(Meaning.UNIT)))
        times[value] += 1
        if not titles.get(value):
            named = (said(mapping.column(title)) for title in _TITLES_OF[meaning])
            titles[value] = next(filter(None, named), "")
    return [Value(value, titles[value], many) for value, many in times.most_common(MOST_VALUES)]


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""
