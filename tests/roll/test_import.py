"""A roll file is read line by line: good rows in, bad rows listed, repeating it changes nothing, ids are kept nowhere."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.municipalities.models import Country
from pbplatform.roll.codes import CodeSlip, new_letter_code, normal_letter_code, slip_in_letter_code, spelled
from pbplatform.roll.ids import BadId, normal_id
from pbplatform.roll.models import FaultCause, RollEntry, RollFault
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality
from tests.support.rolls import read
from tests.support.voting import a_district, national_id

LINES = """Personal number;Name;Date of birth;District;Phone;E-mail
35000000007;Anna One;17.05.1980;north;555 12 34 56;a@example.org
35000000014;Beka Two;1990-01-02;District south;555123456;
35000000021;Dato Three;1991-01-02;north;+995555123456;
12345;Short Id;1990-01-02;north;;
35000000028;No Date;31.02.1990;north;;
35000000035;Elsewhere;1990-01-02;atlantis;;
35000000014;Beka Again;1990-01-02;south;;
"""


@on_both_databases
def test_good_rows_are_taken_and_bad_ones_listed(session: Session, house: House, tmp_path: Path) -> None:
    place = a_municipality(session)
    for code in ("north", "south"):
        a_district(session, place, code)
    session.commit()
    path = tmp_path / "roll.csv"
    path.write_text(LINES, encoding="utf-8")
    assert read(house, place, path) == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0, "bad": 5}
    with house.database.read() as look:
        faults = {fault.line: fault.cause for fault in look.scalars(select(RollFault))}
        entry = look.scalars(select(RollEntry).order_by(RollEntry.id)).first()
    assert faults == {
        4: FaultCause.PHONE_SHARED,
        5: FaultCause.BAD_ID,
        6: FaultCause.BAD_BIRTH_DATE,
        7: FaultCause.UNKNOWN_DISTRICT,
        8: FaultCause.TWICE,
    }
    assert entry is not None
    assert (entry.name, entry.birth_date, entry.phone) == ("Anna One", date(1980, 5, 17), "+995555123456")
    assert read(house, place, path)["unchanged"] == 2
    path.write_text("\n".join(LINES.splitlines()[:2]).replace("Anna One", "Anna New"), encoding="utf-16")
    assert read(house, place, path, complete=True) == {
        "added": 0, "changed": 1, "unchanged": 0, "removed": 1, "bad": 0,
    }  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_hears_of_a_batch_in_one_value(session: Session, house: House, tmp_path: Path) -> None:
    """With a value for each line, one plan made from stale statistics takes longer than the rest of the import."""
    place = a_municipality(session)
    session.commit()
    path = tmp_path / "roll.csv"
    people = "".join(f"{national_id(number)};Voter {number};17.05.1980\n" for number in range(300))
    path.write_text(f"Personal number;Name;Date of birth\n{people}", encoding="utf-8")
    values: list[int] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *heard: values.append(len(heard[3])))
    assert read(house, place, path)["added"] == 300
    assert read(house, place, path)["unchanged"] == 300
    assert max(values) < 20


def test_a_workbook_that_ate_leading_zeros_is_understood(
    session: Session, house: House, tmp_path: Path
) -> None:
    place = a_municipality(session)
    session.commit()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["პირადი ნომერი", "სახელი და გვარი", "დაბადების თარიღი"])
    sheet.append([1008012345, "ნინო", date(1980, 5, 17)])
    book.save(tmp_path / "roll.xlsx")
    assert read(house, place, tmp_path / "roll.xlsx")["added"] == 1


def test_no_national_id_is_kept_anywhere(session: Session, house: House, tmp_path: Path) -> None:
    """24: seeded ids are in no file of the installation after an import."""
    place = a_municipality(session)
    session.commit()
    lines = ["id,name,birth date"] + [f"{national_id(n)},Person {n},1980-05-17" for n in range(200)]
    path = tmp_path / "source" / "roll.csv"
    path.parent.mkdir()
    path.write_text("\n".join(lines))
    assert read(house, place, path)["added"] == 200
    kept = b"".join(
        file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.parent.name != "source"
    )
    assert not [n for n in range(200) if national_id(n).encode() in kept]


@pytest.mark.parametrize("spelling", ["35000000007", " 350-000 000 07 ", "３５０００００0007", "٣٥٠٠٠٠٠٠٠٠٧"])
def test_one_person_has_one_spelling(spelling: str) -> None:
    assert normal_id(spelling, Country.GEORGIA) == "35000000007"


@pytest.mark.parametrize("wrong", ["6101057508", "0000000000", "610105750", "abcdefghij", ""])
def test_an_egn_with_a_wrong_check_digit_is_refused(wrong: str) -> None:
    with pytest.raises(BadId):
        normal_id(wrong, Country.BULGARIA)
    assert normal_id("610105 7509", Country.BULGARIA) == "6101057509"


TO_CYRILLIC = str.maketrans("ABEKMHPCTXYJS", "АВЕКМНРСТХУЈЅ")


def test_letter_codes_survive_how_people_type_them() -> None:
    for _ in range(200):
        code = new_letter_code()
        assert normal_letter_code(spelled(code).lower()) == code
        assert normal_letter_code(code.replace("0", "O").replace("1", "l")) == code
        assert normal_letter_code(code.translate(TO_CYRILLIC)) == code
        assert normal_letter_code(spelled(code).translate(TO_CYRILLIC).lower()) == code
        slip = ("2" if code[3] != "2" else "3").join((code[:3], code[4:]))
        assert normal_letter_code(slip) is None
        assert slip_in_letter_code(slip) is CodeSlip.CHECK
        assert slip_in_letter_code(f" {spelled(code)[:-1]} ") is CodeSlip.LENGTH
        assert slip_in_letter_code(f"д{code[1:]}") is CodeSlip.FOREIGN_LETTERS
    assert normal_letter_code("ОІ0І-оі0і-OI0L") == "010101010101", "first Latin, then digits"
