"""`make bench-budget`: the civic budget at 20 municipalities × 10 years × 50,000 lines, on SQLite and PostgreSQL.

First one file of 50,000 lines goes the officer's whole way in a process of its own: seconds and peak memory. Then its
version is copied inside the database to every municipality and year, each time with other amounts, and every public page
is asked for at random places, in turn with a bare Flask page; so are the pages of delivery, of one round of thirty projects
for each municipality and year. Printed are server time (p50, p95, processor), SQL statements, bytes.
Nothing is kept in memory between two requests. The command ends with 1 when a page is above its limits.
"""

import argparse
import multiprocessing
import random
import resource
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
from sqlalchemy import Engine, event, func, insert, literal, select, text
from sqlalchemy.orm import Session

from bench.budget_delivery import PROJECTS, deliver
from bench.web import bare, configuration
from pbplatform.app import create_app
from pbplatform.budget import cofog, operations, queries
from pbplatform.budget.mapping import Mapping, Meaning
from pbplatform.budget.models import (
    BudgetImport,
    BudgetLine,
    BudgetSum,
    BudgetVersion,
    ImportState,
    ProjectLine,
    Stage,
)
from pbplatform.charter.roles import operator
from pbplatform.config import Config, read_config
from pbplatform.consultation.models import Round
from pbplatform.foundation import memory, migrations
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from tests.support import postgres
from tests.support.people import a_municipality

HOST = "bench.example.org"
LIMIT_MS, LIMIT_STATEMENTS, LIMIT_IMPORT = 200, 8, 10
WORDS = (
    "ремонт на улица",
    "детска градина",
    "осветление",
    "озеленяване",
    "училище",
    "площадка",
    "канализация",
)


def budget_file(lines: int, seed: int) -> bytes:
    """A Bulgarian budget in Windows-1251: programmes, paragraphs, institutions, districts, three amounts, a total."""
    dice = random.Random(seed)
    groups = [code for code in cofog.titles() if "." in code]
    programmes = [(f"{n // 20 + 1}.{n % 20 + 1}", groups[n % len(groups)]) for n in range(400)]
    rows = [
        "Вид;Код на програма;Програма;Функция;Параграф;Икономически вид;Разпоредител;Име на разпоредител;Район;Наименование;План;Уточнен план;Отчет"
    ]
    totals = [0, 0, 0]
    for number in range(lines):
        revenue = number % 50 == 0
        code, function = ("", "") if revenue else programmes[dice.randrange(len(programmes))]
        amounts = [dice.randrange(100, 90_000_000) for _ in range(3)]
        totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
        unit, paragraph = dice.randrange(120), dice.randrange(10, 70)
        rows.append(
            f"{'приход' if revenue else 'разход'};{code};{'Програма ' + code if code else ''};{function};{paragraph}-00;"
            f"Параграф {paragraph};{unit:04};Звено {unit};{'' if revenue else f'district-{number % 12}'};"
            f"{dice.choice(WORDS)} № {number};" + ";".join(_written(amount) for amount in amounts)
        )
    rows.append("Всичко" + ";" * 10 + ";".join(_written(total) for total in totals))
    return "\r\n".join(rows).encode("cp1251")


def _written(minor: int) -> str:
    return f"{minor // 100:,}".replace(",", ".") + f",{minor % 100:02}"


@dataclass(frozen=True)
class Imported:
    """What one import cost."""

    bytes: int
    lines: int
    read: float
    check: float
    publish: float
    busy: float
    """Seconds of processor time, all together."""
    before_mb: float
    peak_mb: float


def import_once(settings: dict[str, str], lines: int) -> Imported:
    """One file through bringing in, mapping, checking and publishing, as the officer's desk and its jobs do it."""
    app = create_app(read_config(settings))
    house = app.extensions["house"]
    migrations.upgrade(house.database.engine)
    content = budget_file(lines, 2026)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with house.database.transaction() as session:
        place = a_municipality(session, "town-0")
        actor = operator(place.id)
    busy = time.process_time()
    with app.app_context():
        begun = time.perf_counter()
        plan = operations.ImportPlan("budget.csv", content, 2017, Stage.EXECUTED, 4, Currency.EUR)
        with house.database.transaction() as session:
            here = session.get_one(Municipality, place.id)
            number = operations.bring(actor, session, house.jobs, house.files, here, plan).id
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        with house.database.transaction() as session:
            brought = session.get_one(BudgetImport, number)
            names = (
                Meaning.SIDE, Meaning.PROGRAMME, Meaning.PROGRAMME_TITLE, Meaning.FUNCTION, Meaning.ECONOMIC,
                Meaning.ECONOMIC_TITLE, Meaning.UNIT, Meaning.UNIT_TITLE, Meaning.DISTRICT, Meaning.TITLE,
                Meaning.PLANNED, Meaning.ADJUSTED, Meaning.ACTUAL,
            )  # fmt: skip
            said = Mapping(columns={name.value: n for n, name in enumerate(names)}, sort_by="function")
            operations.say_columns(actor, session, house.jobs, brought, said, final=True)
        check = time.perf_counter() - begun
        begun = time.perf_counter()
        with house.database.transaction() as session:
            brought = session.get_one(BudgetImport, number)
            if brought.state is not ImportState.READY:
                raise SystemExit(f"the file was not accepted: {brought.report}")
            operations.publish(actor, session, brought, {})
        publish = time.perf_counter() - begun
    busy = time.process_time() - busy
    house.database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Imported(len(content), lines, read, check, publish, busy, before, peak)


