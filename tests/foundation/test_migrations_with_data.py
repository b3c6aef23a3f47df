"""Every migration goes down and up again over a database full of demonstration data, and loses no row that it need not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, table

from pbplatform.config import Config, read_config
from pbplatform.demo import seed
from pbplatform.foundation import migrations
from pbplatform.foundation.engines import make_engine
from pbplatform.voting.models import Project
from tests.support.demo import DATABASE, a_copy
from tests.support.marks import on_both_databases


@pytest.fixture
def full(config: Config, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the whole demonstration in it: a copy of the one on SQLite, or built on PostgreSQL."""
    engine = make_engine(config.database_url)
    if engine.dialect.name == "sqlite":
        shutil.copy(a_copy(tmp_path_factory) / DATABASE, str(engine.url.database))
    else:
        environment = {
            "PB_MODE": "development",
            "PB_DATA_DIR": str(tmp_path / "demo"),
            "PB_DATABASE_URL": config.database_url,
            "PB_JOBS": "immediate",
            "PB_LOG_LEVEL": "ERROR",
        }
        seed.build(read_config(environment))
    yield engine
    engine.dispose()


# What a migration refuses to go over, and how that is got out of its way here.
REFUSED = {"0090_seal_ballots": "delete from ballot where channel = 'online'"}


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in inspect(engine).get_table_names()
            if name != "alembic_version"
        }


def outcome(engine: Engine) -> tuple[list[dict[str, str]], int, int]:
    """What follows from every lot and vote: the order on the ballots, and what was paid for and stands in the budgets."""
    count = rows(engine)
    with engine.connect() as connection:
        listed = connection.execute(select(Project.titles).order_by(Project.id)).scalars().all()
    return list(listed), count["delivery_payment"], count["budget_project_line"]


def unsound(engine: Engine) -> list[str]:
    """References that lead nowhere; PostgreSQL does not let them come about."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        return [str(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]


@pytest.mark.timeout(300)
@on_both_databases
def test_each_migration_goes_down_and_up_over_data(
    full: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = make_engine(f"sqlite:///{a_copy(tmp_path_factory) / DATABASE}")
    assert outcome(full) == outcome(other), "the same seed gives the same demonstration"
    other.dispose()
    before = rows(full)
    assert sum(before.values()) > 1000
    assert min(before[name] for name in ("account", "proposal", "comment", "budget_line", "ballot_box")) > 0
    revisions = list(ScriptDirectory.from_config(migrations.settings()).walk_revisions())
    assert len(revisions) > 10
    for revision in revisions:
        below = str(revision.down_revision or "base")
        if revision.revision in REFUSED:
            untouched = rows(full)
            with pytest.raises(RuntimeError):
                migrations.downgrade(full, below)
            assert rows(full) == untouched
            with full.begin() as connection:
                connection.exec_driver_sql(REFUSED[revision.revision])
        standing = rows(full)
        migrations.downgrade(full, below)
        lower = rows(full)
        lost = {name: (standing[name], count) for name, count in lower.items() if count != standing.get(name)}
        assert not lost, f"down from {revision.revision} changed rows of {lost}"
        migrations.upgrade(full, revision.revision)
        again = rows(full)
        assert set(again) == set(standing), revision.revision
        assert {name: again[name] for name in lower} == lower, f"up to {revision.revision} changed rows"
        assert unsound(full) == [], revision.revision
        migrations.downgrade(full, below)
    assert rows(full) == {}
    migrations.upgrade(full)
    migrations.check(full)
    assert set(rows(full)) == set(before)
