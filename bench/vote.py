"""`make bench-vote`: ballots a second through the whole path beside a bare insert of the same kind of server.

Every ballot is a POST of a voter of its own with session cookie, CSRF token, limits, keys, encryption and signature. The
bare endpoint inserts a row of the same size and nothing else; both are measured in turns in the same run, so that a busy
machine is busy for both. Then the day: 14 ballots and 110 pages a second; the spike: 140 a second until the vote ends;
and a box that holds a million ballots already.

    python -m bench.vote            under four minutes
    python -m bench.vote --long     the day lasts ten minutes, the box is filled with a million ballots

The clients send ready-made bytes, so that they cost little. CPU is that of the server's processes and of PostgreSQL,
so it holds on a busy machine too.
"""

import argparse
import os
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import insert, update

from pbplatform.foundation import clock
from pbplatform.voting import canon, keys, secrecy
from pbplatform.voting.models import Ballot, BallotBox, Channel
from tests.faults.burst import Server, judge_count
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.postgres import free_port

CLIENTS = 8
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
                session.execute(text("insert into bare (id, payload) values (:id, :payload)"), {"id": secrets.token_hex(32), "payload": b"x" * 540})
            return "ok"
        @app.get("/healthz")
        def healthz():
            return "ok"
        return app
Server().run()
"""


class Bare(Server):
    """The bare insert behind the same kind of server."""

    program = BARE


@dataclass
class Seen:
    """What a run of requests gave."""

    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    cpu: float = 0.0
    """Milliseconds of the server's processor per request."""

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return self.statuses[200] / self.seconds

    @property
    def p95(self) -> float:
        """The time in milliseconds that nineteen of twenty answers stayed under."""
        ordered = sorted(self.times)
        return ordered[int(len(ordered) * 0.95)] * 1000 if ordered else 0.0

    @property
    def wrong(self) -> float:
        """The share of answers that were none."""
        total = sum(self.statuses.values())
        return 1 - self.statuses[200] / total if total else 0.0


def post(path: str, body: str, cookie: str = "") -> bytes:
    """A form as it goes over the wire."""
    said = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(said)}\r\n\r\n"
    )
    return head.encode() + said


def page(path: str) -> bytes:
    """The question for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: pb_language=en\r\n\r\n".encode()


def ask(port: int, said: bytes) -> int:
    """Send it on a connection of its own; the status, 0 for a broken connection."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
            wire.sendall(said)
            first = wire.recv(16)
            while wire.recv(65_536):
                pass
        return int(first[9:12])
    except (OSError, ValueError):
        return 0


