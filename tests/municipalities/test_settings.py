"""An administrator changes names, look and districts; others do not, and bad input changes nothing."""

import io
import json
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation.database import Database
from pbplatform.foundation.pdf import NoPdf, make_pdf
from pbplatform.municipalities import operations, queries
from tests.support.marks import missing, on_both_databases
from tests.support.pages import PageClient, in_memory
from tests.support.people import a_municipality, an_account

SignIn = Callable[..., PageClient]


@pytest.fixture
def admin(session: Session, signed_in: SignIn) -> PageClient:
    place = a_municipality(session)
    account = an_account(session, place, Role.ADMINISTRATOR)
    session.commit()
    return signed_in(account)


def fields(**changed: object) -> dict[str, object]:
    return {
        "version": "1",
        "languages": ["ka", "en"],
        "name_ka": "რუსთავი",
        "name_en": "Rustavi",
        "introduction_en": "A city that decides together.",
        "zone": "Asia/Tbilisi",
        "population": "130000",
        "brand_colour": "#8C2F39",
        "accent_colour": "#d99a2b",
        "contact_email": "ask@rustavi.example.org",
    } | changed


def seen(database: Database, slug: str = "rustavi"):
    with database.read() as session:
        return queries.by_slug(session, slug)


@on_both_databases
def test_an_administrator_changes_the_municipality(admin: PageClient, database: Database) -> None:
    assert admin.get("/en/rustavi/settings").status_code == 200
    assert admin.post("/en/rustavi/settings", data=fields()).status_code == 302
    place = seen(database)
    assert (place.population, place.brand_colour) == (130_000, "#8c2f39")
    assert place.introduction == {"en": "A city that decides together."}
    css = admin.get("/en/rustavi/colours.css").get_data(as_text=True)
    assert "--brand:#8c2f39" in css
    assert "--brand-ink:#ffffff" in css
    assert "--accent-ink:#16181d" in css


@pytest.mark.parametrize(
    "bad",
    [
        {"languages": []},
        {"languages": ["ka", "fr"]},
        {"name_ka": ""},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"population": "-1"},
        {"population": "many"},
        {"brand_colour": "#ffff00"},
        {"brand_colour": "red;}"},
        {"accent_colour": "#12345"},
        {"contact_email": "nobody"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    admin: PageClient, database: Database, bad: dict[str, object]
) -> None:
    response = admin.post("/en/rustavi/settings", data=fields(**bad))
    assert response.status_code == 422
    assert "govuk-error-summary" in response.get_data(as_text=True)
    assert seen(database).version == 1


def test_who_looked_at_an_older_state_is_told_and_overwrites_nothing(
    admin: PageClient, database: Database
) -> None:
    assert admin.post("/en/rustavi/settings", data=fields()).status_code == 302
    for version in ("1", "9" * 5000, "-1", "x", ""):
        answer = admin.post("/en/rustavi/settings", data=fields(population="5", version=version))
        assert answer.status_code == 409, version[:10]
    assert seen(database).population == 130_000


def test_only_administrators_of_this_municipality_reach_the_settings(
    session: Session, signed_in: SignIn
) -> None:
    here, there = a_municipality(session), a_municipality(session, "burgas", ("bg", "en"))
    officer, stranger = (
        an_account(session, here, Role.OFFICER),
        an_account(session, there, Role.ADMINISTRATOR),
    )
    session.commit()
    for account in (officer, stranger):
        client = signed_in(account)
        for path in ("settings", "settings/districts", "members"):
            assert client.get(f"/en/rustavi/{path}").status_code == 403, path
        assert client.post("/en/rustavi/settings", data=fields()).status_code == 403


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#ff0000", 4.0)]
)
def test_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert operations.contrast(colour, "#ffffff") == pytest.approx(ratio, abs=0.01)


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 400)) -> bytes:
    body = io.BytesIO()
    image = Image.new("RGB", size, "#336699")
    image.save(body, kind, **({"exif": Image.Exif()} if kind == "JPEG" else {}))
    return body.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_shown(admin: PageClient, kind: str) -> None:
    hidden = picture(kind) + b"<script>alert(1)</script>"
    sent = {"logo": (io.BytesIO(hidden), "logo.png")}
    assert admin.post("/en/rustavi/settings/logo", data=sent).status_code == 302
    response = admin.get("/en/rustavi/logo")
    assert response.mimetype == "image/webp"
    assert b"script" not in response.data
    with Image.open(io.BytesIO(response.data)) as shown:
        assert shown.size == (512, 256)
    assert 'src="/en/rustavi/logo"' in admin.get("/en/rustavi/").get_data(as_text=True)
    assert admin.post("/en/rustavi/settings/logo/remove").status_code == 302
    assert admin.get("/en/rustavi/logo").status_code == 404


