"""The small pages that every installation has."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from tests.conftest import ROOT
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account


def test_security_txt_tells_whom_to_write(client: PageClient) -> None:
    text = client.get("/.well-known/security.txt").get_data(as_text=True)
    assert text.startswith("Contact: mailto:")
    assert "Expires: " in text


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_charter_and_accessibility_pages_stand_in_every_language(
    client: PageClient, language: str
) -> None:
    for page in ("charter", "accessibility"):
        assert client.get(f"/{language}/{page}").status_code == 200


def test_health_and_readiness(client: PageClient) -> None:
    assert client.get("/healthz").get_data() == b"ok\n"
    assert client.get("/readyz").get_data() == b"ready\n"


def test_a_process_does_not_serve_a_schema_of_another_release(tmp_path: Path) -> None:
    environment = os.environ | {"PB_DATA_DIR": str(tmp_path), "PB_MODE": "test", "PYTHONPATH": str(ROOT)}
    started = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "pbplatform database upgrade" in started.stderr


def test_the_style_page_shows_every_component() -> None:
    """Whoever adds a component shows it there; the foot of every page is the style page's own."""
    templates = Path(__file__).parents[2] / "templates"
    page = (templates / "portal" / "styleguide.html").read_text(encoding="utf-8")
    frame = (templates / "layouts" / "page.html").read_text(encoding="utf-8")
    components = {path.stem for path in (templates / "components").glob("*.html")}
    used = {
        component
        for component, macro in re.findall(r'from "components/(\w+)\.html" import (\w+)', page + frame)
        if re.search(rf"\b{macro}\(", page + frame)
    }
    assert len(components) > 20
    assert components - used == set()


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_the_style_page_is_for_everybody_while_one_develops(
    client: PageClient, session: Session, signed_in: Callable[..., PageClient], language: str
) -> None:
    """The client checks its HTML, as that of every page."""
    officer = an_account(session, a_municipality(session), Role.OFFICER)
    session.commit()
    for reader in (client, signed_in(officer)):
        assert reader.get(f"/{language}/styleguide").status_code == 200
