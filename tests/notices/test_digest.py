"""Everything that happened stands in one digest, once, however many write at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.notices import operations
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import News
from tests.support.letters import letters_to
from tests.support.people import a_municipality, an_account
from tests.support.postgres import somebody_waits

A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_digest_tells_what_was_being_written_down_while_it_was_made(
    session: Session, app: Flask, house: House
) -> None:
    place = a_municipality(session)
    reader = an_account(session, place)
    operations.ensure_mailing(session, place.id, reader.id)
    session.commit()

    def tell(own: Session, title: str) -> None:
        operations.tell_person(
            own,
            place.id,
            reader.id,
            News.APPEAL_DECIDED,
            {"en": title},
            "rounds/spring/proposals/1/assessment",
        )

    with ThreadPoolExecutor(1) as other:
        tell(session, "Slow swings")
        with house.database.transaction() as quick:
            tell(quick, "Quick trees")
        digest = other.submit(send_digests, app, house.database, "http://localhost")
        while not (digest.done() or somebody_waits(house.database)):
            pass
        session.commit()
        digest.result()
    send_digests(app, house.database, "http://localhost", clock.now() + A_DAY)
    told = "".join(letter.body for letter in letters_to(house.database, reader.email or ""))
    assert told.count("Quick trees") == 1
    assert told.count("Slow swings") == 1
