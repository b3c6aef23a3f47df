"""What citizens see of the budget: the way through the year, versions side by side in one currency, what no district has."""

from collections.abc import Iterator

import pytest

from pbplatform.budget import queries, showing
from pbplatform.budget.models import Axis, BudgetSum, BudgetVersion, Side, Stage
from pbplatform.budget.queries import VersionAmount
from pbplatform.foundation.i18n import Currency

NAMER = showing.Namer("bg", {}, {}, {})


def _version(
    number: int, stage: Stage, quarter: int | None = None, currency: Currency = Currency.EUR, year: int = 2026
) -> BudgetVersion:
    amounts = {"planned": "1", "actual": "1"} if stage is Stage.EXECUTED else {"planned": "1"}
    return BudgetVersion(
        id=number, year=year, number=number, stage=stage, quarter=quarter, currency=currency, totals={"expenditure": amounts}
    )  # fmt: skip


def _sum(path: str, planned: int, actual: int | None = None, adjusted: int | None = None) -> BudgetSum:
    return BudgetSum(
        side=Side.EXPENDITURE, axis=Axis.PROGRAMME, path=path, title=path, planned=planned, adjusted=adjusted, actual=actual
    )  # fmt: skip


def _amounts() -> Iterator[VersionAmount]:
    yield VersionAmount(_version(1, Stage.EXECUTED, 4, Currency.BGN, 2025), 90, None, 80)
    yield VersionAmount(_version(1, Stage.ADOPTED), 100, None, None)
    yield VersionAmount(_version(2, Stage.EXECUTED, 1), 100, 100, 20)
    yield VersionAmount(_version(3, Stage.EXECUTED, 1), 100, 100, 21)
    yield VersionAmount(_version(4, Stage.AMENDED), 100, 110, None)
    yield VersionAmount(_version(5, Stage.EXECUTED, 2), 100, 110, 55)


def test_the_year_goes_by_quarters_and_a_corrected_quarter_counts_once() -> None:
    found = queries.quarters(list(_amounts()), 2026)
    assert [(row.version.quarter, row.actual, row.in_force) for row in found] == [(1, 21, 100), (2, 55, 110)]
    assert [row.done for row in found] == [0.21, 0.5]
    assert [row.version.year for row in queries.over_years(list(_amounts()))] == [2025, 2026]


def test_versions_in_leva_and_euro_are_compared_at_the_fixed_rate_to_the_cent() -> None:
    before, after = _version(1, Stage.ADOPTED, currency=Currency.BGN, year=2025), _version(1, Stage.ADOPTED)
    pairs = [(_sum("a", 195_583), _sum("a", 100_000)), (_sum("b", 100), _sum("b", 52)), (None, _sum("c", 7))]
    found = showing.changes(pairs, before, after, "", NAMER)
    assert [(change.path, change.before, change.after, change.difference) for change in found] == [
        ("c", None, 7, 7),
        ("b", 51, 52, 1),
    ]


def test_two_executions_of_a_year_are_compared_by_what_was_spent() -> None:
    first, second = _version(1, Stage.EXECUTED, 1), _version(2, Stage.EXECUTED, 2)
    assert showing.measures_to_compare(first, second) == ["actual", ""]
    assert showing.measures_to_compare(_version(1, Stage.ADOPTED), second) == [""]
    (change,) = showing.changes([(_sum("a", 9, 3), _sum("a", 9, 5))], first, second, "actual", NAMER)
    assert change.difference == 2
    assert showing.changes([(_sum("a", 9, 3), _sum("a", 9, 5))], first, second, "", NAMER) == []


@pytest.mark.parametrize(
    ("path", "function"),
    [
        ("08", True), ("08/08.1", True), ("08/10", False), ("08/04.5", False), ("08/08.1/04", False),
        ("08/08.1/08.1", False), ("08/2.1", False), ("04.5", False), ("08/-", False),
    ],
)  # fmt: skip
def test_a_function_is_told_from_a_programme_by_its_place(path: str, function: bool) -> None:
    namer = showing.Namer("bg", {}, {}, {(Axis.PROGRAMME, path.rpartition("/")[2]): "Спорт"})
    assert (namer.names(Axis.FUNCTION, path) == {"bg": "Спорт"}) is not function
    assert showing.is_leaf(Axis.FUNCTION, path) is not function


def test_areas_are_drawn_for_large_and_small_screens_and_hold_the_same_parts() -> None:
    rows = [_sum(str(number), number * 10) for number in range(1, 50)]
    parts = showing.parts(rows, Axis.PROGRAMME, "planned", 12_250, 0, NAMER)
    drawn = showing.treemap(parts)
    assert [tile.part.path for tile in drawn.wide] == [tile.part.path for tile in drawn.narrow]
    assert len(drawn.wide) == showing.MOST_AREAS
    for tiles, (width, height) in ((drawn.wide, showing.WIDE), (drawn.narrow, showing.NARROW)):
        assert sum(tile.width * tile.height for tile in tiles) == pytest.approx(width * height)


def test_a_name_is_broken_into_lines_and_cut_only_where_it_must_be() -> None:
    assert showing.fitted("Обществен ред и сигурност", 16, 3) == ["Обществен ред и", "сигурност"]
    assert showing.fitted("Обществен ред и сигурност", 16, 1) == ["Обществен ред…"]
    assert showing.fitted("Здравеопазване", 8, 2) == ["Здраве…"]
    assert showing.fitted("", 8, 2) == []
    for room in range(3, 40):
        lines = showing.fitted("МИНИСТЕРСТВО ЗА ОБРАЗОВАНИЕ И НАУКА", room, 4)
        assert 1 <= len(lines) <= 4
        assert all(sum(1.25 if letter.isupper() else 1 for letter in line) <= room + 1 for line in lines)
