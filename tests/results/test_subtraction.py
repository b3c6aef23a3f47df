"""An attacker who takes everything that is public of a small round and tries to find out what it does not tell.

Where only totals are published, two votes with the same totals must look alike in every public thing, whatever stood
together on one ballot: then no sum, difference or digest can tell the one from the other. Where choices and trackers are
published apart, no list may keep the order of the other.
"""

import csv
import io
import itertools
import json
import re
import zipfile

import pytest
from sqlalchemy import select

from pbplatform.consultation.models import Envelope, Round
from pbplatform.door import House
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import RoundSeal, SealedBallot
from tests.results.counted import count, count_again, declare
from tests.support.pages import PageClient
from tests.support.voting import Town, cast, close, open_vote, seal
from tests.support.voting import a_town as a_town_before

P1, P2, P3 = "P1.1", "P1.2", "P1.3"
APART = [[P1]] * 9 + [[P1, P2]] * 3 + [[P2]] * 5
TOGETHER = [[P1]] * 4 + [[P1, P2]] * 8 + [[P3]] * 0 + [[]] * 5
"""Twelve votes for the first and eight for the second, out of seventeen, in both; the first wins, the second does not."""

PAGES = (
    "results",
    *(f"results/1/projects/{number}" for number in (1, 2, 3, 4)),
    "results/1/card",
    "results/check",
    "results/protocol",
    "results/protocol.json",
    "results/share.png",
    "vote/turnout",
)
FILES = (
    "catalogue.jsonld",
    "results.atom",
    *(f"{{round}}/{name}.{kind}" for name in ("projects", "results", "turnout") for kind in ("csv", "json")),
    "{round}/projects.geojson",
)
RESOURCES = ("projects", "results", "turnout")


def a_town(house: House, ballots: list[list[str]], rule: str = "equal-shares") -> Town:
    """Declared, after these people voted for these projects."""
    with house.database.write() as session:
        town = a_town_before(session, house, voters=len(ballots), with_districts=False)
        envelope = session.scalars(select(Envelope).where(Envelope.round_id == town.round.id)).one()
        envelope.rule, envelope.rule_options = rule, {}
        open_vote(session, house, town)
    for number, choices in enumerate(ballots):
        cast(house, town, number, {1: choices})
    close(house, town)
    seal(house, town)
    with house.database.transaction() as session:
        session.get_one(Municipality, town.place.id).names = {"ka": "ქალაქი", "bg": "Град", "en": "City"}
        session.get_one(Round, town.round.id).titles = {"ka": "წელი", "bg": "Година", "en": "A year"}
    number = count(house, town)
    count_again(house, town, number)
    declare(house, town, number)
    return town


def without_names(text: str, town: Town) -> str:
    """A document without what two towns differ in anyway: their names, fingerprints, receipts, numbers of rows and hours."""
    text = text.replace(town.place.slug, "TOWN").replace(town.round.slug, "ROUND")
    text = re.sub(r"\b[0-9a-f]{64}\b", "FINGERPRINT", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+Z]+", "MOMENT", text)
    text = re.sub(r"\d\d:\d\d", "HOUR", text)
    text = re.sub(r'("+(?:proposal|id|order)"+: ?)(\[[^\]]*\]|\d+)', r"\1ROW", text)
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "TOKEN", text)


def everything(client: PageClient, town: Town) -> dict[str, str]:
    """Every public document of the round: pages in three languages, files, interface, and what the bundle says of the result."""
    told: dict[str, str] = {}
    addresses = [
        f"/{language}/{{town}}/rounds/{{round}}/{page}" for language in ("ka", "bg", "en") for page in PAGES
    ]
    addresses += [f"/en/{{town}}/opendata/{name}" for name in FILES]
    addresses += [f"/api/v1/municipalities/{{town}}/rounds/{{round}}/{name}" for name in RESOURCES]
    for address in addresses:
        answer = client.get(address.format(town=town.place.slug, round=town.round.slug))
        assert answer.status_code == 200, address
        binary = answer.mimetype == "image/png"
        told[address] = (
            str(hash(answer.data)) if binary else without_names(answer.get_data(as_text=True), town)
        )
    for name, content in bundle(client, town).items():
        if name in ("result.json", "count.json"):
            told[name] = without_names(content, town)
    return told


def bundle(client: PageClient, town: Town) -> dict[str, str]:
    """The files of the bundle."""
    answer = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("rule", ["equal-shares", "greedy"])
def test_votes_with_the_same_totals_look_alike_where_only_totals_are_told(
    house: House, client: PageClient, rule: str
) -> None:
    one, other = a_town(house, APART, rule), a_town(house, TOGETHER, rule)
    told, theirs = everything(client, one), everything(client, other)
    assert '"supporters":12' in told["result.json"] or '"score":"12"' in told["result.json"], (
        "totals are told"
    )
    assert "FINGERPRINT" not in told["result.json"], "the ballots could be found from a digest by trying"
    for address, document in told.items():
        assert document == theirs[address], address


def test_no_list_and_no_root_stands_in_the_bundle_of_totals(house: House, client: PageClient) -> None:
    town = a_town(house, APART)
    files = bundle(client, town)
    assert not [name for name in files if name.startswith(("ballots", "paper", "choices", "election"))]
    roots = json.loads(files["seal.json"])["roots"]
    assert roots["paper"] is None, "a few sheets could be found again from their root by trying"
    assert roots["choices"] == {"1": None}


def test_choices_told_apart_from_trackers_do_not_keep_their_order(house: House, client: PageClient) -> None:
    ballots = [[P1], [P1, P2], [P2, P3], [P3], [], [P1, P3]] * 5
    town = a_town(house, ballots)
    with house.database.read() as session:
        sealed = session.get_one(RoundSeal, town.round.id)
        assert sealed.publication == {"1": "sealed"}
        assert sealed.roots["paper"] is None
        rows = session.execute(
            select(SealedBallot.tracker, SealedBallot.payload)
            .where(SealedBallot.round_id == town.round.id)
            .order_by(SealedBallot.tracker)
        ).all()
    truth = [",".join(json.loads(payload).get("1", [])) for _, payload in rows]
    files = bundle(client, town)
    base = f"/en/{town.place.slug}/opendata/{town.round.slug}/1/ballots"
    tables = {
        "ballots.csv": client.get(f"{base}.csv").data.decode("utf-8-sig"),
        "ballots.pb": client.get(f"{base}.pb").data.decode().split("VOTES\n")[1].replace(";", "|"),
        "election.pb": files["election.pb"].split("VOTES\n")[1].replace(";", "|"),
    }
    for name, table in tables.items():
        rows_ = csv.DictReader(io.StringIO(table), delimiter="|" if name.endswith(".pb") else ",")
        told = [line["vote"] for line in rows_]
        assert sorted(told) == sorted(truth), f"{name}: every ballot is there"
        kinds = [said for said, _ in itertools.groupby(told)]
        assert len(kinds) == len(set(kinds)), f"{name}: in the order of what they say"
        assert told != truth, f"{name}: not in the order of the trackers"
    assert "ballots.csv" not in files
