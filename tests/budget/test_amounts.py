"""Amounts are read as municipalities write them, exactly, or named as faults."""

from decimal import Decimal

import pytest

from pbplatform.budget.amounts import AmountFault, NotAnAmount, decimal_mark, minor_units


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1 234,50", "7"], ","),
        (["1,234.50", "1,234,567"], "."),
        (["1.234.567"], ","),
        (["1,234"], "."),
        (["12.5"], "."),
        (["1000"], ","),
        (["1,5", "1.5"], None),
    ],
)
def test_the_mark_is_that_of_the_whole_column(texts: list[str], mark: str | None) -> None:
    assert decimal_mark(texts) == mark


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [
        ("1 234 567,89", ",", 123_456_789),
        ("1\u00a0234\u202f567,8", ",", 123_456_780),
        ("1.234.567,89", ",", 123_456_789),
        ("1,234,567.89", ".", 123_456_789),
        ("(500)", ",", -50_000),
        ("-500", ",", -50_000),
        ("12 400 ₾", ",", 1_240_000),
        ("35,5 лв.", ",", 3_550),
        ("35,5 лева", ",", 3_550),
        ("-", ",", None),
        ("", ",", None),
    ],
)
def test_an_amount_is_exact(text: str, mark: str, minor: int | None) -> None:
    assert minor_units(text, mark)[0] == minor


def test_thousands_are_exact_too() -> None:
    assert minor_units("12,345", ",", 1000)[0] == 1_234_500
    assert minor_units(Decimal("0.1"), ".", 1000)[0] == 10_000


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", AmountFault.TEXT),
        ("1,2,3", AmountFault.MARKS),
        ("12.34,5678", AmountFault.MARKS),
        ("1,234", AmountFault.FRACTION),
        ("9" * 20, AmountFault.HUGE),
    ],
)
def test_what_is_no_amount_is_named(text: str, fault: AmountFault) -> None:
    with pytest.raises(NotAnAmount) as problem:
        minor_units(text, ",")
    assert problem.value.fault is fault
