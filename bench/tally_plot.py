"""A small line plot with both axes in powers of ten, as an SVG picture without any library."""

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 150, 50, 50
COLOURS = ("#1d70b8", "#00703c", "#d4351c", "#4c2c92")


@dataclass(frozen=True)
class Line:
    """One line of the plot: its name and points with positive coordinates."""

    name: str
    points: tuple[tuple[float, float], ...]


def growth_plot(title: str, lines: list[Line]) -> str:
    """The picture as text."""
    xs = [math.log10(x) for line in lines for x, _ in line.points]
    ys = [math.log10(y) for line in lines for _, y in line.points]
    low_x, high_x = math.floor(min(xs)), math.ceil(max(xs))
    low_y, high_y = math.floor(min(ys)), math.ceil(max(ys))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)
        up = (y - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)
        return round(LEFT + across, 1), round(HEIGHT - BOTTOM - up, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="28" font-size="18" font-weight="bold">{escape(title)}</text>',
    ]
    for power in range(low_y, high_y + 1):
        x, y = at(low_x, power)
        parts.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#d8d8d8"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 5}" text-anchor="end">{10.0**power:g} s</text>')
    for power in range(low_x, high_x + 1):
        x, y = at(power, low_y)
        parts.append(f'<text x="{x}" y="{y + 24}" text-anchor="middle">{10**power:,}</text>')
    for colour, line in zip(COLOURS, lines, strict=False):
        spots = [at(math.log10(x), math.log10(y)) for x, y in line.points]
        path = " ".join(f"{x},{y}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>' for x, y in spots]
        end_x, end_y = spots[-1]
        parts.append(f'<text x="{end_x + 12}" y="{end_y + 5}" fill="{colour}">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])
