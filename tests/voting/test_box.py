"""What the ballot box holds to by itself: no order of its rows, no ballot after the end, nothing half-written."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Gone
from pbplatform.voting import closing
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter, shown_receipt


def test_sqlite_keeps_no_order_in_which_ballots_came_in(house: House) -> None:
    """5: a row number would tell the order, and a deleted choice would stand in the file."""
    with house.database.read() as look:
        for table in ("ballot", "superseded", "told_ballot", "elector"):
            made = look.scalar(text("select sql from sqlite_master where name = :table"), {"table": table})
            assert "WITHOUT ROWID" in str(made), table
        assert look.scalar(text("pragma secure_delete")) == 1


@on_both_databases
def test_who_waits_at_the_box_past_the_end_is_late(session: Session, house: House) -> None:
    """14: the time is asked inside the lock; having begun in time does not help."""
    town = voting.an_open_vote(session, house)
    session.close()
    with ThreadPoolExecutor(1) as pool:
        with house.database.transaction() as own:
            box = closing.locked_box(own, town.round.id)
            waiting = pool.submit(voting.cast, house, town, 0)
            until_somebody_waits(own)
            box.closes_at = database_now(own)
        with pytest.raises(Gone):
            waiting.result(timeout=30)
    assert voting.said(house, town) == []


def until_somebody_waits(session: Session) -> None:
    """Return once another transaction waits for a lock; on SQLite nobody can see that, and it waits at its beginning."""
    if session.get_bind().dialect.name == "sqlite":
        return
    deadline = time.monotonic() + 20
    while not session.scalar(
        text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    ):
        assert time.monotonic() < deadline, "nobody waits for the lock of the box"


@contextmanager
def no_room(house: House) -> Iterator[None]:
    """A disk on which the database cannot grow."""

    def full(connection: Connection) -> None:
        pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    event.listen(house.database.engine, "begin", full)
    yield
    event.remove(house.database.engine, "begin", full)
    house.database.engine.dispose()


def test_on_a_full_disk_what_is_acknowledged_is_in_the_box_and_nothing_else(
    session: Session, house: House, client: PageClient
) -> None:
    """27: whoever does not get in hears 503, tries again when there is room, and is in the box once."""
    town = voting.an_open_vote(session, house, voters=24)
    voters = [Voter(client.application.test_client(), town, number) for number in range(24)]
    fields = []
    for voter in voters:
        voter.prove()
        fields.append(voter.open_ballot())
    session.close()
    with no_room(house):
        answers = [
            voter.post({"choice-1": ["P1.1"]}, sent) for voter, sent in zip(voters, fields, strict=True)
        ]
    taken = [answer for answer in answers if answer.status_code == 200]
    refused = [number for number, answer in enumerate(answers) if answer.status_code == 503]
    assert len(taken) + len(refused) == 24
    assert refused
    in_box = {said.tracker for said in voting.said(house, town)}
    assert in_box == {shown_receipt(answer.get_data(as_text=True)).tracker for answer in taken}
    for number in refused:
        assert voters[number].post({"choice-1": ["P1.1"]}, fields[number]).status_code == 200
    assert len(voting.said(house, town)) == 24
