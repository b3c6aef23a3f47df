"""HTTP habits: the edge that refuses broken input, security headers, safe redirects, caching of anonymous pages."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Request, Response, g, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, RequestHeaderFieldsTooLarge

LARGEST_BODY = 2 * 1024 * 1024
LARGEST_FORM_MEMORY = 1 * 1024 * 1024
MOST_PARTS = 500
LONGEST_HEADER = 8192
SHORTEST_SENTENCE = 20
# U+FFFD is what decoding leaves of bytes that are no UTF-8.
_BROKEN = re.compile("[\x00\ud800-\udfff\ufffd-\uffff]")
_LINE_BREAK = re.compile("[\r\n\x00]")

POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), interest-cohort=()"),
)


def limit_bodies(app: Flask) -> None:
    """Bound what a request may carry; a view for uploads names a bound of its own with `door.carries`."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM_MEMORY
    app.config["MAX_FORM_PARTS"] = MOST_PARTS


def refuse_broken_input(req: Request) -> None:
    """Stop NUL, lone surrogates and line breaks in addresses before they reach a driver, a header or a log.

    Forms are read only after the view's own body limit is set, so they are checked by `clean_form`.
    """
    if any(len(value) > LONGEST_HEADER for _, value in req.headers):
        raise RequestHeaderFieldsTooLarge
    if _LINE_BREAK.search(req.path) or broken(req.path):
        raise BadRequest
    try:
        unquote_to_bytes(req.query_string).decode()
    except UnicodeDecodeError:
        raise BadRequest from None
    for key, values in req.args.lists():
        if broken(key) or any(broken(value) for value in values):
            raise BadRequest


def clean_form(req: Request) -> None:
    """Refuse a form or file name that no database can hold."""
    for key, values in req.form.lists():
        if broken(key) or any(broken(value) for value in values):
            raise BadRequest
    for key, files in req.files.lists():
        if broken(key) or any(
            _LINE_BREAK.search(file.filename or "") or broken(file.filename or "") for file in files
        ):
            raise BadRequest


def piece(template: str, **values: Any) -> Markup:
    """A part of a page, to stand inside another: Jinja has escaped what it shows."""
    return Markup(render_template(template, **values))  # noqa: S704 (escaped by its template)


def broken(value: str) -> bool:
    """Whether a text holds NUL, a lone surrogate or a non-character."""
    return _BROKEN.search(value) is not None


def secure(response: Response, *, https: bool) -> Response:
    """Set the headers that every response carries, unless a view has set its own."""
    policy = "; ".join(f"{name} {value}" for name, value in g.get("content_policy", POLICY).items())
    wanted = [("Content-Security-Policy", policy.replace("{nonce}", g.get("nonce", ""))), *_ALWAYS]
    if https:
        wanted.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    there = {name.lower() for name, _ in response.headers}
    response.headers.extend([(name, value) for name, value in wanted if name.lower() not in there])
    return response


def vary(response: Response, names: Iterable[str]) -> None:
    """Add names to the Vary header."""
    response.vary.update(names)


def safe_next(target: str | None, fallback: str) -> str:
    """A path of this site to go on to; anything that a browser could read as another site gives the fallback."""
    if not target or len(target) > 500 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    if any(ord(letter) < 33 or letter == "\\" for letter in target) or broken(target):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target


def typed_words() -> list[str]:
    """What somebody wrote into the form of this request, so that a page that could not keep it gives it back.

    Sentences only: numbers, codes and passwords are not shown again.
    """
    given = {name: text.strip() for name, text in request.form.items() if "password" not in name}
    return [text for text in given.values() if len(text) > SHORTEST_SENTENCE and " " in text]


def present_state() -> str:
    """The address that shows how what this form was about stands now: its own, or the page that it was on; or nothing."""
    if request.method in ("GET", "HEAD"):
        return ""
    if request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        return request.path
    seen = urlsplit(request.referrer or "")
    return safe_next(seen.path, "") if seen.netloc == request.host else ""
