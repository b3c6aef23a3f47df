"""Which processor a server's workers and their database connections run on.

Left alone, the kernel lets five programs (two workers, two connections, the clients) take turns on two processors, and a
worker that waited for its database for a moment often finds its processor taken. Kept together with its own connection,
a worker meets nobody but the clients: what it then lacks, the software itself costs.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from psutil import NoSuchProcess, Process

from tests.faults.burst import Server


def leave_free(server: Server, database: Path | None) -> None:
    """Let the kernel decide."""
    everywhere = os.sched_getaffinity(0)
    for worker in server.workers():
        _keep([worker, *_connections_of(worker, database)], everywhere)


def keep_together(server: Server, database: Path | None) -> None:
    """A processor for each worker in turn, shared with the PostgreSQL processes that answer it and nobody else."""
    processors = sorted(os.sched_getaffinity(0))
    for turn, worker in enumerate(server.workers()):
        answering = _connections_of(worker, database)
        if not answering:
            raise LookupError("a worker without a connection to the database cannot be kept beside it")
        _keep([worker, *answering], {processors[turn % len(processors)]})


def _keep(processes: Iterable[int], processors: Iterable[int]) -> None:
    for number in processes:
        os.sched_setaffinity(number, processors)


def _connections_of(worker: int, database: Path | None) -> list[int]:
    """The PostgreSQL processes at the other end of a worker's connections; SQLite has none."""
    if database is None:
        return []
    ours = {link.laddr.port for link in Process(worker).net_connections("tcp") if link.raddr}
    head = Process(int((database / "data" / "postmaster.pid").read_text().split()[0]))
    return [child.pid for child in head.children() if _ports_of(child) & ours]


def _ports_of(child: Process) -> set[int]:
    """The ports at the other end of a process's connections; none when it has ended, as PostgreSQL's own helpers do."""
    try:
        return {link.raddr.port for link in child.net_connections("tcp") if link.raddr}
    except NoSuchProcess:
        return set()
