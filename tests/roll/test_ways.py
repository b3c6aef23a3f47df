"""Every way of proving who one is ends at the ballot: text message, e-mail, desk, electronic identity, printed letter."""

import re
from collections.abc import Callable, Iterator
from threading import Thread

import pypdfium2
import pytest
import requests
import segno
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.jobs import Job
from pbplatform.roll.delivery import SEND_JOB
from pbplatform.roll.models import LetterBatch, LetterCode, Means
from pbplatform.roll.pepper import pepper
from pbplatform.roll.verification import Person, send_code
from tests.support import identity, voting
from tests.support.letters import last_letter
from tests.support.pages import PageClient
from tests.support.voters import Voter, hidden

SignIn = Callable[..., PageClient]


def ask_for_code(client: PageClient, town: voting.Town, means: str) -> str:
    """Ask for a code; the address of the page that takes it."""
    fields = hidden(client.get(f"{town.base}/message").get_data(as_text=True))
    person = {"national_id": voting.national_id(0), "birth_date": "17.05.1980", "means": means}
    answer = client.post(f"{town.base}/message", data={**fields, **person})
    assert answer.status_code == 302
    return answer.headers["Location"]


def type_code(client: PageClient, address: str, code: str) -> int:
    """Type the six digits; the status of the answer."""
    fields = hidden(client.get(address).get_data(as_text=True))
    return client.post(address, data={**fields, "code": code}).status_code


