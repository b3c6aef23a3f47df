"""`make bench`: how fast pages come, beside a bare Flask page of the same server in the same run.

Each case is served by waitress in a process of its own and asked over the loopback by one client with several kept-alive
connections, in rounds that alternate between the cases, so that a slow minute of the machine is shared by all. Printed are
requests per second and the 95th percentile of the answer's time, SQL statements per page, bytes of the first view, memory.
"""

import argparse
import logging
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

HOST = "bench.example.org"
CONNECTIONS = 8
THREADS = 4
PAGES = {"home": "/bg/", "municipality": "/bg/burgas/"}


@dataclass
class Case:
    """One page of one server, and what was measured of it."""

    name: str
    path: str
    port: int
    pid: int
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] * 1000


def configuration(folder: Path, database_url: str, cache_seconds: int) -> dict[str, str]:
    return {
        "PB_MODE": "production",
        "PB_SECRET_KEY": "bench" * 12,
        "PB_DATA_DIR": str(folder),
        "PB_DATABASE_URL": database_url,
        "PB_BASE_URL": f"https://{HOST}",
        "PB_MAIL_URL": f"file:{folder / 'mail'}",
        "PB_JOBS": "immediate",
        "PB_LOG_LEVEL": "ERROR",
        "PB_PAGE_CACHE_SECONDS": str(cache_seconds),
    }


def bare() -> Flask:
    """The least that Flask can do: a page of the same size as an ordinary one, made of nothing."""
    app = Flask("bare")
    body = (
        "<!doctype html><title>bare</title>"
        + "<p>Nothing is looked up and nothing is rendered here.</p>" * 150
    )

    @app.get("/")
    def page() -> str:
        return body

    return app


def serve(kind: str, port: int) -> None:
    """Run one server until the parent ends it; `kind` is bare or application."""
    import waitress

    # Several connections on few threads queue by design; a line for each would be all that one sees.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if kind == "bare":
        app = bare()
    else:
        from pbplatform.app import create_app
        from pbplatform.config import read_config
        from pbplatform.foundation import memory

        app = create_app(read_config(os.environ))
        memory.settle()
    waitress.serve(app, host="127.0.0.1", port=port, threads=THREADS, ident=None)


def resident(pid: int) -> float:
    """The memory that a process holds, in megabytes; what it shares with others is counted whole."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(kind: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A server process that answers."""
    port = free_port()
    command = [sys.executable, "-m", "bench.web", "--serve", kind, "--port", str(port)]
    running = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        for _ in range(300):
            if running.poll() is not None:
                raise RuntimeError(f"the server {kind} ended at once")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, running.pid
    finally:
        running.terminate()
        running.wait()


