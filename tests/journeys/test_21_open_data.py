"""Scenario 21: page, CSV, XLSX, JSON, Pabulib and the read interface tell the same; the public checker reports no error."""

import csv
import io
import json
import re

import openpyxl
from pabulib.checker import Checker

from pbplatform.door import House
from pbplatform.tally.pabulib import read
from tests.results.counted import a_declared_town
from tests.support.pages import PageClient


def test_every_form_tells_the_same(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house)
    base = f"/en/{town.place.slug}"
    files = f"{base}/opendata/{town.round.slug}"
    api = client.get(f"/api/v1/municipalities/{town.place.slug}/rounds/{town.round.slug}/projects").json[
        "items"
    ]
    known = {item["project"]: (item["votes"], int(item["funded"])) for item in api}
    assert 0 < sum(funded for _, funded in known.values()) < len(known)

    table = csv.DictReader(io.StringIO(client.get(f"{files}/projects.csv").data.decode("utf-8-sig")))
    assert {line["project"]: (int(line["votes"]), int(line["funded"])) for line in table} == known
    document = json.loads(client.get(f"{files}/projects.json").data)
    assert document["items"] == api
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{files}/projects.xlsx").data)).active
    head, *rows = sheet.iter_rows(values_only=True)
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert {cell["project"]: (cell["votes"], cell["funded"]) for cell in cells} == known
    content = client.get(f"{files}/1/ballots.pb").data
    file = read(content)
    assert dict(zip(file.election.index, file.election.votes, strict=True)) == {
        code: votes for code, (votes, _) in known.items()
    }
    assert file.selected() == {code: funded for code, (_, funded) in known.items()}
    assert Checker().process_files([content.decode()])["metadata"]["invalid"] == 0

    page = client.get(f"{base}/rounds/{town.round.slug}/results").get_data(as_text=True)
    for item in api:
        row = page[page.index(f'/projects/{item["number"]}"') :]
        votes = re.search(r'data-label="Votes">([\d,]+)<', row)
        assert votes
        assert int(votes[1].replace(",", "")) == item["votes"]


def test_a_cell_cannot_act(house: House, client: PageClient) -> None:
    """A title that a spreadsheet would run as a formula is text in every table, and untouched in JSON."""
    town, _ = a_declared_town(house, voters=30)
    evil = '=HYPERLINK("http://example.org","open")'
    with house.database.transaction() as session:
        from pbplatform.voting.models import Project

        project = session.query(Project).filter_by(round_id=town.round.id, code="P1.1").one()
        project.titles = {"en": evil}
    files = f"/en/{town.place.slug}/opendata/{town.round.slug}/projects"
    table = csv.DictReader(io.StringIO(client.get(f"{files}.csv").data.decode("utf-8-sig")))
    assert "'" + evil in {line["title"] for line in table}
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{files}.xlsx").data)).active
    found = [cell for row in sheet.iter_rows() for cell in row if str(cell.value or "").endswith('"open")')]
    assert len(found) == 1
    assert found[0].data_type == "s", "text, not a formula"
    assert evil in {item["titles"]["en"] for item in json.loads(client.get(f"{files}.json").data)["items"]}


def test_the_catalogue_lists_what_can_be_had(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house)
    catalogue = json.loads(client.get(f"/en/{town.place.slug}/opendata/catalogue.jsonld").data)
    assert catalogue["@type"] == "dcat:Catalog"
    addresses = [
        one["dcat:downloadURL"]["@id"]
        for held in catalogue["dcat:dataset"]
        for one in held["dcat:distribution"]
    ]
    assert len(addresses) > 10
    for address in addresses:
        path = address[address.index("/en/") :]
        assert client.get(path).status_code == 200, path
    page = client.get(f"/en/{town.place.slug}/opendata").get_data(as_text=True)
    for address in addresses:
        assert address[address.index("/en/") :] in page
