"""A file that is copied over the running application's database is noticed, whatever the copy's age."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.foundation.database import Database
from pbplatform.foundation.generation import Generations
from tests.support.pages import PageClient
from tests.support.people import a_municipality


@pytest.fixture
def file(house: House) -> Path:
    return Path(str(house.database.engine.url.database))


@pytest.fixture
def neighbour(house: House) -> Iterator[Generations]:
    """Another process of the same installation, as far as its memory goes."""
    other = Database(house.database.url)
    watch = Generations(other, house.config.data_dir / "generation.json")
    assert watch.whole(now=True)
    yield watch
    other.dispose()


def _write(house: House, slug: str) -> None:
    with house.database.transaction() as session:
        a_municipality(session, slug)


def _checkpoint(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        busy, _in_log, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy


def test_a_copy_of_a_moment_ago_copied_over_the_file_is_answered_by_503(
    house: House, client: PageClient, file: Path, tmp_path: Path, neighbour: Generations
) -> None:
    """`cp` keeps the inode, and a copy of the same minute has the right word."""
    house.generations.renew()
    _write(house, "rustavi")
    _checkpoint(file)
    shutil.copyfile(file, tmp_path / "copy")
    _write(house, "burgas")
    _checkpoint(file)
    assert client.get("/en/").status_code == 200
    assert house.generations.whole(now=True)
    shutil.copyfile(tmp_path / "copy", file)
    assert not house.generations.whole(now=True)
    assert client.get("/en/").status_code == 503
    assert not neighbour.whole(now=True), "who saw it tells the others"
    house.generations.accept()
    assert house.generations.whole(now=True)
    assert neighbour.whole(now=True)


def test_a_copy_is_noticed_when_newer_pages_in_the_log_hide_the_loss(
    house: House, file: Path, tmp_path: Path
) -> None:
    _write(house, "rustavi")
    _checkpoint(file)
    shutil.copyfile(file, tmp_path / "copy")
    _write(house, "burgas")
    _checkpoint(file)
    assert house.generations.whole(now=True)
    house.generations.renew()
    shutil.copyfile(tmp_path / "copy", file)
    with closing(sqlite3.connect(file)) as look:
        count = look.execute("PRAGMA user_version").fetchone()[0]
    assert count >= 3, "the log still hides it"
    assert not house.generations.whole(now=True)


def test_writes_that_a_process_made_itself_are_known_to_it_at_once(
    house: House, file: Path, tmp_path: Path
) -> None:
    """Not even one look may pass between the write and the copy."""
    _write(house, "rustavi")
    _checkpoint(file)
    house.generations.whole(now=True)
    shutil.copyfile(file, tmp_path / "copy")
    _write(house, "burgas")
    house.database.engine.dispose()
    _checkpoint(file)
    shutil.copyfile(tmp_path / "copy", file)
    assert not house.generations.whole(now=True)


def test_daily_life_is_no_alarm(
    app: Flask, house: House, client: PageClient, file: Path, tmp_path: Path, neighbour: Generations
) -> None:
    target = tmp_path / "monday.zip"
    for slug in ("rustavi", "burgas", "sliven"):
        _write(house, slug)
        assert neighbour.whole(now=True)
        _checkpoint(file)
        house.generations.renew()
        assert house.generations.whole(now=True)
        assert neighbour.whole(now=True)
    backup.back_up(house.database.engine, house.files, target)
    _write(house, "yambol")
    assert house.generations.whole(now=True)
    backup.restore(house.database.engine, house.files, target)
    house.generations.accept()
    for watch in (house.generations, neighbour):
        assert watch.whole(now=True)
    assert client.get("/en/yambol/").status_code == 404


def test_a_transaction_that_changes_nothing_writes_nothing(house: House, file: Path) -> None:
    _write(house, "rustavi")

    def count() -> int:
        with closing(sqlite3.connect(file)) as look:
            return int(look.execute("PRAGMA user_version").fetchone()[0])

    before, log = count(), file.with_name(file.name + "-wal").stat().st_size
    with house.database.transaction() as session:
        session.execute(text("select 1")).scalar_one()
    assert count() == before
    assert file.with_name(file.name + "-wal").stat().st_size == log
    _write(house, "burgas")
    assert count() == before + 1