def test_a_text_message_brings_six_digits_that_work_once(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    address = ask_for_code(client, town, "phone")
    [message] = (house.config.data_dir / "messages").glob("*.txt")
    phone, said = message.read_text(encoding="utf-8").split("\n", 1)
    assert phone == town.entries[0].phone
    code = re.findall(r"\b\d{6}\b", said)[0]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert type_code(client, address, wrong) == 422
    assert type_code(client, address, code) == 302
    assert client.get(f"{town.base}/ballot").status_code == 200
    stranger = client.application.test_client()
    assert stranger.get(f"{town.base}/code").status_code == 302


def test_five_wrong_digits_end_a_code(session: Session, house: House, client: PageClient) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    address = ask_for_code(client, town, "phone")
    [message] = (house.config.data_dir / "messages").glob("*.txt")
    code = re.findall(r"\b\d{6}\b", message.read_text(encoding="utf-8").split("\n", 1)[1])[0]
    for step in range(1, 6):
        assert type_code(client, address, f"{(int(code) + step) % 1_000_000:06d}") == 422
    assert type_code(client, address, code) == 422


def test_an_e_mail_brings_a_code_too(session: Session, house: House, client: PageClient) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    address = ask_for_code(client, town, "email")
    code = re.findall(r"\b\d{6}\b", last_letter(house.database, "voter0@example.org").body)[0]
    assert type_code(client, address, code) == 302
    assert client.get(f"{town.base}/ballot").status_code == 200


def test_a_code_comes_in_the_language_of_who_asked_though_the_work_is_done_in_the_background(
    session: Session, house: House
) -> None:
    """A worker's thread has no page around it, and so no language of its own."""
    town = voting.an_open_vote(session, house, voters=1)
    person = Person(voting.national_id(0), voting.BORN, "127.0.0.0/24")
    for means in (Means.EMAIL, Means.PHONE):
        with house.database.transaction() as writing:
            seasoning = pepper(house.secrets)
            _flow, sent_id = send_code(writing, seasoning, house.vault, town.place, person, means, "bg")
            job = Job(kind=SEND_JOB, arguments={"sent_id": sent_id}, created_at=clock.now())
            writing.add(job)
        worker = Thread(target=house.jobs.run, args=(job.id,))
        worker.start()
        worker.join()
    letter = last_letter(house.database, "voter0@example.org")
    assert letter.subject == "Вашият код за гласуването"
    assert "Да решим заедно" in letter.body
    [message] = (house.config.data_dir / "messages").glob("*.txt")
    assert "Той важи десет минути" in message.read_text(encoding="utf-8")


def test_the_desk_prints_a_code_for_who_shows_a_document(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    clerk, desk = signed_in(town.officers[0]), f"/en/{town.place.slug}/desk/voter"
    token = hidden(clerk.get(desk).get_data(as_text=True))["csrf_token"]
    person = {"csrf_token": token, "national_id": voting.national_id(0)}
    found = clerk.post(desk, data=person).get_data(as_text=True)
    assert "Voter 0" in found
    page = clerk.post(desk, data={**person, "give": "1"}).get_data(as_text=True)
    code = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", page)[0]
    assert Voter(client, town, 0).prove(code=code).status_code == 302
    nobody = clerk.post(desk, data={**person, "national_id": voting.national_id(99)})
    assert nobody.status_code == 422


def test_letters_speak_each_residents_language(
    session: Session, house: House, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each on one page, with the short address of the vote and a picture that brings the code along behind the #."""
    drawn: list[str] = []
    draw = segno.make_qr

    def noting(content: str, **options: str) -> segno.QRCode:
        drawn.append(content)
        return draw(content, **options)

    monkeypatch.setattr(segno, "make_qr", noting)
    town = voting.a_town(session, house, voters=3)
    session.execute(delete(LetterCode))
    for entry, language in zip(town.entries, ("ka", "bg", "en"), strict=True):
        entry.language, entry.address = language, f"Garden Street {entry.id}"
    session.commit()
    officer, roll = signed_in(town.officers[0]), f"/en/{town.place.slug}/desk/roll"
    token = hidden(officer.get(roll).get_data(as_text=True))["csrf_token"]
    assert officer.post(f"{roll}/letters", data={"csrf_token": token, "district": "0"}).status_code == 302
    with house.database.read() as look:
        batch = look.scalars(select(LetterBatch)).one()
    assert batch.letters == 3
    pdf = officer.post(f"{roll}/letters/{batch.id}.pdf", data={"csrf_token": token})
    assert pdf.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(pdf.data)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert len(pages) == 3
    texts = {
        name: next(text for text in pages if f"Voter {number}" in text) for number, name in enumerate("abc")
    }
    assert re.search(r"[ა-ჰ]{5}", texts["a"])
    assert re.search(r"[а-я]{5}", texts["b"])
    assert "Your code for the vote" in texts["c"]
    for name, language in zip("abc", ("ka", "bg", "en"), strict=True):
        address = f"{house.config.base_url}/{language}/{town.place.slug}/vote"
        [code] = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", texts[name])
        assert address in texts[name]
        assert f"{address}#code={code}" in drawn
    assert not {voting.national_id(number) for number in range(3)} & set("".join(pages).split())


@pytest.fixture
def provider() -> Iterator[identity.Provider]:
    """A provider that vouches for the first voter."""
    with identity.provider() as running:
        running.personal_number = voting.national_id(0)
        yield running


@pytest.fixture
def with_eid(config: Config, provider: identity.Provider) -> Iterator[Flask]:
    """The same installation with electronic identity switched on."""
    with identity.trusted(config, provider.issuer) as app:
        yield app


def test_electronic_identity_leads_to_the_ballot_and_a_stranger_nowhere(
    session: Session, house: House, with_eid: Flask, provider: identity.Provider
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    for number, place in ((0, "/ballot"), (77, "/vote")):
        provider.personal_number = voting.national_id(number)
        client = with_eid.test_client()
        assert "Use your electronic identity" in client.get(town.base).get_data(as_text=True)
        there = client.get(f"{town.base}/eid").headers["Location"]
        assert there.startswith(provider.issuer)
        back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
        page = client.get(back.removeprefix("http://localhost")).get_data(as_text=True)
        answer = client.post(f"{town.base}/eid/confirm", data=hidden(page))
        assert answer.headers["Location"].endswith(place)
        assert (
            client.post(f"{town.base}/eid/confirm", data=hidden(page)).headers["Location"].endswith("/vote")
        )


def test_a_provider_that_is_away_is_announced_and_codes_still_work(
    session: Session, house: House, with_eid: Flask, provider: identity.Provider
) -> None:
    """25: the electronic identity is down; the page says so, and a letter's code leads to the ballot."""
    town = voting.an_open_vote(session, house, voters=1)
    provider.shutdown()
    provider.server_close()
    client = with_eid.test_client()
    assert isinstance(client, PageClient)
    answer = client.get(f"{town.base}/eid", follow_redirects=True)
    assert "does not answer at the moment" in answer.get_data(as_text=True)
    Voter(client, town, 0).prove()
    assert client.get(f"{town.base}/ballot").status_code == 200
