"""Nothing is official before two equal counts; nothing official is edited; receipts find their ballots."""

import re

import pytest

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.results import operations, queries
from pbplatform.results.models import Count, CountState
from tests.results import counted
from tests.support.pages import PageClient
from tests.support.voting import an_open_vote


def _round(session, town) -> Round:
    return session.get_one(Round, town.round.id)


def test_an_open_vote_cannot_be_counted(house: House) -> None:
    with house.database.write() as session:
        town = an_open_vote(session, house, voters=2)
        session.commit()
    from pbplatform.charter.policy import Refused

    with house.database.write() as session, pytest.raises(Refused):
        operations.order_count(town.officer(), session, _round(session, town))


def test_declaring_needs_an_equal_recount(house: House) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    with house.database.write() as session, pytest.raises(Conflict) as refused:
        operations.declare(town.officer(), session, _round(session, town), session.get_one(Count, count_id))
    assert refused.value.reason is operations.ResultProblem.NOT_RECOUNTED
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    with house.database.read() as session:
        assert _round(session, town).phase is Phase.RESULTS
        assert session.get_one(Count, count_id).state is CountState.DECLARED


def test_a_count_that_differs_can_never_be_declared(house: House) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    with house.database.transaction() as session:
        row = session.get_one(Count, count_id)
        row.result = str(row.result).replace('"cost":', '"cost": ')
        row.result_hash = "0" * 64
    counted.count_again(house, town, count_id)
    with house.database.write() as session:
        row = session.get_one(Count, count_id)
        assert row.state is CountState.DIFFERENT
        with pytest.raises(Conflict) as refused:
            operations.declare(town.officer(), session, _round(session, town), row)
    assert refused.value.reason is operations.ResultProblem.RECOUNT_DIFFERS


def test_a_correction_is_a_new_count_with_a_public_reason(house: House, client: PageClient) -> None:
    town, _ = counted.a_declared_town(house, voters=30)
    with house.database.transaction() as session:
        found = _round(session, town)
        with pytest.raises(Invalid):
            operations.correct(town.officer(), session, found, {"en": "  "})
        row = operations.correct(
            town.officer(), session, found, {"en": "A paper box was found in the cellar."}
        )
        operations.queue_count(session, house.jobs, row)
        count_id = row.id
    with house.database.read() as session:
        first = queries.public_count(session, town.round)
        assert first is not None
        assert first.number == 1, "the declared count stays until the new one is declared"
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    page = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results").get_data(as_text=True)
    assert "A paper box was found in the cellar." in page
    assert "Count 1, declared on" in page


def test_a_receipt_finds_its_ballot_and_what_it_paid_for(house: House, client: PageClient) -> None:
    town, trackers = counted.a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/receipt"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert token
    send = {"csrf_token": token[1]}
    spoken = "-".join(re.findall("....", trackers[0].lower()))
    page = client.post(address, data={**send, "tracker": spoken})
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Your ballot is in the count." in text
    assert "Project 1.1" in text
    assert "Project 1.3" not in text
    for forged in ("A" * 16, "not a code", trackers[0][:-1] + ("A" if trackers[0][-1] != "A" else "B")):
        answer = client.post(address, data={**send, "tracker": forged})
        assert answer.status_code == 404
        assert "There is no ballot with this code" in answer.get_data(as_text=True)


def test_a_tracker_of_another_round_is_unknown(house: House, client: PageClient) -> None:
    town, _ = counted.a_declared_town(house, voters=100)
    _other, trackers = counted.a_declared_town(house, voters=100)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/receipt"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert token
    answer = client.post(address, data={"csrf_token": token[1], "tracker": trackers[0]})
    assert answer.status_code == 404


def test_nothing_is_public_before_the_declaration(house: House, client: PageClient) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    base = f"/en/{town.place.slug}/rounds/{town.round.slug}/results"
    for path in ("", "/bundle.zip", "/protocol", "/protocol.json", "/share.png", "/1/card", "/receipt"):
        assert client.get(base + path).status_code == 404, path
