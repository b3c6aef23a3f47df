"""When thousands vote at once: a cast asks the database little, and what it remembers decides nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session

from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import engines
from pbplatform.voting.models import Elector
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter, hidden, shown_receipt


@pytest.fixture
def config(config: Config) -> Config:
    """An installation as in production: what is shown of places and rounds may be a moment old."""
    return replace(config, page_cache_seconds=60)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            asked.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(house.database.engine, "before_cursor_execute", note)


@on_both_databases
def test_a_cast_asks_two_questions(session: Session, house: House, client: PageClient) -> None:
    """Who may vote on what until when, and the ballot; the lock comes with the beginning of the transaction."""
    town = voting.an_open_vote(session, house)
    first, second = (Voter(client.application.test_client(), town, number) for number in (0, 1))
    first.prove()
    first.vote({"choice-1": ["P1.1"]})
    second.prove()
    fields = second.open_ballot()
    with statements(house) as asked:
        assert second.post({"choice-1": ["P1.1"]}, fields).status_code == 200
    assert len(asked) == 2, asked


@on_both_databases
def test_what_is_remembered_of_a_round_decides_nothing(
    session: Session, house: House, client: PageClient
) -> None:
    """The end of the vote, a lost pass and a place on the roll hold at once, however fresh the memory is."""
    town = voting.an_open_vote(session, house)
    voters = [Voter(client.application.test_client(), town, number) for number in range(3)]
    for voter in voters:
        voter.prove()
    fields = [voter.open_ballot() for voter in voters]
    assert voters[0].post({"choice-1": ["P1.1"]}, fields[0]).status_code == 200
    with house.database.transaction() as own:
        own.execute(update(Elector).where(Elector.roll_entry_id == town.entries[1].id).values(removed=True))
        own.execute(text("delete from voter_pass where roll_entry_id = :id"), {"id": town.entries[2].id})
    refused = voters[1].post({"choice-1": ["P1.1"]}, fields[1])
    assert refused.status_code == 409
    unknown = voters[2].post({"choice-1": ["P1.1"]}, fields[2])
    assert unknown.status_code == 403
    voting.let_it_end(house, town)
    assert voters[0].post({"choice-1": ["P1.2"]}, fields[0]).status_code == 410
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.1"]}']


def test_two_places_with_rounds_of_one_name_are_not_taken_for_each_other(
    session: Session, house: House, client: PageClient
) -> None:
    """A pass of one municipality opens nothing in another, also when both rounds have the same address."""
    here = voting.an_open_vote(session, house)
    there = voting.an_open_vote(session, house)
    here.round.slug = there.round.slug = "same-name"
    session.commit()
    bases = [here.base, there.base]
    mine = Voter(client, here, 0)
    mine.prove()
    assert client.get(f"{bases[0]}/ballot").status_code == 200
    assert client.get(f"{bases[1]}/ballot").status_code == 302
    fields = mine.open_ballot()
    data = {**fields, "go": "cast", "choice-1": "P1.1"}
    assert client.post(f"{bases[1]}/ballot", data=data).status_code == 403
    assert voting.said(house, there) == []


def test_a_receipt_shows_its_own_voter_only(session: Session, house: House, client: PageClient) -> None:
    """The page of a receipt is laid out once for all; codes, signatures and form tokens are each voter's own."""
    town = voting.an_open_vote(session, house)
    pages, receipts = [], []
    for number in range(3):
        voter = Voter(client.application.test_client(), town, number)
        voter.prove()
        pages.append(voter.post({"choice-1": ["P1.1"]}).get_data(as_text=True))
        receipts.append(shown_receipt(pages[-1]))
        assert voter.client.post(f"{town.base}/leave", data=hidden(pages[-1])).status_code == 302
    for page, own in zip(pages, receipts, strict=True):
        assert "\x1a" not in page
        assert " ".join(own.tracker[start : start + 4] for start in range(0, 16, 4)) in page
        for other in receipts:
            assert (other.tracker in page) == (other.signature in page) == (other is own)
    assert len({hidden(page)["csrf_token"] for page in pages}) == 3


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_died_resting_is_replaced_before_it_is_used(
    session: Session, house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a night without visitors, and a restart of PostgreSQL in it, the first voter gets the page."""
    town = voting.an_open_vote(session, house)
    session.close()
    assert client.get(town.base).status_code == 200
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
    other = engines.make_engine(house.database.url)
    with other.connect() as connection:
        connection.execute(text(kill))
    other.dispose()
    monkeypatch.setattr(engines, "IDLE", -1.0)
    assert client.get(town.base).status_code == 200
