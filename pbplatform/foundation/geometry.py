"""Places: whether a point lies inside a GeoJSON outline, and how far two points are apart. WGS 84, small areas."""

import math
from collections.abc import Sequence
from typing import Any

METRES_A_DEGREE = 111_320.0

Ring = Sequence[Sequence[float]]


def inside(outline: dict[str, Any] | None, latitude: float, longitude: float) -> bool:
    """Whether a Polygon or MultiPolygon holds the point; holes count as outside."""
    if not outline:
        return False
    shapes = outline["coordinates"] if outline["type"] == "MultiPolygon" else [outline["coordinates"]]
    return any(_in_polygon(rings, latitude, longitude) for rings in shapes)


def _in_polygon(rings: Sequence[Ring], latitude: float, longitude: float) -> bool:
    if not rings or not _in_ring(rings[0], latitude, longitude):
        return False
    return not any(_in_ring(hole, latitude, longitude) for hole in rings[1:])


def _in_ring(ring: Ring, latitude: float, longitude: float) -> bool:
    """Count the edges that a ray to the east crosses."""
    within = False
    previous = ring[-1]
    for point in ring:
        (x1, y1), (x2, y2) = previous[:2], point[:2]
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            within = not within
        previous = point
    return within


def metres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The distance of two near points; flat enough within a municipality."""
    north = (other_latitude - latitude) * METRES_A_DEGREE
    east = (other_longitude - longitude) * METRES_A_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(north, east)


def centre(outline: dict[str, Any]) -> tuple[float, float]:
    """The middle of an outline's bounding box, as latitude and longitude."""
    shapes = outline["coordinates"] if outline["type"] == "MultiPolygon" else [outline["coordinates"]]
    points = [point for rings in shapes for point in rings[0]]
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
