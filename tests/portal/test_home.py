"""The first pages that anybody sees."""

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as rounds
from pbplatform.foundation import i18n
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality
from tests.support.rounds import a_round, an_envelope


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ka-GE,ka;q=0.9", "ka"), ("bg;q=0.8,de", "bg"), ("fr", "en"), ("en;q=0.1,ka;q=0.5", "ka")],
)
def test_the_root_leads_to_the_language_that_the_reader_prefers(
    client: PageClient, accepted: str, language: str
) -> None:
    response = client.get("/", headers={"Accept-Language": accepted})
    assert response.status_code == 302
    assert response.location == f"/{language}/"
    assert "Accept-Language" in response.headers["Vary"]


def test_the_chosen_language_is_remembered(client: PageClient) -> None:
    client.get("/ka/", headers={"Accept-Language": "en"})
    assert client.get("/", headers={"Accept-Language": "en"}).location == "/ka/"


@on_both_databases
def test_home_names_every_municipality_in_the_readers_language(client: PageClient, session: Session) -> None:
    a_municipality(session)
    session.commit()
    assert "რუსთავი" in client.get("/ka/").get_data(as_text=True)
    assert "Rustavi" in client.get("/en/").get_data(as_text=True)


@on_both_databases
def test_home_tells_what_is_open_where_and_until_when(client: PageClient, session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.VOTING, slug="vote-now")
    a_round(session, place, Phase.DRAFT, slug="hidden")
    a_round(session, place, Phase.CLOSED, slug="over")
    window = next(one for one in rounds.windows(session, found.id) if one.phase is Phase.VOTING)
    session.commit()
    page = client.get("/en/").get_data(as_text=True)
    assert "/en/rustavi/rounds/vote-now/" in page
    assert i18n.moment(window.closes_at, "en", place.zone) in page
    assert "/rounds/hidden/" not in page
    assert "/rounds/over/" not in page


def test_home_leads_straight_to_an_open_vote_which_comes_first(client: PageClient, session: Session) -> None:
    place = a_municipality(session)
    a_round(session, place, Phase.DISCUSSION, slug="talk-first")
    a_round(session, place, Phase.VOTING, slug="vote-now")
    session.commit()
    page = client.get("/en/").get_data(as_text=True)
    assert 'href="/en/rustavi/rounds/vote-now/vote"' in page
    assert page.index("/rounds/vote-now/vote") < page.index("/rounds/talk-first/")
    assert "/rounds/talk-first/vote" not in page


def test_a_rounds_page_says_what_can_be_done_above_its_timeline(client: PageClient, session: Session) -> None:
    place = a_municipality(session)
    a_round(session, place, Phase.VOTING, slug="vote-now")
    session.commit()
    page = client.get("/en/rustavi/rounds/vote-now/").get_data(as_text=True)
    act = page.index('<a href="/en/rustavi/rounds/vote-now/vote" class="govuk-button">')
    assert page.index("<h1") < page.index("Now: Vote") < act < page.index('<ol class="timeline">')


def test_a_rounds_page_tells_the_limit_that_its_ballot_has(client: PageClient, session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.VOTING, slug="vote-now")
    an_envelope(session, found, place, position=2).most_choices = None
    session.commit()
    page = client.get("/en/rustavi/rounds/vote-now/").get_data(as_text=True)
    assert page.count("Mark up to 5 projects.") == 1
    assert page.count("Approval: mark the projects you like") == 1


def test_an_unknown_language_or_municipality_is_not_found(client: PageClient) -> None:
    assert client.get("/xx/").status_code == 404
    assert client.get("/ka/nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("ka", "ასეთი გვერდი"), ("bg", "Няма такава страница"), ("en", "no such page")]
)
def test_an_address_that_leads_nowhere_answers_in_its_own_language(
    client: PageClient, language: str, words: str
) -> None:
    page = client.get(f"/{language}/rustavi/nothing/here", headers={"Accept-Language": "fr"})
    assert page.status_code == 404
    assert f'<html lang="{language}"' in page.get_data(as_text=True)
    assert words in page.get_data(as_text=True)
