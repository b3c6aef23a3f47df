"""A page in Georgian or Bulgarian holds no English that was forgotten, neither in its text nor in what is read aloud."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from tests.browser.conftest import Demo
from tests.support.walk import parse

# Words that occur in nearly every English sentence and are no word of Georgian or Bulgarian.
ENGLISH = re.compile(
    r"\b(the|of|and|to|is|are|was|you|your|for|with|this|that|not|no|from|by|on|at|in|or|be|has|have|error|show|hide|"
    r"open|close|next|previous|page|search|home|save|cancel|back|submit|menu|yes|none|all)\b",
    re.IGNORECASE,
)
ATTRIBUTES = ("alt", "aria-label", "title", "placeholder", "aria-description", "content")
# A title repeats the first heading, whose parts can be marked as another language; those of a title cannot.
UNREAD = {"title", "script", "style", "code", "pre", "kbd", "samp", "template"}
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\S+\.(?:csv|json|pb|py|zip|pdf|xlsx)\b|#[0-9a-fA-F]{3,}")


def texts(element: Element, language: str, here: str | None = None) -> Iterator[str]:
    """What a reader of the page's language reads or hears; parts marked as another language are left out."""
    if not isinstance(element.tag, str) or element.tag in UNREAD:
        return
    here = element.get("lang") or here
    if here == language:
        yield element.text or ""
        for name in ATTRIBUTES:
            if not (element.tag == "meta" and element.get("name") not in ("description",)):
                yield element.get(name) or ""
    for child in element:
        yield from texts(child, language, here)
        if here == language:
            yield child.tail or ""


def english(text: str) -> str | None:
    plain = ADDRESS.sub(" ", " ".join(text.split()))
    return plain if ENGLISH.search(plain) else None


def test_the_finder_finds() -> None:
    root = parse(
        '<html lang="bg"><p>Здравей</p><p aria-label="Show the password">x</p><p lang="en">Hide the map</p></html>'
    )
    assert [found for text in texts(root, "bg") if (found := english(text))] == ["Show the password"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["ka", "bg"])
def test_no_english_is_left(demo: Demo, language: str) -> None:
    faults = [
        f"{page.name}: {found}"
        for page in demo.pages(language)
        for text in texts(parse(page.html), language)
        if (found := english(text))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_no_page_fails(demo: Demo, language: str) -> None:
    assert [page.name for page in demo.pages(language) if page.status != 200] == []
