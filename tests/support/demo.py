"""The whole demonstration as an application: every feature filled with plausible data."""

from pathlib import Path

from flask import Flask

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.demo import seed
from tests.support.pages import PageClient


def a_demonstration(folder: Path, url: str) -> Flask:
    """Build the demonstration on SQLite in a folder; jobs run at once, pages are checked by the client."""
    config = read_config(
        {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(folder),
            "PB_BASE_URL": url,
            "PB_JOBS": "immediate",
            "PB_LOG_LEVEL": "ERROR",
        }
    )
    seed.build(config)
    app = create_app(config)
    app.test_client_class = PageClient
    return app
