"""A backup made while the platform runs comes back whole, in place, through the command."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from pbplatform.cli.main import main
from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.municipalities import queries
from tests.support.installation import small_disk
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


def _changed(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@on_both_databases
def test_a_backup_goes_back_after_a_release_that_added_tables(
    house: House, session: Session, tmp_path: Path
) -> None:
    a_municipality(session)
    session.commit()
    engine, target = house.database.engine, tmp_path / "before.zip"
    backup.back_up(engine, house.files, target)
    _changed(
        engine,
        "create table later (id integer primary key, municipality_id bigint references municipality(id))",
        "insert into later select 1, id from municipality",
    )
    backup.restore(engine, house.files, target)
    assert not inspect(engine).has_table("later")
    with house.database.read() as reading:
        assert [place.slug for place in queries.everyone(reading)] == ["rustavi"]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_restore_that_breaks_off_leaves_everything_as_it_was(
    house: House, session: Session, tmp_path: Path
) -> None:
    engine, target = house.database.engine, tmp_path / "before.zip"
    _changed(engine, "create function one() returns integer language sql return 1")
    backup.back_up(engine, house.files, target)
    a_municipality(session)
    session.commit()
    # Somebody's own table, outside of ours, leans on what the backup would put in its place.
    _changed(engine, "create schema aside", "create table aside.own (number integer default one())")
    with pytest.raises(backup.ToolFailed, match="psql"):
        backup.restore(engine, house.files, target)
    with house.database.read() as reading:
        assert queries.by_slug(reading, "rustavi") is not None


@pytest.fixture
def command(config: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A command with the test's configuration."""
    for name, value in (
        ("PB_MODE", "test"),
        ("PB_DATA_DIR", str(config.data_dir)),
        ("PB_DATABASE_URL", config.database_url),
    ):
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(main, list(words))


def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(
    command: Callable[..., Result], house: House, tmp_path: Path
) -> None:
    house.files.put("photos/1.webp", os.urandom(12_000_000))
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        done = command("backup", str(disk / "monday.zip"))
        assert (done.exit_code, "No space left" in done.output) == (1, True), done.output
        assert list(disk.iterdir()) == []


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_machine_without_the_programs_of_postgresql_is_told(
    config: Config, house: House, tmp_path: Path
) -> None:
    target = tmp_path / "monday.zip"
    backup.back_up(house.database.engine, house.files, target)
    here = {"PB_MODE": "test", "PB_DATA_DIR": str(config.data_dir), "PB_DATABASE_URL": config.database_url}
    for words, program in (
        (("backup", str(tmp_path / "other.zip")), "pg_dump"),
        (("restore", str(target), "--yes"), "pg_restore"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "pbplatform.cli.main", *words],
            env=os.environ | here | {"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, f"Error: {program} is not installed on this machine\n")


def test_files_that_cannot_be_put_back_are_told_and_the_database_stays(
    command: Callable[..., Result], house: House, session: Session, tmp_path: Path
) -> None:
    target = tmp_path / "monday.zip"
    house.files.put("photos/1.webp", b"picture")
    backup.back_up(house.database.engine, house.files, target)
    a_municipality(session)
    session.commit()
    house.files.delete("photos/1.webp")
    (house.config.data_dir / "files" / "photos").rmdir()
    (house.config.data_dir / "files" / "photos").write_text("in the way")
    done = command("restore", str(target), "--yes")
    assert (done.exit_code, "The place for files does not answer" in done.output) == (1, True), done.output
    with house.database.read() as reading:
        assert queries.by_slug(reading, "rustavi") is not None


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
