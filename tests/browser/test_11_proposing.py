"""Scenario 11 on a phone: draft, place on the map, photo, two co-authors who accept, near-duplicates shown; at the
deadline the server closes, whatever the page shows."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from pbplatform.accounts import queries as people
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round, Window
from pbplatform.foundation import clock
from pbplatform.foundation.mail import Letter
from pbplatform.proposals.models import CoAuthor, CoAuthorState, Proposal, ProposalState
from pbplatform.uploads.models import Upload
from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser

PHONE = 360
TITLE = "Обновяване на детската площадка в училищния двор"
TEXT = "Люлките са счупени и децата няма къде да играят. Искаме мека настилка, нови люлки и сянка за горещите дни."


def photo() -> bytes:
    drawn, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (1800, 1200), "#3d6b35").save(drawn, "JPEG", exif=exif)
    return drawn.getvalue()


def fits(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE, f"{page.url} is {width} px wide"


def test_a_citizen_proposes_on_a_phone(demo: Demo, visit: Callable[..., BrowserContext]) -> None:
    database = demo.app.extensions["house"].database
    base = f"{demo.url}/bg/burgas/rounds/school-yards/proposals"
    page = visit("citizen1@burgas", width=PHONE, has_touch=True).new_page()

    page.goto(f"{base}/new")
    fits(page)
    page.get_by_label("Български").check()
    # What is typed before the page's scripts are there looks for nothing alike; people go on typing, a test does not.
    with page.expect_navigation():
        page.locator("form button.govuk-button").last.click()
    expect(page.locator("form[data-keep]")).to_be_visible()
    fits(page)

    page.locator("#title").fill(TITLE)
    expect(page.locator("#similar .similar li").first).to_be_visible()
    expect(page.locator("form[data-keep]")).to_have_attribute("data-saved", "yes")
    page.reload()
    expect(page.locator("#title")).to_have_value(TITLE)

    page.locator("#text").fill(TEXT)
    page.locator("#beneficiaries").fill("Учениците и техните семейства")
    page.locator("input[name=category_id]").first.check()
    page.locator("input[name=envelope_id]").first.check()
    box = page.locator("[data-pick]")
    expect(box).to_have_attribute("data-ready", "yes")
    box.scroll_into_view_if_needed()
    size = box.bounding_box()
    assert size is not None
    assert size["height"] > 200
    page.touchscreen.tap(size["x"] + size["width"] * 0.6, size["y"] + size["height"] * 0.4)
    expect(page.locator("#latitude")).to_have_value(re.compile(r"^42\.\d+"))
    page.locator("#address").fill("ул. „Транспортна“ 5")
    page.locator("#cost_estimate").fill("20 000")
    page.locator("button[value=files]").click()

    expect(page.locator("input[type=file]")).to_be_visible()
    fits(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "ezo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.locator("#alt").fill("Празна площадка")
    page.locator("form[enctype] button").click()
    expect(page.locator(".album img")).to_be_visible()
    page.locator("main a.govuk-button").last.click()

    for number in (2, 3):
        page.locator("#email").fill(f"citizen{number}@burgas.example.org")
        page.locator("form:has(#email) button").click()
        expect(page.locator("main li", has_text=f"citizen{number}@")).to_be_visible()
    fits(page)
    address = page.url.removesuffix("/co-authors")
    number = int(address.rsplit("/", 1)[1])

    for friend in (2, 3):
        email = f"citizen{friend}@burgas.example.org"
        with database.read() as session:
            body = session.scalars(
                select(Letter.body).where(Letter.recipient == email).order_by(Letter.id.desc())
            ).first()
        assert body is not None
        link = re.search(r"http\S+/co-author/\S+", body)
        assert link is not None
        answering = visit(f"citizen{friend}@burgas", width=PHONE).new_page()
        answering.goto(link[0])
        fits(answering)
        answering.locator("button[value=yes]").click()
        expect(answering.locator("h1")).to_contain_text(TITLE)

    page.goto(f"{address}/check")
    expect(page.locator(".similar li").first).to_be_visible()
    page.locator("main form button.govuk-button").click()
    expect(page.locator("h1")).to_contain_text(TITLE)
    fits(page)
    with database.read() as session:
        proposal = session.get_one(Proposal, number)
        assert proposal.state is ProposalState.SUBMITTED
        assert proposal.district_id is not None
        accepted = session.scalars(
            select(CoAuthor).where(CoAuthor.proposal_id == number, CoAuthor.state == CoAuthorState.ACCEPTED)
        ).all()
        assert len(accepted) == 2
        author = people.by_email(session, "citizen1@burgas.example.org")
        assert author is not None
        assert proposal.author_id == author.id
        upload = session.scalars(select(Upload).where(Upload.token == proposal.cover)).one()
        assert upload.published

    page.goto(f"{address}/write")
    page.locator("#title").fill("Закъсняло заглавие")
    with database.transaction() as session:
        round_ = session.scalars(
            select(Round).join(Proposal, Proposal.round_id == Round.id).where(Proposal.id == number)
        ).one()
        window = session.scalars(
            select(Window).where(Window.round_id == round_.id, Window.phase == Phase.SUBMISSION)
        ).one()
        planned, window.closes_at = window.closes_at, clock.now() - timedelta(seconds=1)
    try:
        page.locator("form[data-similar] button.govuk-button").click()
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        expect(page.locator("#title")).to_have_value("Закъсняло заглавие")
        with database.read() as session:
            assert session.get_one(Proposal, number).title == TITLE
    finally:
        with database.transaction() as session:
            session.get_one(Window, window.id).closes_at = planned
