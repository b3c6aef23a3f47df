"""Areas whose size is their share: the squarified treemap of Bruls, Huizing and van Wijk (2000), drawn on the server."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    """One rectangle: where it lies, and the index of the amount it stands for."""

    index: int
    x: float
    y: float
    width: float
    height: float


def areas(amounts: Sequence[int], width: float, height: float) -> list[Area]:
    """Rectangles for the positive amounts, the largest first, together filling the whole."""
    order = sorted(
        (index for index, amount in enumerate(amounts) if amount > 0), key=lambda index: -amounts[index]
    )
    total = sum(amounts[index] for index in order)
    if not total:
        return []
    sizes = [(index, amounts[index] * width * height / total) for index in order]
    found: list[Area] = []
    x = y = 0.0
    while sizes:
        row = _row([size for _, size in sizes], min(width, height))
        taken, sizes = sizes[:row], sizes[row:]
        depth = sum(size for _, size in taken) / min(width, height)
        offset = 0.0
        for index, size in taken:
            length = size / depth
            if width >= height:
                found.append(Area(index, x, y + offset, depth, length))
            else:
                found.append(Area(index, x + offset, y, length, depth))
            offset += length
        if width >= height:
            x, width = x + depth, max(width - depth, 1e-9)
        else:
            y, height = y + depth, max(height - depth, 1e-9)
    return found


def _row(sizes: Sequence[float], side: float) -> int:
    """How many of the sizes make the next row: as many as keep its worst rectangle from getting longer."""
    count, total = 1, sizes[0]
    worst = _worst(sizes[0], sizes[0], total, side)
    while count < len(sizes):
        grown = total + sizes[count]
        next_worst = _worst(sizes[0], sizes[count], grown, side)
        if next_worst > worst:
            break
        count, total, worst = count + 1, grown, next_worst
    return count


def _worst(largest: float, smallest: float, total: float, side: float) -> float:
    return max(side**2 * largest / total**2, total**2 / (side**2 * smallest))
