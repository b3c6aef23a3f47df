"""A roll file is read whatever office made it; a damaged one is refused with a sentence and takes nothing with it."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation.sheets import write_xlsx
from pbplatform.roll import reading
from pbplatform.roll.models import RollImport
from pbplatform.roll.queries import size
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.rolls import read
from tests.support.voters import hidden
from tests.support.voting import BORN, national_id
from tests.support.workbooks import DAMAGES, Damage, cut_sheet, far_row, flipped

SignIn = Callable[..., PageClient]
HEADINGS = ("პირადი ნომერი", "სახელი", "დაბადების თარიღი")


def a_workbook(people: int = 3) -> bytes:
    """A roll as a spreadsheet program saves it."""
    rows = [(national_id(number), f"Person {number}", BORN) for number in range(people)]
    return write_xlsx([("roll", [HEADINGS, *rows])])


def lines(path: Path) -> list[tuple[int, reading.Row]]:
    """Everything that is read from a file."""
    return list(reading.rows(path, reading.guess(reading.headers(path))))


def upload(officer: PageClient, page: str, content: bytes, name: str) -> tuple[int, str]:
    """Upload a roll; status and address of the import, or the page."""
    fields = hidden(officer.get(page).get_data(as_text=True))
    answer = officer.post(page, data={**fields, "file": (BytesIO(content), name)})
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def test_a_workbook_is_uploaded_and_read(session: Session, house: House, signed_in: SignIn) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.ADMINISTRATOR)
    session.commit()
    officer = signed_in(account)
    status, waiting = upload(officer, f"/en/{place.slug}/desk/roll", a_workbook(), "roll.xlsx")
    assert status == 302
    fields = hidden(officer.get(waiting).get_data(as_text=True))
    columns = {"column-0": "id", "column-1": "name", "column-2": "birth_date"}
    assert officer.post(waiting, data={**fields, **columns}).status_code == 302
    with house.database.read() as look:
        assert size(look, place.id) == 3


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_workbook_is_refused_with_a_sentence(
    session: Session, house: House, signed_in: SignIn, damage: Damage
) -> None:
    place = a_municipality(session)
    account = an_account(session, place, Role.ADMINISTRATOR)
    session.commit()
    officer = signed_in(account)
    spoilt = cut_sheet(a_workbook(), keep=0.2) if damage is cut_sheet else damage(a_workbook())
    status, html = upload(officer, f"/en/{place.slug}/desk/roll", spoilt, "roll.xlsx")
    assert status == 422
    assert "cannot be read" in html
    assert house.files.all_keys() == []


def test_whatever_is_flipped_in_a_workbook_it_is_read_or_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "roll.xlsx"
    whole = unreadable = 0
    for content in flipped(a_workbook()):
        path.write_bytes(content)
        try:
            whole += len(lines(path)) == 3
        except reading.Unreadable:
            unreadable += 1
    assert whole > 10
    assert unreadable > 10


def test_a_row_beyond_the_end_of_every_sheet_is_not_searched_for(tmp_path: Path) -> None:
    path = tmp_path / "roll.xlsx"
    path.write_bytes(far_row(a_workbook()))
    with pytest.raises(reading.Unreadable):
        lines(path)


def test_a_workbook_that_breaks_off_gives_what_was_read_and_takes_nobody_off(
    session: Session, house: House, tmp_path: Path
) -> None:
    place = a_municipality(session)
    session.commit()
    path = tmp_path / "roll.xlsx"
    path.write_bytes(a_workbook(6_000))
    assert read(house, place, path)["added"] == 6_000
    path.write_bytes(cut_sheet(a_workbook(6_000), keep=0.95))
    counts = read(house, place, path, complete=True)
    assert (counts["unchanged"], counts["removed"]) == (5_000, 0)
    with house.database.read() as look:
        kept = look.scalars(select(RollImport.counts).order_by(RollImport.id.desc())).first()
    assert kept is not None
    assert kept["broken"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_text_is_read_in_whatever_encoding_and_with_whatever_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    # A name with another separator in it, and more text than is looked at to find the encoding.
    other = "," if separator != "," else ";"
    people = [f'"Иванов{other} Петър"', *(f"Димитрова Мария {number}" for number in range(5_000))]
    text = separator.join(("ЕГН", "Име", "Дата на раждане")) + "\n"
    text += "".join(f"6101057509{separator}{name}{separator}05.01.1961\n" for name in people)
    path = tmp_path / "roll.csv"
    path.write_bytes(text.encode(encoding))
    found = lines(path)
    assert len(found) == len(people)
    assert found[0][1][reading.Column.NAME].text == f"Иванов{other} Петър"
    assert reading.day_of(found[-1][1][reading.Column.BIRTH_DATE], date(2026, 1, 1)) == date(1961, 1, 5)


def test_the_beginning_of_a_long_text_may_end_inside_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    for shift in range(4):
        text = "x" * shift + "id,name,birth date\n" + "35000000007,ნინო გიორგაძე,1980-05-17\n" * 3_000
        path.write_text(text, encoding="utf-8")
        assert next(reading.rows(path, {"1": "name"}))[1][reading.Column.NAME].text == "ნინო გიორგაძე"
