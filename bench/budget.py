"""`make bench-budget`: the civic budget at 20 municipalities × 10 years × 50,000 lines, on SQLite and PostgreSQL.

First one version is copied inside the database to every municipality and year, each time with other amounts. Then every
public page is asked for at random places, in turn with a bare Flask page; so are the pages of delivery, of one round of thirty
projects for each municipality and year. Printed are server time (p50, p95, processor), SQL statements, bytes. Then somebody is
the first to download a whole version, while others read. At last a file of 50,000 lines goes the officer's whole way into that
full database in a process of its own: seconds and peak memory.
Nothing is kept in memory between two requests. The command ends with 1 when a page is above its limits.

Building the data takes far longer than measuring. `--keep FOLDER` builds it there unless a run before has, and leaves it there.
"""

import argparse
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from bench import budget_data, budget_downloads
from bench.budget_data import WORDS, Imported, Size, import_once
from bench.budget_delivery import PROJECTS, deliver
from bench.web import bare, configuration
from pbplatform.app import create_app
from pbplatform.budget.models import BudgetLine, BudgetSum, BudgetVersion, ProjectLine
from pbplatform.config import read_config
from pbplatform.consultation.models import Round
from pbplatform.foundation import memory, migrations
from pbplatform.municipalities.models import Municipality
from tests.support import postgres

HOST = "bench.example.org"
LIMIT_MS, LIMIT_STATEMENTS, LIMIT_IMPORT = 200, 8, 10


@dataclass
class Page:
    """One kind of page, and what was measured of it."""

    name: str
    address: Callable[[random.Random], str]
    times: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    """Seconds of processor time, which other work on the machine does not lengthen."""
    statements: list[int] = field(default_factory=list)
    size: int = 0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] * 1000


def pages(towns: int, years: int, session: Session) -> list[Page]:
    """Every public page of the budget."""
    version = session.scalars(select(BudgetVersion).order_by(BudgetVersion.id)).first()
    assert version is not None
    leaves = list(
        session.scalars(
            select(BudgetSum.path).where(
                BudgetSum.version_id == version.id, BudgetSum.axis == "function", BudgetSum.path.like("%/%/%")
            )
        )
    )
    codes = [leaf.rpartition("/")[2] for leaf in leaves]
    kinds = list(
        session.scalars(
            select(BudgetSum.path).where(
                BudgetSum.version_id == version.id, BudgetSum.axis == "programme", BudgetSum.path.like("%/%")
            )
        )
    )
    spread = session.scalars(select(func.max(BudgetLine.id))).one()

    projects = {
        (int(town.removeprefix("town-")), int(slug.removeprefix("round-"))): first
        for town, slug, first in session.execute(
            select(Municipality.slug, Round.slug, func.min(ProjectLine.id))
            .join(Round, Round.id == ProjectLine.round_id)
            .join(Municipality, Municipality.id == ProjectLine.municipality_id)
            .group_by(Municipality.slug, Round.slug)
        )
    }

    def at(path: str) -> Callable[[random.Random], str]:
        return lambda dice: path.format(
            town=f"/{dice.choice(('ka', 'bg', 'en'))}/town-{dice.randrange(towns)}/budget",
            api=f"/api/v1/municipalities/town-{dice.randrange(towns)}",
            year=2017 + dice.randrange(years),
            leaf=dice.choice(leaves),
            code=dice.choice(codes),
            kind=dice.choice(kinds),
            after=dice.randrange(spread),
            word=dice.choice(WORDS),
            number=dice.randrange(50_000),
            round=f"/{dice.choice(('ka', 'bg', 'en'))}/town-{(town := dice.randrange(towns))}/rounds/round-{(place := dice.randrange(years))}/delivery",
            project=projects[town, place] + dice.randrange(PROJECTS),
        )

    return [
        Page("by function", at("{town}/{year}/expenditure/function")),
        Page("a division", at("{town}/{year}/expenditure/function?at=09")),
        Page("a programme's lines, by function", at("{town}/{year}/expenditure/function?at={leaf}")),
        Page("by programme", at("{town}/{year}/expenditure/programme")),
        Page("a programme", at("{town}/{year}/expenditure/programme?at={code}")),
        Page("a programme's lines of a kind", at("{town}/{year}/expenditure/programme?at={kind}")),
        Page("by district", at("{town}/{year}/expenditure/district")),
        Page("a district", at("{town}/{year}/expenditure/district?at=district-3")),
        Page("by kind", at("{town}/{year}/expenditure/economic")),
        Page("lines of a kind, page 10", at("{town}/{year}/expenditure/economic?at=42-00&page=10")),
        Page("by institution", at("{town}/{year}/expenditure/unit")),
        Page("revenue", at("{town}/{year}/revenue/economic")),
        Page("lines of a revenue", at("{town}/{year}/revenue/economic?at=42-00")),
        Page("search, many found", at("{town}/{year}/search?q={word}")),
        Page("search, one found", at("{town}/{year}/search?q=улица {number}")),
        Page("search, none found", at("{town}/{year}/search?q=космодрум")),
        Page("changes", at("{town}/{year}/changes")),
        Page("guide", at("{town}/{year}/guide")),
        Page("datapackage.json", at("{town}/{year}/versions/1/datapackage.json")),
        Page("interface: versions", at("{api}/budget-versions")),
        Page("interface: a page of lines", at("{api}/budget-lines?after={after}")),
        Page("projects of a round", at("{round}")),
        Page("a project", at("{round}/{project}")),
        Page("map of a round", at("{round}/map.geojson")),
        Page("release package of contracts", at("{round}/ocds.json")),
        Page("projects of all rounds", lambda dice: f"/ka/town-{dice.randrange(towns)}/projects"),
        Page("late projects", lambda dice: f"/bg/town-{dice.randrange(towns)}/projects?status=late"),
    ]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements of the requests inside, transaction marks left out."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            heard.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def ask(app: Flask, found: list[Page], requests: int) -> Page:
    """Ask for every page in turn, and for a bare page between them."""
    client, plain = app.test_client(), bare().test_client()
    reference = Page("bare Flask page", lambda dice: "/")
    dice = random.Random(7)
    with counted(app.extensions["house"].database.engine) as heard:
        for turn in range(-5, requests + 1):
            for page in [reference, *found]:
                heard.clear()
                address = page.address(dice)
                begun, busy = time.perf_counter(), time.process_time()
                answer = (plain if page is reference else client).get(address, base_url=f"https://{HOST}")
                seconds, busy = time.perf_counter() - begun, time.process_time() - busy
                if answer.status_code != 200:
                    raise SystemExit(f"{address}: {answer.status}")
                if turn > 0:
                    # The first requests of each kind pay for reading templates.
                    page.times.append(seconds)
                    page.busy.append(busy)
                    page.statements.append(len(heard))
                    page.size = max(page.size, len(answer.data))
    return reference