def huge_header() -> bytes:
    """A PNG that says it is 50,000 pixels square."""
    import struct
    import zlib

    size = struct.pack(">II", 50_000, 50_000) + b"\x08\x02\x00\x00\x00"
    chunk = struct.pack(">I", 13) + b"IHDR" + size + struct.pack(">I", zlib.crc32(b"IHDR" + size))
    return b"\x89PNG\r\n\x1a\n" + chunk


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a<html>",
        picture()[:60],
        huge_header(),
    ],
)
def test_what_is_no_fitting_picture_is_refused(admin: PageClient, content: bytes) -> None:
    sent = {"logo": (io.BytesIO(content), "logo.png")}
    response = admin.post("/en/rustavi/settings/logo", data=sent)
    assert response.status_code == 422
    assert "govuk-error-summary" in response.get_data(as_text=True)
    assert admin.get("/en/rustavi/logo").status_code == 404


def test_a_broken_picture_is_refused_also_after_a_document_was_printed(admin: PageClient) -> None:
    try:
        make_pdf("<h1>Printed</h1>")
    except NoPdf:
        missing("the part that prints documents is not installed")
    sent = {"logo": (io.BytesIO(picture()[:60]), "logo.png")}
    assert admin.post("/en/rustavi/settings/logo", data=sent).status_code == 422


def outlines(**changed: object) -> dict[str, object]:
    ring = [[44.9, 41.5], [45.0, 41.5], [45.0, 41.6], [44.9, 41.5]]
    properties = {"code": "old", "name:ka": "ძველი", "name:en": "Old town", "population": 900} | changed
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def test_districts_are_looked_at_before_they_are_kept(
    admin: PageClient, database: Database, house: House
) -> None:
    sent = {"districts": (io.BytesIO(json.dumps(outlines()).encode()), "x.geojson")}
    preview = admin.post("/en/rustavi/settings/districts", data=sent)
    html = preview.get_data(as_text=True)
    assert "Old town" in html
    with database.read() as session:
        assert not queries.districts(session, seen(database).id)
    action = html.split('action="/en/rustavi/settings/districts/')[1].split('"')[0]
    assert admin.post(f"/en/rustavi/settings/districts/{action}").status_code == 302
    with database.read() as session:
        (kept,) = queries.districts(session, seen(database).id)
    assert (kept.code, kept.names["en"], kept.population) == ("old", "Old town", 900)
    assert not [key for key in house.files.all_keys() if "districts-" in key]
    assert admin.post(f"/en/rustavi/settings/districts/{action}").status_code == 404


def test_outlines_of_three_megabytes_are_read(admin: PageClient) -> None:
    content = json.dumps(outlines()).encode() + b" " * 3_000_000
    sent = in_memory({"districts": (io.BytesIO(content), "x.geojson")})
    preview = admin.post("/en/rustavi/settings/districts", **sent)
    assert preview.status_code == 200
    assert "Old town" in preview.get_data(as_text=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[" * 100_000,
        b"{}",
        json.dumps(outlines(code="")).encode(),
        json.dumps(outlines(population=-4)).encode(),
        json.dumps(outlines(code="a\x00b")).encode(),
        json.dumps({"type": "FeatureCollection", "features": [1]}).encode(),
        json.dumps({"type": "FeatureCollection", "features": []}).encode(),
        json.dumps({"type": "FeatureCollection", "features": outlines()["features"] * 501}).encode(),
    ],
)
def test_files_that_are_no_districts_are_refused(admin: PageClient, content: bytes) -> None:
    sent = {"districts": (io.BytesIO(content), "x.geojson")}
    response = admin.post("/en/rustavi/settings/districts", data=sent)
    assert response.status_code == 422
    assert "govuk-error-summary" in response.get_data(as_text=True)
