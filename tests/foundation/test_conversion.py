"""Leva that are paid in euro: the law's rate and rounding, with nothing won or lost on the way to the last unit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbplatform.foundation import conversion
from pbplatform.foundation.conversion import EURO_SINCE, converted, due_in, left, settled
from pbplatform.foundation.i18n import Currency

BGN, EUR, GEL = Currency.BGN, Currency.EUR, Currency.GEL


@pytest.mark.parametrize(
    ("minor", "currency", "to", "found"),
    [
        (195_583, BGN, EUR, 100_000),
        (1, BGN, EUR, 1),
        (100_000, EUR, BGN, 195_583),
        (-195_583, BGN, EUR, -100_000),
        (10**15, BGN, EUR, 511_291_881_196_218),
        (5, GEL, GEL, 5),
        (5, GEL, EUR, None),
    ],
)
def test_only_the_rate_fixed_by_law_converts(
    minor: int, currency: Currency, to: Currency, found: int | None
) -> None:
    assert conversion.converted(minor, currency, to) == found


def test_leva_are_owed_in_euro_from_the_first_day_of_2026_and_nothing_else_changes() -> None:
    assert due_in(BGN, date(2025, 12, 31)) is BGN
    assert due_in(BGN, EURO_SINCE) is EUR
    assert due_in(EUR, date(2025, 12, 31)) is EUR
    assert due_in(GEL, EURO_SINCE) is GEL


def test_sums_are_added_before_they_are_rounded() -> None:
    # One cent is 1.95583 stotinki: three of them are 5.87, not three times two.
    assert settled(100, BGN, [(EUR, 1), (EUR, 1), (EUR, 1), (BGN, 10)]) == 16
    with pytest.raises(ValueError, match="no law"):
        settled(100, EUR, [(GEL, 1)])


def test_the_legal_worth_of_a_contract_in_euro_is_all_of_it_though_it_rounds_up_by_a_stotinka() -> None:
    assert converted(10_009, BGN, EUR) == 5_118
    assert converted(5_118, EUR, BGN) == 10_010
    assert left(10_009, BGN, [], EUR) == 5_118
    assert settled(10_009, BGN, [(EUR, 5_118)]) == 10_009


@given(st.integers(1, 10**12), st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=8))
def test_payments_within_what_is_left_never_settle_more_than_is_owed_and_the_rest_settles_all(
    owed: int, steps: list[tuple[bool, float]]
) -> None:
    paid: list[tuple[Currency, int]] = []
    for in_euro, share in steps:
        currency = EUR if in_euro else BGN
        rest = left(owed, BGN, paid, currency)
        assert rest >= 0
        paid.append((currency, int(rest * share)))
        assert 0 <= settled(owed, BGN, paid) <= owed
    paid.append((EUR, left(owed, BGN, paid, EUR)))
    assert settled(owed, BGN, paid) == owed
    assert left(owed, BGN, paid, EUR) == 0
