"""Scenario 2: anyone downloads the bundle, runs it offline with nothing but Python, and gets the same result and hash."""

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pbplatform.door import House
from tests.results.counted import a_declared_town
from tests.support.marks import missing
from tests.support.pages import PageClient
from tests.support.pythons import others


def run(folder: Path, python: str = sys.executable, **environment: str) -> subprocess.CompletedProcess[str]:
    """The bundle's program in a shell with nothing but Python: no packages, no paths of ours."""
    return subprocess.run(
        [python, "-s", "verify.py"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def folder(house: House, client: PageClient, tmp_path: Path) -> Path:
    """The downloaded and unpacked bundle of a declared round."""
    town, _trackers = a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip"
    answer = client.get(address)
    assert answer.status_code == 200
    assert client.get(address).data == answer.data, "the bundle is the same bytes whenever it is made"
    zipfile.ZipFile(io.BytesIO(answer.data)).extractall(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_same_result_from_a_shell(folder: Path) -> None:
    for seed, language in (("0", "C.UTF-8"), ("4711", "C"), ("random", "C.UTF-8")):
        done = run(folder, PYTHONHASHSEED=seed, LC_ALL=language)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "byte for byte" in done.stdout
        assert json.loads((folder / "manifest.json").read_text())["result"] in done.stdout


@pytest.mark.timeout(400)
def test_the_same_result_on_other_versions_of_python(folder: Path) -> None:
    versions = {f"{sys.version_info.major}.{sys.version_info.minor}"}
    for python in others() or missing(
        "other versions of Python are not fetched: python -m tests.support.pythons"
    ):
        done = subprocess.run(
            python.command(folder), capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{python.name}: {done.stdout}{done.stderr}"
        assert json.loads((folder / "manifest.json").read_text())["result"] in done.stdout
        versions.add(done.stdout.split()[1])
    assert len(versions) >= 2, "two of the versions tried are really two"
    with (folder / "ballots.csv").open("a") as ballots:
        ballots.write("x\n")
    done = subprocess.run(python.command(folder), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, "a changed file is found there too"


def test_an_older_python_is_told_what_is_needed(folder: Path) -> None:
    """As on many a Mac: a sentence, and not the error of a program that it cannot read."""
    started = "import runpy, sys; sys.version_info = (3, 9); runpy.run_path('verify.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", started], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == "This program needs Python 3.10 or newer; this is Python 3.9.\n"


def test_the_order_of_rows_changes_nothing(folder: Path) -> None:
    rows = (folder / "ballots.csv").read_text().splitlines(keepends=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    dice = random.Random(7)
    for _ in range(20):
        shuffled = rows[1:]
        dice.shuffle(shuffled)
        text = rows[0] + "".join(shuffled)
        (folder / "ballots.csv").write_text(text)
        import hashlib

        manifest["files"]["ballots.csv"] = hashlib.sha256(text.encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))
        done = run(folder)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["ballots.csv", "result.json", "rules.json", "count.json", "superseded.csv"])
def test_one_changed_byte_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    done = run(folder)
    assert done.returncode == 1
    assert name in done.stdout


def test_a_forged_ballot_is_found_even_with_a_forged_manifest(folder: Path) -> None:
    import hashlib

    text = (folder / "ballots.csv").read_text().replace("P1.3", "P1.4", 1)
    (folder / "ballots.csv").write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["ballots.csv"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    done = run(folder)
    assert done.returncode == 1
    assert "does not fit its line" in done.stdout
