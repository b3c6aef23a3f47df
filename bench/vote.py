"""`make bench-vote`: ballots a second through the whole path beside a bare insert of the same kind of server.

Every ballot is a POST of a voter of its own with session cookie, CSRF token, limits, keys, encryption and signature. The
bare endpoint inserts a row of the same size and nothing else; both are measured in turns of a second, so that a busy
machine is busy for both. Then the day: 14 ballots and 110 pages a second; the spike: 140 a second until the vote ends;
and a box that holds a million ballots already.

    python -m bench.vote            about six minutes
    python -m bench.vote --long     the day lasts ten minutes, the box is filled with a million ballots

The server runs as in production. The clients share its processors, so they send ready-made bytes from one thread. The CPU
of a ballot is told for each side; it holds on a busy machine too, where rates do not.
"""

import argparse
import os
import secrets
import socket
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from select import EPOLLIN, epoll
from statistics import quantiles
from urllib.parse import urlencode

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from bench import placing
from pbplatform.foundation import clock
from pbplatform.voting import canon, keys, secrecy
from pbplatform.voting.models import Ballot, BallotBox, Channel
from tests.faults.burst import Server, seconds_of
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.postgres import free_port

CLIENTS = 8
TURNS = 15
ANYWHERE = "anywhere"
PLACES = {ANYWHERE: placing.leave_free, "beside": placing.keep_together}
"""Where workers run: as the kernel likes, or each beside the database process that answers it."""
PARTS = ("rates", "day", "box", "spike")
BLANK = "b" * 24
"""Stands where each ballot has its own submission."""
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
    """Milliseconds of processor per request that the server's workers used, PostgreSQL, and these clients."""
    cpu_database: float = 0.0
    cpu_client: float = 0.0

    @property
    def costs(self) -> str:
        """What a request costs whom."""
        return (
            f"server {self.cpu:.2f} ms, database {self.cpu_database:.2f} ms, client {self.cpu_client:.2f} ms"
        )

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


BARE_POST = post("/bare", "a=b")


def page(path: str) -> bytes:
    """The question for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: pb_language=en\r\n\r\n".encode()


Ask = Callable[[], bytes]


class Crowd:
    """Up to so many requests at the same time, all from one thread, so that the asking costs next to nothing."""

    def __init__(self, port: int, most: int) -> None:
        self._port = port
        self._most = most
        self._poll = epoll()
        self._out: dict[int, tuple[socket.socket, float, list[bytes]]] = {}
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()

    def fits(self) -> bool:
        """Whether one more may ask."""
        return len(self._out) < self._most

    @property
    def waits(self) -> bool:
        """Whether somebody has not been answered yet."""
        return bool(self._out)

    def ask(self, said: bytes, since: float) -> None:
        """Ask on a connection of its own; the waiting counts from `since`."""
        try:
            wire = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            wire.sendall(said)
        except OSError:
            self._note(0, since)
            return
        self._poll.register(wire.fileno(), EPOLLIN)
        self._out[wire.fileno()] = wire, since, []

    def listen(self, seconds: float) -> None:
        """Take in what is answered within that time."""
        for number, _ in self._poll.poll(seconds):
            wire, since, heard = self._out[number]
            try:
                piece = wire.recv(65_536)
            except OSError:
                piece, heard = b"", []
            if piece:
                heard.append(piece)
                continue
            self._poll.unregister(number)
            del self._out[number]
            wire.close()
            self._note(int(heard[0][9:12]) if heard and heard[0][9:12].isdigit() else 0, since)

    def _note(self, status: int, since: float) -> None:
        self.statuses[status] += 1
        self.times.append(time.monotonic() - since)

    def close(self) -> None:
        """Give the poll back."""
        self._poll.close()


class Voters:
    """Everybody's ballot as bytes, each used once."""

    def __init__(self, scene: Scene) -> None:
        self._ready = []
        for cookie, fields in scene.posts():
            body = urlencode(
                {**fields, "step": "review", "go": "cast", "choice-1": "P1.1", "submission": BLANK}
            )
            head, _, tail = post(f"{scene.base}/ballot", body, cookie).partition(BLANK.encode())
            self._ready.append((head, tail))
        self.submissions: list[str] = []

    def next(self) -> bytes:
        """One more voter; when all have voted, the first changes their mind."""
        head, tail = self._ready[len(self.submissions) % len(self._ready)]
        self.submissions.append(secrets.token_urlsafe(18))
        return head + self.submissions[-1].encode() + tail


