"""Money is counted once: rows that sum up rows below them are compared with these and not counted again."""

import pytest

from pbplatform.budget import findings, guessing, layout, reading
from pbplatform.budget.hierarchy import Branch, branches, is_below
from pbplatform.budget.mapping import Branches, Mapping
from pbplatform.foundation.sheets import read_table

TREE = """კოდი;დასახელება;კლასიფიკაცია;გეგმა
02 00;ინფრასტრუქტურა;;900
02 01;გზები;;600
;;21;100
;;22;500
02 02;განათება;;300
;;22;300
03 00;დასუფთავება;;250
;;22;250
სულ;;;1150
"""
"""A Georgian annex: programmes above subprogrammes above kinds of spending, whose programme cells are empty."""

PARAGRAPHS = """Параграф;Наименование;Код програма;Програма;План
13-00;Имуществени данъци;;;700
13-01;Данък върху недвижимите имоти;;;400
13-03;Данък върху превозните средства;;;300
10-00;Издръжка;1.1;Администрация;500
10-15;Материали;1.1;Администрация;200
10-20;Външни услуги;1.1;Администрация;300
"""
"""A Bulgarian report: paragraphs above their subparagraphs."""


def _read(text: str, **said: object) -> findings.Reading:
    sheet = read_table(text.encode()).sheets[0]
    understood = layout.understand(sheet, 0)
    return reading.read(sheet.rows, understood.header, Mapping(**said), "GEL")


def _tree(**said: object) -> findings.Reading:
    columns = {"programme": 0, "programme_title": 1, "economic": 2, "planned": 3}
    return _read(TREE, columns=columns, rest="04.5", **said)


@pytest.mark.parametrize(
    ("code", "above", "below"),
    [
        ("02 01", "02 00", True),
        ("02 01 03", "02 01", True),
        ("02 01", "02 01", False),
        ("03 01", "02 00", False),
        ("13-01", "13-00", True),
        ("1301", "1300", True),
        ("1100", "1000", False),
        ("2.10", "2.1", False),
        ("2.1.1", "2.1", True),
        ("101", "100", True),
        ("11", "1", False),
        ("211", "21", True),
        ("020101", "020100", True),
        ("020100", "020000", True),
        ("A-1", "A", True),
        ("7045", "", False),
    ],
)
def test_codes_tell_what_is_part_of_what(code: str, above: str, below: bool) -> None:
    assert is_below(code, above) is below


def test_a_tree_is_counted_by_its_leaves_only() -> None:
    found = _tree(fill_down=True)
    assert found.faults == []
    assert [(line.row, line.programme, line.economic, line.planned) for line in found.lines] == [
        (4, "02 01", "21", 10_000),
        (5, "02 01", "22", 50_000),
        (7, "02 02", "22", 30_000),
        (9, "03 00", "22", 25_000),
    ]
    assert found.branches == 4
    assert [line.programme_title for line in found.lines] == ["გზები", "გზები", "განათება", "დასუფთავება"]
    assert (found.totals, found.totals_agreeing) == ([], 5)


def test_a_branch_that_is_not_the_sum_of_its_leaves_is_told() -> None:
    sheet = TREE.replace("02 01;გზები;;600", "02 01;გზები;;601")
    columns = {"programme": 0, "programme_title": 1, "economic": 2, "planned": 3}
    found = _read(sheet, columns=columns, rest="04.5", fill_down=True)
    assert [(total.row, total.written, total.summed) for total in found.totals] == [(3, 60_100, 60_000)]
    assert sum(line.planned or 0 for line in found.lines) == 115_000


def test_subparagraphs_are_counted_and_their_paragraphs_are_not() -> None:
    columns = {"economic": 0, "economic_title": 1, "programme": 2, "programme_title": 3, "planned": 4}
    found = _read(PARAGRAPHS, columns=columns, rest="01.1", revenue_codes=["13"])
    assert [(line.side.value, line.economic) for line in found.lines] == [
        ("revenue", "13-01"),
        ("revenue", "13-03"),
        ("expenditure", "10-15"),
        ("expenditure", "10-20"),
    ]
    assert (found.branches, found.totals) == (2, [])


def test_the_officer_decides_where_the_amounts_do_not() -> None:
    flat = "Код;Програма;План\n10;A;5\n101;B;7\n102;C;9\n"
    columns = {"programme": 0, "programme_title": 1, "planned": 2}
    assert [line.planned for line in _read(flat, columns=columns, rest="01").lines] == [500, 700, 900]
    said = _read(flat, columns=columns, rest="01", branches=Branches.SUMS.value)
    assert [line.planned for line in said.lines] == [700, 900]
    assert [(total.written, total.summed) for total in said.totals] == [(500, 1600)]
    assert len(_tree(fill_down=True, branches=Branches.LINES.value).lines) == 8


def test_merged_cells_and_thousands_are_guessed() -> None:
    sheet = read_table(("ათას ლარში;;;\n" + TREE).encode()).sheets[0]
    understood = layout.understand(sheet, 1)
    guess = Mapping.read(guessing.first_guess(understood, sheet.rows))
    assert (guess.unit, guess.columns["planned"]) == (1000, 3)
    assert Mapping.read(guessing.first_guess(layout.understand(sheet, 1), sheet.rows[1:])).unit == 1


def test_a_leaf_below_two_branches_is_added_to_both() -> None:
    rows = [
        Branch(place, code, "", {"planned": amount})
        for place, (code, amount) in enumerate([("1.0", 9), ("1.1", 9), ("1.1.1", 4), ("1.1.2", 5)])
    ]
    found = branches(rows)
    assert [(row.place, row.agrees) for row in found] == [(0, True), (1, True)]
