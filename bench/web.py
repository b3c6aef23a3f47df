"""`make bench`: how fast pages come, beside a bare Flask page of the same server in the same run.

Each case is served by waitress in a process of its own and asked over the loopback by one client with several kept-alive
connections, in rounds that alternate between the cases, so that a slow minute of the machine is shared by all. Printed are
requests per second and the 95th percentile of the answer's time, SQL statements per page, bytes of the first view, memory.

"as served" is an anonymous visitor's page as an installation answers it: kept for five seconds, made anew when those are over,
with every header of a page that is made; the aims speak of these rows. "made anew" are the same pages with nothing kept, which
is what somebody who is signed in waits for. Memory is that of a gunicorn worker after some hundred requests to many pages.
"""

import argparse
import http.client
import logging
import os
import re
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
LEAST_RATE = 0.60
MOST_STATEMENTS = 6
MOST_BYTES, MOST_BYTES_WITHOUT_FONTS = 120 * 1024, 40 * 1024
MOST_MEMORY = 150.0
PAGES_FOR_MEMORY = 150
ROUNDS_FOR_MEMORY = 2


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


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    """Until a server accepts connections."""
    for _ in range(300):
        if running.poll() is not None:
            raise RuntimeError("the server ended at once")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up in half a minute")


@contextmanager
def server(kind: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A server process that answers."""
    port = free_port()
    command = [sys.executable, "-m", "bench.web", "--serve", kind, "--port", str(port)]
    running = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        wait_for(port, running)
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


def worker_memory(environment: dict[str, str]) -> tuple[int, float]:
    """The number of requests asked of a gunicorn worker, walking from page to page, and the megabytes it holds then."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--log-level", "error"]
    running = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "wsgi:app"], env={**os.environ, **environment}
    )
    try:
        wait_for(port, running)
        found = ["/ka/", "/bg/", "/en/"]
        for number in range(PAGES_FOR_MEMORY):
            kind, text = _page(port, found[number])
            if kind.startswith("text/html"):
                found += [link for link in dict.fromkeys(LINK.findall(text)) if link not in found]
        for _ in range(ROUNDS_FOR_MEMORY):
            for path in found[:PAGES_FOR_MEMORY]:
                _page(port, path)
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        return PAGES_FOR_MEMORY * (1 + ROUNDS_FOR_MEMORY), resident(int(children[0]))
    finally:
        running.terminate()
        running.wait()


LINK = re.compile(r'href="(/(?:ka|bg|en)/[^"#?]*)"')


def _page(port: int, path: str) -> tuple[str, str]:
    """Kind and text of a page; a redirect is a page too, an error of the server is not."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wire.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
    answer = wire.getresponse()
    text = answer.read().decode(errors="replace")
    wire.close()
    if answer.status >= 500:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer.getheader("Content-Type") or "", text


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
                kept = "as served" if cache else "made anew"
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
        _print_rates(reference, cases)
        for database, url in databases.items():
            for page, count in statements(folder / database, url).items():
                _print_aim(f"SQL statements of {page}, {database}", count, MOST_STATEMENTS)
        for database, url in databases.items():
            asked, memory = worker_memory(configuration(folder / database, url, 5))
            _print_aim(f"MB in a gunicorn worker, {database}, after {asked} requests", memory, MOST_MEMORY)
        views = first_view(cases[1].port)
        for page, (whole, lean) in (views or {}).items():
            _print_aim(f"bytes of the first view of {page}", whole, MOST_BYTES)
            _print_aim(f"bytes of the first view of {page} without fonts", lean, MOST_BYTES_WITHOUT_FONTS)
        if views is None:
            print("first view: not measured, there is no Chromium")


def _print_rates(reference: Case, cases: list[Case]) -> None:
    print(f"\n{'page':<42}{'requests/s':>11}{'of bare':>9}{'p95 ms':>9}  aim")
    for case in cases:
        share = case.rate / reference.rate
        aim = (
            f">= {LEAST_RATE:.0%} {'met' if share >= LEAST_RATE else 'MISSED'}"
            if "served" in case.name
            else ""
        )
        print(f"{case.name:<42}{case.rate:>11.0f}{share:>9.0%}{case.p95:>9.1f}  {aim}")
    print()


def _print_aim(what: str, found: float, most: float) -> None:
    print(f"{what:<62}{found:>10,.0f}  <= {most:,.0f} {'met' if found <= most else 'MISSED'}")


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
