"""Pictures for the demonstration: drawn by the program, so that they show nobody and belong to nobody."""

from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (960, 640)
_HORIZON = 360


def scene(moment: str, seed: int) -> bytes:
    """The same corner of a town before, during or after the works, as a JPEG; the seed shifts what stands in it."""
    image = Image.new("RGB", SIZE, "#c9def0" if moment == "after" else "#d5d8da")
    draw = ImageDraw.Draw(image)
    draw_houses(draw, seed)
    {"before": _before, "during": _during, "after": _after}[moment](draw, seed)
    drawn = BytesIO()
    image.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def draw_houses(draw: ImageDraw.ImageDraw, seed: int) -> None:
    """A row of houses down to the horizon."""
    for place in range(4):
        left = place * 250 - seed % 5 * 20
        top = 120 + (place * 37 + seed * 13) % 90
        draw.rectangle(
            (left, top, left + 210, _HORIZON), fill=("#e3d7c4", "#d9c2ae", "#e8e0d3", "#cfd6d2")[place]
        )
        for row in range(top + 25, _HORIZON - 40, 55):
            for column in range(left + 20, left + 190, 48):
                draw.rectangle((column, row, column + 24, row + 32), fill="#7f95a3")


def _ground(draw: ImageDraw.ImageDraw, colour: str) -> None:
    draw.rectangle((0, _HORIZON, *SIZE), fill=colour)


def draw_tree(draw: ImageDraw.ImageDraw, x: int, y: int, leaves: str | None) -> None:
    """A tree that stands on the point; bare without leaves."""
    draw.rectangle((x - 8, y - 110, x + 8, y), fill="#6b4a2f")
    if leaves is None:
        for end in ((x - 50, y - 160), (x + 45, y - 170), (x - 10, y - 190)):
            draw.line((x, y - 100, *end), fill="#6b4a2f", width=6)
        return
    for dx, dy, size in ((-40, -150, 60), (25, -160, 64), (-8, -195, 62)):
        draw.ellipse((x + dx - size // 2, y + dy - size // 2, x + dx + size, y + dy + size), fill=leaves)


def _before(draw: ImageDraw.ImageDraw, seed: int) -> None:
    _ground(draw, "#8d8f90")
    for place in range(9):
        x = (place * 131 + seed * 29) % SIZE[0]
        draw.line((x, _HORIZON + 20, x + 60, 470, x + 20, 620), fill="#606263", width=4)
    draw.ellipse((560, 500, 800, 570), fill="#70777c")
    draw_tree(draw, 180 + seed % 4 * 60, 520, None)


def _during(draw: ImageDraw.ImageDraw, seed: int) -> None:
    _ground(draw, "#a3805b")
    draw.polygon(((80, 600), (240 + seed % 3 * 30, 400), (420, 600)), fill="#7d5c3c")
    draw.rectangle((600, 430, 780, 520), fill="#e0a526")
    draw.rectangle((640, 370, 720, 430), fill="#e0a526")
    draw.rectangle((655, 382, 705, 425), fill="#bcd3df")
    for x in (625, 755):
        draw.ellipse((x - 34, 500, x + 34, 568), fill="#2f2f2f")
    draw.line((780, 440, 860, 380, 910, 500), fill="#c98f17", width=18)
    for x in range(0, SIZE[0], 60):
        draw.rectangle((x, 585, x + 30, 625), fill="#c8553d")
        draw.rectangle((x + 30, 585, x + 60, 625), fill="#f3efe6")


def _after(draw: ImageDraw.ImageDraw, seed: int) -> None:
    _ground(draw, "#86b06a")
    draw.polygon(((380, 640), (600, 640), (520, _HORIZON), (470, _HORIZON)), fill="#e5d8bd")
    for place, x in enumerate((110, 270, 700, 860)):
        draw_tree(draw, x + seed % 3 * 10, 500 + place % 2 * 60, ("#3f7d43", "#5b9a4a")[place % 2])
    for x in (200, 640):
        draw.rectangle((x, 545, x + 130, 560), fill="#8a5a33")
        draw.rectangle((x, 505, x + 130, 520), fill="#8a5a33")
        for leg in (x + 10, x + 110):
            draw.rectangle((leg, 520, leg + 10, 590), fill="#4b4b4b")
    draw.rectangle((600, 330, 610, 560), fill="#3c3c3c")
    draw.ellipse((583, 296, 627, 340), fill="#ffe9a8")
