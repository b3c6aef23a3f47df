"""The table of invariants is whole: none is missing, each names tests that exist, on both databases where it matters."""

import ast
from functools import cache

import pytest

from tests.conftest import ROOT
from tests.voting.invariants import INVARIANTS, Invariant


@cache
def found_in(path: str) -> dict[str, bool]:
    """The tests of a file, and whether each runs on both databases."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name: any(
            isinstance(mark, ast.Name) and mark.id == "on_both_databases" for mark in node.decorator_list
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_all_twenty_nine_are_there() -> None:
    assert [invariant.number for invariant in INVARIANTS] == list(range(1, 30))
    assert len({invariant.promise for invariant in INVARIANTS}) == 29


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda invariant: str(invariant.number))
def test_each_has_tests_that_exist(invariant: Invariant) -> None:
    assert invariant.tests
    for path, name in invariant.tests:
        assert name in found_in(path), f"{invariant.number}: {path} has no {name}"
    if invariant.both:
        assert any(found_in(path)[name] for path, name in invariant.tests), "none runs on both databases"