def show(name: str, reference: Page, found: list[Page]) -> bool:
    """Print a database's table; whether every page keeps its limits."""
    print(f"\n{name:<40}{'p50 ms':>9}{'p95 ms':>9}{'cpu p95':>9}{'statements':>12}{'KB':>7}")
    for page in [reference, *found]:
        middle = statistics.median(page.times) * 1000
        print(
            f"{page.name:<40}{middle:>9.1f}{page.p95:>9.1f}{statistics.quantiles(page.busy, n=20)[-1] * 1000:>9.1f}{max(page.statements):>12}{page.size / 1000:>7.0f}"
        )
    slow = [page.name for page in found if page.p95 > LIMIT_MS]
    many = [page.name for page in found if max(page.statements) > LIMIT_STATEMENTS]
    print(
        f"above {LIMIT_MS} ms: {', '.join(slow) or 'none'}; above {LIMIT_STATEMENTS} statements: {', '.join(many) or 'none'}"
    )
    return not slow and not many


def build(settings: dict[str, str], name: str, size: Size) -> None:
    """Fill an empty database."""
    begun = time.perf_counter()
    _imported(settings, size.lines, "town-0")
    app = create_app(read_config(settings))
    database = app.extensions["house"].database
    lines = budget_data.multiply(database, size.municipalities, size.years)
    projects = deliver(database, size.municipalities, size.years)
    budget_data.settle(database)
    database.dispose()
    print(
        f"{name}: {lines:,} lines of {size.municipalities} municipalities and {size.years} years, "
        f"{projects:,} projects in their delivery, {PROJECTS} a round: built in {time.perf_counter() - begun:.0f} s",
        flush=True,
    )


def _imported(settings: dict[str, str], lines: int, town: str) -> Imported:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(import_once, settings, lines, town).result()


def measure(settings: dict[str, str], name: str, size: Size, requests: int) -> bool:
    """Import one more file into the full database, and ask for every page."""
    app = create_app(read_config(settings))
    database = app.extensions["house"].database
    migrations.upgrade(database.engine)
    with database.read() as session:
        found = pages(size.municipalities, size.years, session)
    memory.settle()
    reference = ask(app, found, requests)
    kept = show(name, reference, found)
    budget_downloads.show(name, settings, HOST, size.municipalities, size.years)
    cost = _imported(settings, size.lines, "newcomer")
    budget_data.take_out(database, "newcomer")
    database.dispose()
    whole = cost.read + cost.check + cost.publish
    print(
        f"{name}: {cost.lines:,} lines ({cost.bytes / 1e6:.1f} MB) imported beside them in {whole:.1f} s "
        f"(reading {cost.read:.1f}, checking into a version {cost.check:.1f}, publishing {cost.publish:.2f}; {cost.busy:.1f} s of processor time), "
        f"memory {cost.before_mb:.0f} MB before, {cost.peak_mb:.0f} MB at the peak",
        flush=True,
    )
    return kept and whole <= LIMIT_IMPORT


def run(folder: Path, url: str, name: str, size: Size, arguments: argparse.Namespace) -> bool:
    """Build what is not there yet, and measure unless only building was asked for."""
    settings = configuration(folder / "files", url, 0)
    if not (folder / budget_data.MARK).exists():
        build(settings, name, size)
        budget_data.built(folder, size)
    return arguments.build or measure(settings, name, size, arguments.requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--municipalities", type=int, default=20)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument(
        "--keep", type=Path, help="the folder of the data, which stays for the next run; 7 GB at full size"
    )
    parser.add_argument("--build", action="store_true", help="build the data in --keep and measure nothing")
    arguments = parser.parse_args()
    size = Size(arguments.municipalities, arguments.years, arguments.lines)
    kept = True
    with ExitStack() as stack:
        folder = arguments.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="pbbench-budget"))
        )
        # PostgreSQL runs as a user of its own, who must be able to reach its folder.
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
        if arguments.database != "postgresql":
            own = budget_data.folder(folder / "sqlite", size)
            kept &= run(own, f"sqlite:///{own / 'bench.sqlite'}", "SQLite", size, arguments)
        if arguments.database != "sqlite":
            own = budget_data.folder(folder / "postgresql", size)
            try:
                address = stack.enter_context(postgres.server_in(own, kept=True))
            except FileNotFoundError as reason:
                print(f"without PostgreSQL: {reason}")
            else:
                kept &= run(own, f"{address}/postgres", "PostgreSQL", size, arguments)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
