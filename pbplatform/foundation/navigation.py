"""The site's main navigation: every feature names its entries, the assembly installs them once."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One entry: its endpoint, a lazy label, its place, and the name of the action that decides who sees it, if any."""

    endpoint: str
    label: Any
    order: int = 50
    action: str | None = None


_installed: list[Entry] = []


def install(*entries: Entry) -> None:
    """Set all entries of this installation, in their order."""
    _installed[:] = sorted(entries, key=lambda entry: entry.order)


def entries() -> tuple[Entry, ...]:
    """Every entry in its order."""
    return tuple(_installed)
