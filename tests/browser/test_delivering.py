"""Scenario 16 with hands: an officer explains a delay, pays, adds a photo, and brings back the table; a visitor follows
the closed round of the demonstration from the proposal to the last payment."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from pbplatform.consultation.models import Round
from pbplatform.delivery import queries
from pbplatform.delivery.overview import overview
from pbplatform.delivery.status import Status
from pbplatform.municipalities.models import Municipality
from tests.browser.conftest import Demo
from tests.browser.test_pages import AXE, WIDTHS, barriers, too_wide

pytestmark = pytest.mark.browser

Visit = Callable[..., BrowserContext]
PHONE = 360


def standing(demo: Demo, town: str, slug: str, status: Status, **flags: bool) -> int:
    """The number of a project of the demonstration that stands like this; `explained` chooses among the late ones."""
    with demo.app.extensions["house"].database.read() as session:
        place = session.scalars(select(Municipality).where(Municipality.slug == town)).one()
        found = session.scalars(
            select(Round).where(Round.municipality_id == place.id, Round.slug == slug)
        ).one()
        board = queries.board(session, place, found)
        return next(
            one.line.id
            for one in board
            if one.status is status
            and (
                "explained" not in flags
                or all(bool(late.delay_reasons) is flags["explained"] for late in one.missed)
            )
        )


def fits(page: Page, width: int) -> None:
    page.wait_for_load_state()
    shown = page.evaluate("document.documentElement.scrollWidth")
    assert shown <= width, f"{page.url} is {shown} px wide"


TABLE = """Project no.;What;Entry no. (empty: new);Date: signed, paid, planned or ended;Amount;State at export (do not change)
987654;Payment;;2026-11-02;12;
"""


def _no_barriers(page: Page) -> None:
    """The officer's page has no barrier on a desk or a phone, and nothing sticks out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) + too_wide(page) == [], page.url


def photo() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (1200, 900), "#3d6b35").save(drawn, "JPEG")
    return drawn.getvalue()


def test_an_officer_records_by_form_and_by_table(demo: Demo, visit: Visit, tmp_path: Path) -> None:
    base = f"{demo.url}/bg/burgas"
    late = standing(demo, "burgas", "participatory-budget-2025", Status.LATE, explained=False)
    built = standing(demo, "burgas", "participatory-budget-2025", Status.UNDER_WAY)
    page = visit("officer@burgas", accept_downloads=True).new_page()
    page.goto(f"{base}/desk/delivery")
    page.locator(f"a[href$='/delivery/{late}/facts']").first.click()
    page.locator("summary", has_text="Етап е изпълнен или закъснява").click()
    page.locator("#reached-reason_bg").fill("Проектантът се разболя.")
    page.locator("#reached-reason_en").fill("The designer fell ill.")
    page.locator("form[action$='/reached'] button").click()
    expect(page.locator("main")).not_to_contain_text("Обяснете на гражданите защо закъснява.")

    facts = f"{base}/rounds/participatory-budget-2025/delivery/{built}/facts"
    page.goto(facts)
    page.locator("summary", has_text="Добавяне на плащане").click()
    page.locator("#payment-paid_on").fill("2026-11-02")
    page.locator("#payment-amount").fill("99999999")
    page.locator("form[action$='/payment'] button").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Плащанията ще надхвърлят договора.")
    page.locator("#payment-amount").fill("12,34")
    page.locator("form[action$='/payment'] button").click()
    expect(page.locator("main")).to_contain_text(re.compile("12,34\\s€"))
    page.locator("summary", has_text="Добавяне на снимка").click()
    page.locator("#photo-file").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.get_by_label("Докато се работи").check()
    page.locator("#photo-taken_on").fill("2026-11-02")
    page.locator("#photo-caption_bg").fill("Новата настилка")
    page.locator("#photo-caption_en").fill("The new surface")
    page.locator("form[action$='/photo'] button").click()
    expect(page.get_by_alt_text("Новата настилка")).to_be_visible()

    page.goto(facts)
    page.locator("a[href*='/facts/payment/']").first.click()
    _no_barriers(page)
    page.goto(f"{base}/rounds/participatory-budget-2025/delivery/table")
    page.locator("#file").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.locator("form[enctype] button").click()
    expect(page.locator("#faults")).to_be_visible()
    _no_barriers(page)
    page.goto(f"{base}/rounds/participatory-budget-2025/delivery/table")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Изтегляне като XLSX").click()
    path = tmp_path / "delivery.xlsx"
    waiting.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    cells = next(
        row
        for row in sheet.iter_rows()
        if row[0].value == built and row[2].value == "Плащане" and row[10].value == 12.34
    )
    cells[10].value, cells[12].value, cells[13].value = 56.78, "Сгрешена фактура", "A wrong invoice"
    book.save(path)
    page.locator("#file").set_input_files(path)
    page.locator("form[enctype] button").click()
    expect(page.locator("del")).to_contain_text("12,34")
    expect(page.locator("ins")).to_contain_text("56,78")
    _no_barriers(page)
    page.get_by_role("button", name="Прилагане на всички промени").click()
    expect(page.locator(".notice--good", has_text="Приложено на")).to_be_visible()

    reader = visit(width=PHONE).new_page()
    reader.goto(facts.removesuffix("/facts"))
    fits(reader, PHONE)
    expect(reader.locator("main")).to_contain_text(re.compile("56,78\\s€"))
    expect(reader.locator("main")).to_contain_text("Сгрешена фактура")
    expect(reader.get_by_alt_text("Новата настилка")).to_be_visible()


@pytest.mark.parametrize(("town", "language"), [("rustavi", "ka"), ("burgas", "bg")])
def test_a_closed_round_is_followed_from_the_idea_to_the_last_payment(
    demo: Demo, visit: Visit, town: str, language: str
) -> None:
    page = visit(width=PHONE).new_page()
    page.goto(f"{demo.url}/{language}/{town}/projects")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes")
    fits(page, PHONE)
    built = standing(demo, town, "participatory-budget-2024", Status.DELIVERED)
    page.locator(f"a[href$='/participatory-budget-2024/delivery/{built}']").first.click()
    fits(page, PHONE)
    address = page.url
    assert page.locator(".album img").count() == 3
    for href in ("/proposals/", "/results/", "/budget/"):
        page.goto(address)
        page.locator(f".way a[href*='{href}']").click()
        expect(page.locator("h1")).to_be_visible()
        assert href in page.url
        if href == "/proposals/":
            page.locator("#delivery-panel").scroll_into_view_if_needed()
            page.locator(f"section a[href$='/delivery/{built}']").click()
            assert page.url == address
    page.goto(address)
    with demo.app.extensions["house"].database.read() as session:
        place = session.scalars(select(Municipality).where(Municipality.slug == town)).one()
        board = queries.several(session, place, [one.line_id for one in overview(session, place)])
        one = next(one for one in board if one.line.id == built)
        assert one.paid == one.contracted, "the last payment ends the story"
        closed = [other for other in board if other.line.round_id == one.line.round_id]
        assert {other.status for other in closed} == {Status.DELIVERED, Status.ABANDONED}
