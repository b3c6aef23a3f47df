"""The picture that social networks show beside a link to a result: 1200 × 630, drawn here, with no text that is cut off."""

import io
from collections.abc import Sequence
from functools import cache

from flask_babel import ngettext
from PIL import Image, ImageDraw, ImageFont

from pbplatform.consultation.models import Round
from pbplatform.foundation.i18n import localised
from pbplatform.municipalities.models import Municipality
from pbplatform.results.showing import Shown

SIZE = (1200, 630)
FONTS = ("NotoSansGeorgian-Regular.ttf", "DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
"""Fonts with Georgian, Cyrillic and Latin letters, by the names that systems know them."""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | None:
    for name in FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def share_png(place: Municipality, found: Round, shown: Sequence[Shown], language: str) -> bytes:
    """The picture: the round, how many projects won for how much, and the money as a bar. Without a font only the bar."""
    image = Image.new("RGB", SIZE, "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 24), fill=place.brand_colour)
    budget = sum(part.envelope.amount for part in shown) or 1
    spent = sum(part.spent for part in shown)
    winners = sum(len(part.funded) for part in shown)
    draw.rounded_rectangle((80, 470, 1120, 520), 8, fill="#d9dedb")
    draw.rounded_rectangle(
        (80, 470, 80 + int(1040 * min(spent / budget, 1)), 520), 8, fill=place.brand_colour
    )
    if _font(30) is not None and shown:
        _line(draw, 90, localised(place.names, language).text, 36, "#4d5652")
        _line(draw, 160, localised(found.titles, language).text, 60, "#1b1f1d")
        said = ngettext("%(n)s project won", "%(n)s projects won", winners, n=winners)
        _line(draw, 320, str(said), 52, "#1b1f1d")
        _line(draw, 540, f"{shown[0].money(spent)} / {shown[0].money(budget)}", 36, "#4d5652")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _line(draw: ImageDraw.ImageDraw, top: int, words: str, size: int, colour: str) -> None:
    """A line in the largest size that fits the width."""
    font = _font(size)
    while font is not None and size > 20 and draw.textlength(words, font=font) > 1040:
        size -= 2
        font = _font(size)
    draw.text((80, top), words, font=font, fill=colour)