class Voters:
    """Everybody's ballot as bytes, each used once."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._ready = scene.posts()
        self._lock = threading.Lock()
        self.used = 0

    def next(self) -> bytes:
        """One more voter; when all have voted, the first changes their mind."""
        with self._lock:
            number, self.used = self.used, self.used + 1
        cookie, fields = self._ready[number % len(self._ready)]
        body = urlencode(
            {
                **fields,
                "submission": secrets.token_urlsafe(18),
                "step": "review",
                "go": "cast",
                "choice-1": "P1.1",
            }
        )
        return post(f"{self._scene.base}/ballot", body, cookie)


def closed_loop(port: int, make: Callable[[], bytes], seconds: float, server: Server) -> Seen:
    """As many as the server takes, from CLIENTS at once."""
    seen, lock = Seen(seconds), threading.Lock()
    until = time.monotonic() + seconds

    def client() -> None:
        times: list[float] = []
        statuses: Counter[int] = Counter()
        while time.monotonic() < until:
            said = make()
            began = time.monotonic()
            statuses[ask(port, said)] += 1
            times.append(time.monotonic() - began)
        with lock:
            seen.times += times
            seen.statuses += statuses

    before = server.cpu()
    _all(client, CLIENTS)
    seen.cpu = (server.cpu() - before) * 1000 / max(sum(seen.statuses.values()), 1)
    return seen


def open_loop(port: int, make: Callable[[], bytes], rate: float, seconds: float, clients: int) -> Seen:
    """So many a second, whether or not the earlier ones were answered; late starts count as waiting."""
    seen, lock = Seen(seconds), threading.Lock()
    began, numbers = time.monotonic(), iter(range(int(rate * seconds)))

    def client() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = began + number / rate
            threading.Event().wait(max(0.0, due - time.monotonic()))
            status = ask(port, make())
            with lock:
                seen.times.append(time.monotonic() - due)
                seen.statuses[status] += 1

    _all(client, clients)
    # A server that falls behind answers later than asked, and its rate is the lower one.
    seen.seconds = time.monotonic() - began
    return seen


def _all(work: Callable[[], None], how_many: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def say(*words: object) -> None:
    """A line of the table."""
    print(*words, flush=True)


def rates(name: str, scene: Scene, voters: Voters, seconds: float) -> None:
    """One and two workers, bare and whole in turns."""
    whole: dict[int, float] = {}
    for workers in (1, 2):
        parts: dict[str, list[Seen]] = {"bare": [], "vote": []}
        for kind, maker, make in (
            ("bare", Bare, lambda: post("/bare", "a=b")),
            ("vote", Server, voters.next),
            ("bare", Bare, lambda: post("/bare", "a=b")),
            ("vote", Server, voters.next),
        ):
            with running(maker(scene.env, free_port(), workers)) as server:
                closed_loop(server.port, make, 1.0, server)
                parts[kind].append(closed_loop(server.port, make, seconds, server))
        bare, vote = (joined(parts[kind]) for kind in ("bare", "vote"))
        whole[workers] = vote.rate
        say(
            f"{name:<11}{workers} worker(s)  ballots/s {vote.rate:7.1f}  p95 {vote.p95:6.1f} ms  "
            f"cpu/ballot {vote.cpu:5.2f} ms  errors {vote.wrong:.2%}  bare inserts/s {bare.rate:7.1f}  "
            f"cpu/insert {bare.cpu:5.2f} ms  share {vote.rate / max(bare.rate, 0.1):4.0%}"
        )
    say(f"{name:<11}two workers take {whole[2] / max(whole[1], 0.1):.2f} times the ballots of one")


def joined(parts: Sequence[Seen]) -> Seen:
    """Several runs as one."""
    found = Seen(sum(part.seconds for part in parts))
    for part in parts:
        found.times += part.times
        found.statuses += part.statuses
        found.cpu += part.cpu / len(parts)
    return found


def day(name: str, scene: Scene, voters: Voters, seconds: float) -> None:
    """14 ballots and 110 pages a second, together."""
    town = scene.base.rsplit("/rounds/", 1)
    paths = [
        scene.base,
        f"{scene.base}/protection",
        f"{scene.base}/turnout",
        f"{town[0]}/",
        scene.base.removesuffix("vote"),
    ]
    turn = iter(range(10**9))
    found: dict[str, Seen] = {}
    with running(Server(scene.env, free_port(), 2)) as server:
        port = server.port
        pages = threading.Thread(
            target=lambda: found.update(
                pages=open_loop(port, lambda: page(paths[next(turn) % len(paths)]), 110, seconds, 24)
            )
        )
        pages.start()
        found["ballots"] = open_loop(port, voters.next, 14, seconds, 8)
        pages.join()
    for kind, rate in (("ballots", 14), ("pages", 110)):
        seen = found[kind]
        say(
            f"{name:<11}a day of {seconds:.0f} s: {kind:<8}{rate:>4}/s asked, {seen.rate:6.1f}/s answered, "
            f"p95 {seen.p95:6.1f} ms, errors {seen.wrong:.3%} {dict(seen.statuses)}"
        )


def spike(name: str, scene: Scene, voters: Voters, seconds: float) -> None:
    """140 ballots a second until the vote ends, and for two seconds after."""
    with running(Server(scene.env, free_port(), 2)) as server:
        with scene.house.database.transaction() as session:
            session.execute(update(BallotBox).values(closes_at=clock.now() + timedelta(seconds=seconds)))
        before = judge_count(scene.house, scene.round_id)
        seen = open_loop(server.port, voters.next, 140, seconds + 2, 64)
        taken = judge_count(scene.house, scene.round_id) - before
    say(
        f"{name:<11}a spike of 140/s ending in the close: acknowledged {seen.statuses[200]}, recorded {taken}, "
        f"p95 {seen.p95:6.1f} ms, answers {dict(sorted(seen.statuses.items()))}"
    )


def crowd(name: str, scene: Scene, voters: Voters, ballots: int, seconds: float) -> None:
    """The rate again with that many ballots in the box, put there behind the application's back."""
    with scene.house.database.read() as look:
        key = keys.round_key(
            scene.house.secrets, scene.round_id, look.get_one(BallotBox, scene.round_id).key_commit
        )
    said = secrecy.Said('{"1":["P1.1"]}', "0" * 32, canon.word_hash(""), "A" * 16)
    kept = secrecy.close(key, scene.round_id, "0" * 64, said)
    for start in range(0, ballots, 10_000):
        rows = [
            {
                "round_id": scene.round_id,
                "bid": secrets.token_hex(32),
                "sealed": kept,
                "submission_id": "crowd",
                "channel": Channel.ONLINE,
                "station_id": None,
            }
            for _ in range(min(10_000, ballots - start))
        ]
        with scene.house.database.engine.begin() as connection:
            connection.execute(insert(Ballot), rows)
    with running(Server(scene.env, free_port(), 2)) as server:
        closed_loop(server.port, voters.next, 1.0, server)
        seen = closed_loop(server.port, voters.next, seconds, server)
    say(
        f"{name:<11}with {ballots:,} ballots in the box: ballots/s {seen.rate:7.1f}  p95 {seen.p95:6.1f} ms  "
        f"cpu/ballot {seen.cpu:5.2f} ms"
    )


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """A server for a while."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def measure(name: str, url: str, folder: Path, *, long: bool) -> None:
    """Everything on one database."""
    seconds = 8.0 if long else 4.0
    scene = Scene(folder, url, 12_000 if long else 6_000, in_bulk=True)
    with scene.house.database.engine.begin() as connection:
        binary = "bytea" if url.startswith("postgres") else "blob"
        connection.exec_driver_sql(f"create table bare (id varchar(64) primary key, payload {binary})")
    voters = Voters(scene)
    rates(name, scene, voters, seconds)
    day(name, scene, voters, 600 if long else 20)
    crowd(name, scene, voters, 1_000_000 if long else 100_000, seconds)
    spike(name, scene, voters, 10 if long else 5)
    scene.house.database.dispose()


def main() -> None:
    """Both databases, durable as in earnest."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--long", action="store_true", help="ten minutes of day, a million ballots")
    arguments.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the two databases")
    wanted = arguments.parse_args()
    say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    if wanted.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="pb-bench-") as folder:
            measure("SQLite", f"sqlite:///{folder}/pb.sqlite", Path(folder), long=wanted.long)
    if wanted.only != "sqlite":
        with tempfile.TemporaryDirectory(prefix="pb-bench-") as folder:
            Path(folder).chmod(0o755)
            (Path(folder) / "pg").mkdir()
            with postgres.server_in(Path(folder) / "pg", durable=True) as url:
                measure("PostgreSQL", f"{url}/postgres", Path(folder), long=wanted.long)


if __name__ == "__main__":
    main()
