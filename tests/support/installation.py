"""The installation of a test once more with other settings, and disks that can be filled."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from pbplatform.app import create_app
from pbplatform.config import Config, read_config
from tests.faults import troubles
from tests.support.pages import PageClient


@contextmanager
def changed(config: Config, settings: Mapping[str, str]) -> Iterator[Flask]:
    """An application on the same data and database, with these settings besides."""
    same = {
        "PB_MODE": "test",
        "PB_DATA_DIR": str(config.data_dir),
        "PB_DATABASE_URL": config.database_url,
        "PB_JOBS": "immediate",
        "PB_BASE_URL": "http://localhost",
        "PB_MAIL_URL": config.mail_url,
    }
    app = create_app(read_config({**same, **settings}))
    app.test_client_class = PageClient
    try:
        yield app
    finally:
        app.extensions["house"].database.dispose()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of so many megabytes; the test is skipped by name where none can be mounted, and for no other reason."""
    with ExitStack() as mounted:
        try:
            disk = mounted.enter_context(troubles.small_disk(folder, megabytes))
        except PermissionError as reason:
            pytest.skip(str(reason))
        yield disk
