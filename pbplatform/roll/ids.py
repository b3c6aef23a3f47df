"""National ids: one spelling per person, checked as far as the country allows. Pure."""

import unicodedata
from datetime import date

from stdnum.bg import egn, pnf
from stdnum.exceptions import ValidationError

from pbplatform.municipalities.models import Country

_SEPARATORS = frozenset(" \t\u00a0-–—./'")
GEORGIAN_LENGTH = 11


class BadId(ValueError):
    """This is not a national id of the country."""


def normal_id(text: str, country: Country, *, was_number: bool = False) -> str:
    """The one spelling of a national id; raise BadId when it cannot be one.

    `was_number` tells that a spreadsheet kept it as a number and may have eaten leading zeros.
    """
    digits = _plain(text)
    if country is Country.BULGARIA:
        return _bulgarian(digits.zfill(10) if was_number else digits)
    if country is Country.GEORGIA:
        return _georgian(digits.zfill(GEORGIAN_LENGTH) if was_number and len(digits) >= 9 else digits)
    if not 4 <= len(digits) <= 20 or not digits.isascii() or not digits.isalnum():
        raise BadId
    return digits.upper()


def _plain(text: str) -> str:
    """Compatibility forms and every script's digits as ASCII, separators gone."""
    found = []
    for letter in unicodedata.normalize("NFKC", text):
        if letter in _SEPARATORS or unicodedata.category(letter) == "Cf":
            continue
        value = unicodedata.decimal(letter, None)
        found.append(letter if value is None else str(value))
    return "".join(found)


def _bulgarian(digits: str) -> str:
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 10) or len(set(digits)) == 1:
        raise BadId
    try:
        return str(egn.validate(digits))
    except ValidationError:
        pass
    # Foreigners with a permit have a personal number of their own, also of ten digits.
    try:
        return str(pnf.validate(digits))
    except ValidationError:
        raise BadId from None


def _georgian(digits: str) -> str:
    # The Georgian personal number has no public check digit: eleven digits are all that can be asked.
    if (
        not (digits.isascii() and digits.isdecimal() and len(digits) == GEORGIAN_LENGTH)
        or len(set(digits)) == 1
    ):
        raise BadId
    return digits


def birth_in_id(normal: str, country: Country) -> date | None:
    """The birth date that a Bulgarian EGN says; None where the id says none."""
    if country is not Country.BULGARIA:
        return None
    try:
        found: date = egn.get_birth_date(normal)
    except (ValidationError, ValueError):
        return None
    return found if egn.is_valid(normal) else None
