"""A file that is the whole roll takes off who is not in it; a bad line in it takes nobody off."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.models import RollEntry, RollImport
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.rolls import read
from tests.support.voters import hidden
from tests.support.voting import a_district, national_id

SignIn = Callable[..., PageClient]

HEADINGS = "id;name;birth date;district;phone;e-mail"
PEOPLE = range(5)
LEFT = 4
"""Whoever is in no later file."""


def good(number: int) -> str:
    """A line without a fault."""
    return (
        f"{national_id(number)};Person {number};1980-05-17;north;+99555510000{number};p{number}@example.org"
    )


def write(path: Path, *lines: str) -> Path:
    """A roll file."""
    path.write_text("\n".join((HEADINGS, *lines)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def place(session: Session, house: House, tmp_path: Path) -> Municipality:
    """A municipality with five people on its roll."""
    made = a_municipality(session)
    a_district(session, made, "north")
    session.commit()
    assert read(house, made, write(tmp_path / "first.csv", *map(good, PEOPLE)))["added"] == len(PEOPLE)
    return made


def on_the_roll(house: House) -> list[str]:
    """The names on the roll."""
    with house.database.read() as look:
        return list(
            look.scalars(
                select(RollEntry.name).where(RollEntry.removed_at.is_(None)).order_by(RollEntry.name)
            )
        )


@pytest.mark.parametrize(
    "bad",
    [
        f"{national_id(1)};Person 1;1980-05-17;atlantis;;",
        f"{national_id(1)};Person 1;1980-05-17;north;12;",
        f"{national_id(1)};Person 1;1980-05-17;north;+995555100000;",
        f"{national_id(1)};Person 1;1980-05-17;north;;nobody",
        f"{national_id(1)};Person 1;31.02.1980;north;;",
        f"{national_id(1)};;1980-05-17;north;;",
        f"{national_id(1)};{'x' * 501};1980-05-17;north;;",
    ],
    ids=["district", "phone", "shared phone", "e-mail", "birth date", "name", "long"],
)
def test_whoever_has_a_bad_line_stays(place: Municipality, house: House, tmp_path: Path, bad: str) -> None:
    # A second person with the phone of the first, so that the third is one too many.
    second = good(2).replace("+995555100002", "+995555100000")
    path = write(tmp_path / "whole.csv", good(0), second, bad, good(3))
    counts = read(house, place, path, complete=True)
    assert (counts["bad"], counts["removed"]) == (1, 1)
    assert on_the_roll(house) == [f"Person {number}" for number in PEOPLE if number != LEFT]


@on_both_databases
def test_a_district_that_is_spelt_otherwise_does_not_empty_the_roll(
    session: Session, house: House, tmp_path: Path
) -> None:
    made = a_municipality(session)
    a_district(session, made, "north")
    session.commit()
    read(house, made, write(tmp_path / "first.csv", *map(good, PEOPLE)))
    lines = [good(number).replace("north", "the north") for number in PEOPLE]
    counts = read(house, made, write(tmp_path / "whole.csv", *lines), complete=True)
    assert (counts["bad"], counts["removed"]) == (len(PEOPLE), 0)
    assert len(on_the_roll(house)) == len(PEOPLE)


@pytest.mark.parametrize(
    "lines",
    [(good(0), ";Total;;;;"), (good(0), f"{national_id(1)[:9]};Person 1;1980-05-17;north;;"), ()],
    ids=["no number", "wrong number", "no lines"],
)
def test_a_file_that_cannot_tell_who_left_takes_nobody_off_and_says_so(
    place: Municipality, house: House, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    counts = read(house, place, write(tmp_path / "whole.csv", *lines), complete=True)
    assert counts["removed"] == 0
    assert len(on_the_roll(house)) == len(PEOPLE)
    with house.database.read() as look:
        kept = look.scalars(select(RollImport.counts).order_by(RollImport.id.desc())).first()
    assert kept is not None
    assert kept["nobody_removed"] == 1


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Nobody was taken off the roll"),
        ("ka", "სიიდან არავინ ამოღებულა"),
        ("bg", "Никой не е изваден от списъка"),
    ],
)
def test_the_page_says_that_nobody_was_taken_off(
    session: Session, place: Municipality, house: House, signed_in: SignIn, language: str, sentence: str
) -> None:
    account = an_account(session, place, Role.ADMINISTRATOR)
    session.commit()
    officer = signed_in(account)
    roll = f"/{language}/{place.slug}/desk/roll"
    told = {}
    for name, lines in (("sure", (good(0),)), ("unsure", (good(0), ";Total;;;;"))):
        file = BytesIO("\n".join((HEADINGS, *lines)).encode())
        fields = hidden(officer.get(roll).get_data(as_text=True))
        waiting = officer.post(roll, data={**fields, "file": (file, f"{name}.csv")}).headers["Location"]
        columns = {"column-0": "id", "column-1": "name", "column-2": "birth_date", "complete": "y"}
        fields = hidden(officer.get(waiting).get_data(as_text=True))
        assert officer.post(waiting, data={**fields, **columns}).status_code == 302
        told[name] = officer.get(waiting).get_data(as_text=True)
    assert sentence not in told["sure"]
    assert sentence in told["unsure"]
