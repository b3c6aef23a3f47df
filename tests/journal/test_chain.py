"""The journal: whole when written by many at once, and any edit, deletion, addition or swap is found."""

import random
import threading
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.roles import operator
from pbplatform.foundation.database import Database
from pbplatform.journal.models import JournalEntry
from pbplatform.journal.operations import record, verify
from tests.support.marks import on_both_databases


def _write(database: Database, entries: int) -> None:
    for number in range(entries):
        with database.transaction() as session:
            record(
                operator(),
                session,
                1,
                Action.CHANGE_MUNICIPALITY,
                "thing",
                number,
                note="ღირებულება",
                value=number,
            )


@on_both_databases
def test_eight_writers_at_once_make_one_whole_chain(database: Database) -> None:
    _write(database, 1)
    threads = [threading.Thread(target=_write, args=(database, 25)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 201
        assert list(verify(session)) == []


@on_both_databases
def test_the_first_two_entries_written_at_once_do_not_collide(database: Database) -> None:
    threads = [threading.Thread(target=_write, args=(database, 1)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == 6
        assert list(verify(session)) == []


@pytest.mark.parametrize("seed", range(20))
def test_any_tampering_is_found(database: Database, seed: int) -> None:
    _write(database, 12)
    dice = random.Random(seed)
    with database.transaction() as session:
        _tamper(session, dice, seed % 5)
    with database.read() as session:
        assert list(verify(session)), "tampering went unnoticed"


def _tamper(session: Session, dice: random.Random, how: int) -> None:
    number = dice.randint(1, 12)
    if how == 0:
        session.execute(update(JournalEntry).where(JournalEntry.number == number).values(subject="other"))
    elif how == 1:
        session.execute(
            update(JournalEntry).where(JournalEntry.number == number).values(details={"value": 99})
        )
    elif how == 2:
        session.execute(delete(JournalEntry).where(JournalEntry.number == number))
    elif how == 3:
        session.execute(delete(JournalEntry).where(JournalEntry.number == 12))
    else:
        entry, other = session.scalars(select(JournalEntry).where(JournalEntry.number.in_((3, 7)))).all()
        entry.details, other.details = other.details, entry.details


def test_one_changed_letter_of_any_column_is_found(database: Database) -> None:
    _write(database, 3)
    # The database itself keeps an entry from another scope.
    columns = [column.name for column in JournalEntry.__table__.columns if column.name not in ("id", "scope")]
    assert len(columns) > 6
    for name in columns:
        with database.write() as session:
            entry = session.scalars(select(JournalEntry).where(JournalEntry.number == 3)).one()
            session.execute(
                update(JournalEntry)
                .where(JournalEntry.number == 3)
                .values({name: _other(getattr(entry, name))})
            )
            assert list(verify(session)), f"a changed {name} went unnoticed"
            session.rollback()


def _other(value: Any) -> Any:
    """A value that differs by as little as its kind allows."""
    if isinstance(value, dict):
        return {**value, "value": value["value"] + 1}
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, StrEnum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        return chr(ord(value[0]) ^ 1) + value[1:]
    return 1 if value is None else "x"
