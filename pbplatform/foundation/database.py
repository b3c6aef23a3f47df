"""Sessions, column types, and the statements that the two databases say differently."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    any_,
    bindparam,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement

from pbplatform.foundation import highwater
from pbplatform.foundation.engines import make_engine
from pbplatform.foundation.highwater import HighWater

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Key = BigInteger().with_variant(Integer(), "sqlite")
"""A row's number: 64 bits everywhere, and SQLite's own rowid there."""

Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A small JSON value, or none at all, which a statement can ask for; never a place for what should be a column."""


def one_of(kind: type[StrEnum]) -> Enum:
    """A column that holds one member of a StrEnum, kept so by a CHECK constraint."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=_snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Base(DeclarativeBase):
    """The parent of every model. Relationships point down only; queries ask for the rest."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: UTCDateTime(),
        dict[str, Any]: Document,
        dict[str, str]: Document,
        list[Any]: Document,
    }


class Database:
    """One database: `read()` sessions for questions, `write()` sessions for decisions.

    `replica()` sessions go to the replica where one is configured, and nothing that was just written may be expected there:
    they are for the pages of strangers, never for work that decides or counts.
    """

    def __init__(self, url: str, replica_url: str | None = None) -> None:
        self.url = url
        self._file = _sqlite_file(url)
        self._high_water = HighWater(self._file) if self._file else None
        self.engine = make_engine(url, self._high_water)
        self._copy = make_engine(replica_url) if replica_url else self.engine
        self._replica = sessionmaker(self._copy, expire_on_commit=False)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._write = sessionmaker(self._writing, expire_on_commit=False)
        self._plain = self._writing
        if self.engine.dialect.name == "postgresql":
            self._plain = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._identity = _identity(self._file)

    def read(self) -> Session:
        """A session for questions; it takes no write lock."""
        return self._read()

    def replica(self) -> Session:
        """A session for questions whose answers may lag a moment; it takes no write lock."""
        return self._replica()

    def write(self) -> Session:
        """A session for decisions; on SQLite it holds the write lock from its first statement."""
        return self._write()

    @contextmanager
    def side_by_side(self, name: str) -> Iterator[Connection]:
        """One writing transaction without objects among others that hold `name` as well, for what thousands do at a time.

        It holds the name shared, as `hold` does, until it ends. PostgreSQL is told to begin and to hold in one message;
        the driver would send a message for each, so it leaves the beginning to us and still commits or rolls back.
        """
        with self._plain.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"BEGIN; SELECT pg_advisory_xact_lock_shared({_number(name)})")
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction for jobs and commands: committed at the end, rolled back on any error."""
        with self._write() as session, session.begin():
            yield session

    def replaced(self) -> bool:
        """Whether somebody put another file in the place of the one this process has open (SQLite)."""
        if self._file is None:
            return False
        if self._identity is None:
            self._identity = _identity(self._file)
            return False
        return _identity(self._file) != self._identity

    def fell_back(self) -> bool:
        """Whether an older content stands in the file than this process has seen in it (SQLite)."""
        return self._high_water is not None and self._high_water.fell(self._count)

    def _count(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def leap(self) -> None:
        """Set the count of changes ahead of all that any process remembers, in the log and in the file (SQLite)."""
        if self._high_water is None:
            return
        connection = self.engine.raw_connection()
        try:
            raw = connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            highwater.raise_count(raw, highwater.count_of(raw) + highwater.LEAP)
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            connection.close()

    def alive(self) -> bool:
        """Whether the database answers a trivial question."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("select 1"))
        except DBAPIError:
            return False
        return True

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._copy.dispose()
        if self._high_water is not None:
            self._high_water.close()


def _dialect(asked: Session | Connection) -> str:
    return (asked if isinstance(asked, Connection) else asked.get_bind()).dialect.name


def insert_new(session: Session | Connection, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same key is there already; whether it was new. Safe among parallel writers."""
    statement = _insert_unless_there(_dialect(session), model, tuple(values))
    # The row that comes back is the proof: drivers do not always tell how many rows an insert made.
    return session.execute(statement, values).first() is not None


@lru_cache(maxsize=200)
def _insert_unless_there(dialect: str, model: type[Base], names: tuple[str, ...]) -> Any:
    """The statement for the columns of these names; building it takes longer than running it."""
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    table = cast(Table, model.__table__)
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)


def insert_many(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, by the quickest way the database has for thousands of them."""
    if not rows:
        return
    table = cast(Table, model.__table__)
    if _dialect(connection) == "sqlite":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    listed = ", ".join(f'"{name}"' for name in names)
    # One statement per row would be a message and a plan each.
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'copy "{table.name}" ({listed}) from stdin') as copy,
    ):
        for row in rows:
            copy.write_row([_bare(row[name]) for name in names])


def among(session: Session | Connection, column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column holds one of thousands of values.

    As a list of parameters PostgreSQL would compare each row with one after the other, whenever its statistics lead it to
    another index; an array it looks up in a hash table.
    """
    if _dialect(session) == "sqlite":
        return cast(ColumnElement[bool], column.in_(values))
    return cast(ColumnElement[bool], column == any_(literal(list(values), ARRAY(column.type))))


def _bare(value: Any) -> Any:
    """A member of an enumeration as its column keeps it."""
    return value.value if isinstance(value, StrEnum) else value


def hold(session: Session | Connection, name: str, *, shared: bool = False) -> None:
    """Keep others out of whatever a name stands for until the transaction ends; shared holders let each other in.

    PostgreSQL holds it in memory and touches no row, so nothing of it can be found in a table afterwards. On SQLite a
    writing transaction is alone anyway.
    """
    if _dialect(session) == "sqlite":
        return
    session.execute(_HOLD_SHARED if shared else _HOLD, {"number": _number(name)})


def _number(name: str) -> int:
    """The 64 bits under which PostgreSQL holds a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)


_HOLD = text("select pg_advisory_xact_lock(:number)")
_HOLD_SHARED = text("select pg_advisory_xact_lock_shared(:number)")


class DatabaseClock(FunctionElement[datetime]):
    """The database's own clock as part of a statement: the time at which the statement runs, not its transaction."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(DatabaseClock)
def _clock_of_postgresql(_element: DatabaseClock, _compiler: Any, **_options: Any) -> str:
    return "clock_timestamp()"


@compiles(DatabaseClock, "sqlite")
def _clock_of_sqlite(_element: DatabaseClock, _compiler: Any, **_options: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


_NOW = select(DatabaseClock())


def database_now(session: Session) -> datetime:
    """The database's own clock, which decides every deadline."""
    moment: datetime = session.execute(_NOW).scalar_one()
    return moment


def let_go(session: Session) -> None:
    """Close a session. Closing rolls back; the connection may be dead, and then there is nothing left to roll back."""
    try:
        session.close()
    except DBAPIError:
        session.invalidate()


def unreachable(error: BaseException) -> bool:
    """Whether an error means that the database is away, full or busy, rather than that we asked it nonsense."""
    if isinstance(error, OperationalError | InterfaceError) or (
        isinstance(getattr(error, "orig", None), sqlite3.DatabaseError) and _damaged(error)
    ):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _damaged(error: BaseException) -> bool:
    """SQLite's word that the file is no longer a sound database, as when it was overwritten under us."""
    said = str(getattr(error, "orig", ""))
    return "malformed" in said or "not a database" in said


def _sqlite_file(url: str) -> Path | None:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        return None
    return Path(str(parts.database))


def _identity(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
