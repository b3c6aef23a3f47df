"""The picture for sharing: title, municipality, round and cost in the municipality's colours, 1200 × 630 pixels.

It is drawn with the very fonts of the site, so Georgian and Bulgarian come out right. Where the fonts have not been
fetched (a bare checkout) the card carries its colours only.
"""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
SIZE = (1200, 630)
MARGIN = 70
INK = "#ffffff"
_SCRIPTS = {"georgian": ("\u10a0", "\u10ff"), "cyrillic": ("\u0400", "\u052f")}

Font = ImageFont.FreeTypeFont


def draw(*, title: str, place: str, line: str, colour: str, accent: str) -> bytes:
    """The card as PNG."""
    card = Image.new("RGB", SIZE, colour)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, SIZE[1] - 16, SIZE[0], SIZE[1]), fill=accent)
    write(pen, place, (MARGIN, 60), 40, 1)
    write(pen, title, (MARGIN, 150), 68, 4)
    write(pen, line, (MARGIN, SIZE[1] - 110), 38, 1)
    drawn = io.BytesIO()
    card.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def write(
    pen: ImageDraw.ImageDraw, text: str, at: tuple[int, int], size: int, most_lines: int, ink: str = INK
) -> None:
    """Write words line by line, each run of letters in the font of its script."""
    lines = _lines(text, size, most_lines)
    for number, words in enumerate(lines):
        x, y = float(at[0]), at[1] + number * size * 1.3
        for run, font in _runs(words, size):
            pen.text((x, y + size), run, font=font, fill=ink, anchor="ls")
            x += font.getlength(run)


def _lines(text: str, size: int, most: int) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _length(longer, size) <= SIZE[0] - 2 * MARGIN or not lines[-1]:
            lines[-1] = longer
        elif len(lines) == most:
            lines[-1] = f"{lines[-1]}…"
            break
        else:
            lines.append(word)
    return lines


def _length(text: str, size: int) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, size))


def _runs(text: str, size: int) -> list[tuple[str, Font]]:
    runs: list[tuple[str, Font]] = []
    for letter in text:
        font = _font(_script(letter), size)
        if font is None:
            continue
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + letter, font)
        else:
            runs.append((letter, font))
    return runs


def _script(letter: str) -> str:
    if letter == "₾":
        return "lari"
    return next((name for name, (first, last) in _SCRIPTS.items() if first <= letter <= last), "latin")


_fonts: dict[tuple[str, int], Font | None] = {}


def _font(script: str, size: int) -> Font | None:
    if (script, size) not in _fonts:
        path = _file(script)
        _fonts[script, size] = ImageFont.truetype(str(path), size) if path else None
    return _fonts[script, size]


def _file(script: str) -> Path | None:
    found = sorted(FONTS.glob(f"sans-{script}.*.woff2"))
    return found[0] if found else None
