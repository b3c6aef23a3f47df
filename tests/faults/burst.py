"""The burst: voters over HTTP, each with a log of what was acknowledged; and the checker that compares it to the box.

lost = the last acknowledged tracker is not in the box; phantom = a row that nobody posted; duplicate = a bid twice, or more
ballots than voters.
"""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from sqlalchemy import func, select

from pbplatform.door import House
from pbplatform.foundation.crypto import token
from pbplatform.voting import canon, closing, keys, queries
from pbplatform.voting.models import Ballot, BallotBox, Superseded

CHOICE = "P1.1"
CAST = canon.canonical_payload({1: [CHOICE]})
"""What everybody in a burst chooses, and how it is written down."""
_FIELD = re.compile(r'name="(csrf_token|rules|submission|voter)"[^>]*value="([^"]*)"')
_TRACKER = re.compile(r'name="tracker" value="([A-Z2-7]{16})"')
LAUNCH = """
import os, sys
from gunicorn.app.base import BaseApplication
from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.foundation import memory
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": sys.argv[1], "workers": int(sys.argv[2]), "worker_class": "sync", "timeout": 30,
                            "loglevel": os.environ.get("FAULT_LOG") and "error" or "critical", "graceful_timeout": 3}.items():
            self.cfg.set(name, value)
    def load(self):
        app = create_app(read_config(os.environ))
        memory.settle()
        return app
Server().run()
"""


ONE_PROCESS = """
import os, sys, waitress
from pbplatform.app import create_app
from pbplatform.config import read_config
waitress.serve(create_app(read_config(os.environ)), listen=sys.argv[1])
"""


class Server:
    """A real gunicorn with sync workers, on a port that stays the same over restarts."""

    program = LAUNCH

    def __init__(self, env: dict[str, str], port: int, workers: int) -> None:
        self._env = {**os.environ, **env}
        self.port = port
        self._workers = workers
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-c", self.program, f"127.0.0.1:{self.port}", str(self._workers)]
        self.process = subprocess.Popen(command, env=self._env, stderr=self._said(), start_new_session=True)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if get(self.port, "/healthz")[0] == 200:
                    return
            except OSError:
                threading.Event().wait(0.1)
        raise TimeoutError("the server does not answer")

    def _said(self) -> int | IO[bytes]:
        # FAULT_LOG names a file for what the servers complain of.
        path = os.environ.get("FAULT_LOG")
        return Path(path).open("ab") if path else subprocess.DEVNULL

    def workers(self) -> list[int]:
        """The process numbers of the workers."""
        assert self.process is not None
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in path.read_text().split()]

    def cpu(self) -> float:
        """Seconds of processor that the workers have used so far."""
        return sum(seconds_of(number) for number in self.workers())

    def kill_worker(self, turn: int) -> None:
        """End one worker without warning."""
        found = self.workers()
        if found:
            # It may have ended by itself since.
            with suppress(ProcessLookupError):
                os.kill(found[turn % len(found)], signal.SIGKILL)

    def stop(self) -> None:
        """End the whole group."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class ServerOfOneProcess(Server):
    """Waitress: gunicorn's sleeping does not stand a clock that is shifted under it."""

    program = ONE_PROCESS


def seconds_of(process: int) -> float:
    """Seconds of processor that a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def get(port: int, path: str, cookie: str = "") -> tuple[int, str, str]:
    """One GET on a connection of its own: status, body, the session cookie."""
    return _ask(port, "GET", path, None, cookie)


def cast_at_once(port: int, base: str, cookie: str, fields: dict[str, str]) -> int:
    """One ballot without opening its page first; the status."""
    sent = {**fields, "submission": token(18), "step": "review", "go": "cast", "choice-1": CHOICE}
    return _ask(port, "POST", f"{base}/ballot", urlencode(sent), cookie)[0]


def _ask(port: int, method: str, path: str, body: str | None, cookie: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": "localhost", "Cookie": cookie, "Connection": "close"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        session = next(
            (
                value
                for name, value in answer.getheaders()
                if name == "Set-Cookie" and value.startswith("pb=")
            ),
            "",
        )
        return answer.status, text, session.partition(";")[0] or cookie
    finally:
        connection.close()


@dataclass
class Try:
    """One line of the client's log."""

    voter: int
    submission: str
    status: int
    tracker: str
    at: float
    seconds: float


