"""The downloads of `make bench-budget`: what the first waits for who asks for a whole version, what that costs the server,
and what other readers of the same process feel meanwhile."""

import multiprocessing
import random
import resource
import statistics
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from flask import Flask

from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.foundation import memory

PAUSE = 0.02
"""Seconds that a reader looks at a page before asking for the next."""


@dataclass(frozen=True)
class Download:
    """What one download cost."""

    bytes: int
    seconds: float
    busy: float
    """Seconds of processor time."""
    again: float
    """Seconds until the second who asks has it."""
    before_mb: float
    peak_mb: float
    alone: float
    """Milliseconds within which 19 of 20 readers of a page have it while nothing is downloaded."""
    meanwhile: float
    """The same during the download."""


def downloads(towns: int, years: int) -> dict[str, str]:
    """What is downloaded, at places that the pages' measuring does not know."""
    dice = random.Random(11)
    town, year = f"/en/town-{dice.randrange(towns)}", 2017 + dice.randrange(years)
    version = f"{town}/budget/{year}/versions/1"
    return {
        "lines.csv": f"{version}/lines.csv",
        "lines.xlsx": f"{version}/lines.xlsx",
        "package.zip (Fiscal Data Package)": f"{version}/package.zip",
        f"budget-lines.json of {years} years": f"{town}/opendata/budget-lines.json",
    }


def measured(settings: dict[str, str], host: str, address: str) -> Download:
    """One download in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_once, settings, host, address).result()


def _once(settings: dict[str, str], host: str, address: str) -> Download:
    app = create_app(read_config(settings))
    house = app.extensions["house"]
    memory.settle()
    readers = _Readers(app, host)
    readers.read(30)
    alone = readers.p95()
    _forget(app)
    before = _peak_mb()
    begun, busy = time.perf_counter(), time.process_time()
    size = _take(app, host, address)
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    peak = _peak_mb()
    begun = time.perf_counter()
    _take(app, host, address)
    again = time.perf_counter() - begun
    _forget(app)
    with readers.reading():
        _take(app, host, address)
    house.database.dispose()
    return Download(size, seconds, busy, again, before, peak, alone, readers.p95())


def _forget(app: Flask) -> None:
    files = app.extensions["house"].files
    for key in files.all_keys("budget-made"):
        files.delete(key)


def _take(app: Flask, host: str, address: str) -> int:
    """Ask for an address and let its bytes pass, as a server does."""
    answer = app.test_client().get(address, base_url=f"https://{host}", buffered=False)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status}")
    size = sum(len(piece) for piece in answer.iter_encoded())
    answer.close()
    return size


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Readers:
    """Somebody who reads a page of the budget again and again."""

    def __init__(self, app: Flask, host: str) -> None:
        self.client, self.host = app.test_client(), host
        self.times: list[float] = []
        self.stop = threading.Event()

    def read(self, most: int) -> None:
        """Ask for the page so many times, or until told to stop."""
        for _turn in range(most):
            begun = time.perf_counter()
            answer = self.client.get(
                "/ka/town-0/budget/2020/expenditure/function", base_url=f"https://{self.host}"
            )
            self.times.append(time.perf_counter() - begun)
            if answer.status_code != 200:
                raise SystemExit(f"the page: {answer.status}")
            if self.stop.wait(PAUSE):
                return

    def reading(self) -> "_Reading":
        """Read in a thread of its own while something else is done."""
        self.times.clear()
        return _Reading(self)

    def p95(self) -> float:
        """Milliseconds within which 19 of 20 had the page."""
        return (
            statistics.quantiles(self.times, n=20)[-1] * 1000 if len(self.times) > 1 else self.times[0] * 1000
        )


class _Reading:
    def __init__(self, readers: _Readers) -> None:
        self.readers = readers
        self.thread = threading.Thread(target=readers.read, args=(100_000,))

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_fault: object) -> None:
        self.readers.stop.set()
        self.thread.join()


def show(name: str, settings: dict[str, str], host: str, towns: int, years: int) -> None:
    """Print a database's table of first downloads."""
    print(
        f"\n{name + ', first download':<40}{'s':>7}{'cpu s':>7}{'again s':>9}{'MB':>7}{'memory +MB':>12}{'others p95 ms: alone':>22}{'meanwhile':>11}"
    )
    for what, address in downloads(towns, years).items():
        cost = measured(settings, host, address)
        print(
            f"{what:<40}{cost.seconds:>7.1f}{cost.busy:>7.1f}{cost.again:>9.2f}{cost.bytes / 1e6:>7.1f}{cost.peak_mb - cost.before_mb:>12.0f}"
            f"{cost.alone:>22.1f}{cost.meanwhile:>11.1f}",
            flush=True,
        )
