"""Every kind of page, in three languages, on a phone and on a desk: no barrier, no error, nothing that sticks out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, expect
from playwright.sync_api import Page as Tab

from tests.browser.conftest import Demo

AXE = Path(__file__).parents[2] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDTHS = (1280, 360)
PARTS = 4
"""Each language is looked at in so many parts, so that a slow machine meets no time limit."""

pytestmark = pytest.mark.browser


def barriers(tab: Tab) -> list[str]:
    """What axe finds, one line for each kind of barrier."""
    found = tab.evaluate(f"async () => (await axe.run(document, {json.dumps(RULES)})).violations")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: "
        + "; ".join(f"{node['html'][:160]} {node['failureSummary'][:300]}" for node in nodes[:2])
        for one in found
        if (nodes := [node for node in one["nodes"] if not _close_on_a_map(one["id"], node["html"])])
    ]


def _close_on_a_map(rule: str, html: str) -> bool:
    # Places lie where they lie; the list beside every map leads to the same pages, which WCAG 2.5.8 names as enough.
    return rule == "target-size" and "leaflet-marker-icon" in html


def too_wide(tab: Tab) -> list[str]:
    """Elements that make the page scroll sideways."""
    script = """() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      const out = [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.table-wrap, .site-nav, .round-tabs'))
        .slice(0, 3).map(e => e.outerHTML.slice(0, 120));
      return out.length ? out : ['something inside a scrolling frame'];
    }"""
    return [f"sticks out to the right: {element}" for element in tab.evaluate(script)]


def test_the_checker_finds_barriers(visit: Callable[..., BrowserContext]) -> None:
    tab = visit(width=360).new_page()
    tab.set_content(
        '<html lang="en"><title>x</title><main><h1>x</h1><img src="data:," width="900"></main></html>'
    )
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    assert [fault for fault in barriers(tab) if fault.startswith("image-alt")]
    assert too_wide(tab)


class Looker:
    """One tab of one person: a new one for each page would cost twice the time of looking."""

    def __init__(self, window: BrowserContext) -> None:
        self._tab = window.new_page()
        self._axe = AXE.read_text(encoding="utf-8")
        self._complaints: list[str] = []
        self._tab.on("console", self._heard)
        self._tab.on("pageerror", lambda error: self._complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(message.text)

    def look(self, address: str) -> list[str]:
        """What is wrong with one page on a desk and on a phone."""
        self._complaints.clear()
        self._tab.set_viewport_size({"width": WIDTHS[0], "height": 900})
        answer = self._tab.goto(address)
        if answer is None or answer.status != 200:
            self._complaints.append(f"answered {answer.status if answer else 'nothing'}")
        self._tab.evaluate(self._axe)
        for width in WIDTHS:
            self._tab.set_viewport_size({"width": width, "height": 900})
            self._complaints += [
                f"at {width} px: {fault}" for fault in barriers(self._tab) + too_wide(self._tab)
            ]
        return list(self._complaints)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_pages_have_no_barriers(
    demo: Demo, visit: Callable[..., BrowserContext], language: str, part: int
) -> None:
    pages = demo.pages(language)
    assert len(pages) > 90
    lookers: dict[str | None, Looker] = {}
    faults: list[str] = []
    for page in pages[part::PARTS]:
        if page.role not in lookers:
            lookers[page.role] = Looker(visit(page.role))
        found = lookers[page.role].look(demo.url + page.path)
        faults += [f"{page.name}: {complaint}" for complaint in found]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_pages_that_confirm_a_resident_have_no_barriers(
    demo: Demo, visit: Callable[..., BrowserContext], language: str
) -> None:
    """Nobody is led to them who has confirmed already, so the walk does not meet them; the last needs the one before."""
    window = visit("citizen14@yambol")
    base = f"{demo.url}/{language}/yambol/residence"
    tab = window.new_page()
    faults: list[str] = []
    for address in (base, f"{base}/message"):
        tab.goto(address)
        tab.locator("main form button").click()
        expect(tab.locator(".govuk-error-summary")).to_be_visible()
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        faults += [f"{address} with errors: {fault}" for fault in barriers(tab)]
    tab.fill("#national_id", "0000000000")
    tab.fill("#birth_date", "09.03.1971")
    tab.locator("main form button").click()
    tab.wait_for_url(f"{base}/code")
    looker = Looker(window)
    for address in (base, f"{base}/message", f"{base}/code"):
        faults += [f"{address}: {fault}" for fault in looker.look(address)]
    assert not faults, "\n".join(faults)
