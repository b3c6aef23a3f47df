"""Proposing, joining, reporting, ruling and appealing in a real browser that runs no script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from pbplatform.foundation.mail import Letter
from pbplatform.moderation.models import Ruling, RulingState
from pbplatform.proposals.models import Proposal, ProposalState
from tests.browser.conftest import Demo
from tests.browser.test_11_proposing import photo

pytestmark = pytest.mark.browser

PHONE = 360
TITLE = "Чешма и сянка пред училището"
TEXT = "През лятото децата няма откъде да пият вода. Искаме чешма до портата и две дървета, които да пазят сянка."


def test_without_script_a_proposal_is_made_joined_hidden_and_restored(
    demo: Demo, visit: Callable[..., BrowserContext]
) -> None:
    database = demo.app.extensions["house"].database
    town = f"{demo.url}/bg/burgas"

    def tab(role: str) -> Page:
        return visit(f"{role}@burgas", width=PHONE, java_script_enabled=False).new_page()

    page = tab("citizen4")
    page.goto(f"{town}/rounds/school-yards/proposals/new")
    page.get_by_label("Български").check()
    page.locator("main form button.govuk-button").last.click()
    page.locator("#title").fill(TITLE)
    page.locator("#text").fill(TEXT)
    page.locator("#beneficiaries").fill("Учениците")
    page.locator("input[name=category_id]").first.check()
    page.locator("input[name=envelope_id]").first.check()
    page.locator("#address").fill("ул. „Транспортна“ 7")
    page.locator("#cost_estimate").fill("9 000")
    page.locator("button[value=files]").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "porta.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.locator("#alt").fill("Портата на училището")
    page.locator("form[enctype] button").click()
    expect(page.locator(".album img")).to_be_visible()
    page.locator("main a.govuk-button").last.click()
    page.locator("#email").fill("citizen5@burgas.example.org")
    page.locator("form:has(#email) button").click()
    expect(page.locator("main li", has_text="citizen5@")).to_be_visible()
    address = page.url.removesuffix("/co-authors")
    number = int(address.rsplit("/", 1)[1])

    with database.read() as session:
        body = session.scalars(
            select(Letter.body)
            .where(Letter.recipient == "citizen5@burgas.example.org")
            .order_by(Letter.id.desc())
        ).first()
    link = re.search(r"http\S+/co-author/\S+", body or "")
    assert link is not None
    friend = tab("citizen5")
    friend.goto(link[0])
    friend.locator("button[value=yes]").click()
    expect(friend.locator("h1")).to_contain_text(TITLE)

    page.goto(f"{address}/check")
    page.locator("main form button.govuk-button").click()
    expect(page.locator("h1")).to_contain_text(TITLE)
    with database.read() as session:
        assert session.get_one(Proposal, number).state is ProposalState.SUBMITTED

    reader = tab("citizen6")
    reader.goto(f"{town}/report/proposal/{number}")
    reader.locator("input[name=rule]").first.check()
    reader.locator("main form button.govuk-button").click()
    moderator = tab("officer")
    moderator.goto(f"{town}/desk/moderation/proposal/{number}")
    moderator.locator("input[name=decision][value=hide]").check()
    moderator.locator("select[name=rule]").select_option(index=1)
    moderator.locator("#reason").fill("Текстът повтаря реклама.")
    moderator.locator("main form button.govuk-button").click()
    with database.read() as session:
        assert session.get_one(Proposal, number).hidden_at is not None
        ruling = session.scalars(select(Ruling).order_by(Ruling.id.desc())).first()
    assert ruling is not None

    page.goto(f"{town}/rulings/{ruling.id}")
    page.locator("#text").fill("Никаква реклама няма: чешмата е обществена.")
    page.locator("main form button.govuk-button").click()
    other = tab("officer2")
    other.goto(f"{town}/desk/appeals/{ruling.id}")
    other.locator("input[name=decision]").last.check()
    other.locator("#reason").fill("Авторът е прав, реклама няма.")
    other.locator("main form button.govuk-button").click()
    with database.read() as session:
        decided = session.get_one(Ruling, ruling.id).state
        hidden = session.get_one(Proposal, number).hidden_at
    assert decided is not RulingState.APPEALED
    assert hidden is None, "the appeal gave it back"
