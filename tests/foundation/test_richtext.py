"""What citizens write becomes safe HTML, whoever else is being read at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbplatform.foundation.richtext import render, through_the_walls

ALPHABET = "აბв дя ZzO019 .,:;!?()\"'„“–-…%№_*#<>&[]|~`+=/\\@\n\n\r\t"


@settings(max_examples=300)
@given(st.text(ALPHABET, max_size=60))
@example("A place to sit. It needs shade, too.\n\nAnd water – (cold)!")
@example("See www.example.org")
@example("I write to me@example.org")
@example('He said: "no" – it isn\'t so')
@example("Price:100")
@example("one\n1. two")
@example("one \ntwo")
@example("a\n---\nb")
@example("x_y_z")
@example("a:b//c.ge")
@example("mailto:a")
def test_the_short_way_of_plain_words_gives_what_the_long_way_gives(text: str) -> None:
    assert render(text) == through_the_walls(text)


@pytest.mark.parametrize(
    "text", ["Words only. Two sentences, in fact.", "მოედანი, სკვერი და ხეები.\nდა სკამები."]
)
def test_plain_words_are_one_paragraph(text: str) -> None:
    assert render(text) == f"<p>{text}</p>\n"


def test_many_readers_at_once_each_get_the_text_they_asked_for() -> None:
    """Parser and cleaner keep what they read in themselves; shared by threads they mix texts or break."""
    texts = [
        f"**text {number}** of www.example{number}.org\n\n- <b>{number}</b>\n- two" * 3
        for number in range(400)
    ]
    expected = [str(through_the_walls(text)) for text in texts]
    with ThreadPoolExecutor(16) as readers:
        found = list(readers.map(lambda text: str(through_the_walls(text)), texts, chunksize=1))
    assert found == expected
