"""Citizens' and officers' rich text: Markdown in, safe HTML out.

Three walls in a row: the Markdown parser passes no HTML, bleach keeps an allow-list, nh3 cleans once more (bleach
gets no more fixes upstream, so it is never the only wall). Links are found by the parser, never by bleach.

What most people write is words and full stops: no letter of it means anything in Markdown or HTML, so it needs no wall
and becomes paragraphs at once.
"""

import re
from functools import lru_cache
from html import unescape
from threading import local

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


class _Walls(local):
    """Parser and cleaner of one thread. Neither may be shared: both keep what they are reading in themselves."""

    def __init__(self) -> None:
        self.parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": 20}).enable(
            ["table", "strikethrough", "linkify"]
        )
        self.bleach: Cleaner = bleach.Cleaner(
            tags=TAGS | {"h1", "h2"}, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True
        )


_walls = _Walls()

_LINE = r"[^\W\d_](?:[^\W_]|[,;?!()\"'„“”«»’–—…№%]|[.:](?=[ \n]|\Z)|-(?=\w)| (?=[^ \n]))*"
_PLAIN = re.compile(rf"{_LINE}(?:\n+{_LINE})*\Z")
"""Lines that begin with a letter and hold words and the marks of sentences: no list, no link, no tag, no entity."""


@lru_cache(maxsize=2048)
def render(source: str) -> Markup:
    """Safe HTML of a Markdown text; headings start at h3 so that the page keeps its only h1."""
    source = source[:LONGEST].replace("\r\n", "\n").strip(" \n")
    if _PLAIN.match(source):
        return Markup("".join(f"<p>{part}</p>\n" for part in re.split(r"\n{2,}", source)))  # noqa: S704 (no mark in it)
    return through_the_walls(source)


def through_the_walls(source: str) -> Markup:
    """Safe HTML of any Markdown text."""
    html = _walls.bleach.clean(_walls.parser.render(source))
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
    words = nh3.clean(_walls.parser.render(source[:LONGEST]), tags=set())
    # The cleaner writes HTML; what is wanted here are the letters themselves.
    return " ".join(unescape(words).split())
