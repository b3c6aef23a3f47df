"""Pictures as SVG made on the server: readable at 360 pixels, hidden from screen readers, which get the table beside them.

Every picture is drawn for a width of 360 units; text stands in its own line above the bar, so nothing is squeezed on a
phone. Colours are never the only sign: funded bars are full, the others are outlined.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

WIDTH = 360
ROW = 46
FUNDED = "#1f5c4d"
OTHER = "#c8553d"
QUIET = "#d9dedb"
INK = "#1b1f1d"
PAPER = "#fbf9f4"
LETTER, GEORGIAN, FIGURE = 7.4, 8.1, 7.4
"""How wide a letter of a title, a Georgian one and a sign of an amount are on average, in the sizes that they have here."""
HIDDEN = 6
PERCENT = 28
"""Bars that are not wider carry no number; the table has it."""

Money = Callable[[int], str]


@dataclass(frozen=True)
class Runner:
    """One row of the race: a project, what it costs, where the money stood before it, and what its voters held."""

    title: str
    cost: int
    before: int
    funded: bool
    held: int | None = None


def svg(height: int, parts: Sequence[Markup]) -> Markup:
    """A picture that scales with its place."""
    return Markup(
        '<svg class="plot" viewBox="0 0 {} {}" width="100%" aria-hidden="true" focusable="false" font-size="14" fill="{}">{}</svg>'
    ).format(WIDTH, height, INK, Markup("").join(parts))


def text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 14) -> Markup:
    """A line of text, with a rim of the page's colour, so that it can be read across a bar too."""
    return Markup(
        '<text x="{}" y="{}" text-anchor="{}" font-size="{}" stroke="{}" stroke-width="3" paint-order="stroke">{}</text>'
    ).format(round(x, 1), round(y, 1), anchor, size, PAPER, escape(words))


def bar(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> Markup:
    """A rectangle."""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}" stroke="{}"></rect>').format(
        round(x, 1), round(y, 1), round(max(width, 1), 1), height, fill, stroke
    )


def short(title: str, beside: str) -> str:
    """A title that fits into the line above its bar, with that amount at the end of the line."""
    letter = GEORGIAN if any("ა" <= sign <= "ჿ" for sign in title) else LETTER
    most = int((WIDTH - 14 - FIGURE * len(beside)) / letter)
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"


def race(runners: Sequence[Runner], budget: int, money: Money) -> Markup:
    """The rounds as a race along the money: each winner's bar begins where the one before it ended.

    A loser's outline is its cost, the filled part what its supporters (or the purse) still had for it.
    """
    reach = max([budget, *(runner.before + runner.cost for runner in runners if runner.funded)]) or 1
    parts: list[Markup] = []
    for place, runner in enumerate(runners):
        top = place * ROW
        cost = money(runner.cost)
        parts.append(text(0, top + 14, short(runner.title, cost)))
        # A little from the edge, where the dashed line of all the money stands.
        parts.append(text(WIDTH - 6, top + 14, cost, anchor="end", size=13))
        parts.append(bar(0, top + 20, WIDTH, 14, QUIET))
        if runner.funded:
            start = runner.before / reach * WIDTH
            parts.append(bar(start, top + 20, runner.cost / reach * WIDTH, 14, FUNDED))
        else:
            held = min(runner.held or 0, runner.cost)
            part = WIDTH * min(runner.cost / reach, 1)
            parts.append(bar(0.5, top + 20.5, part - 1, 13, "none", OTHER))
            if held:
                parts.append(bar(0, top + 20, part * held / runner.cost, 14, OTHER))
    line = budget / reach * WIDTH
    height = len(runners) * ROW
    parts.append(
        Markup('<line x1="{0}" y1="0" x2="{0}" y2="{1}" stroke="{2}" stroke-dasharray="3 3"></line>').format(
            round(line - 0.5, 1), height, INK
        )
    )
    return svg(height, parts)


