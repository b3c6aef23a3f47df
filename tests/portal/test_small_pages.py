"""The small pages that every installation has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.pages import PageClient


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
