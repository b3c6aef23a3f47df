"""`python -m tests.faults`: the long bursts on both databases, with a table of what was seen. Exit 1 when anything was lost."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from pbplatform.foundation import clock
from pbplatform.voting.models import BallotBox
from tests.faults.burst import Server, Verdict, burst, judge
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.postgres import free_port

VOTERS = 400
Disturb = Callable[[Scene, Server, threading.Event], None]


def kill_workers(_scene: Scene, server: Server, over: threading.Event) -> None:
    """kill -9 of a worker every 0.5 s, twelve times."""
    for turn in range(12):
        if over.wait(0.5):
            return
        server.kill_worker(turn)


def kill_master(_scene: Scene, server: Server, over: threading.Event) -> None:
    """kill -9 of the whole server, started again, three times."""
    for _ in range(3):
        if over.wait(2):
            return
        server.stop()
        server.start()


def end_in_the_burst(scene: Scene, _server: Server, over: threading.Event) -> None:
    """The deadline passes while people vote."""
    over.wait(2)
    with scene.house.database.transaction() as session:
        session.execute(update(BallotBox).values(closes_at=clock.now() + timedelta(seconds=1)))


def crash_postgres(folder: Path) -> Disturb:
    """An immediate stop of the database, a second of absence, a start; twice."""

    def disturb(_scene: Scene, _server: Server, over: threading.Event) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        control = ["runuser", "-u", "postgres", "--", str(binaries), "-D", str(folder / "data"), "-w"]
        options = (folder / "data" / "postmaster.opts").read_text().split(" ", 1)[1].replace('"', "").strip()
        words = options.split()
        kept = " ".join(word for word in words if word not in ("-D", str(folder / "data")))
        for _ in range(2):
            if over.wait(1.5):
                return
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
            over.wait(1)
            start = [*control, "-l", str(folder / "log"), "-o", kept, "start"]
            subprocess.run(start, check=True, capture_output=True, cwd=folder)

    return disturb


def run(name: str, url: str, disturb: Disturb, *, all_through: bool = True) -> bool:
    """One burst; prints its line and tells whether it held."""
    with tempfile.TemporaryDirectory(prefix="pb-faults-") as folder:
        scene = Scene(Path(folder), url.format(folder=folder), VOTERS)
        server = Server(scene.env, free_port(), workers=2)
        server.start()
        try:
            log, through = burst(
                server.port, scene.base, scene.cookies, 8, lambda over: disturb(scene, server, over)
            )
        finally:
            server.stop()
        verdict = judge(scene.house, scene.round_id, log)
        scene.house.database.dispose()
    held = (
        verdict == Verdict(0, 0, 0) and (through == VOTERS or not all_through) and 500 not in log.statuses()
    )
    print(  # noqa: T201
        f"{'held  ' if held else 'BROKEN'} {name:<34} voters {VOTERS} through {through} lost {verdict.lost} "
        f"phantom {verdict.phantom} duplicate {verdict.duplicate} answers {log.statuses()}"
    )
    return held


def main() -> int:
    """Every burst; 0 when all held."""
    sqlite = "sqlite:///{folder}/pb.sqlite"
    results = [
        run("SQLite, workers killed", sqlite, kill_workers),
        run("SQLite, server killed", sqlite, kill_master),
        run("SQLite, the end in the burst", sqlite, end_in_the_burst, all_through=False),
    ]
    for name, through in (("workers killed", True), ("server killed", True), ("the end in the burst", False)):
        disturb = {"workers killed": kill_workers, "server killed": kill_master}.get(name, end_in_the_burst)
        with postgres.server() as url:
            results.append(run(f"PostgreSQL, {name}", f"{url}/postgres", disturb, all_through=through))
    with tempfile.TemporaryDirectory(prefix="pbpg") as folder:
        for url in postgres._debian(
            sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent, Path(folder)
        ):
            results.append(run("PostgreSQL crashed twice", f"{url}/postgres", crash_postgres(Path(folder))))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
