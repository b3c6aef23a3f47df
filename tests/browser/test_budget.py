"""Scenario 17 in a real browser: a real ministry's file goes in by hand, is mapped to COFOG, checked, explained and published;
its totals agree to the last unit on pages in three languages and in a valid Fiscal Data Package; citizens' projects stand
on their lines. All of it well within the ten minutes that an officer may need."""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import frictionless
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Demo
from tests.support.marks import real_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

JANUARY = "2014-01-01T00:00:00"


@pytest.fixture
def ministry() -> Path:
    """The file as the ministry published it."""
    return real_file("budget", "north-macedonia-2014-budget.csv")


def january(ministry: Path) -> int:
    """The sum of the first publication in the file, in hundredths, added up without the platform."""
    with ministry.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=";"))
    amounts = [row[10] for row in rows[1:] if row and row[0] == JANUARY and row[10]]
    return sum(int(Decimal(amount.replace(",", ".")) * 100) for amount in amounts)


def digits(text: str) -> int:
    """An amount on a page in hundredths, whatever the language's marks."""
    number = re.sub(r"[^\d.,-]", "", text)
    whole, _, cents = re.sub(r"[.,](?=\d{1,2}$)", "|", number).partition("|")
    return int(re.sub(r"\D", "", whole)) * 100 + int((cents or "0").ljust(2, "0"))


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"select[name={name}]").select_option(value)


def send(page: Page) -> None:
    page.locator(
        "main form button.govuk-button:not(.govuk-button--warning):not(.govuk-button--secondary)"
    ).last.click()


def test_a_real_file_is_published_by_hand(
    ministry: Path, demo: Demo, visit: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    begun = time.monotonic()
    page = visit("officer@rustavi").new_page()
    base = f"{demo.url}/ka/rustavi"

    page.goto(f"{base}/desk/budget")
    page.locator("input[name=file]").set_input_files(ministry)
    page.locator("input[name=year]").fill("2014")
    choose(page, "stage", "adopted")
    choose(page, "currency", "MKD")
    send(page)
    expect(page.locator("select[name=planned]")).to_be_visible()
    assert "UTF-8" in page.locator("main").inner_text()
    # Three publications stand in one file, which the page has seen; institutions number their programmes each for themselves.
    expect(page.locator(".notice").filter(has_text="Датум на објавување")).to_be_visible()
    expect(page.locator("select[name=sort_by]")).to_have_value("unit")
    choose(page, "only", f"0={JANUARY}")
    send(page)

    # The institutions' names have given hints; what is left belongs to general public services, which must be said.
    page.wait_for_load_state()
    expect(page.locator("select[name=rest]")).to_be_visible()
    assert page.locator("select[name^=value-] option:checked:not([value=''])").count() > 50
    send(page)
    expect(page.locator(".govuk-error-summary a")).to_have_attribute("href", "#rest")
    page.wait_for_load_state()
    assert page.locator("select[name^=value-] option:checked:not([value=''])").count() > 50
    choose(page, "rest", "01.6")
    send(page)

    # Five amounts of the publisher are spoilt: the platform says where, and takes nothing in.
    expect(page.locator("#faults-caption")).to_be_visible()
    rows = page.locator("table:has(#faults-caption) tbody tr")
    assert [rows.nth(place).locator("td").nth(1).inner_text() for place in range(rows.count())] == [
        "567", "855", "1722", "1838", "2122",
    ]  # fmt: skip
    page.locator("main .govuk-button-group a").first.click()
    page.locator("input[name=negatives]").check()
    send(page)
    send(page)

    expect(page.locator("textarea[name=explanation_ka]")).to_be_visible()
    send(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.locator("textarea[name=explanation_ka]").fill("ხუთი თანხა წყაროშივეა დაზიანებული.")
    page.locator("textarea[name=explanation_en]").fill("Five amounts are spoilt in the source.")
    send(page)
    page.wait_for_url("**/budget/2014/expenditure/function**")
    assert time.monotonic() - begun < 240

    whole = january(ministry)
    reader = visit().new_page()
    for language in ("ka", "bg", "en"):
        reader.goto(f"{demo.url}/{language}/rustavi/budget/2014/expenditure/function")
        assert digits(reader.locator(".stat__value").first.inner_text()) == whole
        assert reader.locator(".treemap--wide a").count() >= 9
    assert "Five amounts are spoilt in the source." in reader.locator("main").inner_text()

    with reader.expect_download() as packed:
        reader.locator("a[href$='package.zip']").click()
    with zipfile.ZipFile(packed.value.path()) as files:
        files.extractall(tmp_path)
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert described["totals"]["expenditure"]["planned"] == str(whole)
    described["profile"] = "tabular-data-package"
    (tmp_path / "check.json").write_text(json.dumps(described), encoding="utf-8")
    assert frictionless.validate(str(tmp_path / "check.json")).valid
    rows_told = csv.DictReader(io.StringIO((tmp_path / "lines.csv").read_text(encoding="utf-8-sig")))
    assert sum(int(Decimal(row["planned"]) * 100) for row in rows_told) == whole


def test_the_areas_are_walked_with_the_keyboard(demo: Demo, visit: Callable[..., BrowserContext]) -> None:
    page = visit().new_page()
    page.goto(f"{demo.url}/bg/burgas/budget/2025/expenditure/function")
    first = page.locator(".treemap--wide a").first
    name = first.locator("title").text_content() or ""
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**at=**")
    assert name.startswith(page.locator("h1").inner_text())
    page.locator("table:has(#parts-caption) tbody th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".breadcrumbs li")).to_have_count(2)


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_pages_of_the_budget_fit_a_small_screen(
    demo: Demo, visit: Callable[..., BrowserContext], language: str
) -> None:
    page = visit(width=360).new_page()
    for town, programme in (("rustavi", "02 06"), ("burgas", "6.7")):
        for path in (
            "expenditure/function",
            "expenditure/function?at=04",
            f"expenditure/programme?at={programme}",
            "expenditure/district",
            "revenue/economic",
            "changes",
            "guide",
            "search?q=а",
        ):
            page.goto(f"{demo.url}/{language}/{town}/budget/2025/{path}")
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360, f"{page.url} is {width} px wide"


def test_the_areas_need_no_scripts(demo: Demo, visit: Callable[..., BrowserContext]) -> None:
    page = visit(java_script_enabled=False, width=360).new_page()
    page.goto(f"{demo.url}/ka/rustavi/budget")
    expect(page.locator(".treemap--narrow a").first).to_be_visible()
    expect(page.locator(".treemap--wide")).to_be_hidden()
    page.locator("table:has(#parts-caption) tbody th a").first.click()
    expect(page.locator("h1")).to_be_visible()
    assert "at=" in page.url
