"""The schema moves up and down with data, and its head is what the models say."""

import pytest
from sqlalchemy import inspect

from pbplatform.foundation import migrations, schema
from pbplatform.foundation.engines import make_engine
from tests.support.marks import on_both_databases


@on_both_databases
def test_the_head_equals_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    migrations.check(engine)
    assert schema.standing(engine) is schema.Standing.CURRENT
    engine.dispose()


@on_both_databases
def test_every_revision_goes_down_and_up_again(database_url: str) -> None:
    engine = make_engine(database_url)
    before = set(inspect(engine).get_table_names())
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrations.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == before
    engine.dispose()


def test_a_migration_that_would_leave_lost_references_is_undone(database_url: str) -> None:
    engine = make_engine(database_url)
    before = schema.standing(engine), set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        plain = connection.connection.dbapi_connection
        assert plain is not None
        plain.execute("PRAGMA foreign_keys=OFF")
        plain.execute("insert into membership values (1, 77, 88, 'officer', '', '2026-11-21')")
        plain.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(migrations.Unsound, match="membership"):
        migrations.downgrade(engine, "-1")
    assert (schema.standing(engine), set(inspect(engine).get_table_names())) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()