def closed_loop(make: Ask, seconds: float, server: Server, database: Path | None) -> Seen:
    """As many as the server takes, from CLIENTS at once."""
    crowd = Crowd(server.port, CLIENTS)
    used = (server.cpu(), cpu_of_postgresql(database), time.process_time())
    began = time.monotonic()
    while time.monotonic() < began + seconds or crowd.waits:
        while crowd.fits() and time.monotonic() < began + seconds:
            crowd.ask(make(), time.monotonic())
        crowd.listen(1.0)
    crowd.close()
    now = (server.cpu(), cpu_of_postgresql(database), time.process_time())
    seen = Seen(time.monotonic() - began, crowd.times, crowd.statuses)
    each = 1000 / max(len(seen.times), 1)
    seen.cpu, seen.cpu_database, seen.cpu_client = ((a - b) * each for a, b in zip(now, used, strict=True))
    return seen


def open_loop(
    port: int, asks: Sequence[tuple[str, Ask, float]], seconds: float, most: int
) -> dict[str, Seen]:
    """So many a second of each kind, whether or not the earlier ones were answered; late starts count as waiting."""
    began = time.monotonic()
    due = sorted(
        (began + number / rate, kind) for kind, _, rate in asks for number in range(int(rate * seconds))
    )
    make = {kind: ask for kind, ask, _ in asks}
    crowds = {kind: Crowd(port, most) for kind in make}
    waiting = deque(due)
    while waiting or any(crowd.waits for crowd in crowds.values()):
        while waiting and waiting[0][0] <= time.monotonic() and crowds[waiting[0][1]].fits():
            since, kind = waiting.popleft()
            crowds[kind].ask(make[kind](), since)
        for crowd in crowds.values():
            crowd.listen(0.001)
    # A server that falls behind answers later than asked, and its rate is the lower one.
    lasted = time.monotonic() - began
    for crowd in crowds.values():
        crowd.close()
    return {kind: Seen(lasted, crowd.times, crowd.statuses) for kind, crowd in crowds.items()}


def cpu_of_postgresql(folder: Path | None) -> float:
    """Seconds of processor that all processes of the PostgreSQL in that folder have used."""
    if folder is None:
        return 0.0
    head = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
    return sum(seconds_of(int(number)) for number in [head, *children])


def say(*words: object) -> None:
    """A line of the table."""
    print(*words, flush=True)


def rates(name: str, scene: Scene, voters: Voters, seconds: float, database: Path | None) -> None:
    """One and two workers, bare and whole, each for a moment in every turn: what disturbs the machine disturbs them all.

    On PostgreSQL once wherever the kernel puts everybody, and once with each worker kept beside its own connection.
    """
    makers: dict[str, tuple[type[Server], Ask]] = {
        "bare": (Bare, lambda: BARE_POST),
        "vote": (Server, voters.next),
    }
    places = PLACES if database else {ANYWHERE: placing.leave_free}
    seen: defaultdict[tuple[str, int, str], list[Seen]] = defaultdict(list)
    with ExitStack() as kept:
        servers = {
            (kind, workers): kept.enter_context(running(maker(scene.env, free_port(), workers)))
            for kind, (maker, _) in makers.items()
            for workers in (1, 2)
        }
        for (kind, _), server in servers.items():
            closed_loop(makers[kind][1], 1.5, server, database)
        for _ in range(TURNS):
            for place, put in places.items():
                for (kind, workers), server in servers.items():
                    put(server, database)
                    seen[kind, workers, place].append(closed_loop(makers[kind][1], seconds, server, database))
    for place in places:
        tell_rates(name, place, {(kind, workers): seen[kind, workers, place] for kind, workers in servers})


