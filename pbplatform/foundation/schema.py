"""Where the schema stands, asked at every start. `foundation.migrations` moves it.

The question needs two facts, the revision noted in the database and the newest in the folder of migrations, so Alembic, which
would cost every serving process a second and eleven megabytes, stays out of it.
"""

import re
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine, inspect, text

_HERE = Path(__file__).resolve().parent.parent
_INSTALLED = _HERE / "_data" / "migrations"
FOLDER = _INSTALLED if _INSTALLED.exists() else _HERE.parent / "migrations"
_NAMED = re.compile(r"^(revision|down_revision)\s*=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)


class Standing(StrEnum):
    """How the database's schema relates to this release."""

    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    """Written by a newer release: this one must not touch it."""


class OtherSchema(Exception):
    """The database's schema is not that of this release; the message says what to do."""


def standing(engine: Engine) -> Standing:
    """How the database relates to this release."""
    revisions, head = known()
    noted = _noted(engine)
    if noted is None:
        return Standing.EMPTY
    if noted == head:
        return Standing.CURRENT
    return Standing.BEHIND if noted in revisions else Standing.UNKNOWN


def known() -> tuple[frozenset[str], str]:
    """Every revision of this release, and the newest: the one that no other comes after."""
    revisions: set[str] = set()
    earlier: set[str] = set()
    for path in (FOLDER / "versions").glob("*.py"):
        for name, value in _NAMED.findall(path.read_text(encoding="utf-8")):
            (revisions if name == "revision" else earlier).add(value)
    (head,) = revisions - earlier
    return frozenset(revisions), head


def _noted(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("select version_num from alembic_version")).scalar()


def require_current(engine: Engine) -> None:
    """Raise OtherSchema unless the schema is that of this release: serving another one would harm it."""
    found = standing(engine)
    if found is not Standing.CURRENT:
        raise OtherSchema(
            f"The schema is {found}: run `pbplatform database upgrade` with the right release first."
        )
