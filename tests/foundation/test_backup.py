"""A backup made while the platform runs comes back whole, in place, through the command."""

import zipfile
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.municipalities import queries
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality


@on_both_databases
def test_a_restore_brings_back_the_rows_and_files_of_its_backup(
    house: House, session: Session, client: PageClient, tmp_path: Path
) -> None:
    a_municipality(session)
    session.commit()
    house.files.put("logos/1.webp", b"picture")
    target = tmp_path / "monday.zip"
    backup.back_up(house.database.engine, house.files, target)
    a_municipality(session, "burgas", ("bg", "en"))
    session.commit()
    house.files.put("logos/2.webp", b"later")
    backup.restore(house.database.engine, house.files, target)
    house.generations.accept()
    with house.database.read() as reading:
        assert [place.slug for place in queries.everyone(reading)] == ["rustavi"]
    assert house.files.all_keys() == ["logos/1.webp"]
    assert client.get("/ka/rustavi/").status_code == 200
    assert client.get("/ka/burgas/").status_code == 404


def test_secrets_are_not_in_a_backup(house: House, tmp_path: Path) -> None:
    key = house.secrets.create("pepper")
    target = tmp_path / "backup.zip"
    backup.back_up(house.database.engine, house.files, target)
    with zipfile.ZipFile(target) as archive:
        assert not any(key in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("damage", ["truncated", "changed", "other", "empty"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    house: House, session: Session, tmp_path: Path, damage: str
) -> None:
    target = tmp_path / "backup.zip"
    backup.back_up(house.database.engine, house.files, target)
    a_municipality(session)
    session.commit()
    _damage(target, damage)
    with pytest.raises(backup.BadBackup):
        backup.restore(house.database.engine, house.files, target)
    with house.database.read() as reading:
        assert queries.by_slug(reading, "rustavi") is not None


def _damage(target: Path, how: str) -> None:
    content = target.read_bytes()
    if how == "truncated":
        target.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        target.write_bytes(b"")
    else:
        with zipfile.ZipFile(target) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts["database"] = parts["database"] + b"x" if how == "changed" else parts["database"]
        if how == "other":
            parts["manifest.json"] = parts["manifest.json"].replace(b'"sqlite"', b'"postgresql"')
        with zipfile.ZipFile(target, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
