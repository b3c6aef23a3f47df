"""Scenarios 4 and 15 in a real Chromium, in three languages: why a project lost, what a ballot paid for, and the council's way."""

import csv
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from playwright.sync_api import Page as Tab

from tests.browser.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DECLARED = "participatory-budget-2026"
TOWNS = {"ka": "rustavi", "bg": "burgas", "en": "burgas"}
LACKED = {"ka": "დააკლდა", "bg": "не достигнаха", "en": "was missing"}
COUNTED_IN = {
    "ka": "თქვენი ბიულეტენი დათვლილია",
    "bg": "Вашата бюлетина",
    "en": "Your ballot is in the count.",
}
WON = {"ka": "გაიმარჯვა", "bg": "спечели", "en": "won"}
ACT = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def bundle_of(demo: Demo, town: str) -> zipfile.ZipFile:
    """The published bundle of the town's declared round."""
    answer = demo.app.test_client().get(f"/en/{town}/rounds/{DECLARED}/results/bundle.zip")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.data))


def of_a_winner(bundle: zipfile.ZipFile) -> str:
    """The tracker of a ballot that names a project that won."""
    funded = json.loads(bundle.read("result.json"))["envelopes"][0]["outcome"]["funded"]
    lines = csv.DictReader(io.StringIO(bundle.read("ballots.csv").decode()))
    return next(line["tracker"] for line in lines if funded[0] in json.loads(line["payload"])["1"])


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
@pytest.mark.parametrize("script", [True, False])
def test_a_losing_project_says_what_it_lacked_and_a_receipt_what_it_paid_for(
    demo: Demo, visit: Callable[..., BrowserContext], language: str, script: bool
) -> None:
    town = TOWNS[language]
    tab = visit(width=360, java_script_enabled=script).new_page()
    results = f"{demo.url}/{language}/{town}/rounds/{DECLARED}/results"
    tab.goto(results)
    losers = tab.locator("table.card-table").nth(1)
    title = losers.locator("tbody th a").first
    said = title.inner_text()
    title.click()
    expect(tab.locator("h1")).to_have_text(said)
    expect(tab.locator(".why")).to_contain_text(LACKED[language])

    tracker = of_a_winner(bundle_of(demo, town))
    tab.goto(f"{results}/receipt")
    tab.locator("input[name=tracker]").fill("-".join(tracker[i : i + 4] for i in range(0, 16, 4)).lower())
    tab.locator("main form button").click()
    expect(tab.locator("[role=status]").first).to_contain_text(COUNTED_IN[language])
    first = tab.locator("main table").first.locator("tbody tr")
    won = [row for row in first.all() if row.locator("td").first.inner_text() == WON[language]]
    assert won, "the ballot names a winner"
    assert any(digit in won[0].locator("td").last.inner_text() for digit in "123456789"), (
        "its share paid for it"
    )
    forged = tracker[:-1] + ("A" if tracker[-1] != "A" else "B")
    tab.locator("input[name=tracker]").fill(forged)
    tab.locator("main form button").click()
    expect(tab.locator("main table")).to_have_count(0)


def press(tab: Tab, action: str) -> None:
    """The button of the form that goes to an address with this end."""
    tab.locator(f"form[action$='{action}'] button").first.click()


@pytest.mark.parametrize(
    ("language", "town", "slug"),
    [
        ("ka", "rustavi", "culture-nearby"),
        ("bg", "stara-zagora", "culture-nearby"),
        ("en", "burgas", DECLARED),
    ],
)
def test_the_councils_way(
    demo: Demo, visit: Callable[..., BrowserContext], language: str, town: str, slug: str
) -> None:
    base = f"{demo.url}/{language}/{town}/rounds/{slug}"
    desk = visit(f"officer@{town}").new_page()
    councillor = visit(f"councillor@{town}").new_page()
    if slug != DECLARED:
        desk.goto(f"{base}/count")
        press(desk, "/count/start")
        press(desk, "/count/1/again")
        councillor.goto(f"{base}/council")
        expect(councillor.locator(".notice").first).to_be_visible()
        assert visit().new_page().goto(f"{base}/results").status == 404, "nothing is public before"
        desk.goto(f"{base}/count")
        press(desk, "/count/1/declare")
    councillor.goto(f"{base}/council")
    turnout = councillor.locator(".result-pair table")
    expect(turnout).to_have_count(2)
    expect(turnout.first.locator("tbody tr")).to_have_count(2)
    assert turnout.nth(1).locator("tbody tr").count() >= 1, "by district too"
    assert councillor.locator("svg.plot").count() >= 1
    with councillor.expect_download() as sheet:
        councillor.locator("a[href$='packet.pdf']").click()
    assert sheet.value.path().read_bytes().startswith(b"%PDF-")
    with councillor.expect_download() as files:
        councillor.locator("a[href$='packet.zip']").click()
    with zipfile.ZipFile(files.value.path()) as packet:
        assert {"packet.pdf", "protocol.json", "projects.csv", "assessments.csv"} <= set(packet.namelist())
    assert councillor.locator("form[action$='/council'], input[name=act_number]").count() == 0, (
        "they record nothing"
    )

    desk.goto(f"{base}/council")
    desk.locator("input[name=decided_on]").fill("2026-11-20")
    desk.locator("input[name=act_number]").fill(f"{language}-27/2026")
    desk.locator("input[name=document]").set_input_files(
        {"name": "act.pdf", "mimeType": "application/pdf", "buffer": ACT}
    )
    desk.locator("input[name=act_number]").locator("xpath=ancestor::form").locator("button").last.click()
    public = visit(width=360).new_page()
    public.goto(f"{base}/results")
    expect(public.locator("main")).to_contain_text(f"{language}-27/2026")
    act = public.locator("a[href*='/results/acts/']").get_attribute("href")
    assert public.request.get(f"{demo.url}{act}").body() == ACT
