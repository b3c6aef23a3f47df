"""The shape of a town's demonstration budget: programmes with their words, kinds of spending, sources of revenue."""

from dataclasses import dataclass
from datetime import date

from pbplatform.budget.models import Stage as Version
from pbplatform.foundation.i18n import Currency, Texts

WAGES, GOODS, SUBSIDY, BENEFITS, WORKS, INTEREST, OTHER = (
    "wages", "goods", "subsidy", "benefits", "works", "interest", "other",
)  # fmt: skip
"""What money is spent on; every town has its own codes and names for them."""

OFFICE = {WAGES: 0.68, GOODS: 0.27, OTHER: 0.05}
SERVICE = {WAGES: 0.22, GOODS: 0.70, WORKS: 0.08}
BUILDING = {GOODS: 0.14, WORKS: 0.86}
SCHOOL = {WAGES: 0.76, GOODS: 0.20, WORKS: 0.04}
COMPANY = {SUBSIDY: 0.88, WORKS: 0.12}
HELP = {BENEFITS: 0.87, GOODS: 0.13}
CARE = {WAGES: 0.58, GOODS: 0.24, BENEFITS: 0.18}
DEBT = {INTEREST: 1.0}
GRANTS = {OTHER: 1.0}


@dataclass(frozen=True)
class Purpose:
    """One programme: its code and functional code in the town's file, its words, what it costs in the first year."""

    code: str
    function: str
    name: str
    english: str
    note: str
    english_note: str
    thousands: int
    """In the first year's currency."""
    spread: dict[str, float]
    by_district: bool = False
    participatory: bool = False


@dataclass(frozen=True)
class Source:
    """One kind of revenue; the last of a town takes what makes revenue and expenditure equal."""

    code: str
    name: str
    english: str
    thousands: int
    grows: bool = False
    """Whether an amendment's additional money comes from here."""


@dataclass(frozen=True)
class Issue:
    """One version of a year's budget, and the day on which it was published."""

    stage: Version
    quarter: int | None
    published: date


@dataclass(frozen=True)
class Year:
    """A year of a town: what its amounts are compared with the first year's, its currency, its versions."""

    year: int
    scale: float
    currency: Currency
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Town:
    """Everything that a town's files are made of."""

    slug: str
    years: tuple[Year, ...]
    kinds: dict[str, tuple[str, str, str]]
    """Kind of spending → code and name in the file, and its English name."""
    purposes: tuple[Purpose, ...]
    sources: tuple[Source, ...]
    headings: tuple[str, ...]
    sides: tuple[str, str]
    """How the file says revenue and expenditure."""
    totals: tuple[str, str]
    """How the file names the totals of revenue and expenditure."""
    measures: tuple[str, str, str]
    encoding: str
    thousands_mark: str
    functions: dict[str, str]
    """Functional code of the file → COFOG, where the code does not name it by itself."""
    amended: Texts
    """What the municipality says of an amended version."""


def issues(year: int, adopted: date) -> tuple[Issue, ...]:
    """The versions of a year, in the order in which they come."""
    return (
        Issue(Version.ADOPTED, None, adopted),
        Issue(Version.EXECUTED, 1, date(year, 5, 6)),
        Issue(Version.AMENDED, None, date(year, 6, 18)),
        Issue(Version.EXECUTED, 2, date(year, 8, 5)),
        Issue(Version.EXECUTED, 3, date(year, 11, 5)),
        Issue(Version.EXECUTED, 4, date(year + 1, 2, 26)),
    )
