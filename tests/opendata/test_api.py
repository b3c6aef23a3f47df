"""The read interface: described, paged, cached, and never ahead of the pages."""

import json
from typing import Any

import pytest
import schemathesis

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.consultation.publishing import resources
from pbplatform.door import House
from pbplatform.results import queries
from tests.results.counted import a_declared_town, a_sealed_town, count, count_again
from tests.support.pages import PageClient


def read(client: PageClient, address: str, status: int = 200, **headers: str) -> Any:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    kind = "application/json" if status == 200 else "application/problem+json"
    assert answer.mimetype == kind
    return json.loads(answer.data)


def town_of(town: Any) -> str:
    return f"/api/v1/municipalities/{town.place.slug}"


def round_of(town: Any) -> str:
    return f"{town_of(town)}/rounds/{town.round.slug}"


def test_the_description_is_valid_and_names_every_resource(client: PageClient) -> None:
    document = read(client, "/api/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document).validate()
    operations = {path["get"]["operationId"] for path in document["paths"].values()}
    assert {one.name for one in resources()} <= operations
    assert {
        "municipalities",
        "rounds",
        "envelopes",
        "proposals",
        "comments",
        "projects",
        "results",
        "turnout",
    } <= operations
    assert {"budget-lines", "delivery"} <= operations
    for one in resources():
        example = document["paths"][
            f"/municipalities/{{municipality}}{'/rounds/{round}' if one.of_round else ''}/{one.name}"
        ]
        assert example["get"]["responses"]["200"]["content"]["application/json"]["example"]["items"]


def test_following_next_reads_everything_once(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house, voters=30)
    whole = read(client, f"{round_of(town)}/projects")
    assert whole["next"] is None
    seen = []
    address = f"{round_of(town)}/projects?limit=3"
    while address:
        answer = client.get(address)
        page = json.loads(answer.data)
        assert len(page["items"]) <= 3
        seen += page["items"]
        following = page["next"]
        if following:
            assert answer.headers["Link"] == f'<{following}>; rel="next"'
            following = following[following.index("/api/") :]
        address = following
    assert seen == whole["items"]
    assert len(seen) > 3


@pytest.mark.parametrize(
    "wrong", ["limit=0", "limit=501", "limit=x", "limit=", "after=-1", "after=1e3", "after=٣", "limit=1_0"]
)
def test_a_parameter_that_cannot_be_used_is_refused(house: House, client: PageClient, wrong: str) -> None:
    town, _ = a_sealed_town(house, voters=2)
    problem = read(client, f"{round_of(town)}/envelopes?{wrong}", 400)
    assert problem["status"] == 400
    assert problem["detail"]


def test_problems_speak_the_readers_language(client: PageClient) -> None:
    english = read(client, "/api/v1/municipalities/nowhere", 404)
    georgian = read(client, "/api/v1/municipalities/nowhere", 404, **{"Accept-Language": "ka"})
    assert english["detail"] != georgian["detail"]
    assert english["title"] == georgian["title"] == "Not Found"


def test_an_etag_spares_the_second_answer(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house, voters=30)
    for path in ("/results", "/projects", ""):
        first = client.get(round_of(town) + path)
        again = client.get(round_of(town) + path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        assert client.get(round_of(town) + path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_nothing_of_the_count_before_the_declaration(house: House, client: PageClient) -> None:
    town, _ = a_sealed_town(house, voters=30)
    before = read(client, f"{round_of(town)}/projects")
    assert before["items"], "the list of projects is public since the opening of the vote"
    for item in before["items"]:
        assert (item["votes"], item["points"], item["funded"], item["place"]) == (None, None, None, None)
    count_id = count(house, town)
    count_again(house, town, count_id)
    assert read(client, f"{round_of(town)}/projects") == before
    for name in ("results", "turnout"):
        assert read(client, f"{round_of(town)}/{name}") == {"items": [], "next": None}


def test_the_interface_agrees_with_the_count(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house)
    with house.database.read() as session:
        row = queries.public_count(session, town.round)
        assert row is not None
        (result,) = queries.envelope_results(session, row).values()
    (told,) = read(client, f"{round_of(town)}/results")["items"]
    assert told["funded"] == result.outcome["funded"]
    assert told["ballots"] == 120
    assert told["result_hash"] == row.result_hash
    projects = read(client, f"{round_of(town)}/projects")["items"]
    assert {p["project"]: p["votes"] for p in projects} == result.figures["votes"]
    assert {p["project"] for p in projects if p["funded"]} == set(result.outcome["funded"])


def test_a_hidden_draft_is_not_there(house: House, client: PageClient) -> None:
    town, _ = a_sealed_town(house, voters=2)
    with house.database.transaction() as session:
        found = session.get_one(Round, town.round.id)
        found.phase, found.announced_at = Phase.DRAFT, None
    read(client, round_of(town), 404)
    read(client, f"{round_of(town)}/envelopes", 404)
    assert read(client, f"{town_of(town)}/rounds")["items"] == []


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_documentation_describes_every_field(client: PageClient, language: str) -> None:
    page = client.get(f"/{language}/api").get_data(as_text=True)
    for one in resources():
        for field in one.fields:
            assert f"<code>{field.name}</code>" in page
