"""What the columns of a budget file mean, as an officer says it once and the municipality remembers it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
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


@dataclass(frozen=True)
class Value:
    """One value of the column that functions are told from, with what it is called and how often it occurs."""

    value: str
    title: str
    times: int


_TITLE_OF = {
    Meaning.PROGRAMME: Meaning.PROGRAMME_TITLE,
    Meaning.UNIT: Meaning.UNIT_TITLE,
    Meaning.ECONOMIC: Meaning.ECONOMIC_TITLE,
    Meaning.FUNCTION: Meaning.TITLE,
}
MOST_VALUES = 600


def values_to_sort(rows: Sequence[Sequence[Cell]], header: int, mapping: Mapping) -> list[Value]:
    """The values that need a function from the officer: codes that name one themselves are left out."""
    if not mapping.sort_by:
        return []
    meaning = Meaning(mapping.sort_by)
    column, named = mapping.column(meaning), mapping.column(_TITLE_OF[meaning])
    times: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for row in rows[header + 1 :]:
        if mapping.filter_column is not None and (
            mapping.filter_column >= len(row) or text_of(row[mapping.filter_column]) != mapping.filter_value
        ):
            continue
        value = text_of(row[column]) if column is not None and column < len(row) else ""
        if not value or (meaning is Meaning.FUNCTION and cofog.recognise(value)):
            continue
        times[value] += 1
        if value not in titles and named is not None and named < len(row):
            titles[value] = text_of(row[named])
    return [Value(value, titles.get(value, ""), many) for value, many in times.most_common(MOST_VALUES)]
