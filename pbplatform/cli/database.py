"""`pbplatform database …`: bring the schema to this release, or look where it stands."""

import click

from pbplatform.cli import setting
from pbplatform.foundation import migrations, schema
from pbplatform.foundation.generation import Generations


@click.group()
def database() -> None:
    """The schema of the database."""


@database.command()
def upgrade() -> None:
    """Bring the schema to this release."""
    migrations.upgrade(setting.any_database().engine)
    click.echo("The schema is that of this release.")


@database.command()
def accept() -> None:
    """Take the SQLite file that lies there now for the right one, after it was replaced by hand."""
    config = setting.config()
    Generations(setting.database(), config.data_dir / "generation.json").accept()
    click.echo("Accepted. Restart the application.")


@database.command()
def check() -> None:
    """Say whether the schema is that of this release; exit 1 when it is not."""
    standing = schema.standing(setting.any_database().engine)
    click.echo(standing.value)
    if standing is not schema.Standing.CURRENT:
        raise SystemExit(1)
