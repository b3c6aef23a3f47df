"""Proving to live here when no vote is open: the way of a citizen who wants to support a proposal."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal
from pbplatform.roll import operations
from pbplatform.roll.ids import normal_id
from pbplatform.roll.models import Means, RollClaim, RollEntry, VerificationTry
from pbplatform.roll.pepper import first_pepper
from tests.support import identity
from tests.support.letters import last_letter
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.voters import hidden

Browser = Callable[..., PageClient]
NUMBER, BORN, MAILBOX = "01001012345", date(1980, 12, 31), "resident@example.org"


def a_resident(session: Session, house: House, place: Municipality) -> tuple[RollEntry, str]:
    """Somebody on the roll, and the code that the desk printed for them."""
    pepper = first_pepper(session, house.secrets)
    entry = RollEntry(
        municipality_id=place.id,
        id_hash=pepper.of_id(place.id, normal_id(NUMBER, place.country)),
        name="Resident",
        birth_date=BORN,
        email=MAILBOX,
        language="en",
    )
    session.add(entry)
    session.flush()
    clerk = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    return entry, operations.give_desk_code(clerk, session, pepper, entry)


def prove(browser: PageClient, code: str, born: str = "31.12.1980") -> int:
    address = "/en/rustavi/residence"
    fields = hidden(browser.get(address).get_data(as_text=True))
    person = {"national_id": NUMBER, "birth_date": born, "code": code}
    return browser.post(address, data={**fields, **person}).status_code


def claims(session: Session) -> list[RollClaim]:
    session.expire_all()
    return list(session.scalars(select(RollClaim)))


@on_both_databases
def test_a_citizen_confirms_themselves_and_supports(
    session: Session, house: House, signed_in: Browser, client: PageClient
) -> None:
    place = a_municipality(session)
    proposal = a_standing_proposal(session, place, a_round(session, place, Phase.SUPPORT, slug="spring"))
    person = an_account(session, place)
    entry, code = a_resident(session, house, place)
    session.commit()
    address = f"/en/rustavi/rounds/spring/proposals/{proposal.id}"
    assert "Sign in to support it" in client.get(address).get_data(as_text=True)

    mine = signed_in(person)
    page = mine.get(address).get_data(as_text=True)
    assert "I support this" not in page
    way = re.search(r'href="(/en/rustavi/residence[^"]*)"', page)
    assert way, "the page says what to do first"
    fields = hidden(mine.get(way[1]).get_data(as_text=True))
    typed = {"national_id": NUMBER, "birth_date": "31.12.1980", "code": code}
    answer = mine.post(way[1], data={**fields, **typed})
    assert answer.location == address, "back to where they came from"
    page = mine.get(address).get_data(as_text=True)
    assert "I support this" in page
    assert mine.post(f"{address}/support", data=hidden(page)).status_code == 302
    session.expire_all()
    assert session.get_one(Proposal, proposal.id).support == 1
    assert [(one.roll_entry_id, one.account_id) for one in claims(session)] == [(entry.id, person.id)]
    assert "You need not do it again" in mine.get("/en/rustavi/residence").get_data(as_text=True)


@on_both_databases
def test_a_message_to_the_address_on_the_roll_does_it_too(
    session: Session, house: House, signed_in: Browser
) -> None:
    place = a_municipality(session)
    person = an_account(session, place)
    a_resident(session, house, place)
    session.commit()
    mine, address = signed_in(person), "/en/rustavi/residence/message"
    fields = hidden(mine.get(address).get_data(as_text=True))
    person_typed = {"national_id": NUMBER, "birth_date": "31.12.1980", "means": "email"}
    onward = mine.post(address, data={**fields, **person_typed}).location
    assert onward is not None
    code = re.findall(r"\b\d{6}\b", last_letter(house.database, MAILBOX).body)[0]
    fields = hidden(mine.get(onward).get_data(as_text=True))
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert mine.post(onward, data={**fields, "code": wrong}).status_code == 422
    assert mine.post(onward, data={**fields, "code": code}).status_code == 302
    assert [one.account_id for one in claims(session)] == [person.id]


def test_one_person_on_the_roll_is_one_account(session: Session, house: House, signed_in: Browser) -> None:
    place = a_municipality(session)
    people: list[Account] = [an_account(session, place) for _ in range(2)]
    entry, code = a_resident(session, house, place)
    pepper = first_pepper(session, house.secrets)
    clerk = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    session.commit()
    assert prove(signed_in(people[0]), code) == 302
    again = operations.give_desk_code(clerk, session, pepper, entry)
    session.commit()
    second = signed_in(people[1])
    assert prove(second, again) == 302
    assert [one.account_id for one in claims(session)] == [people[0].id], "the entry stays with the first"
    assert "You need not do it again" not in second.get("/en/rustavi/residence").get_data(as_text=True)


def test_a_wrong_date_or_code_tells_nothing_and_is_counted(
    session: Session, house: House, signed_in: Browser, client: PageClient
) -> None:
    place = a_municipality(session)
    person = an_account(session, place)
    _entry, code = a_resident(session, house, place)
    session.commit()
    assert "/sign-in" in client.get("/en/rustavi/residence").location, "an account is needed first"
    mine = signed_in(person)
    assert prove(mine, code, born="30.12.1980") == 422
    assert prove(mine, "0000-0000-0000") == 422
    assert not claims(session)
    assert [one.succeeded for one in session.scalars(select(VerificationTry))] == [False, False]
    session.rollback()
    assert prove(mine, code) == 302


@pytest.fixture
def provider() -> Iterator[identity.Provider]:
    with identity.provider() as running:
        running.personal_number = NUMBER
        yield running


@pytest.fixture
def with_eid(config: Config, provider: identity.Provider) -> Iterator[Flask]:
    """The same installation with electronic identity switched on."""
    with identity.trusted(config, provider.issuer) as app:
        yield app


def browser_of(app: Flask, account: Account) -> PageClient:
    """A browser of that installation in which somebody is signed in."""
    with app.extensions["house"].database.transaction() as session:
        token = sessions.open_session(session, account)
    made = app.test_client()
    with made.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    assert isinstance(made, PageClient)
    return made


def brought(browser: PageClient, address: str) -> dict[str, str]:
    """What the page carries that the provider sent the browser back to."""
    page = browser.get(address).get_data(as_text=True)
    fields = dict(hidden(page[page.index("<main") :]))
    assert fields["state"]
    assert fields["code"]
    return fields


def test_electronic_identity_confirms_a_resident_and_no_stranger(
    session: Session, house: House, with_eid: Flask, provider: identity.Provider, signed_in: Browser
) -> None:
    place = a_municipality(session)
    entry, _code = a_resident(session, house, place)
    stranger, resident = an_account(session, place), an_account(session, place)
    session.commit()
    base = "/en/rustavi/residence"
    assert "/eid" not in signed_in(stranger).get(base).get_data(as_text=True), "only where there is one"
    for person, number, onward in ((stranger, "01001099999", base), (resident, NUMBER, "/en/rustavi/")):
        provider.personal_number = number
        mine = browser_of(with_eid, person)
        assert f'href="{base}/eid"' in mine.get(base).get_data(as_text=True)
        there = mine.get(f"{base}/eid").location
        assert there is not None
        assert there.startswith(provider.issuer)
        back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
        way = back.removeprefix("http://localhost")
        fields = brought(mine, way)
        with house.database.read() as looking:
            assert not looking.scalars(select(RollClaim)).all(), "to look at an address changes nothing"
        assert mine.post(f"{base}/eid/back", data=fields).location == onward
        assert mine.post(f"{base}/eid/back", data=fields).location == base, "an answer serves once"
    assert [(one.roll_entry_id, one.account_id, one.means) for one in claims(session)] == [
        (entry.id, resident.id, Means.EID)
    ]


def test_another_browsers_identity_confirms_nobody(
    session: Session, house: House, with_eid: Flask, signed_in: Browser
) -> None:
    place = a_municipality(session)
    a_resident(session, house, place)
    thief, victim = an_account(session, place), an_account(session, place)
    session.commit()
    base = "/en/rustavi/residence"
    theirs = browser_of(with_eid, thief)
    there = theirs.get(f"{base}/eid").location
    back = requests.get(there or "", allow_redirects=False, timeout=10).headers["Location"]
    mine = browser_of(with_eid, victim)
    assert mine.get(f"{base}/eid").status_code == 302
    fields = brought(mine, back.removeprefix("http://localhost"))
    assert mine.post(f"{base}/eid/back", data=fields).location == base
    assert mine.post(f"{base}/eid/back", data={**fields, "state": "x" * 999}).location == base
    assert not claims(session)
