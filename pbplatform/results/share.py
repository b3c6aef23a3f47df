"""The picture that social networks show beside a link to a result: 1200 × 630, drawn here, with no text that is cut off."""

import io
from collections.abc import Sequence

from flask_babel import ngettext
from PIL import Image, ImageDraw

from pbplatform.consultation.models import Round
from pbplatform.foundation.i18n import localised
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.sharecard import write
from pbplatform.results.showing import Shown

SIZE = (1200, 630)
INK, QUIET = "#1b1f1d", "#4d5652"


def share_png(place: Municipality, found: Round, shown: Sequence[Shown], language: str) -> bytes:
    """The picture: the round, how many projects won for how much, and the money as a bar."""
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
    if shown:
        write(draw, localised(place.names, language).text, (80, 80), 36, 1, QUIET)
        write(draw, localised(found.titles, language).text, (80, 140), 60, 2, INK)
        said = ngettext("%(n)s project won", "%(n)s projects won", winners, n=winners)
        write(draw, str(said), (80, 350), 52, 1, INK)
        write(draw, f"{shown[0].money(spent)} / {shown[0].money(budget)}", (80, 535), 36, 1, QUIET)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
