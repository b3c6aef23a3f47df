"""How the schema moves: Alembic, driven with our own connection. `foundation.schema` tells where it stands."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from pbplatform.foundation.schema import FOLDER


def settings() -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the schema forward, in one transaction a revision."""
    _run(engine, lambda config: command.upgrade(config, to))


def downgrade(engine: Engine, to: str) -> None:
    """Bring the schema back."""
    _run(engine, lambda config: command.downgrade(config, to))


def check(engine: Engine) -> None:
    """Raise when the models say something else than the migrated schema."""
    with warnings.catch_warnings():
        # SQLite tells nothing of an index on an expression; those that search and lists use are named search_.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index search_")
        _run(engine, command.check)


class Unsound(Exception):
    """A migration would leave references that lead nowhere; nothing of it was kept."""


def _run(engine: Engine, action: Callable[[Config], object]) -> None:
    config = settings()
    with engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection, _rebuilding(connection):
        config.attributes["connection"] = connection
        action(config)
        connection.commit()


@contextmanager
def _rebuilding(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild tables that others refer to: its references are checked after each migration instead."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Inside a transaction the pragma does nothing, so it is set before the first statement and after the last.
    plain = connection.connection.dbapi_connection
    assert plain is not None
    plain.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        plain.execute("PRAGMA foreign_keys=ON")


def require_sound(connection: Connection) -> None:
    """Raise Unsound when SQLite holds references that lead nowhere; asked at the end of each migration, before its commit."""
    if connection.dialect.name != "sqlite":
        return
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        raise Unsound(f"{len(lost)} references lead nowhere, the first in the table {lost[0][0]}")
