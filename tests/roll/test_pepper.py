"""The pepper is made once, at the first import. A lost one is never made anew: nobody on the roll would be found by it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.crypto import KeyMissing
from pbplatform.roll.models import RollEntry
from pbplatform.roll.pepper import NAME, first_pepper
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.people import a_municipality
from tests.support.rolls import read
from tests.support.voters import hidden

LINES = "id,name,birth date\n" + f"{voting.national_id(500)},Person,1980-05-17\n"


def test_the_first_import_makes_it_and_the_second_uses_the_same(
    session: Session, house: House, tmp_path: Path
) -> None:
    place = a_municipality(session)
    session.commit()
    path = tmp_path / "roll.csv"
    path.write_text(LINES)
    assert not house.secrets.exists(NAME)
    assert read(house, place, path)["added"] == 1
    made = house.secrets.read(NAME)
    assert (house.secrets.folder / NAME).stat().st_mode & 0o777 == 0o600
    assert read(house, place, path)["unchanged"] == 1
    assert house.secrets.read(NAME) == made


def test_a_lost_one_is_not_made_anew_and_nothing_is_imported(
    session: Session, house: House, tmp_path: Path
) -> None:
    town = voting.a_town(session, house)
    other = a_municipality(session)
    session.commit()
    (house.secrets.folder / NAME).rename(tmp_path / "kept")
    path = tmp_path / "roll.csv"
    path.write_text(LINES)
    for place in (town.place, other):
        # A roll of any municipality depends on it, so none may begin another.
        with pytest.raises(KeyMissing):
            read(house, place, path)
    assert not house.secrets.exists(NAME)
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(RollEntry)) == len(town.entries)
    (tmp_path / "kept").rename(house.secrets.folder / NAME)
    with house.database.write() as own:
        assert first_pepper(own, house.secrets).of_id(town.place.id, voting.national_id(0)) == (
            town.entries[0].id_hash
        )


def test_without_it_a_proof_answers_that_the_platform_is_not_ready(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    fields = hidden(client.get(town.base).get_data(as_text=True))
    (house.secrets.folder / NAME).unlink()
    person = {"national_id": voting.national_id(0), "birth_date": "17.05.1980", "code": town.codes[0]}
    answer = client.post(town.base, data={**fields, **person})
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert not house.secrets.exists(NAME)
