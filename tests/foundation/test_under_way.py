"""Backup, restore and accidents while people use the platform: nothing acknowledged is lost, nothing is broken."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.foundation.database import Database
from pbplatform.foundation.engines import make_engine
from pbplatform.foundation.generation import Generations
from pbplatform.municipalities import queries
from tests.conftest import run_sql
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

NOTICED_WITHIN = 5.0


@contextmanager
def in_background(*works: Callable[[], object]) -> Iterator[None]:
    """Do some works again and again in threads of their own while the block runs; their failure is the test's."""
    over = threading.Event()
    failures: list[Exception] = []

    def again(work: Callable[[], object]) -> None:
        try:
            while not over.is_set():
                work()
        except Exception as failure:  # noqa: BLE001 (handed on below)
            failures.append(failure)

    threads = [threading.Thread(target=again, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures, failures


def until(told: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait until something is so; how long it took."""
    began = time.monotonic()
    pause = threading.Event()
    while not told():
        assert time.monotonic() - began < seconds, f"not so after {seconds} s"
        pause.wait(0.05)
    return time.monotonic() - began


@contextmanager
def another_database(like: Engine, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of the same kind."""
    if like.dialect.name == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'other.sqlite'}")
        yield engine
        engine.dispose()
        return
    server = like.url.set(drivername="postgresql").render_as_string().rsplit("/", 1)[0]
    name = f"other_{uuid4().hex[:8]}"
    run_sql(server, f"create database {name}")
    engine = make_engine(f"{server}/{name}")
    yield engine
    engine.dispose()
    run_sql(server, f"drop database {name} with (force)")


@on_both_databases
def test_a_backup_in_a_burst_holds_everything_acknowledged_before_it(house: House, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    numbers = count(1)

    def register() -> None:
        email = f"burst{next(numbers)}@example.org"
        with house.database.transaction() as session:
            an_account(session, email=email)
        acknowledged.append(email)

    target = tmp_path / "burst.zip"
    with in_background(register, register, register):
        until(lambda: len(acknowledged) >= 30)
        before = list(acknowledged)
        backup.back_up(house.database.engine, house.files, target)
        until(lambda: len(acknowledged) > len(before))
    with another_database(house.database.engine, tmp_path) as other:
        backup.restore(other, house.files, target)
        with Session(other) as session:
            restored = set(session.scalars(select(Account.email)))
            if other.dialect.name == "sqlite":
                assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert set(before) <= restored
    assert restored < set(acknowledged), "what came after the backup cannot be in it"


@on_both_databases
def test_a_restore_while_people_read_breaks_no_page(app: Flask, house: House, tmp_path: Path) -> None:
    with house.database.transaction() as session:
        a_municipality(session)
    target = tmp_path / "monday.zip"
    backup.back_up(house.database.engine, house.files, target)
    with house.database.transaction() as session:
        a_municipality(session, "burgas", ("bg", "en"))
    answers: list[int] = []

    def read() -> None:
        for path in ("/ka/rustavi/", "/bg/burgas/"):
            answers.append(app.test_client().get(path).status_code)

    with in_background(read, read):
        until(lambda: len(answers) > 4)
        backup.restore(house.database.engine, house.files, target)
        house.generations.accept()
        seen = len(answers)
        until(lambda: len(answers) > seen + 6)
    assert set(answers) <= {200, 404, 503}
    assert answers.count(200) > 4
    assert app.test_client().get("/bg/burgas/").status_code == 404
    assert app.test_client().get("/ka/rustavi/").status_code == 200


@pytest.mark.parametrize("how", ["renamed over it", "copied into it"])
def test_a_file_replaced_by_hand_is_noticed_in_time_and_nothing_more_is_promised(
    app: Flask, house: House, client: PageClient, tmp_path: Path, how: str
) -> None:
    """The copy is of an earlier minute, as a careless restore would be."""
    live = Path(str(house.database.engine.url.database))
    copy = tmp_path / "earlier.sqlite"
    house.generations.renew()
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    house.generations.renew()
    with house.database.transaction() as session:
        a_municipality(session)
    assert client.get("/ka/rustavi/").status_code == 200
    if how == "renamed over it":
        copy.replace(live)
    else:
        house.database.engine.dispose()
        shutil.copyfile(copy, live)
    app.config["WTF_CSRF_ENABLED"] = False
    fields = {"email": "someone@example.org"}
    took = until(
        lambda: client.post("/ka/password/forgotten", data=fields).status_code == 503, NOTICED_WITHIN
    )
    assert took < NOTICED_WITHIN
    for answer in (client.get("/ka/"), client.post("/ka/password/forgotten", data=fields)):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code in (200, 503)


def test_after_an_accident_the_command_brings_everything_back(
    app: Flask, house: House, client: PageClient, tmp_path: Path
) -> None:
    with house.database.transaction() as session:
        a_municipality(session)
    good = tmp_path / "good.zip"
    backup.back_up(house.database.engine, house.files, good)
    live = Path(str(house.database.engine.url.database))
    note = house.config.data_dir / "generation.json"
    house.generations.renew()
    note.write_text('["of another minute"]')
    until(lambda: client.get("/ka/").status_code == 503, NOTICED_WITHIN)
    command = Database(f"sqlite:///{live}")
    backup.restore(command.engine, house.files, good)
    Generations(command, note).accept()
    command.dispose()
    until(lambda: client.get("/ka/rustavi/").status_code == 200, NOTICED_WITHIN)
    with house.database.read() as reading:
        assert queries.by_slug(reading, "rustavi") is not None
