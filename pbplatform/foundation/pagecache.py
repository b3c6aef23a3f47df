"""Whole pages for visitors who carry no session, kept for a few seconds in the process and answered before Flask wakes.

Only a 200 answer in HTML to a visitor without a session is kept, and only when making it opened no session; so nothing
personal can get in. The nonce of the content policy is new in every answer: page and headers are kept with a mark in
its place. The kept page is found by host, path and question, so only a host that was trusted once is ever answered.

Some cookies say nothing of a person: the language, and those that the application names as harmless. Who carries only
these gets kept pages too, but never one that would have set a harmless cookie which they carry already: such a page
was made for somebody without it.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Request, Response, g, session

MARK = "\x1anonce\x1a"
LONGEST_QUESTION = 500
LANGUAGE_COOKIE = "pb_language"
_PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_HX_REQUEST_TYPE", "HTTP_RANGE")
_NOT_KEPT = {"set-cookie", "content-length"}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


@dataclass(frozen=True)
class Kept:
    """One page: until when, its bytes and headers with the mark, its ETag, its language, the cookies it sets by name."""

    until: float
    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    language: str
    cookies: dict[str, str]


class PageCache:
    """At most `most` pages, each for `seconds`; with 0 seconds nothing is kept. `whole` vetoes answers from memory.

    `harmless` names the cookies beside the language that say nothing of a person.
    """

    def __init__(
        self,
        seconds: float,
        whole: Callable[[], bool],
        harmless: Collection[str] = (),
        most: int = 1000,
    ) -> None:
        self.seconds = seconds
        self.most = most
        self._harmless = frozenset({LANGUAGE_COOKIE, *harmless})
        self._whole = whole
        self._pages: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def wrap(self, application: Wsgi) -> Wsgi:
        """The application behind its kept pages."""
        if self.seconds <= 0:
            return application

        def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            cookies = self._carried(environ)
            kept = None if cookies is None else self._find(environ, cookies)
            if kept is None or cookies is None:
                return application(environ, start_response)
            return _answer(kept, environ, cookies, start_response)

        return serve

    def _carried(self, environ: Environ) -> dict[str, str] | None:
        """The cookies of a request by name; None when one of them may be about a person."""
        found: dict[str, str] = {}
        for part in filter(None, environ.get("HTTP_COOKIE", "").split(";")):
            name, _, value = part.strip().partition("=")
            if name not in self._harmless or name in found:
                return None
            found[name] = value
        return found

    def _find(self, environ: Environ, cookies: dict[str, str]) -> Kept | None:
        key = _key(environ)
        if key is None:
            return None
        with self._lock:
            kept = self._pages.get(key)
        if kept is None or kept.until < time.monotonic() or not self._whole():
            return None
        made_for_others = any(name in cookies for name in kept.cookies if name != LANGUAGE_COOKIE)
        return None if made_for_others else kept

    def keep(self, request: Request, response: Response) -> Response:
        """Give a fresh page its ETag and keep it, where that is right; the response must have all its headers already."""
        key = _key(request.environ) if self._carried(request.environ) is not None else None
        fitting = (
            response.status_code == 200 and response.mimetype == "text/html" and not response.is_streamed
        )
        own_rules = "Cache-Control" in response.headers
        cookies = {whole.partition("=")[0]: whole for whole in response.headers.getlist("Set-Cookie")}
        personal = session.modified or not self._harmless.issuperset(cookies)
        if self.seconds <= 0 or key is None or not fitting or personal or own_rules:
            return response
        body = response.get_data().replace(g.nonce.encode(), MARK.encode())
        etag = sha256(body).hexdigest()[:24]
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
        headers = tuple(
            (name, value.replace(g.nonce, MARK))
            for name, value in response.headers
            if name.lower() not in _NOT_KEPT
        )
        now = time.monotonic()
        kept = Kept(
            until=now + self.seconds,
            body=body,
            headers=headers,
            etag=f'W/"{etag}"',
            language=g.get("locale", ""),
            cookies=cookies,
        )
        with self._lock:
            self._pages[key] = kept
            self._pages.move_to_end(key)
            # The oldest stand first: what is too old to be shown is not held in memory either.
            while len(self._pages) > self.most or next(iter(self._pages.values())).until < now:
                self._pages.popitem(last=False)
        response.make_conditional(request)
        return response


def _key(environ: Environ) -> str | None:
    """What a request's page is kept under; None when it may not be answered from memory."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _PERSONAL):
        return None
    address = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
    if len(address) > LONGEST_QUESTION:
        return None
    return f"{environ.get('wsgi.url_scheme')} {environ.get('HTTP_HOST')} {address}"


def _answer(
    kept: Kept, environ: Environ, cookies: dict[str, str], start_response: StartResponse
) -> Iterable[bytes]:
    nonce = secrets.token_urlsafe(16)
    headers = [(name, value.replace(MARK, nonce)) for name, value in kept.headers]
    headers += [
        ("Set-Cookie", whole)
        for name, whole in kept.cookies.items()
        if name != LANGUAGE_COOKIE or cookies.get(name) != kept.language
    ]
    if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 NOT MODIFIED", [pair for pair in headers if pair[0].lower() != "content-type"])
        return []
    body = kept.body.replace(MARK.encode(), nonce.encode())
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [body]
