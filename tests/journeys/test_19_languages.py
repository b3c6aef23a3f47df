"""Scenario 19: content in its own language and labelled; dates, amounts and plurals by the reader's; mail by the recipient's."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.foundation.database import Database
from pbplatform.foundation.mail import Letter
from pbplatform.notices import operations
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import News, Topic
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round

GEORGIAN, CYRILLIC = re.compile(r"[ა-ჰ]"), re.compile(r"[а-я]")


@pytest.fixture
def only_georgian(session: Session):
    """A round that was written in Georgian only."""
    place = a_municipality(session, languages=("ka", "en"))
    found = a_round(session, place, Phase.REVIEW, slug="ezo")
    found.titles, found.summaries, found.texts = (
        {"ka": "მწვანე ეზოები"},
        {"ka": "ხეები"},
        {"ka": "მეტი ჩრდილი"},
    )
    session.commit()
    return place, found


@pytest.mark.parametrize("language", ["bg", "en"])
def test_a_text_in_another_language_is_shown_and_labelled(
    only_georgian, client: PageClient, language: str
) -> None:
    page = client.get(f"/{language}/rustavi/rounds/ezo/").get_data(as_text=True)
    assert f'<html lang="{language}"' in page
    assert '<span lang="ka">მწვანე ეზოები</span>' in page
    assert '<div lang="ka"><p>მეტი ჩრდილი</p>' in page
    own = client.get("/ka/rustavi/rounds/ezo/").get_data(as_text=True)
    assert 'lang="ka">მწვანე' not in own


@pytest.mark.parametrize(
    ("language", "amount", "phase"),
    [("ka", "100 000 ₾", "შეფასება"), ("bg", "100 000 ₾", "Оценка"), ("en", "₾100,000", "Assessment")],
)
def test_amounts_and_words_are_the_readers(
    only_georgian, client: PageClient, language: str, amount: str, phase: str
) -> None:
    page = client.get(f"/{language}/rustavi/rounds/ezo/").get_data(as_text=True).replace("\xa0", " ")
    assert amount in page
    assert phase in page


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("ka", "1 წინადადება", "3 წინადადება"),
        ("bg", "едно предложение", "3 предложения"),
        ("en", "one proposal", "3 proposals"),
    ],
)
def test_plurals_follow_the_readers_grammar(
    session: Session, client: PageClient, language: str, one: str, many: str
) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.SUBMISSION, slug="parks")
    for most, said in ((1, one), (3, many)):
        found.settings = found.settings | {"most_proposals_each": most}
        session.commit()
        assert said in client.get(f"/{language}/rustavi/rounds/parks/rules").get_data(as_text=True)


def test_two_followers_of_one_round_get_the_same_news_each_in_their_language(
    only_georgian, session: Session, app, database: Database
) -> None:
    place, found = only_georgian
    for language in ("ka", "bg"):
        account = an_account(session, place)
        account.language = language
        operations.follow(as_actor(account, place), session, place.id, Topic.ROUND, found.id)
    about = [(Topic.ROUND, found.id)]
    operations.tell(
        session, place.id, News.PHASE_OPENED, about, found.titles, "rounds/ezo/", phase=Phase.DISCUSSION
    )
    session.commit()
    assert send_digests(app, database, "http://localhost") == 2
    letters = {letter.language: letter for letter in session.scalars(select(Letter))}
    assert "განხილვა" in letters["ka"].body
    assert "Обсъждане" in letters["bg"].body
    frame = letters["bg"].body.replace("მწვანე ეზოები", "").replace("რუსთავი", "")
    assert not GEORGIAN.search(frame), "only the titles may be in another language"
    assert not CYRILLIC.search(letters["ka"].body)
