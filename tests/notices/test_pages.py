"""Following by button, digests in the recipient's language, one-click unsubscribe, feeds."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.mail import Letter, compose
from pbplatform.municipalities.models import District
from pbplatform.notices import operations, queries
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import Frequency, News, Topic
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round, an_envelope

BASE = "http://localhost"


def _token(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def _told(session: Session, language: str):
    place = a_municipality(session)
    found = a_round(session, place, Phase.SUBMISSION, slug="parks")
    account = an_account(session, place)
    account.language = language
    operations.follow(as_actor(account, place), session, place.id, Topic.ROUND, found.id)
    operations.tell(
        session,
        place.id,
        News.PHASE_OPENED,
        [(Topic.ROUND, found.id)],
        found.titles,
        "rounds/parks/",
        phase=Phase.REVIEW,
    )
    session.commit()
    return place, found, account


@pytest.mark.parametrize(("language", "words"), [("ka", "შეფასება"), ("bg", "Оценка"), ("en", "Assessment")])
def test_the_digest_comes_in_the_recipients_language(
    session: Session, app, database: Database, language: str, words: str
) -> None:
    _told(session, language)
    assert send_digests(app, database, BASE) == 1
    letter = session.scalars(select(Letter)).one()
    assert letter.language == language
    assert words in letter.body
    assert f"{BASE}/{language}/rustavi/rounds/parks/" in letter.body
    message = compose(letter, "uchastie@example.org")
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    said = html.get_content()
    assert f'<html lang="{language}">' in said
    assert words in said
    assert f'href="{BASE}/{language}/rustavi/rounds/parks/"' in said
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_markup_in_a_title_is_words_in_the_letter(session: Session, app, database: Database) -> None:
    place, found, _account = _told(session, "en")
    found.titles = {"en": "<script>alert(1)</script>"}
    operations.tell(
        session, place.id, News.ROUND_ANNOUNCED, [(Topic.ROUND, found.id)], found.titles, "rounds/parks/"
    )
    session.commit()
    assert send_digests(app, database, BASE) == 1
    letter = session.scalars(select(Letter)).one()
    assert letter.html is not None
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html


def test_who_wants_to_hear_at_once_hears_at_every_walk_of_the_duty(
    session: Session, app, database: Database
) -> None:
    place, found, account = _told(session, "en")
    operations.choose_frequency(as_actor(account, place), session, place.id, Frequency.AT_ONCE)
    session.commit()
    assert send_digests(app, database, BASE) == 1
    assert send_digests(app, database, BASE) == 0, "nothing is told twice"
    operations.tell(
        session, place.id, News.ROUND_CANCELLED, [(Topic.ROUND, found.id)], found.titles, "rounds/parks/"
    )
    session.commit()
    assert send_digests(app, database, BASE) == 1


@on_both_databases
def test_a_digest_tells_nothing_twice_and_comes_at_most_once_in_its_period(
    session: Session, app, database: Database
) -> None:
    place, found, account = _told(session, "en")
    assert send_digests(app, database, BASE) == 1
    assert send_digests(app, database, BASE) == 0
    about = [(Topic.ROUND, found.id)]
    operations.tell(session, place.id, News.ROUND_CANCELLED, about, found.titles, "rounds/parks/")
    session.commit()
    assert send_digests(app, database, BASE, clock.now() + timedelta(hours=20)) == 0
    assert send_digests(app, database, BASE, clock.now() + timedelta(hours=25)) == 1
    bodies = session.scalars(select(Letter.body).order_by(Letter.id)).all()
    assert ["cancelled" in body for body in bodies] == [False, True]
    operations.choose_frequency(as_actor(account, place), session, place.id, Frequency.WEEKLY)
    operations.tell(session, place.id, News.ROUND_ANNOUNCED, about, found.titles, "rounds/parks/")
    session.commit()
    assert send_digests(app, database, BASE, clock.now() + timedelta(days=3)) == 0
    assert send_digests(app, database, BASE, clock.now() + timedelta(days=9)) == 1


def test_the_link_in_the_mail_unsubscribes_with_one_click_and_without_signing_in(
    session: Session, app, database: Database, client: PageClient
) -> None:
    place, _, account = _told(session, "en")
    send_digests(app, database, BASE)
    letter = session.scalars(select(Letter)).one()
    message = compose(letter, "noreply@example.org")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message["List-Unsubscribe"].strip("<>").removeprefix(BASE)
    session.rollback()
    assert client.get(address).status_code == 200
    mailing = queries.mailing(session, place.id, account.id)
    assert mailing is not None
    assert mailing.frequency is Frequency.DAILY, "a GET, as by a mail scanner, changes nothing"
    session.rollback()
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    session.expire_all()
    assert mailing.frequency is Frequency.NEVER
    session.rollback()
    assert client.post(address[:-3] + "xyz").status_code == 404


def test_the_button_follows_and_stops_following(session: Session, signed_in) -> None:
    place = a_municipality(session)
    a_round(session, place, slug="parks")
    account = an_account(session, place)
    session.commit()
    browser = signed_in(account)
    page = browser.get("/en/rustavi/rounds/parks/").get_data(as_text=True)
    found_id = page.split('name="subject_id" value="')[1].split('"')[0]
    data = {"csrf_token": _token(page), "topic": "round", "subject_id": found_id, "next": "//evil.example"}
    answer = browser.post("/en/rustavi/follow", data=data)
    assert answer.location == "/en/rustavi/notices"
    assert "Stop following" in browser.get("/en/rustavi/rounds/parks/").get_data(as_text=True)
    assert "Round" in browser.get("/en/rustavi/notices").get_data(as_text=True)
    browser.post("/en/rustavi/unfollow", data=data)
    assert "You follow nothing yet." in browser.get("/en/rustavi/notices").get_data(as_text=True)


@pytest.mark.parametrize(
    "data", [{"topic": "round", "subject_id": "x"}, {"topic": "planet", "subject_id": "1"}]
)
def test_nonsense_is_not_followed(session: Session, signed_in, data: dict[str, str]) -> None:
    place = a_municipality(session)
    account = an_account(session, place)
    session.commit()
    browser = signed_in(account)
    token = _token(browser.get("/en/rustavi/notices").get_data(as_text=True))
    assert browser.post("/en/rustavi/follow", data={"csrf_token": token, **data}).status_code == 422


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_feed_is_well_formed_and_tells_only_what_is_public(
    session: Session, client: PageClient, language: str
) -> None:
    place, found, account = _told(session, "en")
    operations.tell_person(
        session, place.id, account.id, News.CO_AUTHOR_ANSWERED, {"en": "Secret <matter> & more"}, "x/"
    )
    operations.tell(
        session, place.id, News.PROPOSAL_SUBMITTED, [], {"en": 'Trees <b> & "benches"'}, "rounds/parks/"
    )
    session.commit()
    answer = client.get(f"/{language}/rustavi/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    names = {"a": "http://www.w3.org/2005/Atom"}
    entries = ElementTree.fromstring(answer.data).findall("a:entry", names)
    titles = [entry.findtext("a:title", namespaces=names) for entry in entries]
    assert len(titles) == 2
    assert 'Trees <b> & "benches"' in str(titles[0])
    assert "Secret" not in answer.get_data(as_text=True)
    about = client.get(f"/{language}/rustavi/feeds/round/{found.id}.atom").data
    assert len(ElementTree.fromstring(about).findall("a:entry", names)) == 1
    assert client.get(f"/{language}/rustavi/feeds/round/999.atom").status_code == 404


@pytest.mark.parametrize("topic", ["category", "district"])
def test_a_category_and_a_district_are_followed_from_the_rounds_page(
    session: Session, signed_in, topic: str
) -> None:
    place = a_municipality(session)
    found = a_round(session, place, slug="parks")
    district = District(municipality_id=place.id, code="old", names={"en": "Old town"}, outline=None)
    session.add(district)
    session.flush()
    an_envelope(session, found, place, district, position=2)
    account = an_account(session, place)
    session.commit()
    browser = signed_in(account)
    page = browser.get("/en/rustavi/rounds/parks/").get_data(as_text=True)
    subject_id = (
        page.split(f'name="topic" value="{topic}"')[1].split('name="subject_id" value="')[1].split('"')[0]
    )
    data = {"csrf_token": _token(page), "topic": topic, "subject_id": subject_id}
    assert browser.post("/en/rustavi/follow", data=data).status_code == 302
    name = {"category": "Parks", "district": "Old town"}[topic]
    assert name in browser.get("/en/rustavi/notices").get_data(as_text=True)
