"""The bundle is whole, its origin is known, and nothing in it comes from where it should not."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from pbplatform import assets

ROOT = assets.ROOT
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICON = re.compile(r"""(?:\bicon\(|\bdrawing\(|\bicon=|"icon":\s*)["']([a-z0-9-]+)["']""")


def manifest() -> dict[str, object]:
    found = dict(assets.read_manifest())
    assert found, "run: make assets"
    return found


def test_every_icon_that_a_page_shows_is_in_the_sprite() -> None:
    listed = set((ROOT / "assets" / "icons.txt").read_text(encoding="utf-8").split())
    used = {name: path.name for path in TEMPLATES for name in ICON.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 10
    assert {name: place for name, place in used.items() if name not in listed} == {}


def test_every_asset_that_a_page_names_is_built() -> None:
    named = re.compile(r"""asset\(['"]([^'"%]+)['"]\)""")
    known = set(manifest()["assets"])
    own = {path.relative_to(assets.STATIC).as_posix() for path in assets.STATIC.rglob("*.*")}
    wanted = {name for path in TEMPLATES for name in named.findall(path.read_text(encoding="utf-8"))}
    assert wanted - known - own == set()


def test_files_are_what_the_manifest_says() -> None:
    files: dict[str, dict[str, str]] = manifest()["files"]
    for name, facts in files.items():
        assert hashlib.sha256((assets.VENDOR / name).read_bytes()).hexdigest() == facts["sha256"], name
        assert facts.get("licence") or name.startswith(("js/", "fonts.")), f"{name}: whose is it?"


def test_a_second_build_has_nothing_to_do() -> None:
    assert assets.build() is False


def test_the_stylesheet_keeps_the_rules_of_the_house() -> None:
    name = str(manifest()["assets"]["app.css"]).removeprefix(assets.ADDRESS)
    css = (assets.VENDOR / name).read_text(encoding="utf-8")
    assert "text-transform:uppercase" not in css, "Georgian has no capitals in running text"
    assert "GDS Transport" not in css, "that font is licensed for GOV.UK alone"
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", css), "nothing is loaded from elsewhere"
    assert "prefers-reduced-motion" in css


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_locked_requirement_has_a_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    requirements = text.replace("\\\n", " ").strip().splitlines()
    assert requirements
    assert [line for line in requirements if "--hash=sha256:" not in line] == []


def test_the_npm_lock_has_integrity_and_names_no_registry() -> None:
    packages = json.loads((ROOT / "assets" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = {name: facts for name, facts in packages.items() if name}
    assert len(fetched) > 10
    assert [
        name for name, facts in fetched.items() if not facts.get("integrity", "").startswith("sha512-")
    ] == []
    assert [name for name, facts in fetched.items() if "resolved" in facts] == []
