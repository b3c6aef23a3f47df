"""`python -m tests.faults`: every trouble on both databases, with a table of what was seen. Exit 1 when anything was lost.

A word on the command line runs only the lines whose name holds it, such as `python -m tests.faults disk`.
`FAULT_VOTERS` (300 unless told) is the size of a burst.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import time_machine
from sqlalchemy import text, update

from pbplatform.foundation import clock
from pbplatform.foundation.database import Base
from pbplatform.voting.models import BallotBox, BoxState
from tests.faults import troubles
from tests.faults.burst import Server, ServerOfOneProcess, Verdict, burst, cast_at_once, judge, judge_count
from tests.faults.proxy import cutting
from tests.faults.scene import Scene
from tests.faults.troubles import Disturb
from tests.support import postgres
from tests.support.postgres import free_port

VOTERS = int(os.environ.get("FAULT_VOTERS", "300"))
NOT_TRIED = (PermissionError, FileNotFoundError)
STOPPED = (OSError, subprocess.CalledProcessError)
"""A server that never answers, a command that fails: that line is broken, the others are still tried."""


class Report:
    """The lines of the table."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.words: Counter[str] = Counter()
        self.verdicts: list[Verdict] = []
        self._began = time.monotonic()

    def line(self, held: bool | None, name: str, said: str) -> None:
        """One line; None when it could not be tried on this machine."""
        word = "not tried" if held is None else "held" if held else "BROKEN"
        self.words[word] += 1
        print(f"{word:<10}{name:<46}{said}", flush=True)  # noqa: T201

    def sum(self) -> int:
        """The last line; 0 when something was tried and all of it held."""
        lost, phantom, duplicate = (
            sum(getattr(one, what) for one in self.verdicts) for what in ("lost", "phantom", "duplicate")
        )
        words = self.words
        print(  # noqa: T201
            f"together: held {words['held']}, broken {words['BROKEN']}, not tried {words['not tried']}; in {len(self.verdicts)} bursts "
            f"lost {lost} phantom {phantom} duplicate {duplicate}; {time.monotonic() - self._began:.0f} s",
            flush=True,
        )
        return 1 if words["BROKEN"] or not words["held"] else 0

    def wants(self, name: str) -> bool:
        """Whether this line was asked for."""
        return self.wanted in name


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """A fresh SQLite file."""
    yield f"sqlite:///{folder / 'pb.sqlite'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A fresh PostgreSQL with its data in that folder, durable as in earnest."""
    own = folder / "pg"
    own.mkdir()
    with postgres.server_in(own, durable=True) as url:
        yield f"{url}/postgres"


def linked(scene: Scene) -> int:
    """How many tables about people hold a row with the transaction number of a ballot (PostgreSQL)."""
    # A restore writes every row of every table in one transaction, so the number ties nothing to anything.
    if scene.house.database.engine.dialect.name != "postgresql" or scene.restored_at is not None:
        return 0
    with scene.house.database.read() as look:
        numbers = set(look.scalars(text("select xmin::text from ballot")))
        others = sorted(set(Base.metadata.tables) - {"ballot", "superseded"})
        return sum(
            bool(numbers & set(look.scalars(text(f'select xmin::text from "{table}"')))) for table in others
        )


def run(
    report: Report,
    name: str,
    database: Callable[[Path], object],
    disturb: Callable[[Path], Disturb],
    *,
    everybody: bool = True,
    cut: float = 0.0,
    disk: bool = False,
    redis: bool = False,
    held_back: int = 0,
    env: dict[str, str] | None = None,
) -> None:
    """One burst and its line."""
    if not report.wants(name):
        return
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pb-faults-")))
            # PostgreSQL runs as a user of its own, who must be able to reach its folder.
            folder.chmod(0o755)
            place = stack.enter_context(troubles.small_disk(folder / "disk")) if disk else folder
            more, trouble = dict(env or {}), disturb(place)
            if redis:
                more["PB_LIMITS_URL"], trouble = stack.enter_context(troubles.redis_that_dies(folder))
            url = stack.enter_context(database(place))
            scene = Scene(place, url, VOTERS)
            server = Server({**scene.env, **more}, free_port(), workers=2)
            server.start()
            stack.callback(server.stop)
            port = stack.enter_context(cutting(server.port, cut)) if cut else server.port
            began = time.monotonic()
            log, through = burst(
                port,
                scene.base,
                scene.cookies,
                8,
                lambda over: trouble(scene, server, over),
                tries=300,
                held_back=held_back,
            )
            took = time.monotonic() - began
            counted = log if scene.restored_at is None else log.after(scene.restored_at)
            verdict, joined = judge(scene.house, scene.round_id, counted, among=log), linked(scene)
            scene.house.database.dispose()
    except NOT_TRIED as reason:
        report.line(None, name, str(reason))
        return
    except STOPPED as reason:
        report.line(False, name, repr(reason))
        return
    report.verdicts.append(verdict)
    held = (
        verdict == Verdict(0, 0, 0)
        and not joined
        and (through == VOTERS or not everybody)
        and 500 not in log.statuses()
        and len(counted.acknowledged()) > VOTERS // 10
    )
    report.line(
        held,
        name,
        f"voters {VOTERS} through {through} judged {len(counted.acknowledged())} lost {verdict.lost} phantom {verdict.phantom} "
        f"duplicate {verdict.duplicate} joined {joined} in {took:.0f} s, answers {log.statuses()}",
    )


