"""`pbplatform worker`, a process of its own, on a real Redis and on a real PostgreSQL: does what the web asks, and ends politely."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pbplatform.budget import work as budget_work
from pbplatform.config import read_config
from pbplatform.foundation.database import Database
from pbplatform.foundation.jobs import Job, Jobs, JobState, make_huey
from pbplatform.foundation.mail import Letter, LetterState, write_letter
from tests.support import servers
from tests.support.marks import missing

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["redis", pytest.param("postgresql", marks=pytest.mark.postgres)])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a real queue."""
    if request.param == "postgresql":
        yield f"{request.getfixturevalue('postgres_server')}/postgres"
        return
    try:
        with servers.redis(tmp_path) as url:
            yield url
    except servers.NoServer as reason:
        missing(str(reason))


@pytest.fixture
def environment(database_url: str, queue_url: str, tmp_path: Path) -> dict[str, str]:
    """What web and worker share."""
    return {
        "PB_MODE": "development",
        "PB_DATA_DIR": str(tmp_path / "var"),
        "PB_DATABASE_URL": database_url,
        "PB_JOBS": "worker",
        "PB_JOBS_URL": queue_url,
        "PB_MAIL_URL": f"file:{tmp_path / 'mail'}",
        "PB_LOG_LEVEL": "WARNING",
    }


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The worker, started as an operator starts it."""
    command = [sys.executable, "-m", "pbplatform.cli.main", "worker", "--workers", "1"]
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    yield running
    running.kill()
    running.wait()


def until(told: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    began, pause = time.monotonic(), threading.Event()
    while not told():
        assert time.monotonic() - began < seconds, f"not so after {seconds} s"
        pause.wait(0.1)


def test_the_worker_delivers_shows_a_jobs_end_and_stops_when_told(
    environment: dict[str, str], worker: subprocess.Popen[bytes]
) -> None:
    config = read_config(environment)
    database = Database(config.database_url)
    web = Jobs(make_huey(config.jobs_url), database)
    web.register(budget_work.CHECK, lambda _progress, **_arguments: None)
    with database.transaction() as session:
        letter = write_letter(session, "nino@example.org", "ka", "გამარჯობა", "ტექსტი", "<p>ტექსტი</p>")
        job = web.enqueue(session, budget_work.CHECK, {"import_id": 0})
    web.soon("mail")

    def settled() -> bool:
        with database.read() as session:
            sent = session.scalars(select(Letter.state)).one() is LetterState.SENT
            ended = session.scalars(select(Job.state)).one() in (JobState.DONE, JobState.FAILED)
        return sent and ended

    until(settled)
    folder = Path(config.mail_url.removeprefix("file:"))
    assert [file.name for file in folder.glob("*.eml")] == [f"{letter.message_id.strip('<>')}.eml"]
    with database.read() as session:
        ended = session.get_one(Job, job.id)
        assert ended.ended_at is not None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    web.huey.storage.close()
    database.dispose()
