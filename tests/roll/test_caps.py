"""Messages cost money and somebody's rest: five a day for a person, two hundred an hour from a network."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from pbplatform.door import House
from pbplatform.foundation import clock, limits
from pbplatform.roll.models import SentCode
from pbplatform.roll.verification import MESSAGES_A_DAY, MESSAGES_FROM_A_NETWORK
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import hidden


def ask(client: PageClient, town: voting.Town, number: int = 0) -> TestResponse:
    """Ask for a code by phone."""
    fields = hidden(client.get(f"{town.base}/message").get_data(as_text=True))
    person = {"national_id": voting.national_id(number), "birth_date": "17.05.1980", "means": "phone"}
    return client.post(f"{town.base}/message", data={**fields, **person})


def received(house: House, phone: str | None) -> int:
    """How many messages came to a phone."""
    messages = (house.config.data_dir / "messages").glob("*.txt")
    return sum(path.read_text(encoding="utf-8").split("\n", 1)[0] == phone for path in messages)


def test_a_person_gets_five_messages_a_day_and_nobody_can_tell_by_the_answer(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=2)
    first, second = (entry.phone for entry in town.entries)
    answers = [ask(client, town) for _time in range(MESSAGES_A_DAY + 2)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, answers[0].headers["Location"])
    }
    assert received(house, first) == MESSAGES_A_DAY == 5
    ask(client, town, 1)
    assert received(house, second) == 1, "others are not held up"
    with house.database.transaction() as own:
        own.execute(update(SentCode).values(issued_at=clock.now() - timedelta(hours=25)))
    ask(client, town)
    assert received(house, first) == MESSAGES_A_DAY + 1


def test_a_network_gets_two_hundred_messages_an_hour_from_all_pages_together(
    app: Flask, session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    most, _, _hour = MESSAGES_FROM_A_NETWORK.partition(" per hour")
    assert most == "200"
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}) as here:
        for _message in range(int(most) - 1):
            house.limits.take("vote-message", MESSAGES_FROM_A_NETWORK, limits.network(here.request))
    assert ask(client, town).status_code == 302
    refused = ask(client, town)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert received(house, town.entries[0].phone) == 1
    with house.database.read() as look:
        assert len(look.scalars(select(SentCode)).all()) == 1, "what is refused writes nothing"
