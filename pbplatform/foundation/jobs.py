"""Background work with visible progress.

A job is a row (what people see) and a queued task (what runs). The task is queued only after the transaction that
asked for it has been committed, so a job never looks for facts that are not there yet.
"""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import String, event, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from pbplatform.foundation import clock
from pbplatform.foundation.database import Base, Database, Key, one_of
from pbplatform.foundation.queues import (
    Consumer,
    Huey,
    MemoryHuey,
    Message,
    Serializer,
    SqliteHuey,
    crontab,
    postgres_queue,
    redis_queue,
)

log = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=15)
DEAD_AFTER = timedelta(hours=6)
"""No work of the platform takes so long."""


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of long work: what it is, for which municipality, how far along, and what came of it."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    municipality_id: Mapped[int | None] = mapped_column(Key, index=True)
    account_id: Mapped[int | None] = mapped_column(Key)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(one_of(JobState), default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Progress:
    """A running job's voice: tells how far along it is, in short transactions of its own."""

    def __init__(self, database: Database, job_id: int) -> None:
        self._database = database
        self.job_id = job_id

    def tell(self, done: int, total: int) -> None:
        """Show `done` of `total`."""
        with self._database.transaction() as session:
            job = session.get_one(Job, self.job_id)
            job.done, job.total = done, total


Surroundings = Callable[[], AbstractContextManager[object]]

Work = Callable[..., dict[str, Any] | None]
"""What a job does: called with a Progress and the job's arguments, it returns the outcome to show."""


class Jobs:
    """The queue of one application: kinds of work by name, and periodic duties.

    `around` is what every piece of work runs inside of: without an application around it, a letter would be in English
    whatever its reader speaks.
    """

    def __init__(self, huey: Huey, database: Database, around: Surroundings = nullcontext) -> None:
        self.huey = huey
        self.database = database
        self._around = around
        self._kinds: dict[str, Work] = {}
        self._duties: dict[str, Callable[[], object]] = {}
        self._consumer: Consumer | None = None
        self._run = huey.task(name="run_job")(self.run)
        self._do = huey.task(name="do_duty")(self.do)

    def register(self, kind: str, work: Work) -> None:
        """Name a kind of work; the name is what the row keeps."""
        self._kinds[kind] = work

    def every_minutes(self, minutes: int, name: str, duty: Callable[[], object]) -> None:
        """Do a duty periodically; the same duty can be called by hand through `pbplatform duties run`."""

        def do() -> object:
            with self._around():
                return duty()

        self._duties[name] = do
        schedule = (
            crontab(minute=f"*/{minutes}") if minutes < 60 else crontab(minute="7", hour=f"*/{minutes // 60}")
        )
        self.huey.periodic_task(schedule, name=f"duty_{name}")(do)

    def soon(self, name: str) -> None:
        """Do a duty as soon as a worker is free, without waiting for its turn."""
        self._do(name)

    def do(self, name: str) -> None:
        """Do one duty now, here."""
        self._duties[name]()

    @property
    def duties(self) -> dict[str, Callable[[], object]]:
        """The periodic duties by name."""
        return dict(self._duties)

    def enqueue(
        self,
        session: Session,
        kind: str,
        arguments: dict[str, Any],
        municipality_id: int | None = None,
        account_id: int | None = None,
    ) -> Job:
        """Write the job's row in the caller's transaction and queue it once that is committed."""
        if kind not in self._kinds:
            raise KeyError(kind)
        job = Job(
            kind=kind,
            arguments=arguments,
            municipality_id=municipality_id,
            account_id=account_id,
            created_at=clock.now(),
        )
        session.add(job)
        session.flush()
        job_id = job.id
        queued = False

        def queue(committed: Session) -> None:
            # The end of a savepoint is told as a commit too; the job may run only after the real one.
            nonlocal queued
            if not queued and not committed.in_nested_transaction():
                queued = True
                self._run(job_id)

        event.listen(session, "after_commit", queue)
        return job

    def run(self, job_id: int) -> None:
        """Run one queued job; its failure is kept in its row and logged, never lost."""
        with self.database.transaction() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.state is not JobState.QUEUED:
                return
            job.state = JobState.RUNNING
            kind, arguments = job.kind, dict(job.arguments)
        outcome: dict[str, Any] | None = None
        state = JobState.FAILED
        try:
            with self._around():
                outcome = self._kinds[kind](Progress(self.database, job_id), **arguments)
            state = JobState.DONE
        finally:
            if state is JobState.FAILED:
                log.exception("job failed", extra={"job": job_id, "kind": kind})
            with self.database.transaction() as session:
                job = session.get_one(Job, job_id)
                job.state, job.outcome, job.ended_at = state, outcome, clock.now()

    def recover(self) -> int:
        """Queue anew what a lost queue has forgotten, and give up what a killed worker left half-done; tell how many.

        A job that is queued twice runs once, because running begins with a look at its row.
        """
        now = clock.now()
        with self.database.transaction() as session:
            lost = session.scalars(
                select(Job.id).where(Job.state == JobState.QUEUED, Job.created_at < now - LOST_AFTER)
            ).all()
            dead = update(Job).where(Job.state == JobState.RUNNING, Job.created_at < now - DEAD_AFTER)
            given_up = session.execute(
                dead.values(state=JobState.FAILED, ended_at=now).returning(Job.id)
            ).all()
        for job_id in lost:
            self._run(job_id)
        return len(lost) + len(given_up)

    def start_in_process(self) -> None:
        """Work inside the serving process, in one thread."""
        self._consumer = _QuietConsumer(self.huey, workers=1, worker_type="thread", periodic=True)
        self._consumer.start()

    def stop(self) -> None:
        """Finish the running task and stop the thread."""
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None


class JsonMessages(Serializer):
    """Queue messages as JSON. What lies in a queue is data and can never become code, as a pickle could."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name, data.priority, data.args, data.kwargs]).encode()

    def _deserialize(self, data: bytes) -> Message:
        task_id, name, priority, arguments, keywords = json.loads(data)
        return Message(
            id=task_id,
            name=name,
            retries=0,
            retry_delay=0,
            priority=priority,
            args=tuple(arguments),
            kwargs=keywords,
        )


class _QuietConsumer(Consumer):
    def _set_signal_handlers(self) -> None:
        """The server owns the process's signals."""


def make_huey(url: str, *, immediate: bool = False) -> Huey:
    """The queue for a URL: ``sqlite:///file``, ``redis://…``, ``postgresql://…``; immediate runs tasks at once."""
    habits: dict[str, Any] = {"results": False, "serializer": JsonMessages()}
    if immediate:
        return MemoryHuey("pbplatform", immediate=True, **habits)
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("pbplatform", filename=str(path), **habits)
    if url.startswith("redis"):
        return redis_queue("pbplatform", url, **habits)
    if url.startswith("postgres"):
        return postgres_queue("pbplatform", url, **habits)
    raise ValueError(f"jobs cannot be queued at {url!r}: use sqlite:///file, redis://… or postgresql://…")
