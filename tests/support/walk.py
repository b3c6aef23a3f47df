"""Walks the demonstration like a curious visitor: one page of every kind that a role can reach by links."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest
from tests.support.pages import check_page

# The first who can open a kind of page shows it; the others only add what is closed to those before them.
ROLES = (None, "citizen1", "councillor", "parks", "officer", "admin")
# The town that has a round in every phase.
PLACE = "rustavi"
# Rounds in different phases show different links, so several pages of a kind are read; only the first is kept.
READ_OF_A_KIND = 8
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')


@dataclass(frozen=True)
class Page:
    """One page of the demonstration, how it is reached, and what came."""

    endpoint: str
    path: str
    role: str | None
    status: int
    html: str

    @property
    def name(self) -> str:
        return f"{self.path} ({self.endpoint}, {self.role or 'visitor'})"


def sign_in(app: Flask, role: str) -> str:
    """Open a session with both factors for a person of the demonstration; returns its token.

    A role alone stands for somebody of the walked town; "role@town" for somebody of another one.
    """
    mailbox = f"{role if '@' in role else f'{role}@{PLACE}'}.example.org"
    with app.extensions["house"].database.transaction() as session:
        account = session.query(Account).filter_by(email=mailbox).one()
        token: str = sessions.open_session(session, account)
        session.query(AccountSession).filter_by(token_hash=digest(token)).one().second_factor_at = clock.now()
    return token


def browser_of(app: Flask, role: str | None) -> FlaskClient:
    """A client in which that person is signed in."""
    client = app.test_client()
    if role:
        token = sign_in(app, role)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
    return client


def parse(html: str) -> Element:
    root: Element = html5lib.parse(html, namespaceHTMLElements=False)
    return root


def links(html: str) -> Iterator[str]:
    """Paths of the same site that a page links to. Thousands of pages are read, so that a full parser is too slow."""
    for address in HREF.findall(html):
        parts = urlsplit(unescape(address))
        if parts.path.startswith("/") and parts.netloc in ("", "127.0.0.1", "localhost"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def endpoint_of(app: Flask, path: str) -> str | None:
    try:
        endpoint: str = app.url_map.bind("localhost").match(urlsplit(path).path)[0]
    except HTTPException:
        return None
    return endpoint


def pages(app: Flask, language: str) -> list[Page]:
    """One page of each kind, in one language, with the role that first could open it."""
    seen: dict[str, Page] = {}
    files: set[str] = set()
    for role in ROLES:
        client = browser_of(app, role)
        # Pages that are kept are checked below.
        client.check_pages = False
        asked: Counter[str] = Counter()
        queued: set[str] = set()
        queue = deque(
            [f"/{language}/", f"/{language}/{PLACE}/", f"/{language}/styleguide", f"/{language}/sign-in"]
        )
        while queue:
            path = queue.popleft()
            endpoint = endpoint_of(app, path)
            known = path in queued or endpoint in files
            if endpoint is None or not path.startswith(f"/{language}/") or known:
                continue
            queued.add(path)
            asked[endpoint] += 1
            if asked[endpoint] > READ_OF_A_KIND:
                continue
            response = client.get(path, follow_redirects=False)
            if response.status_code in (301, 302, 303, 307, 308):
                queue.append(urlsplit(response.headers["Location"]).path)
                continue
            if response.mimetype != "text/html":
                # A file leads nowhere, and some take long to make.
                files.add(endpoint)
                continue
            html = response.get_data(as_text=True)
            queue.extend(links(html))
            if endpoint not in seen and response.status_code == 200:
                check_page(html)
                seen[endpoint] = Page(endpoint, path, role, response.status_code, html)
            elif response.status_code >= 500:
                seen[f"{endpoint} failing"] = Page(endpoint, path, role, response.status_code, html)
    return list(seen.values())


def again(app: Flask, found: list[Page], language: str) -> list[Page]:
    """The same pages in another language, each as the person who first could open it."""
    clients: dict[str | None, FlaskClient] = {}
    other = []
    for page in found:
        if page.role not in clients:
            clients[page.role] = browser_of(app, page.role)
        path = f"/{language}/{page.path.split('/', 2)[2]}"
        response = clients[page.role].get(path)
        html = response.get_data(as_text=True)
        other.append(Page(page.endpoint, path, page.role, response.status_code, html))
    return other
