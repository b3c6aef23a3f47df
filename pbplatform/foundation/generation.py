"""Notices when somebody puts another SQLite file under a running application.

The database carries a generation, a random word renewed every minute and by every backup; the same word stands in a
file beside the data. A copy from an earlier minute carries an older word, and another inode tells of a renamed file:
either way the application answers 503 until the operator has restored by the command or accepted the file. A copy of the
same minute has the right word, but fewer changes than were seen (`highwater.py`); who sees that strikes the word from the
file beside, so that every other process and the next start know it too.
While a word is being renewed the file names both, so a crash in between is no alarm.
"""

import json
import os
import time
from pathlib import Path

from sqlalchemy import String, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.crypto import token
from pbplatform.foundation.database import Base, Database, Key

CHECK_EVERY = 2.0
REPLACED = "an older file was put in the place of this one"
"""Stands in the file beside instead of a word when the database fell back; no database carries it."""


class Installation(Base):
    """The one row that tells which generation of the database this is."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    generation: Mapped[str] = mapped_column(String(40))


class Generations:
    """The watch over one database; on PostgreSQL there is no file to replace and nothing to watch."""

    def __init__(self, database: Database, note: Path) -> None:
        self._database = database
        self._note = note
        self._watching = database.engine.dialect.name == "sqlite"
        self._checked_at = float("-inf")
        self._whole = True

    def renew(self) -> None:
        """Give the database a new word and note it beside; a database under alarm keeps its old one."""
        if not self._watching or not self.whole(now=True):
            return
        self._rename(token(16))

    def accept(self) -> None:
        """Take the database as it is now for the right one: after a restore, or by the operator's word."""
        if self._watching:
            self._database.leap()
            self._rename(token(16))
        self._whole, self._checked_at = True, float("-inf")

    def _rename(self, word: str) -> None:
        with self._database.transaction() as session:
            row = session.get(Installation, 1)
            noted = [row.generation, word] if row else [word]
            self._write(noted)
            if row is None:
                session.add(Installation(id=1, generation=word))
            else:
                row.generation = word
        self._write([word])

    def whole(self, *, now: bool = False) -> bool:
        """Whether the file is still the one that this installation wrote; asked anew at most every two seconds."""
        if not self._watching:
            return True
        if now or time.monotonic() - self._checked_at >= CHECK_EVERY:
            # A renewal may fall between the two looks, so an alarm needs to be seen twice.
            self._whole = (
                not self._database.replaced() and not self._fell_back() and (self._fits() or self._fits())
            )
            self._checked_at = time.monotonic()
        return self._whole

    def _fell_back(self) -> bool:
        try:
            fallen = self._database.fell_back()
        except DBAPIError:
            return False
        if fallen:
            self._write([REPLACED])
        return fallen

    def _fits(self) -> bool:
        try:
            with self._database.read() as session:
                word = session.scalar(select(Installation.generation))
        except DBAPIError:
            # A busy or full disk is another matter, answered where it happens; a broken file fails every request.
            return True
        noted = self._read()
        if noted is None:
            if word is not None:
                self._write([word])
            return True
        return word in noted

    def _read(self) -> list[str] | None:
        try:
            found = json.loads(self._note.read_text())
        except FileNotFoundError:
            return None
        return [str(word) for word in found]

    def _write(self, words: list[str]) -> None:
        self._note.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._note.with_suffix(".new")
        with unfinished.open("w") as file:
            json.dump(words, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._note)
