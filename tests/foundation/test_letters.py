"""Letters: one layout, two forms that say the same, in the reader's language, wherever they are written."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask, g

from pbplatform.foundation import letters
from pbplatform.foundation.letters import Button, Item, Quote, Small, Unsubscribing

ROOT = Path(__file__).parents[2]
PARTS = (
    "Hello Nino & Co,",
    Quote("first line\nsecond <b>line</b>"),
    Button("Open your proposal", "http://localhost/ka/rustavi/rounds/spring/proposals/7"),
    Item("A garden has news", "http://localhost/ka/rustavi/rounds/spring/", "21 ნოემბერი, 2026"),
    Small("If this was not you, you need do nothing."),
)
OUT = Unsubscribing("http://localhost/ka/rustavi/notices", "http://localhost/ka/rustavi/unsubscribe/word")


class _Read(HTMLParser):
    """What a program for mail makes of the HTML: words, addresses, headings and languages."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.links: list[str] = []
        self.tags: list[str] = []
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given["href"] or ""] if "href" in given else []
        self.language = given.get("lang") or self.language

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("language", "brand"),
    [("ka", "ერთად გადავწყვიტოთ"), ("bg", "Да решим заедно"), ("en", "Decide together")],
)
def test_both_forms_of_a_letter_say_the_same_in_the_readers_language(
    app: Flask, language: str, brand: str
) -> None:
    with app.app_context():
        g.locale = "en"
        text, html = letters.set_out(language, "A letter & more", PARTS, OUT)
        assert g.locale == "en", "the page goes on in its own language"
    read = _Read(html)
    assert read.language == language
    assert read.tags.count("h1") == 1
    assert read.words.count("A letter & more") == 2, "in the title and in the heading"
    assert "b" not in read.tags[read.tags.index("blockquote") : read.tags.index("blockquote") + 2]
    for said in ("Hello Nino & Co,", "second <b>line</b>", "Open your proposal", "21 ნოემბერი", brand):
        assert said in text
        assert said in read.words
    assert "\n  first line\n  second <b>line</b>\n" in text, "another's words are set apart"
    assert set(re.findall(r"^\s*(http\S+)$", text, re.MULTILINE)) == set(read.links)
    assert not {"script", "style", "img", "link"} & set(read.tags), "a letter fetches nothing"


def test_a_letter_without_notices_offers_no_way_out_of_them(app: Flask) -> None:
    with app.app_context():
        for form in letters.set_out("en", "Your password has been changed", ["Good day!"]):
            assert "no more of these" not in form


def test_no_feature_sets_out_a_letter_of_its_own() -> None:
    """Every letter goes through `letters.write` or `letters.set_out`, so that none lacks a form or the layout."""
    writers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "pbplatform").rglob("*.py"))
        if re.search(r"\bwrite_letter\b|\blayouts/mail\.", path.read_text(encoding="utf-8"))
    ]
    assert writers == ["pbplatform/foundation/letters.py", "pbplatform/foundation/mail.py"]
