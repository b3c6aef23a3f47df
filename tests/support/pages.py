"""A test client that checks every page it fetches: valid HTML, one h1 that the title repeats, labels, no inline code."""

from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import E as PARSE_ERRORS
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class PageClient(FlaskClient):
    """Flask's client; every HTML answer is checked before the test sees it."""

    check_pages = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch and check."""
        response = super().open(*args, **kwargs)
        whole = not response.request.headers.get("HX-Request-Type")
        if (
            self.check_pages
            and whole
            and response.mimetype == "text/html"
            and not 300 <= response.status_code < 400
        ):
            check_page(response.get_data(as_text=True))
        return response


def in_memory(fields: dict[str, Any]) -> dict[str, Any]:
    """What to post for a form with a large file: Flask's client would leave its own copy of it open on the disk."""
    parts = {k: FileStorage(*v) if isinstance(v, tuple) else v for k, v in fields.items()}
    boundary, body = encode_multipart(parts)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


def check_page(html: str) -> None:
    """Raise AssertionError naming the first thing that is wrong with a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    assert not parser.errors, [
        f"{place}: {PARSE_ERRORS[code] % values}" for place, code, values in parser.errors[:3]
    ]
    elements = list(root.iter())
    _check_heading(root)
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    twice = [name for name, times in ids.items() if times > 1]
    assert not twice, f"ids stand twice: {twice}"
    for element in elements:
        _check_code(element)
    _check_labels(root, elements, set(ids))
    for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for element in elements:
            lost = [target for target in (element.get(name) or "").split() if target not in ids]
            assert not lost, f"{name} names nothing: {lost}"


def words(element: Element) -> str:
    """The text of an element in one line."""
    return " ".join("".join(element.itertext()).split())


def _check_heading(root: Element) -> None:
    assert root.get("lang"), "the page names no language"
    headings = root.findall(".//h1")
    assert len(headings) == 1, f"{len(headings)} first-level headings"
    title = root.find(".//title")
    assert title is not None, "no title"
    assert words(headings[0]) in words(title), (
        f"the title {words(title)!r} does not repeat {words(headings[0])!r}"
    )


def _check_code(element: Element) -> None:
    if not isinstance(element.tag, str):
        return
    assert "style" not in element.attrib, f"inline style on {element.tag}"
    handlers = [name for name in element.attrib if str(name).startswith("on")]
    assert not handlers, f"inline handlers {handlers} on {element.tag}"
    if element.tag == "style":
        raise AssertionError("inline stylesheet")
    if (
        element.tag == "script"
        and not element.get("src")
        and element.get("type") not in ("application/json", "application/ld+json")
    ):
        raise AssertionError("inline script")
    if element.tag == "img":
        assert "alt" in element.attrib, "an image without alt text"


def _check_labels(root: Element, elements: list[Element], ids: set[str | None]) -> None:
    labelled = {label.get("for") for label in root.iter("label")}
    wrapped = {id(control) for label in root.iter("label") for control in label.iter()}
    for element in elements:
        if element.tag not in ("input", "select", "textarea") or element.get("type") in UNLABELLED:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("id") in labelled
        assert named or id(element) in wrapped, f"no label for {element.tag} {element.get('name')!r}"