@dataclass
class Log:
    """Everything the clients saw."""

    tries: list[Try] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, one: Try) -> None:
        """Keep a line."""
        with self.lock:
            self.tries.append(one)

    def acknowledged(self) -> dict[int, str]:
        """The last tracker that each voter was told."""
        last: dict[int, str] = {}
        for one in sorted(self.tries, key=lambda one: one.at):
            if one.status == 200 and one.tracker:
                last[one.voter] = one.tracker
        return last

    def after(self, moment: float) -> "Log":
        """What was answered later than that."""
        return Log([one for one in self.tries if one.at > moment])

    def statuses(self) -> dict[int, int]:
        """How often each status came; 0 stands for a connection that broke."""
        found: dict[int, int] = {}
        for one in self.tries:
            found[one.status] = found.get(one.status, 0) + 1
        return dict(sorted(found.items()))


PATIENCE = 60.0
"""Seconds for which a voter goes on knocking at a door that does not answer at all."""


def vote(port: int, base: str, voter: int, cookie: str, log: Log, tries: int = 8) -> bool:
    """One voter: open the ballot, cast, and try again with the same submission until it is acknowledged.

    `tries` are those that the server answered; a broken connection is no answer.
    """
    fields: dict[str, str] = {}
    until = time.monotonic() + PATIENCE
    while tries > 0 and time.monotonic() < until:
        started = time.monotonic()
        status, tracker = 0, ""
        try:
            if not fields:
                status, html, cookie = get(port, f"{base}/ballot", cookie)
                fields = dict(_FIELD.findall(html)) if status == 200 else {}
            if fields:
                status = 0
                body = urlencode({**fields, "step": "review", "go": "cast", "choice-1": CHOICE})
                status, html, cookie = _ask(port, "POST", f"{base}/ballot", body, cookie)
                shown = _TRACKER.search(html)
                tracker = shown.group(1) if status == 200 and shown else ""
        except (OSError, http.client.HTTPException):
            status = 0
        ended = time.monotonic()
        log.add(Try(voter, fields.get("submission", ""), status, tracker, ended, ended - started))
        if tracker:
            return True
        # A page without a ballot's fields says that the vote is over.
        if status in (302, 403, 409, 410) or (status == 200 and not fields):
            return False
        tries -= status != 0
        threading.Event().wait(0.15)
    return False


def burst(
    port: int,
    base: str,
    cookies: list[str],
    clients: int,
    disturb: Callable[[threading.Event], None],
    tries: int = 8,
    held_back: int = 0,
) -> tuple[Log, int]:
    """All voters through a few parallel clients while something disturbs the servers; the log and how many got through.

    The last `held_back` voters come only when the trouble is over.
    """
    log, waiting, done, over = Log(), list(enumerate(cookies)), [0], threading.Event()
    lock = threading.Lock()

    def client() -> None:
        while True:
            if len(waiting) <= held_back:
                trouble.join()
            with lock:
                if not waiting:
                    return
                number, cookie = waiting.pop()
            went = vote(port, base, number, cookie, log, tries)
            with lock:
                done[0] += went

    threads = [threading.Thread(target=client) for _ in range(clients)]
    trouble = threading.Thread(target=disturb, args=(over,))
    for thread in [*threads, trouble]:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    trouble.join()
    return log, done[0]


@dataclass(frozen=True)
class Verdict:
    """What the checker found; all must be 0."""

    lost: int
    phantom: int
    duplicate: int


def judge_count(house: House, round_id: int) -> int:
    """How many ballots lie in the box."""
    with house.database.read() as look:
        return look.scalar(select(func.count()).where(Ballot.round_id == round_id)) or 0


def judge(house: House, round_id: int, log: Log, among: Log | None = None) -> Verdict:
    """Compare the client's log with the box, opened with the round's key.

    After a restore only what was acknowledged later counts; whatever was ever posted is `among` the whole log.
    """
    everything = among or log
    with house.database.read() as look:
        rows = look.scalars(select(Ballot.bid).where(Ballot.round_id == round_id)).all()
        replaced = set(look.scalars(select(Superseded.tracker).where(Superseded.round_id == round_id)))
        key = keys.round_key(house.secrets, round_id, look.get_one(BallotBox, round_id).key_commit)
        stored = list(closing.said_online(look, key, round_id))
        # The voters are numbered in the order in which they stand on the roll.
        bids = [
            bid for _entry, bid in sorted((entry, bid) for bid, entry, _ in queries.bids(look, key, round_id))
        ]
    posted = {(one.voter, one.submission) for one in everything.tries if one.submission}
    nothing = canon.word_hash("")
    nonces = {canon.nonce(key, bids[voter], submission, nothing, CAST) for voter, submission in posted}
    trackers = {said.tracker for said in stored}
    return Verdict(
        lost=sum(tracker not in trackers for tracker in log.acknowledged().values()),
        # Every voter of a burst keeps to one submission, so nobody's ballot can have been replaced.
        phantom=sum(said.nonce not in nonces for said in stored) + len(replaced),
        duplicate=len(rows) - len(set(rows)) + max(0, len(rows) - len({voter for voter, _ in posted})),
    )
