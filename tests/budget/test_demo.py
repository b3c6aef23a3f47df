"""The demonstration shows three years of budget of two towns, balanced, in their own currencies, explained in plain words."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pbplatform.app import create_app
from pbplatform.budget import queries
from pbplatform.budget.models import BudgetImport, BudgetVersion, Stage
from pbplatform.config import read_config
from pbplatform.demo import budget, places, seed
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities import queries as municipalities
from tests.support.pages import PageClient


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PageClient, Database]]:
    folder: Path = tmp_path_factory.mktemp("demo")
    config = read_config(
        {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(folder),
            "PB_DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite'}",
            "PB_JOBS": "immediate",
        }
    )
    begun = time.process_time()
    seed.build(config, (places.build, budget.build))
    assert time.process_time() - begun < 5
    app = create_app(config)
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    database = app.extensions["house"].database
    yield client, database
    database.dispose()


def _versions(database: Database, slug: str) -> list[BudgetVersion]:
    with database.read() as session:
        place = municipalities.by_slug(session, slug)
        assert place is not None
        return list(queries.published(session, place.id))


@pytest.mark.parametrize("slug", ["rustavi", "burgas"])
def test_two_years_are_there_from_adoption_to_the_last_quarter(
    shown: tuple[PageClient, Database], slug: str
) -> None:
    versions = _versions(shown[1], slug)
    for year in (2024, 2025):
        found = [(version.stage, version.quarter) for version in versions if version.year == year]
        assert found == [
            (Stage.ADOPTED, None),
            (Stage.EXECUTED, 1),
            (Stage.AMENDED, None),
            (Stage.EXECUTED, 2),
            (Stage.EXECUTED, 3),
            (Stage.EXECUTED, 4),
        ]
    spent = [int(found.totals["expenditure"].get("actual", 0)) for found in versions if found.year == 2025]
    assert [spent[place] for place in (1, 3, 4, 5)] == sorted(amount for amount in spent if amount)


@pytest.mark.parametrize("slug", ["rustavi", "burgas"])
def test_plans_balance_and_every_total_of_the_files_agrees(
    shown: tuple[PageClient, Database], slug: str
) -> None:
    for version in _versions(shown[1], slug):
        for measure in set(queries.measures_of(version)) - {"actual"}:
            assert version.totals["revenue"][measure] == version.totals["expenditure"][measure]
    with shown[1].read() as session:
        for report in session.scalars(select(BudgetImport.report)):
            assert report["totals_differing"] == []
            assert report["totals_agreeing"] >= 2


def test_leva_stay_leva_and_are_converted_with_the_rate_beside_them(
    shown: tuple[PageClient, Database],
) -> None:
    client, database = shown
    currencies = {version.year: version.currency for version in _versions(database, "burgas")}
    assert (currencies[2024], currencies[2025]) == (Currency.BGN, Currency.BGN)
    old = next(found for found in _versions(database, "burgas") if (found.year, found.number) == (2025, 1))
    leva = int(old.totals["expenditure"]["planned"])
    page = client.get("/bg/burgas/budget/2025/expenditure/function?version=1&measure=planned")
    text = page.get_data(as_text=True).replace("\u00a0", "").replace(" ", "")
    assert f"{leva // 100}лева" in text
    page = client.get("/bg/burgas/budget/2025/expenditure/function")
    assert "1 EUR = 1,95583 BGN" in page.get_data(as_text=True).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ka/rustavi/budget/2026/expenditure/programme?at=02 06", "მოქალაქეებმა თავად შემოგვთავაზეს"),
        ("en/rustavi/budget/2026/expenditure/programme?at=02 06", "citizens proposed"),
        ("bg/burgas/budget/2025/expenditure/programme?at=6.7", "жителите предложиха"),
        ("bg/burgas/budget/2025/expenditure/district", "Приморие"),
        ("ka/rustavi/budget/2025/expenditure/district", "ძველი რუსთავი"),
        ("bg/burgas/budget/2025/revenue/economic", "Туристически данък"),
        ("bg/burgas/budget/2025/guide", "Морската градина"),
        ("ka/rustavi/budget/2025/changes?version=3", "გზები და ტროტუარები"),
    ],
)
def test_pages_tell_of_it(shown: tuple[PageClient, Database], address: str, words: str) -> None:
    response = shown[0].get(f"/{address}")
    assert response.status_code == 200
    assert words in response.get_data(as_text=True)
