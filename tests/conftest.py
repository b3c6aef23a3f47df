"""What all tests share: databases, the application, clients that check their pages, people, a browser."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from pbplatform import translations
from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.app import create_app
from pbplatform.config import Config, read_config
from pbplatform.door import House
from pbplatform.foundation import clock, migrations
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.database import Database
from pbplatform.foundation.engines import make_engine
from tests.support import postgres
from tests.support.marks import missing
from tests.support.pages import PageClient

ROOT = Path(__file__).parent.parent


def pytest_sessionstart(session: pytest.Session) -> None:
    """Pages are tested with the words of this checkout, so the catalogues are compiled first, once."""
    if not hasattr(session.config, "workerinput"):
        translations.compile_catalogues(translations.Trees(ROOT))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests reach nothing but this machine."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoPostgres as reason:
        missing(f"PostgreSQL: {reason}")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated, empty database to copy."""
    name = f"template_{uuid4().hex[:8]}"
    run_sql(postgres_server, f"create database {name}")
    engine = make_engine(f"{postgres_server}/{name}")
    migrations.upgrade(engine)
    engine.dispose()
    return name


def run_sql(server: str, statement: str) -> None:
    """Run one statement in the server's maintenance database, outside a transaction."""
    engine = create_engine(
        f"{server}/postgres".replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database: SQLite, or what `on_both_databases` asks for."""
    kind = getattr(request, "param", "sqlite")
    if kind == "sqlite":
        path = tmp_path / "pb.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex[:12]}"
    run_sql(server, f"create database {name} template {template}")
    yield f"{server}/{name}"
    run_sql(server, f"drop database {name} with (force)")


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The configuration of a test installation."""
    return read_config(
        {
            "PB_MODE": "test",
            "PB_DATA_DIR": str(tmp_path / "var"),
            "PB_DATABASE_URL": database_url,
            "PB_JOBS": "immediate",
            "PB_BASE_URL": "http://localhost",
            "PB_MAIL_URL": f"file:{tmp_path / 'mail'}",
        }
    )


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application on a fresh database."""
    built = create_app(config)
    built.test_client_class = PageClient
    yield built
    built.extensions["house"].database.dispose()


@pytest.fixture
def house(app: Flask) -> House:
    """The parts of the application."""
    found: House = app.extensions["house"]
    return found


@pytest.fixture
def database(house: House) -> Database:
    """The application's database."""
    return house.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session for arranging and looking; commit before the application is to see anything."""
    with database.write() as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor's browser without JavaScript."""
    made = app.test_client()
    assert isinstance(made, PageClient)
    return made


@pytest.fixture
def signed_in(app: Flask, database: Database) -> Callable[..., PageClient]:
    """Makes a browser in which an account is signed in (with its second factor, unless told otherwise)."""

    def sign_in(account: Account, *, second_factor: bool = True) -> PageClient:
        with database.transaction() as session:
            token = sessions.open_session(session, account)
            if second_factor:
                row = session.query(AccountSession).filter_by(token_hash=digest(token)).one()
                row.second_factor_at = clock.now()
        made = app.test_client()
        with made.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        assert isinstance(made, PageClient)
        return made

    return sign_in
