"""Amounts are written as the language's own rules say."""

from decimal import Decimal

from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from pbplatform.foundation.i18n import LANGUAGES, money


@given(st.integers(-(10**13), 10**13), st.sampled_from(LANGUAGES))
@example(0, "bg")
@example(5, "ka")
@example(123_456, "bg")
@example(-100_000, "en")
def test_an_amount_is_grouped_as_the_language_groups(minor: int, language: str) -> None:
    pattern = "#,##0.00" if minor % 100 else "#,##0"
    assert format_decimal(Decimal(minor) / 100, pattern, locale=language) in money(
        minor, "EUR", language
    ).replace("€", "")


def test_a_minus_stands_before_the_sign_of_a_currency() -> None:
    assert money(-250_050, "GEL", "en") == "-₾2,500.50"