def tell_rates(name: str, place: str, seen: Mapping[tuple[str, int], Sequence[Seen]]) -> None:
    """The lines of one arrangement of processes."""
    for workers in (1, 2):
        bare, vote = joined(seen["bare", workers]), joined(seen["vote", workers])
        say(
            f"{name:<11}{workers} worker(s) {place:<8}  ballots/s {vote.rate:7.1f}  p95 {vote.p95:6.1f} ms  errors {vote.wrong:.2%}  "
            f"bare inserts/s {bare.rate:7.1f}  share {vote.rate / max(bare.rate, 0.1):4.0%} (asked: 35%)"
        )
        say(f"{name:<11}             cpu a ballot: {vote.costs}; a bare insert: {bare.costs}")
    say(
        f"{name:<11}two workers {place} take {scaling(seen['vote', 1], seen['vote', 2])} times the ballots of one "
        f"(asked on PostgreSQL: 1.6), and {scaling(seen['bare', 1], seen['bare', 2])} times the bare inserts"
    )


def scaling(one: Sequence[Seen], two: Sequence[Seen]) -> str:
    """How many times as much two workers do, over all turns, and between what half of the turns lie."""
    turns = sorted(b.rate / max(a.rate, 0.1) for a, b in zip(one, two, strict=True))
    low, _, high = quantiles(turns, n=4)
    return f"{joined(two).rate / max(joined(one).rate, 0.1):.2f} (half of the turns: {low:.2f} to {high:.2f})"


def joined(parts: Sequence[Seen]) -> Seen:
    """Several runs as one."""
    found = Seen(sum(part.seconds for part in parts))
    for part in parts:
        found.times += part.times
        found.statuses += part.statuses
        found.cpu += part.cpu / len(parts)
        found.cpu_database += part.cpu_database / len(parts)
        found.cpu_client += part.cpu_client / len(parts)
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
    asks = (("ballots", voters.next, 14.0), ("pages", lambda: page(paths[next(turn) % len(paths)]), 110.0))
    with running(Server(scene.env, free_port(), 2)) as server:
        found = open_loop(server.port, asks, seconds, 32)
    for kind, _, rate in asks:
        seen = found[kind]
        say(
            f"{name:<11}a day of {seconds:.0f} s: {kind:<8}{rate:>4.0f}/s asked, {seen.rate:6.1f}/s answered, "
            f"p95 {seen.p95:6.1f} ms (asked: 300), errors {seen.wrong:.3%} (asked: 0.1%) {dict(seen.statuses)}"
        )


def standing(scene: Scene, voters: Voters, since: int) -> int:
    """How many submissions from that one on lie in the box: all that were taken, since nobody votes twice so soon."""
    payload, nothing = canon.canonical_payload({1: ["P1.1"]}), canon.word_hash("")
    people = [entry.id for entry in scene.town.entries]
    found = 0
    with scene.house.database.read() as look:
        key = round_key(look, scene)
        for number, submission in enumerate(voters.submissions[since:], since):
            bid = canon.ballot_id(key, scene.round_id, people[number % len(people)])
            kept = look.scalar(
                select(Ballot.sealed).where(Ballot.round_id == scene.round_id, Ballot.bid == bid)
            )
            said = secrecy.open_(key, scene.round_id, bid, kept) if kept else None
            found += said is not None and said.nonce == canon.nonce(key, bid, submission, nothing, payload)
    return found


def round_key(look: Session, scene: Scene) -> bytes:
    """The key of the scene's vote."""
    box = look.get_one(BallotBox, scene.round_id)
    return keys.round_key(scene.house.secrets, scene.round_id, box.key_commit)