def columns(series: Sequence[tuple[str, str, Mapping[int, int | None]]], total: int) -> Markup:
    """Shares of voters by the number of their funded choices; `series` are label, colour and voters by number.

    A hidden number (None) is a small outline, the same for all, so that its height tells nothing.
    """
    most = max([1, *(number for _, _, voters in series for number in voters)])
    shown = min(most, 10)
    tops = 130
    slot = WIDTH / (shown + 1)
    parts: list[Markup] = []
    highest = max([1, *(count or 0 for _, _, voters in series for count in _capped(voters, shown).values())])
    for place, (_, colour, voters) in enumerate(series):
        width = slot * 0.8 / len(series)
        for number, count in _capped(voters, shown).items():
            x = number * slot + slot * 0.1 + place * width
            if count is None:
                parts.append(bar(x + 0.5, tops - HIDDEN, width - 2, HIDDEN, "none", colour))
                continue
            height = round(count / highest * 100, 1)
            parts.append(bar(x, tops - height, width - 1, int(max(height, 1)), colour))
            if width > PERCENT:
                percent = f"{round(100 * count / total)}%" if total else "0%"
                parts.append(text(x + width / 2, tops - height - 3, percent, anchor="middle", size=12))
    for number in range(shown + 1):
        label = f"{number}+" if number == shown and most > shown else str(number)
        parts.append(text(number * slot + slot / 2, tops + 16, label, anchor="middle", size=12))
    for place, (label, colour, _) in enumerate(series):
        parts.append(bar(0, tops + 26 + place * 20, 12, 12, colour))
        parts.append(text(18, tops + 37 + place * 20, label, size=13))
    return svg(tops + 30 + 20 * len(series), parts)


def course(money: Sequence[int], cost: int, label: str, colour: str) -> Markup:
    """What a project's supporters held at the start and after each step, beside its cost (the dashed line)."""
    top, foot = 22, 150
    most = max(cost, *money) or 1
    slot = WIDTH / len(money)
    parts: list[Markup] = []
    for step, held in enumerate(money):
        height = round(held / most * (foot - top), 1)
        enough = held >= cost
        x, y, width = step * slot + slot * 0.1, foot - height, slot * 0.8
        parts.append(bar(x, y, width, int(max(height, 1)), colour if enough else QUIET, colour))
        if len(money) <= MOST_NUMBERED or step % 10 == 0:
            parts.append(text(step * slot + slot / 2, foot + 16, str(step), anchor="middle", size=13))
    line = round(foot - cost / most * (foot - top), 1)
    parts.append(
        Markup('<line x1="0" y1="{0}" x2="{1}" y2="{0}" stroke="{2}" stroke-dasharray="3 3"></line>').format(
            line, WIDTH, INK
        )
    )
    parts.append(text(WIDTH, line - 5, label, anchor="end", size=13))
    return svg(foot + 24, parts)


MOST_NUMBERED = 20
"""With more steps than this only every tenth carries its number."""


def _capped(voters: Mapping[int, int | None], most: int) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for number, count in sorted(voters.items()):
        known = found.get(min(number, most), 0)
        found[min(number, most)] = None if known is None or count is None else known + count
    return found


@dataclass(frozen=True)
class Spot:
    """A project on the map."""

    latitude: float
    longitude: float
    label: str
    funded: bool


def winners_map(spots: Sequence[Spot], outlines: Sequence[Mapping[str, Any]]) -> Markup | None:
    """Where the projects are, over the outlines of the districts (GeoJSON polygons); None without any place."""
    if not spots:
        return None
    rings = [ring for outline in outlines for ring in _rings(outline)]
    longitudes = [s.longitude for s in spots] + [point[0] for ring in rings for point in ring]
    latitudes = [s.latitude for s in spots] + [point[1] for ring in rings for point in ring]
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    # A degree of longitude is shorter than one of latitude; 0.74 is its share in the middle of the Caucasus and the Balkans.
    shrink = 0.74
    span = max((east - west) * shrink, north - south, 0.002)
    scale = (WIDTH - 40) / span

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return (
            round(20 + (longitude - west) * shrink * scale, 1),
            round(20 + (north - latitude) * scale, 1),
        )

    height = round(40 + (north - south) * scale)
    parts = [bar(0, 0, WIDTH, height, "#f3f5f4")]
    for ring in rings:
        path = " ".join(f"{x},{y}" for x, y in (place(p[0], p[1]) for p in ring))
        parts.append(Markup('<polygon points="{}" fill="#ffffff" stroke="#9aa5a0"></polygon>').format(path))
    for spot in sorted(spots, key=lambda s: s.funded):
        x, y = place(spot.longitude, spot.latitude)
        fill = FUNDED if spot.funded else "#ffffff"
        parts.append(
            Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="2"></circle>').format(
                x, y, 9 if spot.funded else 6, fill, FUNDED if spot.funded else OTHER
            )
        )
        if spot.funded:
            parts.append(
                Markup(
                    '<text x="{}" y="{}" text-anchor="middle" font-size="10" fill="#ffffff">{}</text>'
                ).format(x, y + 3.5, escape(spot.label))
            )
    return svg(height, parts)


def _rings(outline: Mapping[str, Any]) -> list[list[list[float]]]:
    if outline.get("type") == "Polygon":
        return list(outline["coordinates"])
    if outline.get("type") == "MultiPolygon":
        return [ring for polygon in outline["coordinates"] for ring in polygon]
    return []
