"""Scenarios 1 and 3 in a real browser at 360 pixels by keyboard alone, in three languages, without a barrier for axe.

Keystrokes are counted, because "under a minute" is a promise: one for each character typed, each Tab, Space and Enter.
"""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.consultation.models import BallotFormat
from pbplatform.door import House
from pbplatform.foundation import clock, migrations
from pbplatform.roll.codes import spelled
from pbplatform.roll.models import VoterPass
from pbplatform.voting.models import RoundSeal
from tests.browser.test_pages import AXE, barriers, too_wide
from tests.support import voting
from tests.support.postgres import free_port
from tests.support.servers import served
from tests.support.signing import signed_cookie

pytestmark = pytest.mark.browser

MOST_KEYS = 75
"""Thirty-two of them are the personal number, the date and the code of the letter."""
MOST_SECONDS = 60


class Place:
    """A town with an open vote, served to the browser."""

    def __init__(self, app: Flask, url: str, town: voting.Town) -> None:
        self.app = app
        self.url = url
        self.town = town
        self.house: House = app.extensions["house"]

    def vote(self, language: str) -> str:
        """The address of the vote."""
        return self.url + self.town.base.replace("/en/", f"/{language}/", 1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Twelve voters; the city's ballot is a basket of money, each district's a list to mark."""
    port, folder = free_port(), tmp_path_factory.mktemp("vote")
    url = f"http://127.0.0.1:{port}"
    app = create_app(
        read_config(
            {
                "PB_MODE": "development",
                "PB_DATA_DIR": str(folder),
                "PB_BASE_URL": url,
                "PB_JOBS": "immediate",
                "PB_LOG_LEVEL": "ERROR",
            }
        )
    )
    house: House = app.extensions["house"]
    migrations.upgrade(house.database.engine)
    with house.database.write() as session:
        town = voting.an_open_vote(session, house, voters=12, ballot_format=BallotFormat.KNAPSACK)
        session.commit()
    with served(app, port):
        yield Place(app, url, town)
    house.database.dispose()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A small phone with a keyboard; what the content policy refuses is a failure."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    context.set_default_timeout(20_000)
    tab = context.new_page()
    refused: list[str] = []
    tab.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)
    yield tab
    context.close()
    assert not refused


class Hands:
    """Two hands on a keyboard, which count what they press and look at each page with axe."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.keys = 0
        self.faults: list[str] = []

    def look(self) -> None:
        """Check the page that is open."""
        if not self.tab.evaluate("() => 'axe' in window"):
            self.tab.evaluate(AXE.read_text(encoding="utf-8"))
        self.faults += [f"{self.tab.title()}: {fault}" for fault in barriers(self.tab) + too_wide(self.tab)]

    def press(self, key: str) -> None:
        """One key."""
        self.tab.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        """A key a character."""
        self.tab.keyboard.type(text)
        self.keys += len(text)

    def tab_to(self, selector: str) -> None:
        """Go on with the Tab key until something has the focus, which must then be in sight."""
        for _ in range(40):
            if self.tab.evaluate("s => document.activeElement.matches(s)", selector):
                # The page may glide there; what never comes into sight is hidden behind something.
                self.tab.wait_for_function(IN_SIGHT, timeout=30_000)
                return
            self.press("Tab")
        raise AssertionError(f"the Tab key never reaches {selector}")

    def go(self, selector: str) -> None:
        """Press the Enter key on something and wait for the next page."""
        self.tab_to(selector)
        with self.tab.expect_navigation():
            self.press("Enter")


IN_SIGHT = """() => {
  const it = document.activeElement, box = (it.labels && it.labels[0] || it).getBoundingClientRect();
  const x = Math.min(box.left + box.width / 2, innerWidth - 2), y = Math.min(Math.max(box.top + 12, 0), innerHeight - 2);
  const there = document.elementFromPoint(x, y);
  return box.bottom > 0 && box.top < innerHeight && !!there && (there === it || it.contains(there)
    || [...(it.labels || [])].some(l => l.contains(there)) || there.closest('li') === it.closest('li'));
}"""


def prove(hands: Hands, place: Place, number: int) -> None:
    """Personal number, date of birth, code of the letter."""
    hands.tab_to("#national_id")
    hands.type(voting.national_id(number))
    hands.press("Tab")
    hands.type("17051980")
    hands.press("Tab")
    hands.type(place.town.codes[number])
    with hands.tab.expect_navigation():
        hands.press("Enter")


@pytest.mark.parametrize(("language", "number"), [("ka", 0), ("bg", 1), ("en", 2)])
def test_a_newcomer_votes_by_keyboard_in_under_a_minute(
    place: Place, phone: Page, language: str, number: int
) -> None:
    """Scenario 1: prove, city, own district, review, receipt; nothing of the other district; choices kept when too many."""
    hands = Hands(phone)
    began = time.monotonic()
    phone.goto(place.vote(language))
    hands.look()
    prove(hands, place, number)
    hands.look()
    assert phone.locator("html").get_attribute("lang") == language
    expect(phone.locator(".ballot__project")).to_have_count(4)
    # The order is this voter's own, so the two that the money allows are looked for on the page.
    shown = phone.locator(".ballot__project input").evaluate_all("all => all.map(one => one.id)")
    for wanted in sorted(("project-1-1", "project-1-2"), key=shown.index):
        hands.tab_to(f"#{wanted}")
        hands.press("Space")
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(2)
    meter = phone.locator(".meter__value").inner_text()
    assert re.search(r"[1-9]", meter), meter
    hands.go(".ballot__foot button")
    hands.look()
    own = 2 + number % 2
    expect(phone.locator(f"input[name=choice-{own}].govuk-checkboxes__input")).to_have_count(2)
    assert phone.locator(f"input[name=choice-{5 - own}]").count() == 0
    hands.tab_to(".ballot__project input")
    hands.press("Space")
    hands.go(".ballot__foot button")
    hands.look()
    expect(phone.locator(".ballot-review li")).to_have_count(3)
    hands.go("button.govuk-button--large[value=cast]")
    took = time.monotonic() - began
    hands.look()
    tracker = phone.locator(".receipt__tracker").inner_text().replace(" ", "")
    assert re.fullmatch(r"[A-Z2-7]{16}", tracker)
    assert tracker in {one.tracker for one in voting.said(place.house, place.town)}
    assert hands.faults == []
    assert hands.keys <= MOST_KEYS, f"{hands.keys} keystrokes"
    # A person types slower than this machine: a third of a second a key and five seconds of reading a page.
    assert took + hands.keys / 3 + 5 * 4 < MOST_SECONDS, f"{took:.1f} s and {hands.keys} keystrokes"


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_way_to_the_vote_stands_on_the_first_screen_of_a_phone(
    place: Place, phone: Page, language: str
) -> None:
    phone.goto(place.vote(language).removesuffix("vote"))
    expect(phone.locator("main a.govuk-button").first).to_be_in_viewport(ratio=1)
    phone.locator("main a.govuk-button").first.click()
    expect(phone.locator("#national_id")).to_be_visible()
    assert too_wide(phone) == []


def test_too_much_is_said_at_once_and_again_by_the_server(place: Place, phone: Page) -> None:
    hands = Hands(phone)
    phone.goto(place.vote("en"))
    prove(hands, place, 3)
    for _ in range(4):
        hands.tab_to(".ballot__project:not(:has(:checked)) input")
        hands.press("Space")
    expect(phone.locator(".vote-meter--over")).to_be_visible()
    expect(phone.locator(".meter__of")).to_have_text("₾8,000 too much")
    hands.go(".ballot__foot button")
    expect(phone.get_by_role("alert")).to_contain_text("₾8,000")
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(4)
    hands.look()
    assert hands.faults == []
    marked = phone.locator(".ballot__project input")
    for place_in_list in range(4):
        marked.nth(place_in_list).uncheck()
    expect(phone.locator(".govuk-error-summary")).to_be_hidden()
    expect(phone.locator("[data-complaint]")).to_be_hidden()
    for place_in_list in range(4):
        marked.nth(place_in_list).check()
    expect(phone.get_by_role("alert")).to_be_visible()


def test_another_language_keeps_every_choice(place: Place, phone: Page) -> None:
    hands = Hands(phone)
    phone.goto(place.vote("en"))
    prove(hands, place, 4)
    hands.tab_to(".ballot__project input")
    hands.press("Space")
    hands.go(".ballot__foot button")
    hands.tab_to(".ballot__project input")
    hands.press("Space")
    hands.go("button[lang=ka]")
    assert phone.locator("html").get_attribute("lang") == "ka"
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(1)
    hands.go(".ballot__foot button")
    expect(phone.locator(".ballot-review li")).to_have_count(2)


def test_the_browsers_own_buttons_lead_back_and_forth_and_lose_nothing(place: Place, phone: Page) -> None:
    """Back from the review, on again, and back from the receipt: every page comes as it was left, none as a warning."""
    hands = Hands(phone)
    phone.goto(place.vote("en"))
    prove(hands, place, 6)
    for wanted in ("#project-1-1", "#project-1-2"):
        phone.locator(wanted).check()
    said = phone.locator(".meter__value").inner_text()
    phone.locator(".ballot__foot button").first.click()
    phone.locator(".ballot__project input").first.check()
    phone.locator(".ballot__foot button").first.click()
    expect(phone.locator(".ballot-review li")).to_have_count(3)
    phone.go_back()
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(1)
    phone.go_back()
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(2)
    expect(phone.locator(".meter__value")).to_have_text(said)
    phone.go_forward()
    expect(phone.locator(".ballot__project:has(:checked)")).to_have_count(1)
    phone.go_forward()
    expect(phone.locator(".ballot-review li")).to_have_count(3)
    phone.locator("button.govuk-button--large[value=cast]").click()
    expect(phone.locator(".receipt__tracker")).to_be_visible()
    phone.go_back()
    expect(phone.locator(".ballot-review li")).to_have_count(3)
    expect(phone.get_by_text("You have voted already")).to_be_visible()


def test_going_back_never_shows_a_voter_the_choices_of_the_one_before(place: Place, phone: Page) -> None:
    """Two voters after each other in one browser; the first has left or forgot to."""
    hands = Hands(phone)
    for leaves, (first, second) in {True: (7, 8), False: (9, 10)}.items():
        phone.goto(place.vote("en"))
        prove(hands, place, first)
        phone.locator("#project-1-1").check()
        # The next page must be whole before it is left: until its script has run, going back is a question of the browser's.
        with phone.expect_navigation():
            phone.locator(".ballot__foot button").first.click()
        if leaves:
            phone.locator("form[action$=leave] button").click()
            expect(phone.get_by_role("status")).to_contain_text("left the ballot")
        else:
            phone.context.clear_cookies()
            phone.goto(place.vote("en"))
        phone.go_back()
        expect(phone.locator("#national_id")).to_be_visible()
        assert phone.locator(":checked").count() == 0
        prove(hands, place, second)
        for _ in range(3):
            phone.go_back()
            assert phone.locator(".ballot__project:has(:checked), .ballot-review li").count() == 0
        phone.context.clear_cookies()


def test_a_receipt_on_paper_has_its_code_and_what_checks_it(place: Place, phone: Page) -> None:
    """The button prints; on the sheet stand code and signature, and nothing that can only be pressed."""
    hands = Hands(phone)
    phone.goto(place.vote("ka"))
    prove(hands, place, 3)
    hands.tab_to("#project-1-1")
    hands.press("Space")
    hands.go(".ballot__foot button")
    hands.go(".ballot__foot button")
    hands.go("button.govuk-button--large[value=cast]")
    phone.evaluate("window.print = () => { window.printed = true; dispatchEvent(new Event('beforeprint')); }")
    phone.locator("[data-print]").click()
    assert phone.evaluate("window.printed")
    phone.emulate_media(media="print")
    expect(phone.locator(".receipt__tracker")).to_be_visible()
    expect(phone.locator("dl.receipt")).to_be_visible()
    for button in phone.locator("main button").all():
        expect(button).to_be_hidden()


def test_a_vote_is_changed_until_the_end(place: Place, phone: Page) -> None:
    hands = Hands(phone)
    phone.goto(place.vote("en"))
    prove(hands, place, 5)
    trackers = []
    for turn in range(2):
        hands.tab_to(f"#project-1-{turn + 1}")
        hands.press("Space")
        hands.go(".ballot__foot button")
        hands.go(".ballot__foot button")
        hands.go("button.govuk-button--large[value=cast]")
        trackers.append(phone.locator(".receipt__tracker").inner_text().replace(" ", ""))
        if turn == 0:
            hands.go(".ballot__more form[method=get] button")
            expect(phone.get_by_text("You have voted already")).to_be_visible()
    kept = {one.tracker for one in voting.said(place.house, place.town)}
    assert trackers[1] in kept
    assert trackers[0] not in kept


@pytest.mark.parametrize(("language", "number"), [("ka", 7), ("bg", 11)])
def test_a_time_that_runs_out_takes_no_choice_away(
    place: Place, phone: Page, language: str, number: int
) -> None:
    """Somebody is called away; the same letter brings them back to what they had marked, by keyboard and past axe."""
    hands = Hands(phone)
    phone.goto(place.vote(language))
    prove(hands, place, number)
    hands.tab_to("#project-1-2")
    hands.press("Space")
    hands.go(".ballot__foot button")
    hands.go(".ballot__foot button")
    with place.house.database.transaction() as session:
        session.execute(update(VoterPass).values(expires_at=clock.now() - timedelta(seconds=1)))
    hands.go("button.govuk-button--large[value=cast]")
    hands.look()
    expect(phone.locator(".ballot-review__title")).to_have_count(1)
    prove(hands, place, number)
    hands.look()
    expect(phone.locator(".ballot-review__title")).to_have_count(1)
    phone.evaluate("document.querySelector('[name=rules]').value = '0'.repeat(64)")
    hands.go("button.govuk-button--large[value=cast]")
    hands.look()
    expect(phone.get_by_role("alert")).to_be_visible()
    hands.go("button.govuk-button--large[value=cast]")
    tracker = phone.locator(".receipt__tracker").inner_text().replace(" ", "")
    assert tracker in {one.tracker for one in voting.said(place.house, place.town)}
    assert hands.faults == []


def test_the_picture_on_a_letter_brings_the_code_along_and_tells_nobody(place: Place, phone: Page) -> None:
    """The code is filled in and gone from the address; number and date are typed, and no request ever holds the code."""
    hands, code = Hands(phone), spelled(place.town.codes[8])
    asked: list[str] = []
    phone.on("request", lambda one: asked.append(f"{one.url} {one.headers.get('referer', '')}"))
    square = f"{place.url}/bg/{place.town.place.slug}/vote#code={code}"
    phone.goto(square)
    expect(phone.locator("#code")).to_have_value(code)
    assert phone.url == place.vote("bg")
    expect(phone.locator("#national_id")).to_be_focused()
    hands.look()
    hands.type(voting.national_id(8))
    hands.press("Tab")
    hands.type("17051980")
    with phone.expect_navigation():
        hands.press("Enter")
    assert phone.url == f"{place.vote('bg')}/ballot"
    # Who looks at the picture again is in already; the code is not in that address either.
    phone.goto("about:blank")
    phone.goto(square)
    assert phone.url == f"{place.vote('bg')}/ballot#content"
    assert asked
    assert not [one for one in asked if code in one]
    assert hands.faults == []


def test_the_sample_of_a_code_stands_on_one_line(place: Place, phone: Page) -> None:
    for language in ("ka", "bg", "en"):
        phone.goto(place.vote(language))
        lines = phone.locator("#code-hint").evaluate(LINES_OF_SAMPLE)
        assert lines == 1, language


LINES_OF_SAMPLE = """hint => {
  const text = hint.firstChild, at = text.data.search(/7K3M/), range = document.createRange();
  range.setStart(text, at); range.setEnd(text, at + 14);
  return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
}"""


def test_without_javascript_the_whole_way_is_open(place: Place, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(place.vote("ka"))
    tab.fill("#national_id", voting.national_id(6))
    tab.fill("#birth_date", "17.05.1980")
    tab.fill("#code", place.town.codes[6])
    tab.press("#code", "Enter")
    tab.locator(".ballot__project input").first.check()
    tab.locator("button[value=stay]").click()
    assert re.search(r"[1-9]", tab.locator(".meter__value").inner_text())
    tab.locator(".ballot__foot button").first.click()
    tab.locator(".ballot__foot button").first.click()
    tab.locator("button.govuk-button--large").click()
    expect(tab.locator(".receipt__tracker")).to_be_visible()
    context.close()


TOLD = {
    "en": ("Hand out one sheet", "already voted online", "Sheet 1 is counted"),
    "ka": ("გაეცით ერთი ფურცელი", "უკვე მისცა ხმა ონლაინ", "ფურცელი 1 დათვლილია"),
    "bg": ("Дайте една бюлетина", "вече е гласувал онлайн", "Бюлетина 1 е преброена"),
}
"""What a clerk is told: ticked off, no sheet for this person, counted."""


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_clerks_hand_out_and_type_sheets_by_keyboard(place: Place, chromium: Browser, language: str) -> None:
    """Scenario 3: two readings that differ are held, a third settles them, equal ones count, an online voter once."""
    with place.house.database.write() as session:
        town = voting.an_open_vote(session, place.house, voters=3, ballot_format=BallotFormat.KNAPSACK)
        session.commit()
    handed_out, voted_online, counted = TOLD[language]
    base = f"{place.url}/{language}/{town.place.slug}/rounds/{town.round.slug}/paper"
    clerks = []
    for account in town.officers:
        context = chromium.new_context(viewport={"width": 360, "height": 740})
        context.set_default_timeout(20_000)
        context.add_cookies([signed_cookie(place.app, place.url, account)])
        clerks.append(Hands(context.new_page()))
    first, second, third = clerks
    first.tab.goto(base)
    first.look()
    first.tab_to("#code")
    first.type("A")
    first.press("Tab")
    first.type("Library")
    with first.tab.expect_navigation():
        first.press("Enter")
    voting.cast(place.house, town, 2, {1: ["P1.1"]})
    for number in range(3):
        hand_out(first, base, number)
        if number < 2:
            expect(first.tab.get_by_text(handed_out)).to_be_visible()
    expect(first.tab.get_by_role("alert")).to_contain_text(voted_online)
    first.look()
    district = town.districts[0].id
    for clerk, numbers in ((first, "1 2"), (second, "1 3")):
        clerk.tab.goto(f"{base}/enter?district={district}")
        type_sheet(clerk, "1", numbers)
    settle(third, base, district, "1", "2 1")
    expect(third.tab.get_by_text(counted)).to_be_visible()
    first.tab.goto(f"{base}/correct")
    first.look()
    keys = []
    for clerk in (first, second):
        before = clerk.keys
        clerk.tab.goto(f"{base}/enter?district={district}")
        type_sheet(clerk, "2", "4")
        keys.append(clerk.keys - before)
    # After a sheet the next one can be typed at once: the cursor stands in the number of the sheet.
    expect(second.tab.locator("#serial")).to_be_focused()
    assert max(keys) <= 8, keys
    for clerk in clerks:
        assert clerk.tab.locator("html").get_attribute("lang") == language
        clerk.look()
        assert clerk.faults == []
        clerk.tab.context.close()
    voting.close(place.house, town)
    voting.seal(place.house, town)
    with place.house.database.read() as look:
        counts = look.get_one(RoundSeal, town.round.id).counts
    assert counts["by_channel"]["paper"] == 2
    assert counts["paper_sheets"] == {"counted": 2}


def hand_out(clerk: Hands, base: str, number: int) -> None:
    """Find a voter by the number of their document, compare, tick off."""
    clerk.tab.goto(f"{base}/hand-out")
    clerk.tab_to("#national_id")
    clerk.type(voting.national_id(number))
    with clerk.tab.expect_navigation():
        clerk.press("Enter")
    clerk.look()
    clerk.tab_to("#confirmed")
    clerk.press("Space")
    with clerk.tab.expect_navigation():
        clerk.press("Enter")


def type_sheet(clerk: Hands, serial: str, numbers: str) -> None:
    """The number of the sheet, the marked numbers, Enter; the cursor stands where it must."""
    expect(clerk.tab.locator("#serial")).to_be_focused()
    clerk.type(serial)
    clerk.press("Tab")
    clerk.type(numbers)
    with clerk.tab.expect_navigation():
        clerk.press("Enter")


def settle(clerk: Hands, base: str, district: int, serial: str, numbers: str) -> None:
    """From the list of sheets that were read differently to one of them, its district, and what stands on it."""
    clerk.tab.goto(f"{base}/differences")
    clerk.look()
    clerk.go(f"a[href*='serial={serial}']")
    # The cursor stands in the form already; the districts are above it.
    wanted = f"a[href*='district={district}&'], a[href$='district={district}']"
    clerk.tab.locator(wanted).focus()
    clerk.go(wanted)
    clerk.look()
    expect(clerk.tab.locator("#serial")).to_have_value(serial)
    clerk.tab_to("#numbers-1")
    clerk.type(numbers)
    with clerk.tab.expect_navigation():
        clerk.press("Enter")
