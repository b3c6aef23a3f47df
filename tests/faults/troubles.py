"""What goes wrong while people vote: each trouble is a function that the burst runs beside the voters until they are done."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import update

from pbplatform.foundation import clock
from pbplatform.voting.models import BallotBox
from tests.faults.burst import Server, judge_count
from tests.faults.scene import Scene
from tests.support.postgres import free_port

Disturb = Callable[[Scene, Server, threading.Event], None]


def nothing(_scene: Scene, _server: Server, _over: threading.Event) -> None:
    """A quiet day."""


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
    """The deadline passes while people vote: when a fifth of the ballots is in, however fast the machine is."""
    while judge_count(scene.house, scene.round_id) < len(scene.cookies) // 5 and not over.wait(0.02):
        pass
    with scene.house.database.transaction() as session:
        session.execute(update(BallotBox).values(closes_at=clock.now()))


def crash_postgres(folder: Path, times: int = 2) -> Disturb:
    """An immediate stop of the database, a second of absence, a start."""

    def disturb(_scene: Scene, _server: Server, over: threading.Event) -> None:
        control = _control(folder)
        # The options hold the port and the folder of sockets of this very server.
        words = (folder / "data" / "postmaster.opts").read_text().split(" ", 1)[1].replace('"', "").split()
        kept = " ".join(word for word in words if word not in ("-D", str(folder / "data")))
        for _ in range(times):
            if over.wait(1.5):
                return
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=folder)
            over.wait(1)
            start = [*control, "-l", str(folder / "log"), "-o", kept, "start"]
            subprocess.run(start, check=True, capture_output=True, cwd=folder)

    return disturb


def _control(folder: Path) -> list[str]:
    binary = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
    own = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*own, str(binary), "-D", str(folder / "data"), "-w"]


@contextmanager
def redis_that_dies(folder: Path) -> Iterator[tuple[str, Disturb]]:
    """A Redis for limits, killed and started empty again in the burst."""
    program = shutil.which("redis-server")
    if program is None:
        raise FileNotFoundError("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL)]

    def disturb(_scene: Scene, _server: Server, over: threading.Event) -> None:
        for _ in range(2):
            if over.wait(1.5):
                return
            running[-1].kill()
            running[-1].wait()
            over.wait(1.5)
            running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))

    try:
        yield f"redis://127.0.0.1:{port}/0", disturb
    finally:
        running[-1].kill()
        running[-1].wait()


@contextmanager
def small_disk(folder: Path, megabytes: int = 400) -> Iterator[Path]:
    """A disk of its own in memory, so that it can be filled; raise PermissionError where mounting is not allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise PermissionError("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_disk(folder: Path) -> Disturb:
    """Not a byte is left for three seconds, then there is room again; nobody restarts anything."""

    def disturb(_scene: Scene, _server: Server, over: threading.Event) -> None:
        over.wait(1)
        with filled(folder):
            over.wait(3)

    return disturb


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """A disk without a byte left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    try:
        yield
    finally:
        ballast.unlink()


def restore_by_command(folder: Path) -> Disturb:
    """A backup is brought back while people vote, by the documented commands in processes of their own."""

    def disturb(scene: Scene, _server: Server, _over: threading.Event) -> None:
        copy = str(folder / "backup.zip")
        run_command(scene, "backup", copy)
        run_command(scene, "restore", copy, "--yes")
        scene.restored_at = time.monotonic()

    return disturb


def at_another_hour(shift: str) -> dict[str, str]:
    """The environment of a process whose clock is shifted, such as "-1h"; raise FileNotFoundError without the library."""
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketime.so.1"))
    if not found:
        raise FileNotFoundError("libfaketime is not installed")
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def run_command(scene: Scene, *words: str, env: dict[str, str] | None = None) -> str:
    """A command of the platform in a process of its own; what it says."""
    command = [sys.executable, "-m", "pbplatform.cli.main", *words]
    done = subprocess.run(
        command, env={**os.environ, **scene.env, **(env or {})}, check=True, capture_output=True, text=True
    )
    return done.stdout
