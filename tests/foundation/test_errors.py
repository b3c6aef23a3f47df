"""When something does not work, the page says what happened and what to do next, in the reader's language."""

import shutil
from collections.abc import Callable

import pytest
from flask import Flask, abort

from pbplatform.charter.actions import Action
from pbplatform.config import Config
from pbplatform.door import House, acts, session
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality

STATUSES = (400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)


def _add_page(app: Flask, view: Callable[..., str]) -> None:
    app.add_url_rule(
        "/<locale:locale>/trouble/<int:status>",
        "trouble",
        acts(Action.READ_PUBLIC)(view),
        methods=["GET", "POST"],
    )


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_error_has_its_page_in_every_language(app: Flask, language: str, status: int) -> None:
    def trouble(status: int) -> str:
        abort(status)

    _add_page(app, trouble)
    client = app.test_client()
    response = client.get(f"/{language}/trouble/{status}")
    text = response.get_data(as_text=True)
    assert response.status_code == status
    assert f'lang="{language}"' in text
    assert response.headers["Cache-Control"] == "no-store"
    if language != "en":
        english = app.test_client().get(f"/en/trouble/{status}").get_data(as_text=True)
        title = english.split("<h1>")[1].split("</h1>")[0]
        assert title not in text


@pytest.mark.parametrize("rolled_back", [False, True])
def test_an_error_leads_back_to_the_municipality_as_far_as_it_is_known(app: Flask, rolled_back: bool) -> None:
    def trouble(status: int) -> str:
        if rolled_back:
            session().rollback()
        abort(status)

    with app.extensions["house"].database.transaction() as writing:
        a_municipality(writing)
    app.add_url_rule(
        "/<locale:locale>/<slug:municipality>/trouble/<int:status>",
        "trouble",
        acts(Action.READ_PUBLIC)(trouble),
    )
    response = app.test_client().get("/ka/rustavi/trouble/410")
    text = response.get_data(as_text=True)
    assert response.status_code == 410
    assert ('href="/ka/rustavi/"' in text) is not rolled_back
    assert 'href="/ka/"' in text


def test_a_defect_of_ours_is_a_500_that_tells_no_secret(app: Flask) -> None:
    def trouble(status: int) -> str:
        raise ZeroDivisionError("the secret word")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    _add_page(app, trouble)
    response = app.test_client().get("/en/trouble/1")
    assert response.status_code == 500
    assert "secret" not in response.get_data(as_text=True)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_is_away_is_a_503_with_retry_after(
    client: PageClient, house: House, postgres_server: str
) -> None:
    from tests.conftest import run_sql

    assert client.get("/en/").status_code == 200
    name = house.config.database_url.rsplit("/", 1)[1]
    run_sql(postgres_server, f"alter database {name} allow_connections false")
    run_sql(
        postgres_server, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    )
    for path in ("/en/", "/readyz"):
        response = client.get(path)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200
    run_sql(postgres_server, f"alter database {name} allow_connections true")
    assert client.get("/en/").status_code == 200, "it must serve again without a restart"


@on_both_databases
def test_what_failed_half_way_has_written_nothing(app: Flask, house: House) -> None:
    from pbplatform.municipalities.queries import by_slug
    from tests.support.people import a_municipality

    def trouble(status: int) -> str:
        a_municipality(session())
        abort(status)

    app.config["WTF_CSRF_ENABLED"] = False
    _add_page(app, trouble)
    assert app.test_client().post("/en/trouble/409").status_code == 409
    with house.database.read() as reading:
        assert by_slug(reading, "rustavi") is None


def test_a_replaced_database_file_is_noticed_and_answered_503(
    client: PageClient, house: House, config: Config
) -> None:
    house.generations.renew()
    assert client.get("/en/").status_code == 200
    path = config.database_url.removeprefix("sqlite:///")
    house.database.engine.dispose()
    shutil.copy(path, f"{path}.copy")
    house.generations.renew()
    house.database.engine.dispose()
    shutil.copy(f"{path}.copy", path)
    house.generations.whole(now=True)
    response = client.get("/en/")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    house.generations.accept()
    assert client.get("/en/").status_code == 200
