"""What commands share: the configuration of the environment, the database, the application."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

import pbplatform
from pbplatform.config import Config, ConfigError, read_config
from pbplatform.foundation import schema
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.words import say


def config() -> Config:
    """The configuration of the environment, or the end with a sentence."""
    try:
        return read_config(os.environ)
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None


def database() -> Database:
    """The configured database under the schema of this release, or the end with a sentence that says what to do."""
    found = any_database()
    require_current(found)
    return found


def any_database() -> Database:
    """The configured database whatever its schema, with every feature's tables known, since they point at one another."""
    for path in sorted(Path(pbplatform.__file__).parent.glob("*/*models.py")):
        import_module(f"pbplatform.{path.parent.name}.{path.stem}")
    found = Database(config().database_url)
    with _reached():
        found.engine.connect().close()
    return found


def require_current(database: Database) -> None:
    """End with a sentence unless the database answers and its schema is that of this release."""
    try:
        with _reached():
            schema.require_current(database.engine)
    except schema.OtherSchema as problem:
        raise click.ClickException(str(problem)) from None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        raise click.ClickException(f"The database cannot be reached: {problem.orig}") from None


def application(settings: Config | None = None) -> Flask:
    """The application; only commands that need all of it pay for its import."""
    from pbplatform.app import create_app

    return create_app(settings or config())


@contextmanager
def refusals_told() -> Iterator[None]:
    """End a command whose decision is refused with the sentence that a page would show; only then are pages imported."""
    try:
        yield
    except Invalid as problem:
        with application().app_context():
            raise click.ClickException(say(problem.reason, **problem.values)) from None
