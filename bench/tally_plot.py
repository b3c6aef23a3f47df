"""Small line plots with both axes in powers of ten, side by side in one SVG picture, without any library."""

import math
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 480, 330
LEFT, RIGHT, TOP, BOTTOM = 76, 104, 40, 44
HEAD = 44
ACROSS = 2
COLOURS = ("#1d70b8", "#00703c", "#d4351c", "#4c2c92")
NEAREST = 17
"""Names of lines stand at least so far apart, from the middle of one to the middle of the next."""


@dataclass
class Panel:
    """One plot: what its horizontal axis counts, and lines by name, each of points with positive coordinates."""

    across: str
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, name: str, x: float, y: float) -> None:
        """Note a point of a line."""
        self.lines.setdefault(name, []).append((x, y))


def growth_plot(title: str, panels: list[Panel]) -> str:
    """The picture as text; all panels share the vertical axis, so that they can be compared."""
    values = [y for panel in panels for points in panel.lines.values() for _, y in points]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    width, height = WIDTH * ACROSS, HEAD + HEIGHT * math.ceil(len(panels) / ACROSS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="30" font-size="18" font-weight="bold">{escape(title)}</text>',
    ]
    for place, panel in enumerate(panels):
        x, y = place % ACROSS * WIDTH, HEAD + place // ACROSS * HEIGHT
        parts += [f'<g transform="translate({x} {y})">', *_panel(panel, low, high), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, low_y: int, high_y: int) -> list[str]:
    xs = [math.log10(x) for points in panel.lines.values() for x, _ in points]
    low_x, high_x = math.floor(min(xs)), math.ceil(max(xs))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)
        up = (y - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)
        return round(LEFT + across, 1), round(HEIGHT - BOTTOM - up, 1)

    parts = [f'<text x="{LEFT}" y="22" font-weight="bold">{escape(panel.across)}</text>']
    for power in range(low_y, high_y + 1):
        x, y = at(low_x, power)
        parts.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#d8d8d8"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 5}" text-anchor="end">{10.0**power:g} s</text>')
    for power in range(low_x, high_x + 1):
        x, y = at(power, low_y)
        parts.append(f'<text x="{x}" y="{y + 24}" text-anchor="middle">{10**power:,}</text>')
    ends = []
    for colour, (name, points) in zip(COLOURS, panel.lines.items(), strict=False):
        spots = [at(math.log10(x), math.log10(y)) for x, y in points]
        path = " ".join(f"{x},{y}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in spots]
        ends.append((spots[-1][1], spots[-1][0], name, colour))
    lowest = -math.inf
    for y, x, name, colour in sorted(ends):
        lowest = max(y, lowest + NEAREST)
        parts.append(f'<text x="{x + 10}" y="{lowest + 5}" fill="{colour}">{escape(name)}</text>')
    return parts
