"""A bundle is made once and kept: the same bytes for everybody, and a changed copy is found by its fingerprint."""

import io
import tempfile
import zipfile
from pathlib import Path

import pytest

from pbplatform.door import House
from pbplatform.foundation.files import Files, FilesUnavailable
from pbplatform.results import bundle
from tests.results.counted import a_declared_town
from tests.support.pages import PageClient


def never(*_: object) -> None:
    raise AssertionError("the bundle was made again")


def test_the_bundle_is_made_once(house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    town, _ = a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip"
    first = client.get(address)
    assert "verify.py" in zipfile.ZipFile(io.BytesIO(first.data)).namelist()
    monkeypatch.setattr(bundle, "build", never)
    again = client.get(address)
    assert again.data == first.data
    assert again.content_length == len(first.data)


def test_a_changed_copy_is_thrown_away_and_made_again(house: House, client: PageClient) -> None:
    town, _ = a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip"
    first = client.get(address).data
    (key,) = house.files.all_keys("bundles")
    for changed in (first[:-1] + b"x", first[: len(first) // 2], b""):
        house.files.put(key, changed)
        assert client.get(address).data == first
    assert house.files.all_keys("bundles") == [key]
    assert house.files.get(key) == first


def test_a_release_with_other_programs_makes_it_anew(
    house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, _ = a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip"
    first = client.get(address).data
    plain = bundle.source
    monkeypatch.setattr(bundle, "source", lambda package, name: plain(package, name) + b"# newer\n")
    assert client.get(address).data != first


def test_a_store_that_cannot_be_written_costs_only_time(
    house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town, _ = a_declared_town(house)
    base = f"/en/{town.place.slug}/rounds/{town.round.slug}/results"
    first = client.get(f"{base}/bundle.zip").data
    kept = Files(f"file:{tmp_path / 'store'}")
    (tmp_path / "store").rmdir()
    (tmp_path / "store").write_text("not a folder")
    monkeypatch.setattr(house.files, "_store", kept._store)
    with pytest.raises(FilesUnavailable):
        house.files.put("one", b"content")
    assert client.get(f"{base}/bundle.zip").data == first
    assert client.get(f"{base}/protocol.pdf").data.startswith(b"%PDF")


def test_without_room_to_make_it_the_answer_is_that_the_server_cannot_answer_now(
    house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town, _ = a_declared_town(house)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "away"))
    answer = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results/bundle.zip")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert not house.files.all_keys("bundles")
