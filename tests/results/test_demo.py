"""The demonstration has a finished round in Georgian and one in Bulgarian."""

import pytest

from pbplatform.consultation.models import Round
from pbplatform.municipalities import queries as municipalities
from pbplatform.results import queries
from tests.support.demo import a_demonstration


@pytest.mark.timeout(300)
def test_two_finished_rounds_with_results(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = a_demonstration(tmp_path_factory)
    client = app.test_client()
    database = app.extensions["house"].database
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
