"""A bundle is made once and kept: the same bytes for everybody, and a changed copy is found by its fingerprint."""

import io
import zipfile

import pytest

from pbplatform.door import House
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
