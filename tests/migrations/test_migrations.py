"""The schema moves up and down with data, and its head is what the models say."""

from sqlalchemy import inspect

from pbplatform.foundation import migrations
from pbplatform.foundation.database import make_engine
from tests.support.marks import on_both_databases


@on_both_databases
def test_the_head_equals_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    migrations.check(engine)
    assert migrations.standing(engine) is migrations.Standing.CURRENT
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
