"""`make bench-vote`: ballots a second through the whole path beside a bare insert of the same server, 1 and 2 workers.

Every ballot is a POST with its own session cookie, CSRF token, limits, keys and signature. The bare endpoint inserts a row
of the same size and nothing else. `BENCH_SECONDS` (default 8) bounds each measurement.
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlencode

from tests.faults.burst import _FIELD, Server, _ask, get
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.postgres import free_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CLIENTS = 8
VOTERS = 400
BARE = """
import os, sys, secrets
from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import text
from pbplatform.foundation.database import Database
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": sys.argv[1], "workers": int(sys.argv[2]), "worker_class": "sync", "loglevel": "critical"}.items():
            self.cfg.set(name, value)
    def load(self):
        app, database = Flask("bare"), Database(os.environ["PB_DATABASE_URL"])
        @app.post("/bare")
        def bare():
            with database.transaction() as session:
                session.execute(text("insert into bare (id, payload) values (:id, :payload)"), {"id": secrets.token_hex(32), "payload": "x" * 200})
            return "ok"
        @app.get("/healthz")
        def healthz():
            return "ok"
        return app
Server().run()
"""


class Bare(Server):
    """The bare insert behind the same kind of server."""

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-c", BARE, f"127.0.0.1:{self.port}", str(self._workers)]
        self.process = subprocess.Popen(
            command, env=self._env, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if get(self.port, "/healthz")[0] == 200:
                    return
            except OSError:
                threading.Event().wait(0.1)
        raise TimeoutError("the server does not answer")


def measure(act: Callable[[int], bool]) -> tuple[float, float, float]:
    """Acts a second, p95 in milliseconds, share of errors, with CLIENTS in parallel for SECONDS."""
    times: list[float] = []
    wrong = [0]
    until = time.monotonic() + SECONDS

    def client(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                good = act(turn)
            except (OSError, http.client.HTTPException):
                good = False
            times.append(time.monotonic() - started)
            wrong[0] += not good
            turn += CLIENTS

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p95 = quantiles(times, n=20)[18] * 1000 if len(times) > 20 else 0.0
    return (len(times) - wrong[0]) / SECONDS, p95, wrong[0] / max(len(times), 1)


def votes(scene: Scene, port: int) -> Callable[[int], bool]:
    """Posting ballots: each voter's page is opened once before, then every post is a new submission."""
    pages: list[tuple[dict[str, str], str]] = []
    for first in scene.cookies:
        _status, html, cookie = get(port, f"{scene.base}/ballot", first)
        pages.append((dict(_FIELD.findall(html)), cookie))

    def act(turn: int) -> bool:
        fields, cookie = pages[turn % len(pages)]
        submission = f"bench-{turn:012d}-{time.monotonic_ns()}"
        body = urlencode(
            {**fields, "submission": submission, "step": "review", "go": "cast", "choice-1": "P1.1"}
        )
        status, html, _cookie = _ask(port, "POST", f"{scene.base}/ballot", body, cookie)
        return status == 200 and re.search(r'name="tracker"', html) is not None

    return act


def bare(scene: Scene, port: int) -> Callable[[int], bool]:
    """Posting to the bare insert."""
    return lambda _turn: _ask(port, "POST", "/bare", "a=b", "")[0] == 200


def run(name: str, url: str) -> None:
    """One database, one and two workers."""
    with tempfile.TemporaryDirectory(prefix="pb-bench-") as folder:
        scene = Scene(Path(folder), url.format(folder=folder), VOTERS)
        with scene.house.database.engine.begin() as connection:
            connection.exec_driver_sql("create table bare (id varchar(64) primary key, payload varchar(300))")
        for workers in (1, 2):
            figures = {}
            for kind, maker, act in (("bare", Bare, bare), ("vote", Server, votes)):
                server = maker(scene.env, free_port(), workers)
                server.start()
                try:
                    figures[kind] = measure(act(scene, server.port))
                finally:
                    server.stop()
            share = figures["vote"][0] / figures["bare"][0] if figures["bare"][0] else 0.0
            print(
                f"{name:<11} {workers} worker(s)  ballots/s {figures['vote'][0]:7.1f}  p95 {figures['vote'][1]:6.1f} ms  "
                f"errors {figures['vote'][2]:.2%}  bare inserts/s {figures['bare'][0]:7.1f}  share {share:.0%}"
            )
        scene.house.database.dispose()


def main() -> None:
    """Both databases; PostgreSQL with its durable settings."""
    run("SQLite", "sqlite:///{folder}/pb.sqlite")
    postgres.SETTINGS[:] = ["max_connections=200"]
    with postgres.server() as url:
        run("PostgreSQL", f"{url}/postgres")


if __name__ == "__main__":
    main()
