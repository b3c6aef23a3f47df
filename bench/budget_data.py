"""The data of `make bench-budget`: one budget file, its import as the officer's desk does it, and the version copied to every
municipality and year."""

import json
import random
import resource
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import delete, insert, literal, select, text
from sqlalchemy.orm import Session

from pbplatform.app import create_app
from pbplatform.budget import cofog, operations, queries
from pbplatform.budget.mapping import Mapping, Meaning
from pbplatform.budget.models import BudgetImport, BudgetLine, BudgetSum, BudgetVersion, ImportState, Stage
from pbplatform.charter.roles import operator
from pbplatform.config import read_config
from pbplatform.foundation import migrations
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from tests.support.people import a_municipality

WORDS = (
    "ремонт на улица",
    "детска градина",
    "осветление",
    "озеленяване",
    "училище",
    "площадка",
    "канализация",
)


@dataclass(frozen=True)
class Size:
    """How much data there is."""

    municipalities: int
    years: int
    lines: int


MARK = "built.json"


def folder(place: Path, size: Size) -> Path:
    """The folder of one database's data: as a run before left it, or empty where that was of another size or broken off."""
    mark = place / MARK
    if not mark.exists() or json.loads(mark.read_text()) != asdict(size):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    return place


def built(place: Path, size: Size) -> None:
    """Say that the data of a folder is whole."""
    (place / MARK).write_text(json.dumps(asdict(size)))


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


def import_once(settings: dict[str, str], lines: int, town: str) -> Imported:
    """One file through bringing in, mapping, checking and publishing, as the officer's desk and its jobs do it."""
    app = create_app(read_config(settings))
    house = app.extensions["house"]
    migrations.upgrade(house.database.engine)
    content = budget_file(lines, 2026)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with house.database.transaction() as session:
        known = session.scalars(select(Municipality).where(Municipality.slug == town)).first()
        place = known or a_municipality(session, town)
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


def take_out(database: Database, town: str) -> None:
    """Take the versions of one municipality out again, so that measuring an import leaves the data as it was."""
    with database.transaction() as session:
        versions = (
            select(BudgetVersion.id).join(Municipality).where(Municipality.slug == town).scalar_subquery()
        )
        session.execute(delete(BudgetImport).where(BudgetImport.version_id.in_(versions)))
        session.execute(delete(BudgetSum).where(BudgetSum.version_id.in_(versions)))
        session.execute(delete(BudgetLine).where(BudgetLine.version_id.in_(versions)))
        session.execute(delete(BudgetVersion).where(BudgetVersion.id.in_(versions)))


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
    return lines


def settle(database: Database) -> None:
    """What PostgreSQL's autovacuum does within minutes of so many rows; nobody does the like for SQLite."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))


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
