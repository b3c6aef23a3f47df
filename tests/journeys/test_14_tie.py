"""Scenario 14, the count's part: two projects exactly level and money for one of them; the seed that was committed before the
vote decides, anybody can recompute it, and the loser is told."""

import io
import json
import zipfile

from sqlalchemy import update

from pbplatform.consultation.models import Envelope
from pbplatform.door import House
from pbplatform.voting import canon
from pbplatform.voting.models import BallotBox, Project
from tests.results import counted
from tests.support.pages import PageClient
from tests.support.voting import Town, a_town, cast, close, open_vote, seal

LEVEL = {
    "en": "It stood exactly level with",
    "ka": "ზუსტად თანაბარი შედეგი ჰქონდა",
    "bg": "Беше напълно изравнен с",
}


def a_tied_town(house: House) -> tuple[Town, str]:
    """Everybody likes P1.1 and P1.2; both cost the same, and together more than there is. Also the commitment that
    stood in the box before anybody had voted."""
    with house.database.write() as session:
        town = a_town(session, house, voters=80, with_districts=False)
        session.execute(update(Project).where(Project.round_id == town.round.id).values(cost=1_000_000))
        session.execute(update(Envelope).where(Envelope.round_id == town.round.id).values(amount=1_500_000))
        open_vote(session, house, town)
        session.commit()
        commitment = session.get_one(BallotBox, town.round.id).tie_commitment
    for number in range(80):
        cast(house, town, number, {1: ["P1.1", "P1.2"]})
    close(house, town)
    seal(house, town)
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    return town, commitment


def test_the_seed_decides_and_the_loser_is_told_why(house: House, client: PageClient) -> None:
    town, commitment = a_tied_town(house)
    base = f"rounds/{town.round.slug}/results"
    archive = client.get(f"/en/{town.place.slug}/{base}/bundle.zip").data
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        seal_, result = (json.loads(bundle.read(name)) for name in ("seal.json", "result.json"))
    assert canon.tie_commitment(seal_["tie_seed"]) == commitment == seal_["tie_commitment"]
    order = canon.tie_order(
        seal_["tie_seed"], seal_["final_root"], seal_["beacon"], 1, seal_["tie_orders"]["1"]
    )
    assert order == seal_["tie_orders"]["1"]
    winner = min(("P1.1", "P1.2"), key=order.index)
    loser = "P1.2" if winner == "P1.1" else "P1.1"
    outcome = result["envelopes"][0]["outcome"]
    assert outcome["funded"] == [winner]
    (tie,) = [tie for tie in outcome["ties"] if tie["decisive"]]
    assert set(tie["projects"]) == {winner, loser}
    items = client.get(f"/api/v1/municipalities/{town.place.slug}/rounds/{town.round.slug}/projects").json[
        "items"
    ]
    numbers = {item["project"]: item["number"] for item in items}
    for language, words in LEVEL.items():
        for code in (winner, loser):
            page = client.get(f"/{language}/{town.place.slug}/{base}/1/projects/{numbers[code]}")
            assert words in page.get_data(as_text=True), (language, code)


def test_nobody_can_choose_another_winner(house: House, client: PageClient) -> None:
    """The order is part of what the second count must find too: with another seed the bundle's program objects."""
    town, _ = a_tied_town(house)
    archive = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip").data
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        seal_ = json.loads(bundle.read("seal.json"))
    turned = list(reversed(seal_["tie_orders"]["1"]))
    assert canon.tie_order(seal_["tie_seed"], seal_["final_root"], seal_["beacon"], 1, turned) != turned
