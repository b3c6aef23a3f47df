"""Lev and euro: the rate that the law fixes, the day from which Bulgaria pays in euro, and what follows for sums that are
owed in one and paid in the other. Nothing is ever converted in storage: every amount stays as it was.

Sources: Council Regulation (EU) 2025/1408 (the day) and (EC) No 2866/98 as amended in July 2025 (the rate).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pbplatform.foundation.i18n import Currency

LEVA_IN_A_EURO = Decimal("1.95583")
EURO_SINCE = date(2026, 1, 1)

Amounts = Iterable[tuple[Currency, int]]
"""Sums of minor units, each with its own currency."""


def converted(minor: int, currency: Currency, to: Currency) -> int | None:
    """An amount in another currency, where a law fixes the rate (lev and euro); None elsewhere."""
    if currency is to:
        return minor
    if (currency, to) == (Currency.BGN, Currency.EUR):
        return int((Decimal(minor) / LEVA_IN_A_EURO).quantize(Decimal(1), ROUND_HALF_UP))
    if (currency, to) == (Currency.EUR, Currency.BGN):
        return int((Decimal(minor) * LEVA_IN_A_EURO).quantize(Decimal(1), ROUND_HALF_UP))
    return None


def due_in(owed: Currency, day: date) -> Currency:
    """In which currency something owed is paid, or signed for, on a day: its own, but leva are paid in euro since 2026."""
    return Currency.EUR if owed is Currency.BGN and day >= EURO_SINCE else owed


def settled(owed: int, currency: Currency, paid: Amounts) -> int:
    """What was paid of a sum that is owed, in its currency.

    Who has paid what is left as the law converts and rounds it has paid all of it, to the last unit.
    """
    sums = _by_currency(paid)
    done = sums.pop(currency, 0)
    for other, minor in sums.items():
        done += (
            owed - done if minor == _fixed(owed - done, currency, other) else _fixed(minor, other, currency)
        )
    return done


def left(owed: int, currency: Currency, paid: Amounts, to: Currency) -> int:
    """What is left of a sum that is owed, in the currency in which it will be paid."""
    sums = _by_currency(paid)
    if to is currency:
        return owed - settled(owed, currency, sums.items())
    return _fixed(owed - sums[currency], currency, to) - sums[to]


def _by_currency(amounts: Amounts) -> Counter[Currency]:
    sums: Counter[Currency] = Counter()
    for currency, minor in amounts:
        sums[currency] += minor
    return sums


def _fixed(minor: int, currency: Currency, to: Currency) -> int:
    found = converted(minor, currency, to)
    if found is None:
        raise ValueError(f"no law fixes a rate of {currency.value} and {to.value}")
    return found