def multiply(database: Database, towns: int, years: int) -> int:
    """Copy the one version to every municipality and year inside the database; give the number of lines."""
    with database.transaction() as session:
        first = session.scalars(select(BudgetVersion)).one()
        values = {
            column.name: getattr(first, column.name)
            for column in BudgetVersion.__table__.columns
            if column.name != "id"
        }
        for town in range(towns):
            place = first.municipality_id if town == 0 else a_municipality(session, f"town-{town}").id
            for year in range(years):
                if (town, year) == (0, 0):
                    continue
                factor = 1 + town + year
                totals = {
                    side: {name: str(int(amount) * factor) for name, amount in amounts.items()}
                    for side, amounts in first.totals.items()
                }
                version = BudgetVersion(
                    **{**values, "municipality_id": place, "year": 2017 + year, "totals": totals}
                )
                session.add(version)
                session.flush()
                _copy(
                    session,
                    BudgetLine,
                    first.id,
                    factor,
                    {"version_id": version.id, "municipality_id": place},
                )
                _copy(session, BudgetSum, first.id, factor, {"version_id": version.id})
        lines = first.lines * towns * years
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
    return lines


def _copy(
    session: Session,
    model: type[BudgetLine | BudgetSum],
    version_id: int,
    factor: int,
    changed: dict[str, int],
) -> None:
    table = model.__table__
    columns = [column for column in table.columns if column.name != "id"]
    source = [
        literal(changed[column.name])
        if column.name in changed
        else column * factor
        if column.name in queries.MEASURES
        else column
        for column in columns
    ]
    rows = select(*source).where(table.c.version_id == version_id)
    session.execute(insert(table).from_select([column.name for column in columns], rows))


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
            year=2017 + dice.randrange(years),
            leaf=dice.choice(leaves),
            code=dice.choice(codes),
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


def measure(folder: Path, name: str, url: str, arguments: argparse.Namespace) -> bool:
    """Import, multiply and ask on one database."""
    settings = configuration(folder, url, 0)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(import_once, settings, arguments.lines).result()
    whole = cost.read + cost.check + cost.publish
    print(
        f"\n{name}: {cost.lines:,} lines ({cost.bytes / 1e6:.1f} MB) imported in {whole:.1f} s "
        f"(reading {cost.read:.1f}, checking into a version {cost.check:.1f}, publishing {cost.publish:.2f}; {cost.busy:.1f} s of processor time), "
        f"memory {cost.before_mb:.0f} MB before, {cost.peak_mb:.0f} MB at the peak"
    )
    config: Config = read_config(settings)
    app = create_app(config)
    database = app.extensions["house"].database
    begun = time.perf_counter()
    lines = multiply(database, arguments.municipalities, arguments.years)
    print(
        f"{name}: {lines:,} lines of {arguments.municipalities} municipalities and {arguments.years} years, copied in {time.perf_counter() - begun:.0f} s"
    )
    projects = deliver(database, arguments.municipalities, arguments.years)
    print(f"{name}: {projects:,} projects in their delivery, {PROJECTS} a round")
    with database.read() as session:
        found = pages(arguments.municipalities, arguments.years, session)
    memory.settle()
    reference = ask(app, found, arguments.requests)
    database.dispose()
    return show(name, reference, found) and whole <= LIMIT_IMPORT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--municipalities", type=int, default=20)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    arguments = parser.parse_args()
    kept = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pbbench-budget")))
        if arguments.database != "postgresql":
            kept &= measure(folder / "sqlite", "SQLite", f"sqlite:///{folder / 'bench.sqlite'}", arguments)
        if arguments.database != "sqlite":
            try:
                address = stack.enter_context(postgres.server())
            except postgres.NoPostgres as reason:
                print(f"without PostgreSQL: {reason}")
            else:
                kept &= measure(folder / "postgresql", "PostgreSQL", f"{address}/postgres", arguments)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
