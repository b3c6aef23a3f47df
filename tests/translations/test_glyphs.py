"""The fonts that we ship have a letter for every letter that we write."""

import json
from functools import cache

import pytest
from fontTools.ttLib import TTFont

from pbplatform import assets, translations
from pbplatform.translations import Trees

# Drawn by no font, or beside the languages' own letters wanted in every text: sums, quotes, dashes.
INVISIBLE = {"\n", "\t", "\r", "\u200b", "\u2060", "\ufeff", "\u00ad"}
ALWAYS = "₾€„“”«»–—…№×·0123456789%§"


@cache
def covered(family: str) -> frozenset[int]:
    manifest = json.loads((assets.VENDOR / "manifest.json").read_text(encoding="utf-8"))
    letters: set[int] = set()
    for font in assets.FONTS:
        if font.family == family:
            name = manifest["assets"][f"fonts/{font.name}.woff2"].removeprefix(assets.ADDRESS)
            letters |= set(TTFont(assets.VENDOR / name).getBestCmap()) & set(
                assets.code_points(font.characters)
            )
    return frozenset(letters)


def letters_of(language: str) -> set[str]:
    if language == "en":
        catalogues = translations.extract(Trees()).values()
        found = "".join(
            "".join(translations.sources_of(m)) for c in catalogues for m in translations.messages_of(c)
        )
    else:
        read = translations.read_language(Trees(), language).values()
        found = "".join("".join(translations.forms_of(m)) for c in read for m in translations.messages_of(c))
    return set(found) - INVISIBLE


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
@pytest.mark.parametrize("family", ["PB Sans", "PB Serif"])
def test_every_letter_has_a_glyph(language: str, family: str) -> None:
    wanted = letters_of(language) | set(ALWAYS) if family == "PB Sans" else letters_of(language)
    assert len(wanted) > 40
    assert {letter for letter in wanted if ord(letter) not in covered(family)} == set()


def test_a_letter_of_another_script_is_not_covered() -> None:
    assert ord("漢") not in covered("PB Sans")
