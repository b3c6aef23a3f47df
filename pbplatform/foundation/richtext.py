"""Citizens' and officers' rich text: Markdown in, safe HTML out.

Three walls in a row: the Markdown parser passes no HTML, bleach keeps an allow-list, nh3 cleans once more (bleach
gets no more fixes upstream, so it is never the only wall). Links are found by the parser, never by bleach.
"""

from functools import lru_cache
from html import unescape

import bleach
import nh3
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markupsafe import Markup

LONGEST = 100_000
TAGS = frozenset(
    [
        "p",
        "br",
        "strong",
        "em",
        "s",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h3",
        "h4",
        "h5",
        "h6",
        "code",
        "pre",
        "a",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
ATTRIBUTES = {"a": ["href", "title"], "ol": ["start"]}
PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})

_parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 20}).enable(
    ["table", "strikethrough", "linkify"]
)
_bleach: Cleaner = bleach.Cleaner(
    tags=TAGS | {"h1", "h2"}, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True
)


@lru_cache(maxsize=2048)
def render(source: str) -> Markup:
    """Safe HTML of a Markdown text; headings start at h3 so that the page keeps its only h1."""
    html = _bleach.clean(_parser.render(source[:LONGEST]))
    for level in ("1", "2"):
        html = html.replace(f"<h{level}>", "<h3>").replace(f"</h{level}>", "</h3>")
    return Markup(  # noqa: S704 (cleaned twice just above)
        nh3.clean(
            html,
            tags=set(TAGS),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            url_schemes=set(PROTOCOLS),
            link_rel="nofollow ugc noopener",
        )
    )


def plain(source: str) -> str:
    """The words of a Markdown text without any markup, for summaries and search."""
    words = nh3.clean(_parser.render(source[:LONGEST]), tags=set())
    # The cleaner writes HTML; what is wanted here are the letters themselves.
    return " ".join(unescape(words).split())
