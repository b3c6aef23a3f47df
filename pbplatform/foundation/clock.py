"""The one place that asks what time it is. All stored time is UTC; windows are shown in the municipality's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime, zone: str) -> datetime:
    """The same instant on the wall clock of an IANA zone such as ``Asia/Tbilisi``."""
    return moment.astimezone(ZoneInfo(zone))


def from_local(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall-clock time typed by someone in that zone.

    A time that a clock change skips or repeats is read as the first of its meanings.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
