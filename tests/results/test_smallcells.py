"""Small numbers of people: below ten they are hidden everywhere, and no public sum gives them back."""

import csv
import io
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.smallcells import THRESHOLD, suppress
from pbplatform.municipalities.models import District
from pbplatform.voting.models import Channel, SealedBallot, Turnout
from tests.results.counted import a_declared_town
from tests.support.pages import PageClient

rows = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60), max_size=8)


@given(rows)
def test_no_small_number_is_told(row: dict[str, int]) -> None:
    cells = suppress(row)
    assert cells.keys() == row.keys()
    for name, cell in cells.items():
        assert cell.hidden or cell.value == row[name]
        assert cell.value is None or cell.value == 0 or cell.value >= THRESHOLD


@given(rows)
def test_no_hidden_number_comes_back_by_subtraction(row: dict[str, int]) -> None:
    """Who knows the total and every number that is told knows only the sum of the hidden ones. Where the row allows it,
    there are at least two of them and their sum is at least ten, so each may be anything from nought to that sum."""
    cells = suppress(row)
    dark = [name for name, cell in cells.items() if cell.hidden]
    if dark and len(row) > 1 and sum(row.values()) >= THRESHOLD:
        assert len(dark) >= 2
        assert sum(row[name] for name in dark) >= THRESHOLD


@given(rows)
def test_nothing_is_hidden_without_need(row: dict[str, int]) -> None:
    if all(value == 0 or value >= THRESHOLD for value in row.values()):
        assert not any(cell.hidden for cell in suppress(row).values())


def test_the_same_numbers_are_hidden_on_page_in_file_interface_and_protocol(
    house: House, client: PageClient
) -> None:
    town, _ = a_declared_town(house)
    with house.database.transaction() as session:
        session.execute(
            update(SealedBallot)
            .where(SealedBallot.round_id == town.round.id, SealedBallot.position <= 3)
            .values(channel=Channel.PAPER)
        )
        district = District(
            municipality_id=town.place.id, code="hill", names={"en": "The Hill"}, population=90
        )
        session.add(district)
        session.flush()
        session.add(
            Turnout(
                round_id=town.round.id,
                hour=clock.now(),
                municipality_id=town.place.id,
                figures={"by_district": {"0": 110, str(district.id): 0}},
            )
        )
    base = f"/en/{town.place.slug}"
    told = {}
    told["page"] = client.get(f"{base}/rounds/{town.round.slug}/results").get_data(as_text=True)
    told["protocol"] = client.get(f"{base}/rounds/{town.round.slug}/results/protocol").get_data(as_text=True)
    for name, page in told.items():
        for channel in ("Online", "On paper"):
            row = page[page.index(channel) :][:400]
            assert "hidden so that a smaller number stays hidden" in row, (name, channel)
        assert not re.search(r">\s*(117|3)\s*</td>", page[page.index("Online") :][:900]), name
    assert "The Hill" in told["page"]
    protocol = client.get(f"{base}/rounds/{town.round.slug}/results/protocol.json").json
    assert protocol["turnout"] == {
        "channel": {"online": None, "paper": None},
        "district": {"": 110, "hill": None},
    }
    expected = {
        ("channel", "online"): None,
        ("channel", "paper"): None,
        ("district", ""): 110,
        ("district", "hill"): None,
    }
    items = client.get(f"/api/v1/municipalities/{town.place.slug}/rounds/{town.round.slug}/turnout").json[
        "items"
    ]
    assert {(item["by"], item["group"]): item["voters"] for item in items} == expected
    files = f"{base}/opendata/{town.round.slug}/turnout"
    document = json.loads(client.get(f"{files}.json").data)
    assert document["items"] == items
    table = csv.DictReader(io.StringIO(client.get(f"{files}.csv").data.decode("utf-8-sig")))
    assert {(line["by"], line["group"]): line["voters"] for line in table} == {
        key: "" if value is None else str(value) for key, value in expected.items()
    }


def test_voters_by_winning_choices_are_hidden_where_they_are_few(house: House, client: PageClient) -> None:
    few = (*[["P1.1", "P1.2"]] * 5, ["P1.4"])
    town, _ = a_declared_town(house, voters=24, choices=few)
    address = f"/api/v1/municipalities/{town.place.slug}/rounds/{town.round.slug}/results"
    (result,) = client.get(address).json["items"]
    shares = result["voters_by_won_choices"]
    assert None in shares.values()
    assert all(number is None or number == 0 or number >= THRESHOLD for number in shares.values())
    page = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results").get_data(as_text=True)
    table = page[page.index("Projects that won among their choices") :]
    cells = re.findall(r'class="number"[^>]*>(\d+)</td>', table[: table.index("</table>")])
    assert "hidden so that a smaller number stays hidden" in table[: table.index("</table>")]
    assert all(int(number) == 0 or int(number) >= THRESHOLD for number in cells), cells
