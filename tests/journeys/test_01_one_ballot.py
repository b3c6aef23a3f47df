"""Scenario 1: a resident of the south sees the city and the south only, the server holds both limits, a receipt ends it.

In a real browser, by keyboard and in three languages: tests/browser/test_voting.py.
"""

import pytest
from sqlalchemy.orm import Session

from pbplatform.consultation.models import BallotFormat
from pbplatform.door import House
from pbplatform.voting import rules
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import Voter, hidden

SOUTHERNER = 1


def test_one_ballot_for_the_city_and_ones_own_district(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, ballot_format=BallotFormat.KNAPSACK)
    with house.database.read() as look:
        frozen = rules.read(voting.box(look, town).rules)
    city, north, south = frozen.envelopes
    assert town.entries[SOUTHERNER].district_id == south.district_id
    voter = Voter(client, town, SOUTHERNER)
    assert voter.prove().headers["Location"] == f"{town.base}/ballot"
    first = client.get(f"{town.base}/ballot").get_data(as_text=True)
    fields = voter.open_ballot()
    second = voter.post({"choice-1": ["P1.1"]}, fields, go="3").get_data(as_text=True)
    for page in (first, second):
        assert not [project for project in north.projects if project.titles["en"] in page]
    assert all(project.titles["en"] in first for project in city.projects)
    assert all(project.titles["en"] in second for project in south.projects)

    over = voter.post({"choice-1": ["P1.3", "P1.4"], "choice-3": ["P3.1"]}, fields)
    assert over.status_code == 422
    html = over.get_data(as_text=True)
    assert "too much" in html or "more than" in html
    assert all(f'name="choice-1" value="{code}"' in html for code in ("P1.3", "P1.4")), "the choices are kept"
    twice = voter.post({"choice-1": ["P1.1"], "choice-3": ["P3.1", "P3.2"]}, fields)
    assert twice.status_code == 422
    assert "At most 1" in twice.get_data(as_text=True)
    foreign = voter.post({"choice-1": ["P1.1"], "choice-2": ["P2.1"]}, fields)
    assert foreign.status_code == 422
    assert voting.said(house, town) == []

    receipt = voter.vote({"choice-1": ["P1.1", "P1.2"], "choice-3": ["P3.2"]})
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.1","P1.2"],"3":["P3.2"]}']
    page = client.get(f"{town.base}/check").get_data(as_text=True)
    sent = {**hidden(page), "tracker": receipt.tracker, "signature": receipt.signature}
    checked = client.post(f"{town.base}/check", data=sent)
    assert "genuine" in checked.get_data(as_text=True)


@pytest.mark.parametrize("language", ["ka", "bg"])
def test_the_same_ballot_in_ones_own_language(
    session: Session, house: House, client: PageClient, language: str
) -> None:
    town = voting.an_open_vote(session, house)
    Voter(client, town, SOUTHERNER).prove()
    page = client.get(f"{town.base}/ballot".replace("/en/", f"/{language}/"))
    assert f'<html lang="{language}">' in page.get_data(as_text=True)
