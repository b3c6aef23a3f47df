"""Scenario 25: the identity provider is down, it is said, codes and counter still work; a restore loses nothing confirmed.

50,000 ballots in an hour are 14 a second: `make bench-vote`. Restores in the middle of a burst: `make faults`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.voting.models import Ballot
from tests.support import identity, voting
from tests.support.clerks import Clerk, station_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]


@pytest.fixture
def with_eid(config: Config) -> Iterator[Flask]:
    """The installation with electronic identity, whose provider does not answer."""
    with identity.provider() as gone:
        issuer = gone.issuer
    with identity.trusted(config, issuer) as app:
        yield app


def test_without_the_identity_provider_codes_and_counter_still_work(
    session: Session, house: House, with_eid: Flask, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    client = with_eid.test_client()
    assert isinstance(client, PageClient)
    sent_back = client.get(f"{town.base}/eid")
    assert (sent_back.status_code, sent_back.headers["Location"]) == (302, town.base)
    assert "does not answer at the moment" in client.get(town.base).get_data(as_text=True)
    by_letter = Voter(client, town, 0)
    by_letter.prove()
    by_letter.vote({"choice-1": ["P1.1"]})
    counter = Clerk(signed_in(town.officers[0]), town)
    counter.add_station()
    assert counter.hand_out(1, station_of(house))[0] == 302
    with house.database.read() as look:
        channels = look.scalars(select(Ballot.channel).where(Ballot.round_id == town.round.id))
        assert sorted(channels) == ["online", "paper"]


@on_both_databases
def test_a_restore_loses_nothing_that_was_confirmed_before_it(
    session: Session, house: House, client: PageClient, tmp_path: Path
) -> None:
    """What was confirmed before the backup is in the box again; who voted after it can vote again, once."""
    town = voting.an_open_vote(session, house)
    session.close()
    assert client.get(town.base).status_code == 200
    confirmed = [voting.cast(house, town, number).tracker for number in (0, 1)]
    copy = tmp_path / "backup.zip"
    backup.back_up(house.database.engine, house.files, copy)
    voting.cast(house, town, 2, submission="after-the-backup-1")
    backup.restore(house.database.engine, house.files, copy)
    house.generations.accept()
    assert sorted(said.tracker for said in voting.said(house, town)) == sorted(confirmed)
    again = voting.cast(house, town, 2, submission="after-the-backup-1")
    assert sorted(said.tracker for said in voting.said(house, town)) == sorted([*confirmed, again.tracker])
