"""Nobody makes the platform work long or wander off with one request: what an attack aims at is minutes, so seconds are the bound."""

import hashlib
import json
import socket
import time
import zipfile
from pathlib import Path

import pytest

from pbplatform.door import House
from pbplatform.foundation import backup
from pbplatform.foundation.pdf import make_pdf
from pbplatform.foundation.richtext import render
from tests.support.pages import PageClient

BOUND = 10
"""Seconds of processor time; what runs away takes minutes, and a busy machine is no runaway."""
DEEP = 20_000
"""No text of a person may be longer."""


@pytest.mark.parametrize(
    "text",
    [
        ">" * DEEP,
        "[" * DEEP,
        "*" * (DEEP // 2) + "a" + "*" * (DEEP // 2),
        "- " * DEEP,
        "`" * DEEP,
        "![" * (DEEP // 2),
        "<" * DEEP,
        "|" * DEEP,
        "a@" * (DEEP // 2),
        "http://" * (DEEP // 7),
        "&" * DEEP,
    ],
    ids=lambda text: text[:3],
)
def test_a_nested_text_is_rendered_in_time(text: str) -> None:
    began = time.process_time()
    render(text)
    assert time.process_time() - began < BOUND


@pytest.mark.parametrize("length", [100, 8_000, 64_000])
def test_a_long_list_of_languages_is_read_in_time(client: PageClient, length: int) -> None:
    header = ",".join(f"x{number};q=0.{number % 10}" for number in range(length // 9))
    began = time.process_time()
    answer = client.get("/", headers={"Accept-Language": header})
    assert answer.status_code in (302, 431)
    assert time.process_time() - began < BOUND


def test_a_backup_cannot_write_outside_the_store(house: House, tmp_path: Path) -> None:
    target = tmp_path / "evil.zip"
    backup.back_up(house.database.engine, house.files, target)
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    name = "files/../../../escaped.txt"
    manifest["sha256"][name] = hashlib.sha256(b"evil").hexdigest()
    parts["manifest.json"], parts[name] = json.dumps(manifest).encode(), b"evil"
    with zipfile.ZipFile(target, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(Exception, match=r"(?i)path|key|\.\."):
        backup.restore(house.database.engine, house.files, target)
    assert not list(tmp_path.rglob("escaped.txt"))
    assert not (tmp_path.parent / "escaped.txt").exists()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:{port}/x.png"])
def test_a_document_fetches_nothing(address: str) -> None:
    """What people wrote may name a picture; making the PDF asks no disk and no machine for it."""
    pytest.importorskip("weasyprint")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        named = address.format(port=listener.getsockname()[1])
        made = make_pdf(f"<html lang='en'><title>x</title><h1>x</h1><img alt='' src='{named}'></html>")
        assert made.startswith(b"%PDF")
        assert b"root:" not in made
        with pytest.raises(TimeoutError):
            listener.accept()
