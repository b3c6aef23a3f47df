"""Whoever lands on a page of a round sees its name, its way and its tabs; drafts are seen by insiders only."""

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.settings import RoundSettings, read, write
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Invalid
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.rounds import a_round


@on_both_databases
def test_a_rounds_page_shows_what_is_open_until_when_and_what_comes_next(
    client: PageClient, session: Session
) -> None:
    place = a_municipality(session)
    a_round(session, place, Phase.REVIEW, slug="parks")
    session.commit()
    page = client.get("/en/rustavi/rounds/parks/").get_data(as_text=True)
    assert "Now: Assessment" in page
    assert "until" in page
    assert "Next: Discussion" in page
    assert 'aria-current="step"' in page


def test_a_draft_is_not_there_for_citizens_until_it_is_announced(
    client: PageClient, session: Session, signed_in
) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.DRAFT, slug="plan")
    officer = an_account(session, place, Role.OFFICER)
    citizen = an_account(session, place)
    session.commit()
    address = "/en/rustavi/rounds/plan/"
    assert client.get(address).status_code == 404
    assert signed_in(citizen).get(address).status_code == 404
    assert signed_in(officer).get(address).status_code == 200
    found.announced_at = clock.now()
    session.commit()
    assert client.get(address).status_code == 200


def test_a_round_is_not_found_in_another_municipality(client: PageClient, session: Session) -> None:
    a_round(session, a_municipality(session), slug="parks")
    a_municipality(session, "burgas", ("bg", "en"))
    session.commit()
    assert client.get("/en/burgas/rounds/parks/").status_code == 404


def test_settings_survive_the_way_into_the_row_and_back() -> None:
    own = RoundSettings(
        support_phase=True, assessments_released_at=clock.now(), appeal_days=10, beacon="Lotto"
    )
    assert read(write(own)) == own


@pytest.mark.parametrize("wrong", [{"appeal_days": -1}, {"challenge_days": 15}, {"tie_commitment": "abc"}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read(wrong)


def test_a_setting_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        read({"colour": "red"})
