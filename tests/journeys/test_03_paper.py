"""Scenario 3: clerks A and B differ, the sheet is held; equal and valid, it counts; who voted online too counts once.

In a real browser and by keyboard: tests/browser/test_voting.py.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.voting.models import RoundSeal
from pbplatform.voting.paper_models import SheetState
from tests.support import voting
from tests.support.clerks import Clerk, state_of, station_of
from tests.support.pages import PageClient
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]


def test_sheets_are_read_twice_and_nobody_counts_twice(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    anna, boris, third = (Clerk(signed_in(account), town) for account in town.officers)
    anna.add_station()
    station, north = station_of(house), town.districts[0].id
    online = Voter(client, town, 3)
    online.prove()
    fields = online.open_ballot()
    assert online.post({"choice-1": ["P1.4"]}, fields).status_code == 200
    assert anna.hand_out(3, station)[0] == 422, "who voted online gets no sheet"
    assert anna.hand_out(0, station)[0] == anna.hand_out(2, station)[0] == 302
    late = Voter(client.application.test_client(), town, 2)
    late.prove()
    assert late.client.get(f"{town.base}/ballot").status_code == 409, "who has a sheet does not vote online"
    assert late.post({"choice-1": ["P1.1"]}, fields).status_code in (400, 409)

    anna.enter(station, "1", north, n1="1 2")
    assert boris.enter(station, "1", north, n1="1 3")[0] == 302
    assert state_of(house, "1") is SheetState.MISMATCH
    third.enter(station, "1", north, n1="1 2")
    assert state_of(house, "1") is SheetState.COUNTED
    for clerk in (anna, boris):
        clerk.enter(station, "2", north, n1="4")
    assert state_of(house, "2") is SheetState.COUNTED

    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        counts = look.get_one(RoundSeal, town.round.id).counts
    assert counts["by_channel"] == {"online": 1, "paper": 2}
