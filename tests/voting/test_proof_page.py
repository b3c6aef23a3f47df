"""The first page of the vote: what is asked for is called by its name, and a typing slip is told at once, where it is."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.municipalities.models import Country
from pbplatform.roll.models import VerificationTry
from pbplatform.roll.verification import LETTER_TRIES
from tests.support import voting
from tests.support.pages import PageClient
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
