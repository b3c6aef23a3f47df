"""An officer's desk by keyboard alone: move through forty in the queue, choose, send, open; and turn the keys off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser


def test_the_queue_is_worked_through_by_keys(demo: Demo, visit: Callable[..., BrowserContext]) -> None:
    page = visit("officer").new_page()
    page.goto(f"{demo.url}/ka/rustavi/rounds/green-courtyards/screening?state=checked")
    rows = page.locator("[data-row]")
    count = rows.count()
    assert count > 2
    expect(page.locator("[data-desk-keys]")).to_be_visible()

    page.keyboard.press("j")
    expect(rows.nth(0).locator("a")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(rows.nth(1).locator("input[type=checkbox]")).to_be_checked()
    page.keyboard.press("k")
    expect(rows.nth(0).locator("a")).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(0).locator("input[type=checkbox]")).to_be_checked()

    # Letters that are typed into a field stay letters.
    page.locator("#due_on").focus()
    page.keyboard.press("x")
    expect(rows.nth(0).locator("input[type=checkbox]")).to_be_checked()

    page.locator("#department-1").check()
    rows.nth(0).locator("a").focus()
    with page.expect_navigation():
        page.keyboard.press("s")
    page.goto(f"{demo.url}/ka/rustavi/rounds/green-courtyards/screening?state=checked")
    assert rows.count() == count - 2, "both went to the department"

    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/screening/" in page.url


def test_the_keys_can_be_turned_off_and_stay_off(demo: Demo, visit: Callable[..., BrowserContext]) -> None:
    page = visit("officer").new_page()
    address = f"{demo.url}/ka/rustavi/rounds/green-courtyards/screening?state=waiting"
    page.goto(address)
    page.locator("[data-desk-toggle]").click()
    page.goto(address)
    page.keyboard.press("j")
    expect(page.locator("[data-row] a").first).not_to_be_focused()
    page.locator("[data-desk-toggle]").click()
    page.keyboard.press("j")
    expect(page.locator("[data-row] a").first).to_be_focused()
