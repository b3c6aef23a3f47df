"""Sketches for the proposals of the demonstration: drawn by the program, so that they show nobody and belong to nobody."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw

from pbplatform.demo.pictures import SIZE, draw_houses, draw_tree

SHOWN = (600, 400)
HORIZON = 360
SKIES = ("#cfe3f2", "#f6dfc4")
GRASS = ("#8db673", "#9ab064")
PAVING = ("#cfc6b8", "#d8cdbd")

Pen = ImageDraw.ImageDraw


def sketch(motif: str, variant: int) -> bytes:
    """A motif by day or towards evening, as a PNG; drawn larger than shown, so that its edges are smooth."""
    image = Image.new("RGB", SIZE, SKIES[variant % 2])
    pen = ImageDraw.Draw(image)
    pen.ellipse((740, 40, 830, 130), fill=("#fff3c4", "#f2a65e")[variant % 2])
    MOTIFS[motif](pen, variant)
    drawn = BytesIO()
    image.resize(SHOWN, Image.Resampling.LANCZOS).save(drawn, "PNG", compress_level=1)
    return drawn.getvalue()


def _town(pen: Pen, variant: int, ground: str) -> None:
    draw_houses(pen, variant + 1)
    pen.rectangle((0, HORIZON, *SIZE), fill=ground)


def _bench(pen: Pen, x: int, y: int) -> None:
    for top in (y, y + 34):
        pen.rectangle((x, top, x + 140, top + 14), fill="#9a6438")
    for leg in (x + 12, x + 116):
        pen.rectangle((leg, y + 14, leg + 10, y + 76), fill="#4b4b4b")


def _lamp(pen: Pen, x: int, y: int) -> None:
    pen.rectangle((x, y - 230, x + 9, y), fill="#3c3c3c")
    pen.ellipse((x - 22, y - 272, x + 31, y - 219), fill="#ffedb0")


def _person(pen: Pen, x: int, y: int, colour: str) -> None:
    pen.ellipse((x - 15, y - 110, x + 15, y - 80), fill="#c99b76")
    pen.rounded_rectangle((x - 20, y - 78, x + 20, y - 24), 14, fill=colour)
    pen.line((x - 8, y - 26, x - 14, y), fill="#3d4653", width=11)
    pen.line((x + 8, y - 26, x + 14, y), fill="#3d4653", width=11)


def _garden(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.polygon(((330, 640), (610, 640), (520, HORIZON), (465, HORIZON)), fill=PAVING[0])
    for x, y in ((120, 480), (270, 440), (720, 450), (870, 520)):
        draw_tree(pen, x, y, "#4c8a4a" if x % 20 else "#68a355")
    for x in range(640, 920, 40):
        pen.ellipse((x, 560, x + 34, 594), fill=("#d9587a", "#e8b33f", "#8a6fc0")[x // 40 % 3])
    _bench(pen, 130, 530)


def _playground(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.ellipse((90, 420, 890, 640), fill="#e0b678")
    for x in (180, 420):
        pen.line((x, 580, x + 30, 330), fill="#c8453a", width=14)
    pen.line((210, 332, 450, 332), fill="#c8453a", width=14)
    for x in (270, 360):
        pen.line((x, 332, x, 520), fill="#555555", width=5)
        pen.rectangle((x - 34, 516, x + 34, 530), fill="#2f6fa5")
    pen.rectangle((600, 380, 690, 580), fill="#3f87bd")
    pen.polygon(((570, 380), (720, 380), (645, 310)), fill="#e2a32e")
    pen.polygon(((690, 430), (720, 430), (850, 590), (800, 590)), fill="#e9c84a")


def _path(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.polygon(((180, 640), (780, 640), (540, HORIZON), (450, HORIZON)), fill=PAVING[variant % 2])
    for x, y in ((250, 590), (360, 460), (690, 560), (600, 440)):
        _lamp(pen, x, y)
    _person(pen, 480, 560, "#4a74a8")
    draw_tree(pen, 90, 520, "#5b9a4a")
    draw_tree(pen, 870, 500, "#3f7d43")


def _crossing(pen: Pen, variant: int) -> None:
    _town(pen, variant, "#767a7e")
    pen.rectangle((0, HORIZON, SIZE[0], 400), fill=PAVING[0])
    for x in range(250, 720, 95):
        pen.polygon(
            ((x, 640), (x + 55, 640), (x + 25 + (480 - x) // 6, 405), (x - 8 + (480 - x) // 6, 405)),
            fill="#f4f1ea",
        )
    pen.rectangle((820, 190, 830, 500), fill="#4a4a4a")
    pen.rounded_rectangle((795, 130, 855, 235), 10, fill="#2c2f33")
    pen.ellipse((808, 142, 842, 176), fill="#7a2b26")
    pen.ellipse((808, 188, 842, 222), fill="#57c26b")
    _person(pen, 430, 560, "#c65d4a")
    _person(pen, 500, 545, "#e0b13c")


def _ramp(pen: Pen, variant: int) -> None:
    _town(pen, variant, PAVING[variant % 2])
    pen.rectangle((560, 210, 960, 470), fill="#d6b59a")
    pen.rectangle((690, 270, 800, 470), fill="#6d4c3a")
    pen.rectangle((640, 470, 960, 520), fill="#a9a398")
    pen.polygon(((120, 600), (640, 470), (960, 470), (960, 600)), fill="#b7b1a5")
    pen.line((150, 520, 640, 395, 940, 395), fill="#3f6e8c", width=10)
    for x, y in ((160, 518), (400, 457), (640, 396), (930, 396)):
        pen.line((x, y, x, y + 76), fill="#3f6e8c", width=8)
    pen.ellipse((330, 470, 410, 550), outline="#333333", width=9)
    pen.ellipse((355, 400, 387, 432), fill="#c99b76")
    pen.rounded_rectangle((348, 430, 396, 500), 12, fill="#5a8f5a")


def _stop(pen: Pen, variant: int) -> None:
    _town(pen, variant, "#767a7e")
    pen.rectangle((0, HORIZON, SIZE[0], 560), fill=PAVING[variant % 2])
    pen.rectangle((230, 270, 690, 300), fill="#2f6f62")
    pen.rectangle((250, 300, 670, 500), fill="#b9d3da")
    for x in (245, 665):
        pen.rectangle((x, 290, x + 14, 540), fill="#3a4a48")
    _bench(pen, 300, 455)
    _bench(pen, 470, 455)
    pen.rectangle((800, 250, 810, 540), fill="#4a4a4a")
    pen.rounded_rectangle((765, 190, 845, 260), 12, fill="#2a65a0")
    _person(pen, 735, 550, "#8a5a9c")


def _court(pen: Pen, variant: int) -> None:
    _town(pen, variant, ("#b5654a", "#4d7f9c")[variant % 2])
    pen.line((0, 420, SIZE[0], 420), fill="#f1ead9", width=7)
    pen.arc((240, 470, 720, 830), 180, 360, fill="#f1ead9", width=7)
    pen.rectangle((470, 180, 482, 470), fill="#3c3c3c")
    pen.rectangle((400, 110, 552, 215), fill="#f5f5f0", outline="#b33a2e", width=7)
    pen.ellipse((445, 205, 507, 225), outline="#d2691e", width=7)
    pen.ellipse((560, 260, 604, 304), fill="#d9792b")
    _person(pen, 620, 520, "#2f6fa5")
    _person(pen, 330, 540, "#c8453a")


def _stage(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.polygon(((250, 250), (710, 250), (780, 300), (180, 300)), fill="#8c3f3f")
    pen.rectangle((220, 300, 740, 450), fill="#f1e3cd")
    pen.rectangle((170, 450, 790, 510), fill="#7a5233")
    for x in range(190, 790, 46):
        pen.polygon(
            ((x, 300), (x + 40, 300), (x + 20, 336)), fill=("#e2a32e", "#3f87bd", "#c8453a")[x // 46 % 3]
        )
    _person(pen, 420, 450, "#34495e")
    _person(pen, 540, 450, "#a8436a")
    for x in range(150, 830, 85):
        pen.ellipse((x, 560, x + 46, 606), fill="#6b4f3d")
        pen.rounded_rectangle(
            (x - 14, 600, x + 60, 660), 20, fill=("#52708c", "#8b6a8f", "#5d8064")[x // 85 % 3]
        )


def _books(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.rectangle((330, 210, 630, 560), fill="#7a4b2b")
    pen.polygon(((300, 210), (660, 210), (480, 140)), fill="#a33b32")
    for shelf in range(3):
        top = 230 + shelf * 108
        pen.rectangle((348, top, 612, top + 92), fill="#f0e2c8")
        for place in range(11):
            height = 48 + (place * 17 + shelf * 29 + variant * 11) % 38
            colour = ("#3f6e8c", "#b5523f", "#5d8064", "#d2a03c", "#6f5a8c")[(place + shelf) % 5]
            pen.rectangle((354 + place * 23, top + 92 - height, 373 + place * 23, top + 92), fill=colour)
    _bench(pen, 700, 500)
    draw_tree(pen, 180, 530, "#5b9a4a")


def _cycle(pen: Pen, variant: int) -> None:
    _town(pen, variant, GRASS[variant % 2])
    pen.polygon(((120, 640), (860, 640), (560, HORIZON), (420, HORIZON)), fill="#b4574c")
    for top in range(380, 640, 60):
        half = (top - 330) // 22
        pen.rectangle((490 - half, top, 490 + half, top + 30), fill="#f4f1ea")
    for x in (430, 560):
        pen.ellipse((x - 48, 470, x + 48, 566), outline="#2c2f33", width=9)
    pen.line((430, 518, 480, 440, 545, 440, 560, 518), fill="#1f6f8b", width=9)
    pen.line((480, 440, 505, 518, 545, 440), fill="#1f6f8b", width=9)
    pen.line((430, 518, 505, 518), fill="#1f6f8b", width=9)
    pen.ellipse((482, 300, 520, 338), fill="#c99b76")
    pen.line((500, 336, 485, 430), fill="#d9792b", width=34)
    draw_tree(pen, 130, 500, "#3f7d43")
    draw_tree(pen, 850, 470, "#68a355")


def _bank(pen: Pen, variant: int) -> None:
    draw_houses(pen, variant + 2)
    pen.rectangle((0, HORIZON, SIZE[0], 470), fill=("#6fa6c4", "#8d9fb5")[variant % 2])
    for place in range(12):
        x, y = place * 173 % 900, 376 + place * 37 % 84
        pen.line((x, y, x + 60, y), fill="#dbe9f0", width=4)
    pen.rectangle((0, 470, *SIZE), fill=GRASS[variant % 2])
    pen.polygon(((0, 560), (960, 490), (960, 560), (0, 640)), fill="#a97a4c")
    for x in range(0, 960, 60):
        pen.line((x, 562 - x * 70 // 960, x, 638 - x * 80 // 960), fill="#8a6038", width=4)
    draw_tree(pen, 210, 520, "#68a355")
    draw_tree(pen, 780, 490, "#4c8a4a")
    _person(pen, 520, 580, "#4a74a8")


def _shelter(pen: Pen, variant: int) -> None:
    _town(pen, variant, PAVING[variant % 2])
    pen.rectangle((620, 130, 960, 420), fill="#e3d2a9")
    for x in (660, 760, 860):
        for y in (170, 280):
            pen.rectangle((x, y, x + 60, y + 76), fill="#7f95a3")
    pen.polygon(((120, 300), (590, 300), (520, 220), (190, 220)), fill="#c86f3c")
    for x in (150, 550):
        pen.rectangle((x, 300, x + 14, 560), fill="#5a4632")
    for x in (190, 370):
        _bench(pen, x, 480)
    draw_tree(pen, 800, 590, "#5b9a4a")
    _person(pen, 650, 590, "#c8453a")


MOTIFS: dict[str, Callable[[Pen, int], None]] = {
    "garden": _garden,
    "playground": _playground,
    "path": _path,
    "crossing": _crossing,
    "ramp": _ramp,
    "stop": _stop,
    "court": _court,
    "stage": _stage,
    "books": _books,
    "cycle": _cycle,
    "bank": _bank,
    "shelter": _shelter,
}