class Connection:
    """One kept-alive connection that asks for the same page again and again."""

    def __init__(self, port: int, path: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nAccept-Language: bg\r\n\r\n".encode()
        self.buffer = b""
        self.sent_at = 0.0

    def ask(self) -> None:
        self.buffer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def received(self) -> bool:
        """Take what has come; whether the answer is whole."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        self.buffer += chunk
        head, mark, body = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not a page: {head[:200]!r}")
        length = next(
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        return len(body) >= length


def load(case: Case, seconds: float) -> None:
    """Ask for one page for a while, with several connections."""
    chooser = selectors.DefaultSelector()
    connections = [Connection(case.port, case.path) for _ in range(CONNECTIONS)]
    for connection in connections:
        chooser.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask()
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        for key, _ in chooser.select(timeout=5):
            connection = key.data
            if connection.received():
                case.times.append(time.perf_counter() - connection.sent_at)
                done += 1
                connection.ask()
    case.rates.append(done / (time.perf_counter() - begun))
    for connection in connections:
        connection.socket.close()


def seeded(folder: Path, database_url: str) -> None:
    """Fill a database with the demonstration data."""
    from pbplatform.config import read_config
    from pbplatform.demo import seed

    seed.build(read_config(configuration(folder, database_url, 0)))


def statements(folder: Path, database_url: str) -> dict[str, int]:
    """SQL statements that each page needs when nothing is kept in memory, transaction marks left out."""
    from sqlalchemy import event

    from pbplatform.app import create_app
    from pbplatform.config import read_config

    app = create_app(read_config(configuration(folder, database_url, 0)))
    count = 0

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal count
        count += not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"))

    engine = app.extensions["house"].database.engine
    event.listen(engine, "before_cursor_execute", heard)
    found = {}
    for name, path in PAGES.items():
        client = app.test_client()
        for _ in range(2):
            count = 0
            answer = client.get(path, base_url=f"https://{HOST}")
            assert answer.status_code == 200, answer.status
        found[name] = count
    app.extensions["house"].database.dispose()
    return found


def first_view(port: int) -> dict[str, tuple[int, int]] | None:
    """Bytes over the wire of the first view in a real Chromium, all and without fonts; None where there is none."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    found: dict[str, tuple[int, int]] = {}
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", rules]
        )
        for name, path in PAGES.items():
            tab = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
            protocol = tab.context.new_cdp_session(tab)
            protocol.send("Network.enable")
            kinds: dict[str, bool] = {}
            weights: dict[str, float] = {}
            protocol.on(
                "Network.responseReceived",
                lambda e, kinds=kinds: kinds.update({e["requestId"]: ".woff2" in e["response"]["url"]}),
            )
            protocol.on(
                "Network.loadingFinished",
                lambda e, weights=weights: weights.update({e["requestId"]: e["encodedDataLength"]}),
            )
            tab.goto(f"http://{HOST}:{port}{path}")
            tab.wait_for_load_state("networkidle")
            found[name] = (
                round(sum(weights.values())),
                round(sum(weight for request, weight in weights.items() if not kinds.get(request))),
            )
        browser.close()
    return found


def measure(rounds: int, seconds: float) -> None:
    from tests.support import postgres

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pbbench")))
        databases = {"SQLite": f"sqlite:///{folder / 'bench.sqlite'}"}
        try:
            address = stack.enter_context(postgres.server())
            databases["PostgreSQL"] = f"{address}/postgres"
        except postgres.NoPostgres as reason:
            print(f"without PostgreSQL: {reason}")
        cases: list[Case] = []
        port, pid = stack.enter_context(server("bare", {}))
        reference = Case("bare Flask page", "/", port, pid)
        cases.append(reference)
        for database, url in databases.items():
            seeded(folder / database, url)
            for cache in (5, 0):
                settings = configuration(folder / database, url, cache)
                port, pid = stack.enter_context(server("application", settings))
                kept = "kept 5 s" if cache else "made anew"
                cases += [
                    Case(f"{page}, {database}, {kept}", path, port, pid) for page, path in PAGES.items()
                ]
        for case in cases:
            load(case, 1.0)
            case.rates.clear()
            case.times.clear()
        for _ in range(rounds):
            for case in cases:
                load(case, seconds)
        print(f"\n{'page':<42}{'requests/s':>11}{'of bare':>9}{'p95 ms':>9}{'memory MB':>11}")
        for case in cases:
            memory = resident(case.pid)
            print(
                f"{case.name:<42}{case.rate:>11.0f}{case.rate / reference.rate:>9.0%}{case.p95:>9.1f}{memory:>11.0f}"
            )
        for database, url in databases.items():
            counted = ", ".join(
                f"{page} {count}" for page, count in statements(folder / database, url).items()
            )
            print(f"SQL statements, {database}: {counted}")
        views = first_view(cases[1].port)
        for page, (whole, lean) in (views or {}).items():
            print(f"first view of {page}: {whole:,} bytes, {lean:,} without fonts")
        if views is None:
            print("first view: not measured, there is no Chromium")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--serve", choices=["bare", "application"])
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.port)
    else:
        measure(arguments.rounds, arguments.seconds)


if __name__ == "__main__":
    main()
