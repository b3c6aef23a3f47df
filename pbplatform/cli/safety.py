"""`pbplatform backup` and `pbplatform restore`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pbplatform.cli import setting
from pbplatform.config import Config
from pbplatform.foundation import backup as archive
from pbplatform.foundation import migrations
from pbplatform.foundation.database import Database
from pbplatform.foundation.files import Files, FilesUnavailable
from pbplatform.foundation.generation import Generations


def _generations(config: Config, database: Database) -> Generations:
    return Generations(database, config.data_dir / "generation.json")


@contextmanager
def _failures_told() -> Iterator[None]:
    """End with a sentence when a copy cannot be made or taken over."""
    try:
        yield
    except FilesUnavailable as problem:
        raise click.ClickException(f"The place for files does not answer: {problem}") from None
    except (archive.BadBackup, archive.ToolFailed, sqlite3.Error, OSError) as problem:
        raise click.ClickException(str(problem)) from None


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Write a consistent backup to TARGET (a .zip) while the platform runs. Keys and pepper are not in it: keep them apart."""
    config = setting.config()
    database = setting.database()
    with _failures_told():
        manifest = archive.back_up(database.engine, Files(config.files_url), target.absolute())
    _generations(config, database).renew()
    click.echo(f"Wrote {target}: the database and {len(manifest['sha256']) - 1} files.")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="do not ask")
def restore(source: Path, yes: bool) -> None:
    """Put the backup SOURCE in the place of everything that is there now, in place, also while the platform runs."""
    config = setting.config()
    database = setting.any_database()
    if not yes:
        click.confirm("Everything written since that backup will be gone. Restore?", abort=True)
    with _failures_told():
        manifest = archive.restore(database.engine, Files(config.files_url), source)
    migrations.upgrade(database.engine)
    _generations(config, database).accept()
    click.echo(f"Restored the state of {manifest['made_at']}.")
