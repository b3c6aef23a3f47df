"""The edge: broken input gets a clear refusal, never a server error; every answer carries its headers."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from pbplatform.config import ConfigError, read_config
from pbplatform.foundation.web import safe_next
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient, in_memory
from tests.support.people import a_municipality


@pytest.mark.parametrize("value", ["%00", "%ED%A0%80", "a%00b", "%EF%BF%BF"])
@pytest.mark.parametrize("place", ["/en/?q={}", "/en/{}", "/en/?{}=1"])
def test_nul_and_surrogates_are_refused(client: PageClient, value: str, place: str) -> None:
    assert 400 <= client.get(place.format(value)).status_code < 500


@pytest.mark.parametrize("value", ["nino\x00@example.org", "nino\ud800@example.org"])
def test_a_form_with_characters_that_no_database_holds_is_refused(client: PageClient, value: str) -> None:
    body = f"email={value}".encode("utf-8", "surrogatepass")
    response = client.post("/en/sign-in", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


@on_both_databases
def test_a_number_that_no_column_holds_is_refused(app: Flask, client: PageClient, session: Session) -> None:
    a_municipality(session)
    session.commit()
    assert client.get("/en/rustavi/journal?before=7").status_code == 200
    assert client.get(f"/en/rustavi/journal?before={10**30}").status_code == 400
    addresses = app.url_map.bind("localhost")
    assert addresses.match(f"/en/rustavi/report/comment/{2**63 - 1}")
    with pytest.raises(NotFound):
        addresses.match(f"/en/rustavi/report/comment/{2**63}")


def test_a_large_body_is_refused(client: PageClient) -> None:
    response = client.post("/en/sign-in", data={"email": "x" * 10_000_000})
    assert response.status_code == 413


def test_a_stranger_sends_no_more_to_a_view_for_uploads_than_to_any_other(
    client: PageClient, session: Session
) -> None:
    a_municipality(session)
    session.commit()
    sent = in_memory({"file": (io.BytesIO(b"x" * 3_000_000), "roll.csv")})
    assert client.post("/en/rustavi/desk/roll", **sent).status_code == 413


def test_ten_thousand_parts_are_refused(client: PageClient) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n'
    body = part * 10_000 + b"--edge--\r\n"
    response = client.post("/en/sign-in", data=body, content_type="multipart/form-data; boundary=edge")
    assert response.status_code == 413


def test_a_foreign_host_is_refused(client: PageClient) -> None:
    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 400


def test_a_very_long_header_is_refused(client: PageClient) -> None:
    assert client.get("/en/", headers={"Accept-Language": "x" * 64_000}).status_code == 431


@pytest.mark.parametrize(
    "target",
    [
        "//evil",
        "/\\evil",
        "\\\\evil",
        "https:evil",
        "\t//evil",
        "javascript:alert(1)",
        "http://evil",
        "/\t/evil",
        "",
        None,
        "/a\r\nSet-Cookie: x=1",
        "/ok\x00",
    ],
)
def test_only_a_path_of_this_site_is_a_safe_next(target: str | None) -> None:
    assert safe_next(target, "/home") == "/home"


def test_a_path_of_this_site_is_kept_as_next() -> None:
    assert safe_next("/ka/rustavi/?page=2", "/home") == "/ka/rustavi/?page=2"


def test_every_answer_carries_its_security_headers(client: PageClient) -> None:
    for path in ("/en/", "/en/nowhere", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Cookie" in headers["Vary"]


def test_the_nonce_is_new_in_every_answer(client: PageClient) -> None:
    policies = {client.get("/en/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PB_SECRET_KEY": ""}, "PB_SECRET_KEY"),
        ({"PB_SECRET_KEY": "short"}, "PB_SECRET_KEY"),
        ({"PB_BASE_URL": "http://vote.example.org"}, "https://"),
        ({"PB_MAIL_URL": ""}, "PB_MAIL_URL"),
        ({"PB_MODE": "holiday"}, "PB_MODE"),
        ({"PB_PROXIES": "-1"}, "PB_PROXIES"),
        ({"PB_JOBS": "worker"}, "PB_LIMITS_URL"),
    ],
)
def test_an_unsafe_production_does_not_start(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    safe = {
        "PB_MODE": "production",
        "PB_DATA_DIR": str(tmp_path),
        "PB_SECRET_KEY": "k" * 40,
        "PB_BASE_URL": "https://vote.example.org",
        "PB_MAIL_URL": "smtp://localhost",
    }
    assert read_config(safe).production
    with pytest.raises(ConfigError, match=sentence):
        read_config(safe | change)
