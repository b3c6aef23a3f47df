"""Background work on every queue: it runs after the commit, shows its progress, and its failure is kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from huey.consumer import Consumer

from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.jobs import Job, Jobs, JobState, JsonMessages, Progress, make_huey
from tests.support.marks import missing
from tests.support.servers import NoServer, redis

ROOT = Path(__file__).parents[2]


@pytest.fixture
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a real queue."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    elif request.param == "postgresql":
        yield f"{request.getfixturevalue('postgres_server')}/postgres"
    else:
        try:
            with redis(tmp_path) as url:
                yield url
        except NoServer as reason:
            missing(str(reason))


def _count_sheep(progress: Progress, sheep: int) -> dict[str, Any]:
    progress.tell(sheep, sheep)
    return {"sheep": sheep}


def _stumble(_progress: Progress) -> None:
    raise RuntimeError("a stone")


def _work_off(jobs: Jobs) -> None:
    """Run what is queued, as a consumer's worker would."""
    worker = Consumer(jobs.huey, workers=1)._create_worker()
    while len(jobs.huey):
        worker.loop()


@pytest.mark.parametrize(
    "queue_url", ["sqlite", "redis", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_a_job_runs_after_the_commit_and_shows_its_progress(database: Database, queue_url: str) -> None:
    jobs = Jobs(make_huey(queue_url), database)
    jobs.register("sheep", _count_sheep)
    with database.write() as session:
        job = jobs.enqueue(session, "sheep", {"sheep": 7})
        assert len(jobs.huey) == 0, "queued before its row was there"
        session.commit()
    assert len(jobs.huey) == 1
    _work_off(jobs)
    jobs.huey.storage.close()
    with database.read() as session:
        done = session.get_one(Job, job.id)
        assert (done.state, done.done, done.total, done.outcome) == (JobState.DONE, 7, 7, {"sheep": 7})
        assert done.ended_at is not None


def test_the_end_of_a_savepoint_is_not_yet_the_commit(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(make_huey(f"sqlite:///{tmp_path / 'jobs.sqlite'}"), database)
    jobs.register("sheep", _count_sheep)
    with database.write() as session:
        with session.begin_nested():
            jobs.enqueue(session, "sheep", {"sheep": 7})
        assert len(jobs.huey) == 0, "queued before its row was there"
        session.commit()
    assert len(jobs.huey) == 1
    jobs.huey.storage.close()


def test_a_job_of_a_rolled_back_decision_never_runs(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(make_huey(f"sqlite:///{tmp_path / 'jobs.sqlite'}"), database)
    jobs.register("sheep", _count_sheep)
    with database.write() as session:
        jobs.enqueue(session, "sheep", {"sheep": 1})
        session.rollback()
    assert len(jobs.huey) == 0


def test_a_failed_job_is_shown_as_failed(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(make_huey(f"sqlite:///{tmp_path / 'jobs.sqlite'}"), database)
    jobs.register("stumble", _stumble)
    with database.write() as session:
        job = jobs.enqueue(session, "stumble", {})
        session.commit()
    _work_off(jobs)
    with database.read() as session:
        assert session.get_one(Job, job.id).state is JobState.FAILED


def test_a_queued_message_is_json_and_nothing_else(database: Database, tmp_path: Path) -> None:
    huey = make_huey(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    jobs = Jobs(huey, database)
    jobs.soon("anything")
    raw = huey.storage.dequeue()
    assert raw.startswith(b"[")
    with pytest.raises(ValueError, match=r"JSON|Expecting|utf"):
        JsonMessages()._deserialize(b"\x80\x04cos\nsystem\n")


def test_what_a_lost_queue_forgot_is_queued_anew_and_runs_once(database: Database, tmp_path: Path) -> None:
    jobs = Jobs(make_huey(f"sqlite:///{tmp_path / 'jobs.sqlite'}"), database)
    jobs.register("sheep", _count_sheep)
    with database.write() as session:
        waiting = jobs.enqueue(session, "sheep", {"sheep": 7})
        dead = jobs.enqueue(session, "sheep", {"sheep": 7})
        dead.state = JobState.RUNNING
        session.commit()
    jobs.huey.storage.flush_queue()
    assert jobs.recover() == 0, "a queue needs its time"
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        assert jobs.recover() == 1
        assert jobs.recover() == 1
    _work_off(jobs)
    with time_machine.travel(clock.now() + timedelta(hours=7), tick=False):
        assert jobs.recover() == 1
    jobs.huey.storage.close()
    with database.read() as session:
        assert session.get_one(Job, waiting.id).state is JobState.DONE
        assert session.get_one(Job, dead.id).state is JobState.FAILED


def test_clients_of_other_queues_and_the_arrays_of_the_tally_stay_out_of_the_process(tmp_path: Path) -> None:
    """They cost twenty megabytes, and the arrays of the tally fifteen; a process that serves pages has no use for them."""
    program = (
        "import os, sys; from pbplatform.app import create_app; from pbplatform.config import read_config; "
        "create_app(read_config(os.environ)); print(sorted({'redis', 'psycopg', 'alembic', 'PIL', 'numpy'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PB_MODE": "test", "PB_DATA_DIR": str(tmp_path), "PB_JOBS": "inprocess"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