SECONDS_TO_NOTICE = 5
"""A file that was replaced is noticed within so many seconds."""

AFTERWARDS = 20


def file_copied(report: Report) -> None:
    """A plain copy of an old file over a running SQLite: within five seconds every vote is refused, none is taken on it."""
    name = "SQLite, an old file copied over"
    if not report.wants(name):
        return
    with tempfile.TemporaryDirectory(prefix="pb-faults-") as folder:
        scene = Scene(Path(folder), f"sqlite:///{folder}/pb.sqlite", VOTERS)
        server = Server(scene.env, free_port(), workers=2)
        server.start()
        old, posts = (Path(folder) / "pb.sqlite").read_bytes(), scene.posts()[:AFTERWARDS]
        copied: list[float] = []

        def disturb(over: threading.Event) -> None:
            over.wait(1.5)
            unfinished = Path(folder) / "copy"
            unfinished.write_bytes(old)
            unfinished.replace(Path(folder) / "pb.sqlite")
            copied.append(time.monotonic())

        log, _through = burst(server.port, scene.base, scene.cookies, 8, disturb, tries=12)
        # A quick machine is through with all voters before the time is up.
        time.sleep(max(0.0, copied[0] + SECONDS_TO_NOTICE - time.monotonic()))
        after = Counter(cast_at_once(server.port, scene.base, cookie, fields) for cookie, fields in posts)
        server.stop()
        scene.house.database.dispose()
    taken = sum(
        one.status == 200 and bool(one.tracker) and one.at > copied[0] + SECONDS_TO_NOTICE
        for one in log.tries
    )
    report.line(
        not taken and after == {503: AFTERWARDS} and 500 not in log.statuses(),
        name,
        f"taken later than {SECONDS_TO_NOTICE} s after the copy {taken}, answers then {dict(after)}, before {log.statuses()}",
    )


def clocks(report: Report, kind: str, database: Callable[[Path], object]) -> None:
    """After the end a clock that is set back opens nothing; before it one that runs ahead ends nothing for good."""
    name = f"{kind}, clocks an hour off"
    if not report.wants(name):
        return
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pb-faults-")))
            folder.chmod(0o755)
            behind, ahead = troubles.at_another_hour("-1h"), troubles.at_another_hour("+1h")
            scene = Scene(folder, stack.enter_context(database(folder)), VOTERS)
            with scene.house.database.transaction() as session:
                session.execute(update(BallotBox).values(closes_at=clock.now() + timedelta(minutes=30)))
            troubles.run_command(scene, "duties", "run", "close_votes", env=ahead)
            with scene.house.database.read() as look:
                still_open = look.get_one(BallotBox, scene.round_id).state is BoxState.OPEN
            with scene.house.database.transaction() as session:
                session.execute(update(BallotBox).values(closes_at=clock.now() - timedelta(seconds=1)))
            troubles.run_command(scene, "duties", "run", "close_votes")
            server = ServerOfOneProcess({**scene.env, **behind}, free_port(), workers=1)
            server.start()
            stack.callback(server.stop)
            # A cookie from the future is no cookie, so the voters' were signed before that other hour.
            with time_machine.travel(clock.now() - timedelta(hours=2)):
                posts = scene.posts()
            statuses = Counter(
                cast_at_once(server.port, scene.base, cookie, fields) for cookie, fields in posts
            )
            taken = judge_count(scene.house, scene.round_id)
            scene.house.database.dispose()
    except NOT_TRIED as reason:
        report.line(None, name, str(reason))
        return
    except STOPPED as reason:
        report.line(False, name, repr(reason))
        return
    held = still_open and taken == 0 and set(statuses) == {410}
    report.line(held, name, f"still open {still_open}, taken after the end {taken}, answers {dict(statuses)}")


def main(wanted: str = "") -> int:
    """Every trouble; 0 when all held."""
    report = Report(wanted)
    for kind, database in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        run(report, f"{kind}, a quiet day", database, lambda _: troubles.nothing)
        run(report, f"{kind}, workers killed", database, lambda _: troubles.kill_workers)
        run(report, f"{kind}, server killed", database, lambda _: troubles.kill_master)
        run(report, f"{kind}, answers cut off", database, lambda _: troubles.nothing, cut=0.3)
        run(report, f"{kind}, disk full", database, troubles.fill_disk, disk=True)
        run(
            report,
            f"{kind}, restored by command",
            database,
            troubles.restore_by_command,
            held_back=VOTERS // 3,
        )
        run(
            report,
            f"{kind}, the end in the burst",
            database,
            lambda _: troubles.end_in_the_burst,
            everybody=False,
        )
        clocks(report, kind, database)
    file_copied(report)
    run(
        report,
        "PostgreSQL, the database crashed twice",
        postgresql,
        lambda folder: troubles.crash_postgres(folder / "pg"),
    )
    run(
        report, "PostgreSQL and Redis, Redis killed twice", postgresql, lambda _: troubles.nothing, redis=True
    )
    return report.sum()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
