"""Languages: which one a reader gets, texts kept in several, money, dates and plural-safe numbers.

A person's text carries its language; what the municipality writes is kept as one value per language (`Texts`).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from pbplatform.foundation.clock import local

LANGUAGES = ("ka", "bg", "en")
"""The languages of the interface, most specific first: a language without a catalogue is never offered."""

LANGUAGE_NAMES = {"ka": "ქართული", "bg": "Български", "en": "English"}

Texts = dict[str, str]
"""One text per language, such as ``{"ka": "…", "en": "…"}``; empty texts are not kept."""


class Currency(StrEnum):
    """The currencies that public money here has had; amounts are integers of their hundredth part."""

    GEL = "GEL"
    EUR = "EUR"
    BGN = "BGN"
    PLN = "PLN"
    CHF = "CHF"
    HUF = "HUF"
    USD = "USD"
    CAD = "CAD"
    MKD = "MKD"


_SYMBOLS = {
    "GEL": "₾",
    "EUR": "€",
    "PLN": "zł",
    "USD": "$",
    "CAD": "CA$",
    "CHF": "CHF",
    "HUF": "Ft",
    "MKD": "ден",
}
_LEV = {"bg": "лева", "ka": "ლევი", "en": "BGN"}
"""A word and no abbreviation: a sentence that ends with an amount would end with two full stops."""
_LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
_MARKS = {
    language: tuple(locale.number_symbols["latn"][mark] for mark in ("group", "decimal", "minusSign"))
    for language, locale in _LOCALES.items()
}
"""What stands between thousands, before hundredths and before a negative number."""


@dataclass(frozen=True)
class LocalText:
    """A text in the language it was found in, so that the page can label it."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


def localised(texts: Mapping[str, str], language: str) -> LocalText:
    """The text in the reader's language, else in the first language it has (in the order of writing)."""
    if texts.get(language):
        return LocalText(texts[language], language)
    for other, text in texts.items():
        if text:
            return LocalText(text, other)
    return LocalText("", language)


def best_language(accepted: str, offered: tuple[str, ...] = LANGUAGES) -> str:
    """The offered language that an Accept-Language header likes best; the last offered (English) by default."""
    best, best_weight = offered[-1], 0.0
    for part in accepted[:400].split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        weight = _weight(parameters)
        if language in offered and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


_kept = lru_cache(maxsize=8192)
"""A page shows the same few dates and amounts many times, and pages of one round the same ones again."""


@_kept
def money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units as people write it: ``12 400 ₾``; the hundredths only where there are some."""
    symbol = _LEV[language] if currency == "BGN" else _SYMBOLS.get(currency, currency)
    group, decimal, minus = _MARKS[language]
    # Put together by hand, because a list shows many amounts that no page has shown before.
    whole, rest = divmod(abs(minor), 100)
    number = f"{whole:,}".replace(",", group) + (f"{decimal}{rest:02}" if rest else "")
    sign = minus if minor < 0 else ""
    if language == "en" and len(symbol) == 1:
        return f"{sign}{symbol}{number}"
    return f"{sign}{number}\N{NO-BREAK SPACE}{symbol}"


@_kept
def number(value: int | float | Decimal, language: str) -> str:
    """A number with the reader's separators."""
    return format_decimal(value, locale=_LOCALES[language])


@_kept
def day(value: date | datetime, language: str, zone: str = "UTC") -> str:
    """A date in words, such as ``21 ნოემბერი, 2026``."""
    return format_date(_in_zone(value, zone), format="long", locale=_LOCALES[language])


@_kept
def moment(value: datetime, language: str, zone: str = "UTC") -> str:
    """A date in words and the hour, on the wall clock of a zone."""
    wall = local(value, zone)
    return f"{format_date(wall, format='long', locale=_LOCALES[language])}, {format_time(wall, 'HH:mm', locale=_LOCALES[language])}"


@_kept
def short_moment(value: datetime, language: str, zone: str = "UTC") -> str:
    """A compact date and hour for tables."""
    return format_datetime(_in_zone(value, zone), "dd.MM.yyyy HH:mm", locale=_LOCALES[language])


@_kept
def short_day(value: date | datetime, language: str, zone: str = "UTC") -> str:
    """A compact date for timelines, such as ``21.11.2026``."""
    return format_date(_in_zone(value, zone), "dd.MM.yyyy", locale=_LOCALES[language])


def _in_zone(value: date | datetime, zone: str) -> date | datetime:
    return local(value, zone) if isinstance(value, datetime) else value


def searchable(*parts: str) -> str:
    """One normalised line for search: compatibility forms folded, case folded (Georgian capitals too), spaces single."""
    joined = " ".join(part for part in parts if part)
    return " ".join(unicodedata.normalize("NFKC", joined).casefold().split())
