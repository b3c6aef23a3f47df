"""The demonstration has a finished round in Georgian and one in Bulgarian."""

from pathlib import Path

import pytest

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.consultation.models import Round
from pbplatform.demo import seed
from pbplatform.results import queries
from tests.support.pages import PageClient


@pytest.mark.timeout(300)
def test_two_finished_rounds_with_results(tmp_path: Path) -> None:
    config = read_config(
        {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(tmp_path),
            "PB_DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite'}",
            "PB_JOBS": "immediate",
        }
    )
    seed.build(config)
    app = create_app(config)
    app.test_client_class = PageClient
    client = app.test_client()
    database = app.extensions["house"].database
    from pbplatform.municipalities import queries as municipalities

    for slug, language, words in (
        ("rustavi", "ka", "გამარჯვებული პროექტები"),
        ("burgas", "bg", "Спечелили проекти"),
    ):
        with database.read() as session:
            place = municipalities.by_slug(session, slug)
            assert place is not None
            found: list[Round] = [r for r, _ in queries.rounds_with_results(session, place.id)]
        assert found
        page = client.get(f"/{language}/{slug}/rounds/{found[0].slug}/results").get_data(as_text=True)
        assert words in page
        assert client.get(f"/{language}/{slug}/rounds/{found[0].slug}/results/bundle.zip").status_code == 200
    database.dispose()