def spike(name: str, scene: Scene, voters: Voters, seconds: float) -> None:
    """140 ballots a second until the vote ends, and for two seconds after."""
    with running(Server(scene.env, free_port(), 2)) as server:
        with scene.house.database.transaction() as session:
            session.execute(update(BallotBox).values(closes_at=clock.now() + timedelta(seconds=seconds)))
        before = len(voters.submissions)
        seen = open_loop(server.port, [("ballots", voters.next, 140.0)], seconds + 2, 64)["ballots"]
        taken = standing(scene, voters, before)
    say(
        f"{name:<11}a spike of 140/s ending in the close: acknowledged {seen.statuses[200]}, recorded {taken}, "
        f"p95 {seen.p95:6.1f} ms, answers {dict(sorted(seen.statuses.items()))}"
    )


def full_box(
    name: str, scene: Scene, voters: Voters, ballots: int, seconds: float, database: Path | None
) -> None:
    """The rate again with that many ballots in the box, put there behind the application's back."""
    with scene.house.database.read() as look:
        key = round_key(look, scene)
    said = secrecy.Said('{"1":["P1.1"]}', "0" * 32, canon.word_hash(""), "A" * 16)
    kept = secrecy.close(key, scene.round_id, "0" * 64, said)
    for start in range(0, ballots, 10_000):
        rows = [
            {
                "round_id": scene.round_id,
                "bid": secrets.token_hex(32),
                "sealed": kept,
                "channel": Channel.ONLINE,
                "station_id": None,
            }
            for _ in range(min(10_000, ballots - start))
        ]
        with scene.house.database.engine.begin() as connection:
            connection.execute(insert(Ballot), rows)
    settle(scene)
    with running(Server(scene.env, free_port(), 2)) as server:
        closed_loop(voters.next, 1.0, server, database)
        seen = closed_loop(voters.next, seconds, server, database)
    say(
        f"{name:<11}with {ballots:,} ballots in the box: ballots/s {seen.rate:7.1f}  p95 {seen.p95:6.1f} ms  "
        f"cpu a ballot: {seen.costs}"
    )


def settle(scene: Scene) -> None:
    """Let the filling reach the disk: ballots come in one by one, and what is measured is a full box, not the filling.

    After a checkpoint PostgreSQL writes each page whole when it is first touched, so this is its hardest moment.
    """
    if scene.house.database.engine.dialect.name != "postgresql":
        return
    with scene.house.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum (analyze) ballot"))
        connection.execute(text("checkpoint"))


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """A server for a while."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def measure(name: str, url: str, folder: Path, wanted: argparse.Namespace) -> None:
    """Everything on one database."""
    long: bool = wanted.long
    seconds = 2.0 if long else 1.0
    # Enough voters that nobody has to change their mind, which takes more statements than a first vote.
    scene = Scene(folder, url, 90_000 if long else 45_000, in_bulk=True, production=True)
    database = folder / "pg" if url.startswith("postgres") else None
    with scene.house.database.engine.begin() as connection:
        binary = "bytea" if url.startswith("postgres") else "blob"
        connection.exec_driver_sql(f"create table bare (id varchar(64) primary key, payload {binary})")
    voters = Voters(scene)
    if "rates" in wanted.parts:
        rates(name, scene, voters, seconds, database)
    if "day" in wanted.parts:
        day(name, scene, voters, 600 if long else 20)
    if "box" in wanted.parts:
        full_box(name, scene, voters, 1_000_000 if long else 100_000, 3 * seconds, database)
    if "spike" in wanted.parts:
        spike(name, scene, voters, 10 if long else 5)
    scene.house.database.dispose()


def main() -> None:
    """Both databases, durable as in earnest."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--long", action="store_true", help="ten minutes of day, a million ballots")
    arguments.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the two databases")
    arguments.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    wanted = arguments.parse_args()
    say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    if wanted.only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="pb-bench-") as folder:
            measure("SQLite", f"sqlite:///{folder}/pb.sqlite", Path(folder), wanted)
    if wanted.only != "sqlite":
        with tempfile.TemporaryDirectory(prefix="pb-bench-") as folder:
            Path(folder).chmod(0o755)
            (Path(folder) / "pg").mkdir()
            with postgres.server_in(Path(folder) / "pg", durable=True) as url:
                measure("PostgreSQL", f"{url}/postgres", Path(folder), wanted)


if __name__ == "__main__":
    main()
