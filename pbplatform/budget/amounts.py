"""Amounts as municipalities write them: 1 234 567,89 · 1.234.567,89 · 1,234,567.89 · (500) · 12 400 ₾ · 35 лв."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class AmountFault(StrEnum):
    """Why a cell is not an amount."""

    TEXT = "text"
    FORMULA = "formula"
    FRACTION = "fraction"
    MARKS = "marks"
    CURRENCY = "currency"
    HUGE = "huge"


class NotAnAmount(Exception):
    """A cell that cannot be read as an amount."""

    def __init__(self, fault: AmountFault) -> None:
        super().__init__(fault)
        self.fault = fault


_SIGNS = {
    "₾": "GEL", "gel": "GEL", "ლარი": "GEL", "ლ.": "GEL",
    "лв.": "BGN", "лв": "BGN", "лева": "BGN", "bgn": "BGN",
    "€": "EUR", "eur": "EUR", "евро": "EUR", "ევრო": "EUR",
    "ден.": "MKD", "ден": "MKD", "mkd": "MKD", "$": "USD", "usd": "USD",
}  # fmt: skip
_MONEY_WORD = re.compile(
    "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)), re.IGNORECASE
)
_BARE = re.compile(r"[\d.,\s-]+")
"""Most cells are nothing but an amount, and there are very many of them."""
_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f'’`]")
_NOTHING = frozenset({"", "-", "–", "—", "x", "х"})
_GROUPED = {
    ",": re.compile(r"^\d{1,3}(?:\.\d{3})+(?:,\d+)?$|^\d+(?:,\d+)?$"),
    ".": re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^\d+(?:\.\d+)?$"),
}
_ANY_DIGIT = str.maketrans("123456789", "000000000")
_TAIL = re.compile(r"([.,])(\d+)$")
MOST = Decimal(10) ** 15
"""More than any public budget here, and well inside 64 bits as minor units."""


@dataclass(frozen=True)
class Written:
    """A cell taken apart: its digits, its sign, and the currency written beside it, if any."""

    digits: str
    negative: bool
    currency: str | None


def take_apart(text: str) -> Written | None:
    """The parts of a written amount; None for an empty cell or a dash."""
    currency = None
    mark = None if _BARE.fullmatch(text) else _MONEY_WORD.search(text)
    if mark is not None:
        currency = _SIGNS[mark.group().lower()]
        text = text[: mark.start()] + text[mark.end() :]
    plain = _SPACES.sub("", text).replace("−", "-").replace("–", "-")
    if plain.lower() in _NOTHING:
        return None
    negative = plain.startswith("-") or (plain.startswith("(") and plain.endswith(")"))
    return Written(plain.strip("-()+"), negative, currency)


def decimal_mark(texts: Iterable[str]) -> str | None:
    """The decimal mark of a column: the one before one or two last digits; None when both occur, "," when neither does."""
    marks: set[str] = set()
    # Which digits they are says nothing, so that thousands of amounts have a few dozen shapes.
    for shape in {text.translate(_ANY_DIGIT) for text in texts}:
        written = take_apart(shape)
        if written is None:
            continue
        tail = _TAIL.search(written.digits)
        if tail is None:
            continue
        other = "." if tail.group(1) == "," else ","
        if len(tail.group(2)) != 3 or other in written.digits:
            marks.add(tail.group(1))
        elif written.digits.count(tail.group(1)) > 1 or len(written.digits.split(tail.group(1))[0]) <= 3:
            # Three digits behind a single mark read as a group of thousands, so the other mark is the decimal one.
            marks.add(other)
    if len(marks) > 1:
        return None
    return marks.pop() if marks else ","


def minor_units(value: Decimal | str, mark: str, unit: int = 1) -> tuple[int | None, str | None]:
    """The amount in minor units and the currency written beside it; raise NotAnAmount.

    `unit` is what one of the file is worth: 1, or 1000 where the file counts in thousands.
    """
    if isinstance(value, Decimal):
        return _exact(value, unit), None
    if _GROUPED[mark].match(value):
        digits, currency, negative = value, None, False
    else:
        written = take_apart(value)
        if written is None:
            return None, None
        digits, currency, negative = written.digits, written.currency, written.negative
    if not _GROUPED[mark].match(digits):
        looks = re.fullmatch(r"[\d.,]+", digits) is not None
        raise NotAnAmount(AmountFault.MARKS if looks else AmountFault.TEXT)
    group = "." if mark == "," else ","
    try:
        amount = Decimal(digits.replace(group, "").replace(mark, "."))
    except InvalidOperation:
        raise NotAnAmount(AmountFault.TEXT) from None
    return _exact(-amount if negative else amount, unit), currency


def _exact(amount: Decimal, unit: int) -> int:
    if not amount.is_finite() or abs(amount) > MOST:
        raise NotAnAmount(AmountFault.HUGE)
    minor = amount * unit * 100
    if minor != minor.to_integral_value():
        raise NotAnAmount(AmountFault.FRACTION)
    return int(minor)
