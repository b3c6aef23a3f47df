"""Results of Equal Shares tell each project's course; those counted before that was kept read well without it."""

import re

import pytest
from sqlalchemy import select

from pbplatform.door import House
from pbplatform.results.models import EnvelopeResult
from tests.results.counted import a_sealed_town, count, count_again, declare
from tests.support.pages import PageClient
from tests.support.voting import Town

KEPT_AT_FIRST = ("votes", "points", "shares", "needs", "other")


def a_town_with_equal_shares(house: House) -> tuple[Town, str]:
    """Declared under Equal Shares, with losers; the tracker of a ballot too."""
    town, trackers = a_sealed_town(house, rule=("equal-shares", {"completion": "add-one"}))
    number = count(house, town)
    count_again(house, town, number)
    declare(house, town, number)
    return town, trackers[0]


def story_pages(client: PageClient, base: str) -> list[str]:
    found = sorted(set(re.findall(r"/results/1/projects/\d+", client.get(base).get_data(as_text=True))))
    return [client.get(base.removesuffix("/results") + link).get_data(as_text=True) for link in found]


@pytest.mark.parametrize(
    ("language", "course"), [("en", "Step by step"), ("ka", "ნაბიჯ-ნაბიჯ"), ("bg", "Стъпка по стъпка")]
)
def test_a_result_reads_well_with_and_without_what_is_kept_since(
    house: House, client: PageClient, language: str, course: str
) -> None:
    town, tracker = a_town_with_equal_shares(house)
    base = f"/{language}/{town.place.slug}/rounds/{town.round.slug}/results"
    pages = story_pages(client, base)
    assert len(pages) >= 3
    told = [page for page in pages if f"<h2>{course}</h2>" in page]
    assert told, "the course of the money stands there, as a picture with its table"
    assert all(page.count("<svg") >= 1 and "<table" in page for page in told)

    with house.database.transaction() as session:
        for result in session.scalars(select(EnvelopeResult)):
            result.figures = {name: result.figures[name] for name in KEPT_AT_FIRST}
    without = story_pages(client, base)
    assert len(without) == len(pages)
    assert not any(f"<h2>{course}</h2>" in page for page in without)
    assert all('<ul class="why' in page for page in without), "each still says why"
    for address in (base, f"{base}/protocol", f"{base}/check", f"{base}/1/card", f"{base}/protocol.json"):
        assert client.get(address).status_code == 200
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', client.get(f"{base}/receipt").get_data(as_text=True)
    )
    assert token
    answer = client.post(f"{base}/receipt", data={"csrf_token": token[1], "tracker": tracker})
    assert answer.status_code == 200
