"""Scenario 14, the count's part: two projects exactly level and money for one of them; the seed that was committed before the
vote decides, anybody can recompute it, and the loser is told."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import update

from pbplatform.consultation.models import Envelope
from pbplatform.door import House
from pbplatform.voting import canon
from pbplatform.voting.models import BallotBox, Project
from tests.results import counted
from tests.results.bundles import fit, unpacked, verified
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


def say_order(folder: Path, order: list[str], ties: dict[str, Any]) -> None:
    """Put another order for ties into seal, manifest and count, each with the fingerprints that then fit."""
    sealed = json.loads((folder / "seal.json").read_text())
    sealed["tie_orders"]["1"] = sealed["manifest"]["tie_orders"]["1"] = order
    del sealed["manifest"]["manifest_hash"]
    sealed["manifest"]["manifest_hash"] = canon.sha256(canon.canonical(sealed["manifest"]))
    (folder / "seal.json").write_text(json.dumps(sealed))
    counted_ = json.loads((folder / "count.json").read_text())
    counted_["envelopes"][0]["options"]["ties"] = ties
    (folder / "count.json").write_text(json.dumps(counted_))
    fit(folder)


def test_nobody_can_choose_another_winner(house: House, client: PageClient, tmp_path: Path) -> None:
    """The bundle's program objects to an order that is turned, dropped or thinned, also where all else was made to fit."""
    town, _ = a_tied_town(house)
    folder = unpacked(client, town, tmp_path / "bundle")
    assert verified(folder).returncode == 0
    order = json.loads((folder / "seal.json").read_text())["tie_orders"]["1"]
    won = json.loads((folder / "result.json").read_text())["envelopes"][0]["outcome"]["funded"]

    turned, dropped, thinned = (shutil.copytree(folder, tmp_path / name) for name in ("t", "d", "th"))
    say_order(turned, order[::-1], {"kind": "given", "order": order[::-1]})
    say_order(dropped, [], {"kind": "votes-cost", "order": []})
    voted = [code for code in order if code in ("P1.1", "P1.2")]
    say_order(thinned, voted, {"kind": "given", "order": voted})
    forged = json.loads((turned / "result.json").read_text())["envelopes"][0]["outcome"]["funded"]
    assert forged != won, "with another order another project would win"
    for copy, words in (
        (turned, "does not follow from the lot"),
        (dropped, "does not say of envelope 1 what rules.json says: ['options']"),
        (thinned, "does not name every project once"),
    ):
        done = verified(copy)
        assert done.returncode == 1, done.stdout
        assert words in done.stdout
