"""Files that only pass through, rolls that wait to be read and letters with codes, are in no backup and do not stay."""

import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.backup import back_up
from pbplatform.roll import operations
from pbplatform.roll.models import LetterBatch, LetterCode, RollImport
from tests.support import voting
from tests.support.pages import PageClient, in_memory
from tests.support.voters import hidden

SignIn = Callable[..., PageClient]
HEADINGS = "id,name,birth date\n"
LINE = f"{voting.national_id(9)},Person Nine,1980-05-17\n"


def upload(officer: PageClient, town: voting.Town, text: str) -> tuple[int, str]:
    """Upload a roll and do not confirm its columns."""
    roll = f"/en/{town.place.slug}/desk/roll"
    token = hidden(officer.get(roll).get_data(as_text=True))["csrf_token"]
    file = (io.BytesIO(text.encode()), "roll.csv")
    answer = officer.post(roll, **in_memory({"csrf_token": token, "file": file}))
    return answer.status_code, answer.get_data(as_text=True)


def test_a_roll_that_waits_is_in_no_backup_and_is_deleted_in_the_end(
    session: Session, house: House, signed_in: SignIn, tmp_path: Path
) -> None:
    """24: between the upload and the confirmation of its columns the file holds every national id."""
    town = voting.a_town(session, house)
    session.commit()
    officer = signed_in(town.officers[0])
    assert upload(officer, town, HEADINGS + LINE)[0] == 302
    assert len(house.files.all_keys()) == 1
    back_up(house.database.engine, house.files, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert archive.namelist() == ["database", "manifest.json"]
    assert operations.forget_files(house.database, house.files) == 0
    waiting = session.scalars(select(RollImport)).one()
    waiting.uploaded_at = clock.now() - timedelta(days=3)
    session.commit()
    assert operations.forget_files(house.database, house.files) == 1
    assert house.files.all_keys() == []
    # Whoever comes back to it is told so.
    token = hidden(officer.get(f"/en/{town.place.slug}/desk/roll").get_data(as_text=True))["csrf_token"]
    address = f"/en/{town.place.slug}/desk/roll/imports/{waiting.id}"
    columns = {"column-0": "id", "column-1": "name", "column-2": "birth_date"}
    assert officer.post(address, data={"csrf_token": token, **columns}).status_code == 422


def test_letters_with_codes_are_in_no_backup(
    session: Session, house: House, signed_in: SignIn, tmp_path: Path
) -> None:
    """Whoever found the copy could vote for everybody."""
    town = voting.a_town(session, house)
    session.execute(delete(LetterCode))
    session.commit()
    officer, roll = signed_in(town.officers[0]), f"/en/{town.place.slug}/desk/roll"
    token = hidden(officer.get(roll).get_data(as_text=True))["csrf_token"]
    officer.post(f"{roll}/letters", data={"csrf_token": token, "district": "0"})
    [key] = house.files.all_keys()
    back_up(house.database.engine, house.files, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert archive.namelist() == ["database", "manifest.json"]
    # A restored database speaks of a file that came back from nowhere.
    house.files.delete(key)
    with house.database.read() as look:
        batch = look.scalars(select(LetterBatch)).one()
    assert officer.post(f"{roll}/letters/{batch.id}.pdf", data={"csrf_token": token}).status_code == 410


def test_a_file_without_headings_is_not_taken_for_one_with_them(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """24: headings are kept, so somebody's line must not become one."""
    town = voting.a_town(session, house)
    session.commit()
    status, html = upload(signed_in(town.officers[0]), town, LINE * 2)
    assert status == 422
    assert "has no headings" in html
    assert house.files.all_keys() == []
    with house.database.read() as look:
        assert look.scalars(select(RollImport)).all() == []


def test_the_roll_of_a_large_town_is_taken(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.a_town(session, house)
    session.commit()
    status, _ = upload(signed_in(town.officers[0]), town, HEADINGS + LINE * (3_000_000 // len(LINE)))
    assert status == 302
    [key] = house.files.all_keys()
    assert len(house.files.get(key)) > 2_900_000


def test_what_a_killed_reader_left_is_swept_up(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("pb-roll-old", "pb-roll-new", "something-else"))
    for path in (old, new, other):
        path.write_text(LINE)
    for path in (old, other):
        os.utime(path, (0, 0))
    operations.forget_files(house.database, house.files)
    left = [path.name for path in (old, new, other) if path.exists()]
    assert left == ["pb-roll-new", "something-else"]
