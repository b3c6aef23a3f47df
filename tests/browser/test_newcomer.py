"""Scenario 1 by somebody who has never seen it: with the picture on their letter they have voted within a minute.

A model, since a machine is no newcomer: every word is read that stands above what is pressed next, and everything is done
at the pace of an average adult. The descriptions of projects are not counted: they are open to whoever wants them.
`pytest --log-level=INFO -rP tests/browser/test_newcomer.py` tells what was counted.
"""

import logging
import re
from collections import Counter
from statistics import median

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from pbplatform.demo.votes import BORN, demo_code, national_id
from pbplatform.roll.codes import spelled
from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser

LOG = logging.getLogger(__name__)

MINUTE = 60
PACE = {
    "word": 60 / 238,  # Silent reading: Brysbaert 2019, doi 10.1016/j.jml.2019.104047
    "character": 60 / (36.2 * 5),  # Typing with thumbs: Palin and others 2019, doi 10.1145/3338286.3340120
    "decision": 1.35,  # Preparing and pointing: Card, Moran and Newell 1980, doi 10.1145/358886.358895
    "tap": 1.1,
    "swipe": 1.1,  # As a tap
}
"""Seconds for each."""

READ = """(goal, decided) => {
  const read = window.alreadyRead ||= new WeakSet(), foot = document.querySelector('.ballot__foot');
  const words = text => text.split(/[ \\n]+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length;
  const names = [...document.querySelectorAll('.ballot__project label')].map(name => words(name.textContent));
  const usual = names.reduce((sum, one) => sum + one, 0) / names.length;
  const within = [goal, ...(goal.labels || [])], texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  let found = 0;
  for (let text; (text = texts.nextNode());) {
    const holder = text.parentElement, range = document.createRange();
    if (read.has(text) || !words(text.data)) continue;
    if (holder.closest('.ballot__about, .govuk-visually-hidden') || !holder.checkVisibility({contentVisibilityAuto: true})) continue;
    if (!within.some(one => one.contains(text)) && !(goal.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING)) continue;
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect(), covered = foot && !foot.contains(text) && box.top >= foot.getBoundingClientRect().top;
    if (!box.height || box.bottom <= 0 || box.top >= innerHeight || covered) continue;
    read.add(text);
    if (decided && holder.matches('.ballot__project label')) continue;
    found += holder.matches('.ballot__project label') ? usual : words(text.data);
  }
  return Math.round(found);
}"""
"""Words in sight that were not read before, in front of what is looked for and on it. Every project's name counts as the list's
usual one, because each voter's list has an order of its own; who has decided reads no more of them."""

IN_SIGHT = "it => { const box = (it.labels?.[0] || it).getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"


class Newcomer:
    """Reads, decides, types and taps, and counts all of it."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.done: Counter[str] = Counter()
        self.has_decided = False

    @property
    def seconds(self) -> float:
        """How long an average adult takes for what was done."""
        return sum(PACE[what] * times for what, times in self.done.items())

    def find(self, wanted: Locator) -> None:
        """Read on until it is in sight."""
        for _ in range(40):
            self.done["word"] += wanted.evaluate(READ, self.has_decided)
            if wanted.evaluate(IN_SIGHT):
                return
            self.tab.evaluate("scrollBy({top: innerHeight * 0.75, behavior: 'instant'})")
            self.done["swipe"] += 1
        raise AssertionError(f"{wanted} never comes into sight")

    def tap(self, wanted: Locator) -> None:
        """Find it, make up one's mind, and press it."""
        self.find(wanted)
        self.done.update(decision=1, tap=1)
        wanted.check() if wanted.get_attribute("type") == "checkbox" else wanted.click()

    def go(self, wanted: Locator) -> None:
        """Press what leads to the next page."""
        with self.tab.expect_navigation():
            self.tap(wanted)
        self.has_decided = False

    def type(self, wanted: Locator, text: str) -> None:
        """Find a field, which may have the cursor already, and fill it."""
        self.find(wanted)
        self.done.update(decision=1, tap=int(wanted.evaluate("it => it !== document.activeElement")))
        self.done["character"] += len(text)
        wanted.fill(text)


def vote(person: Newcomer, address: str, number: str, code: str) -> None:
    """From the letter's picture to the receipt: of the city's projects the third and the seventh, of the district's none."""
    tab = person.tab
    tab.goto(f"{address}#code={code}")
    person.type(tab.locator("#national_id"), number)
    person.type(tab.locator("#birth_date"), f"{BORN:%d.%m.%Y}")
    person.go(tab.locator("main button.govuk-button").first)
    for place in (2, 6):
        person.tap(tab.locator(".ballot__project input").nth(place))
    person.has_decided = True
    for _step in ("district", "review"):
        person.go(tab.locator(".ballot__foot button").first)
    person.go(tab.locator("button.govuk-button--large[value=cast]"))
    assert re.fullmatch(r"[A-Z2-7 ]{19}", tab.locator(".receipt__tracker").inner_text())


def a_phone(chromium: Browser, *, java_script_enabled: bool = True) -> BrowserContext:
    """A small one."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, java_script_enabled=java_script_enabled
    )
    context.set_default_timeout(30_000)
    return context


@pytest.mark.parametrize(
    ("language", "town", "first"), [("ka", "rustavi", 3), ("bg", "burgas", 3), ("en", "rustavi", 8)]
)
def test_with_the_picture_on_a_letter_a_newcomer_votes_in_under_a_minute(
    demo: Demo, chromium: Browser, language: str, town: str, first: int
) -> None:
    """Five voters in each language, who mark different projects."""
    took = []
    for number in range(first, first + 5):
        context = a_phone(chromium)
        person = Newcomer(context.new_page())
        vote(
            person,
            f"{demo.url}/{language}/{town}/vote",
            national_id(town, number),
            spelled(demo_code(number)),
        )
        context.close()
        LOG.info("%s: %.1f s, %s", language, person.seconds, dict(person.done))
        took.append(person.seconds)
    assert median(took) < MINUTE, [f"{seconds:.1f} s" for seconds in took]


@pytest.mark.parametrize("script", [True, False])
def test_a_description_is_one_press_away_on_a_phone_and_chooses_nothing(
    demo: Demo, chromium: Browser, script: bool
) -> None:
    context = a_phone(chromium, java_script_enabled=script)
    tab = context.new_page()
    tab.goto(f"{demo.url}/bg/burgas/vote")
    tab.fill("#national_id", national_id("burgas", 10))
    tab.fill("#birth_date", f"{BORN:%d.%m.%Y}")
    tab.fill("#code", demo_code(10))
    tab.press("#code", "Enter")
    described = tab.locator(".ballot__described p").first
    expect(described).to_be_hidden()
    tab.locator(".ballot__described summary").first.click()
    expect(described).to_be_visible()
    expect(tab.locator(".ballot__project :checked")).to_have_count(0)
    # Where there is room all of them stand open, and there is nothing to press.
    tab.set_viewport_size({"width": 1280, "height": 800})
    expect(tab.locator(".ballot__described p").last).to_be_visible()
    expect(tab.locator(".ballot__described summary").last).to_be_hidden()
    context.close()
