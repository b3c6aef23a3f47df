"""Engines: how a connection to SQLite or PostgreSQL is opened, greeted, begun, and what its own errors are called.

Writers on SQLite open their transaction with BEGIN IMMEDIATE: a deferred transaction that reads first and writes
later fails at once under load, whatever the busy timeout. Readers stay deferred so that they never queue.
"""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import InvalidatePoolError

from pbplatform.foundation import highwater
from pbplatform.foundation.highwater import HighWater

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "temp_store=MEMORY",
    "secure_delete=ON",
)


class NumberTooLarge(Exception):
    """A number from outside does not fit into any column, so nothing with it can be found or kept."""


class WrongLocale(Exception):
    """The PostgreSQL database cannot fold Georgian and Cyrillic letters, so search would be silently deaf."""


def make_engine(url: str, mark: HighWater | None = None) -> Engine:
    """An engine for SQLite or PostgreSQL (psycopg 3) with the platform's transaction habits; `mark` hears of changes."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        habits: dict[str, Any] = {"timeout": 10}
        if mark is not None:
            habits["factory"] = highwater.counting(mark)
        engine = create_engine(url, connect_args=habits, pool_size=10, max_overflow=20, hide_parameters=True)
        _take_over_begin(engine)
        _name_large_numbers(engine)
        return engine
    url = url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "postgres://", "postgresql+psycopg://", 1
    )
    # Parameters stay out of error messages, because error messages go to the log.
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"connect_timeout": 3},
    )
    _greet_the_idle(engine)
    _name_large_numbers(engine)
    return engine


IDLE = 1.0
"""Seconds after which a pooled connection is asked whether it still lives before it is used."""


def _greet_the_idle(engine: Engine) -> None:
    """Ask a connection that has rested whether it still lives, and replace it and its like when it does not.

    One that was just used is not asked: under load that would be a third of all questions. Should it have died since,
    its request answers 503, and with that the pool knows.
    """

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _greet(connection: Any, record: Any, _fairy: Any) -> None:
        rests_since = record.info.get("rests_since")
        if rests_since is None or time.monotonic() - rests_since < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as dead:
            raise InvalidatePoolError from dead


def _take_over_begin(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


NUMERIC_VALUE_OUT_OF_RANGE = "22003"


def _name_large_numbers(engine: Engine) -> None:
    @event.listens_for(engine, "handle_error")
    def _name(context: ExceptionContext) -> None:
        # SQLite's driver and PostgreSQL each have their own way to say that a number is beyond 64 bits.
        cause = context.original_exception
        if isinstance(cause, OverflowError) or getattr(cause, "sqlstate", None) == NUMERIC_VALUE_OUT_OF_RANGE:
            raise NumberTooLarge from cause


def check_letters(engine: Engine) -> None:
    """Raise WrongLocale when PostgreSQL's character type does not know Georgian or Cyrillic."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        folded = connection.execute(text("select lower('ЖЪ') = 'жъ'")).scalar()
    if not folded:
        raise WrongLocale(
            "The PostgreSQL database must use a UTF-8 character type, for example LC_CTYPE=C.UTF-8."
        )
