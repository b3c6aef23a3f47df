"""The table of attacks is whole, and every test that it names exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "safety-tests.md"


def rows() -> list[tuple[int, list[tuple[str, str]]]]:
    """Each attack's number with its tests by file and name."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].isdecimal():
            named = [tuple(one.strip().split("::")) for one in cells[-1].split(",")]
            found.append((int(cells[0]), named))
    return found


def test_all_fifty_two_are_there() -> None:
    assert [number for number, _ in rows()] == list(range(1, 53))


def test_every_named_test_exists() -> None:
    lost = [
        f"{number}: {path}::{name}"
        for number, named in rows()
        for path, name in named
        if not re.search(rf"^def {name}\(", (TESTS / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert lost == []
