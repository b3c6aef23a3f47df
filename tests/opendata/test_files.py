"""Scenario 21: CSV, JSON and Pabulib agree with the page; the public checker finds no error."""

import csv
import io
import json

import pytest
from pabulib.checker import Checker

from pbplatform.door import House
from pbplatform.foundation.database import Database
from pbplatform.foundation.smallcells import suppress
from pbplatform.results import queries
from pbplatform.tally.pabulib import read
from tests.results.counted import a_declared_town, a_sealed_town
from tests.results.test_past_elections import brought_in, real
from tests.support.pages import PageClient


def test_csv_json_and_pabulib_agree_with_the_count(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house)
    base = f"/en/{town.place.slug}/opendata/{town.round.slug}"
    with house.database.read() as session:
        row = queries.public_count(session, town.round)
        assert row is not None
        (result,) = queries.envelope_results(session, row).values()
    votes = result.figures["votes"]
    table = list(csv.DictReader(io.StringIO(client.get(f"{base}/projects.csv").data.decode("utf-8-sig"))))
    assert {line["project"]: int(line["votes"]) for line in table} == votes
    document = json.loads(client.get(f"{base}/projects.json").data)
    assert {item["project"]: item["votes"] for item in document["items"]} == votes
    content = client.get(f"{base}/1/ballots.pb").data
    file = read(content)
    assert dict(zip(file.election.index, file.election.votes, strict=True)) == votes
    assert file.election.voters == result.outcome["ballots"] == 120
    # Projects 1.1 and 1.2 are exactly level in this town and a lot drew their order, which no rule of Pabulib knows.
    assert result.outcome["ties"]
    assert file.meta["rule"] == "unknown"
    report = Checker().process_files([content.decode()])
    assert report["metadata"]["invalid"] == 0, report


def test_nothing_of_the_count_can_be_downloaded_before_the_declaration(
    house: House, client: PageClient
) -> None:
    town, _ = a_sealed_town(house, voters=30)
    base = f"/en/{town.place.slug}/opendata/{town.round.slug}"
    for path in ("results.json", "turnout.csv", "turnout.xlsx", "1/ballots.pb", "1/ballots.csv"):
        assert client.get(f"{base}/{path}").status_code == 404, path
    table = list(csv.DictReader(io.StringIO(client.get(f"{base}/projects.csv").data.decode("utf-8-sig"))))
    assert table, "the list is public since the opening of the vote"
    assert {(line["votes"], line["funded"], line["place"]) for line in table} == {("", "", "")}


@pytest.mark.parametrize(
    "name", ["Netherlands_Assen_2024", "Switzerland_Zurich_D10", "Switzerland_Zurich_S5R"]
)
def test_import_and_export_keep_every_ballot(database: Database, client: PageClient, name: str) -> None:
    with database.transaction() as session:
        _, found, _ = brought_in(session, name)
        slug = found.slug
    content = client.get(f"/en/rustavi/opendata/{slug}/1/ballots.pb").data
    ours = read(content)
    theirs = read(real(name))
    assert ours.election.digest == theirs.election.digest
    assert ours.meta == theirs.meta
    assert ours.projects == theirs.projects
    report = Checker().process_files([content.decode()])
    assert report["metadata"]["invalid"] == 0, report


def test_small_numbers_stay_hidden_also_by_subtraction() -> None:
    cells = suppress({"a": 3, "b": 40, "c": 12, "d": 0})
    assert [cells[name].value for name in "abcd"] == [None, 40, None, 0]
    assert all(not cell.hidden for cell in suppress({"a": 10, "b": 0}).values())
    assert all(cell.hidden for cell in suppress({"a": 3, "b": 0}).values())


def test_a_choice_that_stood_twice_counts_once_and_the_export_says_so(
    database: Database, client: PageClient
) -> None:
    """Amsterdam's organisers counted such choices twice; with their numbers our ballots would not pass the checker."""
    with database.transaction() as session:
        _, found, _ = brought_in(session, "Netherlands_Amsterdam_604")
        slug = found.slug
    content = client.get(f"/en/rustavi/opendata/{slug}/1/ballots.pb").data
    report = Checker().process_files([content.decode()])
    assert report["metadata"]["invalid"] == 0, report
    ours, theirs = read(content), read(real("Netherlands_Amsterdam_604"))
    assert "42360" in ours.meta["comment"]
    assert ours.election.voters == theirs.election.voters
    assert ours.election.votes == theirs.election.votes
