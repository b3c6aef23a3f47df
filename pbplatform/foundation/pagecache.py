"""Whole pages for visitors who carry no session, kept for a few seconds in the process.

Only a 200 answer in HTML to a visitor without a session is kept, and only when making it opened no session; so nothing
personal can get in. The nonce of the content policy is new in every answer: the page is kept with a mark in its place.
"""

import threading
import time
from collections import OrderedDict
from hashlib import sha256

from flask import Request, Response, g, session

MARK = "\x1anonce\x1a"


class PageCache:
    """At most `most` pages, each for `seconds`; with 0 seconds nothing is kept."""

    def __init__(self, seconds: float, most: int = 1000) -> None:
        self.seconds = seconds
        self.most = most
        self._pages: OrderedDict[str, tuple[float, bytes, str]] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, request: Request) -> str | None:
        """What the page of a request is kept under; None when this request may not be answered from memory."""
        if self.seconds <= 0 or request.method != "GET" or request.authorization is not None:
            return None
        if set(request.cookies) - {"pb_language"} or request.headers.get("HX-Request-Type"):
            return None
        return f"{request.host} {request.full_path}" if len(request.full_path) < 500 else None

    def answer(self, request: Request) -> Response | None:
        """The kept page, with this answer's nonce, or 304 for a reader who has it."""
        key = self.key(request)
        if key is None:
            return None
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or kept[0] < time.monotonic():
                return None
        _until, body, etag = kept
        response = Response(body.replace(MARK.encode(), g.nonce.encode()), mimetype="text/html")
        return self._dress(response, etag).make_conditional(request)  # type: ignore[return-value]

    def keep(self, request: Request, response: Response) -> Response:
        """Keep a fresh page where that is right, and give it its ETag."""
        key = self.key(request)
        fitting = (
            response.status_code == 200 and response.mimetype == "text/html" and not response.is_streamed
        )
        if key is None or not fitting or session.modified or "Cache-Control" in response.headers:
            return response
        body = response.get_data().replace(g.nonce.encode(), MARK.encode())
        etag = sha256(body).hexdigest()[:24]
        with self._lock:
            self._pages[key] = (time.monotonic() + self.seconds, body, etag)
            self._pages.move_to_end(key)
            while len(self._pages) > self.most:
                self._pages.popitem(last=False)
        return self._dress(response, etag).make_conditional(request)  # type: ignore[return-value]

    def _dress(self, response: Response, etag: str) -> Response:
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
        return response
