"""Pages kept for a moment: fast for visitors, never anybody's personal page, never an old nonce."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, Response, g, request

from pbplatform.app import create_app
from pbplatform.config import Config
from pbplatform.door import House
from pbplatform.foundation.pagecache import PageCache
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.rounds import a_round


@pytest.fixture
def config(config: Config) -> Config:
    """An installation that keeps pages."""
    return replace(config, page_cache_seconds=60)


def _ask(app: Flask, **headers: str):
    return app.test_client().get("/en/", headers=headers)


def test_a_kept_page_is_served_with_a_new_nonce_and_answers_304(app: Flask, house: House) -> None:
    first = _ask(app)
    house.database.engine.dispose()
    second = _ask(app)
    assert first.get_data() == second.get_data()
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]
    assert _ask(app, **{"If-None-Match": second.headers["ETag"]}).status_code == 304


def test_a_signed_in_page_is_never_kept_nor_served_to_others(
    app: Flask, house: House, signed_in: Callable[..., PageClient]
) -> None:
    with house.database.transaction() as session:
        account = an_account(session, a_municipality(session), name="Secret Name")
    page = signed_in(account).get("/en/")
    assert "Secret Name" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Secret Name" not in _ask(app).get_data(as_text=True)


def test_a_form_with_its_token_is_not_kept(app: Flask) -> None:
    tokens = {
        app.test_client().get("/en/sign-in").get_data(as_text=True).split('name="csrf_token"')[1][:120]
        for _ in range(2)
    }
    assert len(tokens) == 2


def test_a_kept_page_still_remembers_the_language_of_a_new_reader(app: Flask) -> None:
    _ask(app)
    answer = _ask(app)
    assert "pb_language=en" in answer.headers["Set-Cookie"]
    remembering = app.test_client()
    remembering.set_cookie("pb_language", "en")
    assert "Set-Cookie" not in remembering.get("/en/").headers


def test_a_visitor_with_an_order_of_lists_gets_kept_pages_but_never_anothers_order(
    app: Flask, house: House
) -> None:
    with house.database.transaction() as session:
        a_round(session, a_municipality(session), slug="spring")
    listed = "/en/rustavi/rounds/spring/proposals/"
    first = app.test_client().get(listed)
    names = [whole.split("=")[0] for whole in first.headers.getlist("Set-Cookie")]
    assert sorted(names) == ["pb_language", "pb_order"]
    again = app.test_client().get(listed)
    assert again.get_data() == first.get_data(), "kept for everybody who comes for the first time"
    assert again.headers.getlist("Set-Cookie") == first.headers.getlist("Set-Cookie")
    own = app.test_client()
    own.set_cookie("pb_order", "77")
    for _ in range(2):
        page = own.get(listed)
        assert 'name="seed" value="77"' in page.get_data(as_text=True)
        assert "ETag" not in page.headers
    assert app.test_client().get(listed).get_data() == first.get_data(), "nor is theirs kept for others"
    fresh = _ask(app)
    assert own.get("/en/").get_data() == fresh.get_data()
    assert own.get("/en/").headers["ETag"] == fresh.headers["ETag"]


def test_a_browser_with_any_other_cookie_is_nobodys_stranger(app: Flask, house: House) -> None:
    _ask(app)
    for cookies in ("pb=whatever", "pb_language=en; other=1", "pb_order=1; pb_order=2"):
        browser = app.test_client(use_cookies=False)
        assert "ETag" not in browser.get("/en/", headers={"Cookie": cookies}).headers, cookies


def test_a_foreign_host_never_gets_a_kept_page(app: Flask) -> None:
    _ask(app)
    assert _ask(app, Host="evil.example").status_code == 400


def test_a_replaced_database_is_not_hidden_by_kept_pages(app: Flask, house: House) -> None:
    house.generations.renew()
    assert _ask(app).status_code == 200
    note = house.config.data_dir / "generation.json"
    note.write_text('["another"]')
    house.generations.whole(now=True)
    assert _ask(app).status_code == 503


def test_nothing_is_kept_when_it_is_switched_off(config: Config) -> None:
    app = create_app(replace(config, page_cache_seconds=0))
    assert "ETag" not in app.test_client().get("/en/").headers
    app.extensions["house"].database.dispose()


def test_at_most_so_many_pages_are_kept(app: Flask) -> None:
    """Addresses that somebody makes up push each other out; memory does not grow without end."""
    cache = PageCache(60, lambda: True, most=3)
    for number in range(9):
        with app.test_request_context(f"/en/?made-up={number}"):
            g.nonce = "n" * 20
            cache.keep(request._get_current_object(), Response("<p>page", mimetype="text/html"))
    assert len(cache._pages) == 3


def test_a_page_that_is_too_old_to_be_shown_is_not_held_in_memory(app: Flask) -> None:
    cache = PageCache(1e-9, lambda: True)
    for path in ("/en/first", "/en/second"):
        with app.test_request_context(path):
            g.nonce = "n" * 20
            cache.keep(request._get_current_object(), Response("<p>page", mimetype="text/html"))
    assert [key.rsplit(" ", 1)[1] for key in cache._pages] == ["/en/second?"]
