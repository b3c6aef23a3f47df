"""The first page of the vote: what is asked for is called by its name, and a typing slip is told at once, where it is."""

import re

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.door import House
from pbplatform.municipalities.models import Country
from pbplatform.roll.models import VerificationTry
from pbplatform.roll.verification import LETTER_TRIES
from pbplatform.voting.models import BallotBox
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.rounds import a_round
from tests.support.voters import Voter, hidden


def test_a_slip_in_the_code_is_told_beside_it_and_is_no_try(
    session: Session, house: House, client: PageClient
) -> None:
    """26: it follows from what was typed alone, so somebody on the roll and nobody at all are told the same."""
    town = voting.an_open_vote(session, house, voters=1)
    voter, code, swapped = Voter(client, town, 0), town.codes[0], {"2": "3"}
    slips = {
        f"{code[:4]}-{code[4:8]} {code[8:11]}": "The code has 12 characters, and you typed 11.",
        code[:3] + swapped.get(code[3], "2") + code[4:]: "There is a typing slip in the code.",
        f"Д{code[1:]}": "The code has Latin letters and digits only.",
    }
    for typed, sentence in slips.items():
        for person in ({}, {"national_id": voting.national_id(99)}):
            for _ in range(LETTER_TRIES // len(slips) + 1):
                answer = voter.prove(code=typed, **person)
                page = answer.get_data(as_text=True)
                assert answer.status_code == 422
                assert re.search(f'<p id="code-error"[^>]*>.*{re.escape(sentence)}', page)
                assert "do not fit together" not in page
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(VerificationTry)) == 0
    cyrillic = code.translate(str.maketrans("ABEKMHPCTXYJS", "АВЕКМНРСТХУЈЅ")).lower()
    assert voter.prove(code=cyrillic).status_code == 302


def test_a_slip_is_told_in_the_readers_language(session: Session, house: House, client: PageClient) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    for language, sentence in (
        ("bg", "Кодът има 12 знака, а вие въведохте 11. Погледнете пак писмото."),
        ("ka", "კოდი 12 ნიშნისგან შედგება, თქვენ კი 11 აკრიფეთ."),
    ):
        address = town.base.replace("/en/", f"/{language}/")
        data = {**hidden(client.get(address).get_data(as_text=True)), "code": town.codes[0][1:]}
        assert sentence in client.post(address, data=data).get_data(as_text=True)


@pytest.mark.parametrize(
    ("country", "label"),
    [
        (Country.BULGARIA, "ЕГН (10 цифри)"),
        (Country.GEORGIA, "Личен номер (11 цифри)"),
        (Country.OTHER, "Личен номер"),
    ],
)
def test_the_number_is_called_as_its_country_calls_it(
    session: Session, house: House, client: PageClient, country: Country, label: str
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    town.place.country = country
    session.commit()
    for page in ("", "/message"):
        html = client.get(town.base.replace("/en/", "/bg/") + page).get_data(as_text=True)
        assert re.search(rf'for="national_id">{re.escape(label)}</label>', html)


def test_the_short_address_of_the_letters_leads_to_the_open_vote(
    session: Session, house: House, client: PageClient
) -> None:
    town, elsewhere = voting.an_open_vote(session, house, voters=1), voting.a_town(session, house, voters=1)
    session.commit()
    answer = client.get(f"/bg/{town.place.slug}/vote")
    assert answer.status_code == 302
    assert answer.headers["Location"] == town.base.replace("/en/", "/bg/")
    nothing_open = f"/en/{elsewhere.place.slug}/vote"
    assert client.get(nothing_open).headers["Location"].startswith(f"/en/{elsewhere.place.slug}/#")
    assert "No vote is open here" in client.get(nothing_open, follow_redirects=True).get_data(as_text=True)
    assert client.get("/en/nowhere/vote").status_code == 404


def test_the_short_address_does_not_choose_between_votes_nor_lead_to_one_that_is_over(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    first = session.get_one(BallotBox, town.round.id)
    values = {one.key: getattr(first, one.key) for one in inspect(BallotBox).column_attrs}
    second = a_round(session, town.place, Phase.VOTING, slug="second")
    session.add(BallotBox(**{**values, "round_id": second.id}))
    session.commit()
    address, home = f"/en/{town.place.slug}/vote", f"/en/{town.place.slug}/"
    assert client.get(address).headers["Location"].startswith(f"{home}#")
    assert "No vote is open here" not in client.get(home).get_data(as_text=True)
    voting.let_it_end(house, town)
    assert client.get(address).headers["Location"] == f"{home}rounds/second/vote"
