"""Bundles in tests: downloaded and unpacked, forged so that they fit themselves, and checked with their own program."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.pages import PageClient
from tests.support.voting import Town

_COUNT_AGAIN = (
    "import verify as v; f = v.Path('.'); m = v.load(f, 'manifest.json');"
    "e = v.load(f, 'count.json')['envelopes'];"
    "b = v.result_again(f, m, e, v.read_choices(f, e), lambda _: None);"
    "(f / 'result.json').write_bytes(b)"
)


def unpacked(client: PageClient, town: Town, folder: Path) -> Path:
    """The bundle of a town's declared round, in this folder."""
    answer = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        bundle.extractall(folder)
    return folder


def fit(folder: Path) -> None:
    """Have what stands in the folder counted by the bundle's own program, and make the manifest say so: a whole forgery."""
    subprocess.run([sys.executable, "-c", _COUNT_AGAIN], cwd=folder, check=True, timeout=60)
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        manifest["files"][file] = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the bundle's program says of its folder."""
    return subprocess.run(
        [sys.executable, "verify.py"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
