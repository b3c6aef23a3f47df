"""How far an SQLite file has come, so that an older copy in its place is noticed at once and not a minute later.

Each transaction that changes something counts the file's `user_version` up. That number lies in the first page, so it goes
through the log and into the file like every change: seen through SQLite it tells how many changes there are, read from the
file itself how many of them have left the log. Both only ever rise. A plain `cp` of an older file keeps the inode and may
leave a log whose newer pages hide the loss; but then the number in the file has fallen, which a checkpoint never does.

The file is opened once and stays open: closing it would drop the locks that SQLite holds on it for this process.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

AT_BYTE = 60
"""Where an SQLite file keeps its user version (https://www.sqlite.org/fileformat.html, 1.3)."""

MOST = 2**31 - 1
LEAP = 1_000_000
"""A step no installation makes between two looks: what is taken for right is ahead of all that anybody remembers."""


class HighWater:
    """The furthest that this process knows of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._reached = 0
        self._settled = 0

    def reached(self, count: int) -> None:
        """Note that the database stands at least at this count."""
        self._reached = max(self._reached, count)

    def fell(self, ask: Callable[[], int]) -> bool:
        """Whether the database, asked for its count, or its file is older than it was before.

        What is known is taken before the question: while that is answered, other threads may come further.
        """
        reached, settled = self._reached, self._settled
        count, in_file = ask(), self._in_file()
        if count < reached or in_file < settled:
            return True
        self.reached(count)
        self._settled = max(self._settled, in_file)
        return False

    def settle(self) -> None:
        """Note how far the file is now, which may have grown by what left the log just now."""
        self._settled = max(self._settled, self._in_file())

    def _in_file(self) -> int:
        if self._descriptor is None:
            if not self._path.exists():
                return 0
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        return int.from_bytes(os.pread(self._descriptor, 4, AT_BYTE), "big")

    def close(self) -> None:
        """Let the file go, after every connection of this process to it was closed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def counting(mark: HighWater) -> type[sqlite3.Connection]:
    """A connection that counts each transaction that changes something, and tells the mark of it once it stands."""

    class Counting(sqlite3.Connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._before = self.total_changes

        def commit(self) -> None:
            count = 0
            if self.in_transaction and self.total_changes != self._before:
                count = raise_count(self)
            super().commit()
            self._before = self.total_changes
            if count:
                mark.reached(count)
                mark.settle()

        def rollback(self) -> None:
            super().rollback()
            self._before = self.total_changes

    return Counting


def count_of(connection: sqlite3.Connection) -> int:
    """How many changes the database has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def raise_count(connection: sqlite3.Connection, to: int | None = None) -> int:
    """Count one change, or up to a number; at the end of its four bytes the count stands still. What it is now."""
    count = min(count_of(connection) + 1 if to is None else to, MOST)
    connection.execute(f"PRAGMA user_version = {count:d}")
    return count
