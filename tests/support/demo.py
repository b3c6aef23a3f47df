"""The whole demonstration as an application: every feature filled with plausible data.

Building it and walking through it take many seconds, so both happen once in a run of the tests; each test works on a copy.
"""

import fcntl
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from pbplatform.app import create_app
from pbplatform.config import Config, read_config
from pbplatform.demo import seed
from tests.support.pages import PageClient
from tests.support.walk import Page, pages

DATABASE = "pbplatform.sqlite"


def a_demonstration(factory: pytest.TempPathFactory, url: str = "http://localhost", **settings: str) -> Flask:
    """The demonstration on SQLite in a folder of its own; jobs run at once, pages are checked by the client."""
    folder = a_copy(factory)
    app = create_app(_config(folder, {"PB_BASE_URL": url, **settings}))
    app.test_client_class = PageClient
    return app


def a_copy(factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration's database, files and secrets, which nobody else uses."""
    folder = factory.mktemp("demo")
    shutil.copytree(_built(factory), folder, dirs_exist_ok=True)
    return folder


@dataclass(frozen=True)
class Walk:
    """A walk through the whole demonstration: a page of every kind, and what wrote while they were only looked at."""

    pages: list[Page]
    wrote: list[str]


def walked(factory: pytest.TempPathFactory) -> Walk:
    """The walk through a copy that nobody had touched."""
    kept = _once(factory, "walk.json", lambda path: path.write_text(json.dumps(asdict(_walk(factory)))))
    told = json.loads(kept.read_text())
    return Walk([Page(**page) for page in told["pages"]], told["wrote"])


def _walk(factory: pytest.TempPathFactory) -> Walk:
    app = a_demonstration(factory)
    wrote: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().lower().startswith(("insert", "update", "delete")):
            wrote.append(" ".join(statement.split())[:100])

    database = app.extensions["house"].database
    event.listen(database.engine, "before_cursor_execute", heard)
    found = pages(app, "en")
    database.dispose()
    return Walk(found, wrote)


def _built(factory: pytest.TempPathFactory) -> Path:
    def build(folder: Path) -> None:
        folder.mkdir()
        seed.build(_config(folder, {}))

    return _once(factory, "demonstration", build)


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """What this run of the tests has made under that name; the first who asks makes it, the others wait."""
    base = factory.getbasetemp()
    # Side by side, each worker has a folder of its own inside that of the run.
    shared = base.parent if base.name.startswith("popen-") else base
    finished = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            half = shared / f"half-{name}"
            shutil.rmtree(half, ignore_errors=True)
            make(half)
            half.rename(finished)
    return finished


def _config(folder: Path, settings: dict[str, str]) -> Config:
    return read_config(
        {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(folder),
            "PB_DATABASE_URL": f"sqlite:///{folder / DATABASE}",
            "PB_JOBS": "immediate",
            "PB_LOG_LEVEL": "ERROR",
            **settings,
        }
    )
