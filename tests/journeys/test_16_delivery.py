"""Scenario 16: milestone, contract and payment by form or by sheet; planned, contracted and paid; photos; the reason of a
delay; followers get a digest."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.delivery import asking, queries
from pbplatform.delivery.models import Contract, DeliverySheet, Milestone
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.mail import Letter
from pbplatform.journal.operations import verify
from pbplatform.notices.digest import send_digests
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account

SignIn = Callable[..., PageClient]
DAY = timedelta(days=1)


class Desk:
    """An officer's browser on the pages of one project."""

    def __init__(self, browser: PageClient, facts: str) -> None:
        self.browser, self.facts = browser, facts

    def send(self, page: str, to: str, data: dict[str, object]) -> int:
        """Post what a person typed, with everything that the page's own form carries hidden."""
        shown = self.browser.get(page).get_data(as_text=True)
        hidden = dict(re.findall(r'name="([^"]*(?:csrf_token|seen))"[^>]*?value="([^"]*)"', shown))
        return self.browser.post(to, data={**hidden, **data}).status_code

    def record(self, name: str, **typed: object) -> int:
        """Send one of the forms of the page of facts."""
        return self.send(
            self.facts, f"{self.facts}/{name}", {f"{name}-{key}": value for key, value in typed.items()}
        )


def picture() -> io.BytesIO:
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "#3d6b35").save(drawn, "JPEG")
    drawn.seek(0)
    return drawn


@on_both_databases
def test_a_project_is_followed_by_form_and_by_sheet(
    app: Flask, house: House, session: Session, client: PageClient, signed_in: SignIn
) -> None:
    place = a_municipality(session)
    found, (park, bridge) = a_delivery(session, place, 12_000_000, 3_000_000)
    officer = an_account(session, place, Role.OFFICER, email="officer@example.org")
    neighbour = an_account(session, place, email="neighbour@example.org")
    today: date = queries.today_in(session, place)
    session.commit()
    base = f"/en/rustavi/rounds/{found.slug}"
    page = f"{base}/delivery/{park.id}"
    desk = Desk(signed_in(officer), f"{page}/facts")
    follower = Desk(signed_in(neighbour), page)
    following = {"topic": "round", "subject_id": found.id, "next": page}
    assert follower.send(page, "/en/rustavi/follow", following) == 302

    assert desk.record("contract", supplier="Gardens Ltd", signed_on=today - 40 * DAY, amount="100 000",
                       procurement_id="ocds-1a2b3c-2026-7") == 302  # fmt: skip
    with house.database.read() as look:
        contract = look.scalars(select(Contract.id)).one()
    assert desk.record("payment", contract=contract, paid_on=today - 9 * DAY, amount="30000") == 302
    assert desk.record("milestone", kind="works_end", due_on=today - DAY) == 302
    assert "This project is late." in client.get(page).get_data(as_text=True)
    assert asking.asking(house.database)() == 1
    with house.database.read() as look:
        milestone = look.scalars(select(Milestone.id)).one()
    assert (
        desk.record("reached", milestone=milestone, reason_ka="წვიმდა", reason_en="It rained for weeks")
        == 302
    )
    told = client.get(page).get_data(as_text=True)
    assert "It rained for weeks" in told
    for moment in ("before", "after"):
        shot = {"file": (picture(), "a.jpg"), "moment": moment, "taken_on": today,
                "caption_ka": "ეზო", "caption_en": "The yard"}  # fmt: skip
        assert desk.record("photo", **shot) == 302

    table = f"{base}/delivery/table"
    text = desk.browser.get(f"{table}.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    works = next(row for row in rows if row[2] == "Milestone")
    works[9] = today.isoformat()
    width = len(rows[0])
    rows.append(
        [str(park.id), "", "Payment", "", "", "", "", "", today.isoformat(), "", "70000"]
        + [""] * (width - 11)
    )
    end = next(row for row in rows if row[2] == "End of the project" and row[0] == str(park.id))
    end[7], end[8] = "The project is delivered", today.isoformat()
    gone = next(row for row in rows if row[2] == "End of the project" and row[0] == str(bridge.id))
    gone[7], gone[8], gone[12], gone[13] = (
        "abandoned",
        today.isoformat(),
        "მიწა სადავოა",
        "The ground is in dispute",
    )
    filled = io.StringIO()
    csv.writer(filled, delimiter=";").writerows(rows)
    brought = {"file": (io.BytesIO(filled.getvalue().encode("utf-16")), "delivery.csv")}
    assert desk.send(table, table, dict(brought)) == 302
    with house.database.read() as look:
        sheet = look.scalars(select(DeliverySheet)).one()
        assert (sheet.faults, len(sheet.changes)) == ([], 4)
    assert "Delivered projects: 0 of 2" in client.get(f"{base}/delivery").get_data(as_text=True)
    assert desk.send(f"{table}/{sheet.id}", f"{table}/{sheet.id}/apply", {}) == 302

    told = client.get(page).get_data(as_text=True)
    for words in (
        "₾120,000",
        "₾100,000",
        "₾70,000",
        "ocds-1a2b3c-2026-7",
        "The project is delivered",
        "The yard",
    ):
        assert words in told
    board = client.get(f"{base}/delivery").get_data(as_text=True)
    assert "Delivered projects: 1 of 2" in board
    assert desk.send(f"{base}/plan", f"{base}/steps/close", {}) == 302
    assert send_digests(app, house.database, "http://localhost", clock.now() + DAY) == 2
    with house.database.read() as look:
        assert look.get_one(Round, found.id).phase is Phase.CLOSED
        assert list(verify(look)) == []
        letters = {letter.recipient: letter.body for letter in look.scalars(select(Letter))}
    assert letters["neighbour@example.org"].count(f"/rounds/{found.slug}/delivery/{park.id}") >= 3
    assert f"/rounds/{found.slug}/delivery/{bridge.id}" in letters["neighbour@example.org"]
    assert f"/delivery/{park.id}/facts" in letters["officer@example.org"]
