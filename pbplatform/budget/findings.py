"""What comes of reading a budget file: its lines, its faults with their places, its totals rows that differ."""

from dataclasses import dataclass
from enum import StrEnum

from pbplatform.budget.models import Side

MOST_FAULTS = 200


class Fault(StrEnum):
    """What is wrong in one place of a file; each keeps the file from becoming a version."""

    NO_AMOUNT_COLUMN = "no_amount_column"
    NO_LINES = "no_lines"
    TEXT = "text"
    FORMULA = "formula"
    FRACTION = "fraction"
    MARKS = "marks"
    MIXED_MARKS = "mixed_marks"
    CURRENCY = "currency"
    HUGE = "huge"
    NEGATIVE = "negative"
    UNMAPPED = "unmapped"
    TWO_FUNCTIONS = "two_functions"
    UNKNOWN_DISTRICT = "unknown_district"
    UNKNOWN_SIDE = "unknown_side"


@dataclass(frozen=True)
class Place:
    """A fault in its place: row as people count, column as spreadsheet programs name it, and what stands there."""

    fault: Fault
    row: int
    column: str
    value: str
    times: int = 1


@dataclass(frozen=True)
class Total:
    """A totals row of the file beside the sum of the lines that it should equal, in minor units."""

    row: int
    title: str
    measure: str
    written: int
    summed: int


@dataclass(slots=True)
class Line:
    """One line that was read; amounts in minor units."""

    row: int
    side: Side
    function: str
    programme: str
    programme_title: str
    economic: str
    economic_title: str
    unit: str
    unit_title: str
    district: str
    title: str
    planned: int | None
    adjusted: int | None
    actual: int | None


@dataclass
class Reading:
    """What came of a file: lines, faults, totals rows that differ, and what was passed over."""

    lines: list[Line]
    faults: list[Place]
    faults_found: int
    totals: list[Total]
    totals_agreeing: int
    filtered: int
    empty: int
    branches: int = 0
    """Rows that were not counted because they are sums of the rows below them."""
