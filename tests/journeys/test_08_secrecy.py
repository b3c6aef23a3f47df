"""Scenario 8: with the whole database after the close, no join ties a person to a choice.

While the vote is open and with every order laid side by side: tests/voting/test_attacks.py.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.database import Base
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]

SAID = "sealed_ballot"


@on_both_databases
def test_no_join_of_the_whole_database_ties_a_person_to_a_choice(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house, voters=24)
    account = an_account(session, town.place)
    session.commit()
    trackers = {}
    for number in range(24):
        browser = client.application.test_client()
        voter = Voter(signed_in(account) if number == 0 else browser, town, number)
        voter.prove()
        trackers[number] = voter.vote({"choice-1": [f"P1.{1 + number % 4}"]}).tracker
    voting.close(house, town)
    voting.seal(house, town)

    with house.database.read() as look:
        tables = {
            name: [dict(row) for row in look.execute(table.select()).mappings()]
            for name, table in Base.metadata.tables.items()
        }
    said = tables.pop(SAID)
    assert {row["tracker"] for row in said} == set(trackers.values())
    for emptied in ("ballot", "elector", "told_ballot"):
        assert tables[emptied] == [], f"{emptied} is gone with the key"
    # A join needs a value that stands on both sides; what all ballots share joins nobody in particular.
    telling = {
        str(value)
        for row in said
        for column, value in row.items()
        if column in ("tracker", "nonce") and value is not None
    }
    everything_else = str(tables)
    assert len(telling) == 48
    assert not [value for value in telling if value in everything_else]
    assert len({row["word_hash"] for row in said}) == 1
    assert [row["position"] for row in said] == list(range(1, 25))
    assert [row["tracker"] for row in sorted(said, key=lambda row: row["position"])] == sorted(
        trackers.values()
    )
    assert not list(house.secrets.folder.glob(f"round-{town.round.id}.key"))
