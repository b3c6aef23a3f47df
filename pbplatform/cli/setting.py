"""What commands share: the configuration of the environment, the database, the application."""

import os
from importlib import import_module
from pathlib import Path

import click
from flask import Flask

import pbplatform
from pbplatform.config import Config, ConfigError, read_config
from pbplatform.foundation.database import Database


def config() -> Config:
    """The configuration of the environment, or the end with a sentence."""
    try:
        return read_config(os.environ)
    except ConfigError as problem:
        raise click.ClickException(str(problem)) from None


def database() -> Database:
    """The configured database, with the tables of every feature known, since they point at one another."""
    for path in sorted(Path(pbplatform.__file__).parent.glob("*/*models.py")):
        import_module(f"pbplatform.{path.parent.name}.{path.stem}")
    return Database(config().database_url)


def application(settings: Config | None = None) -> Flask:
    """The application; only commands that need all of it pay for its import."""
    from pbplatform.app import create_app

    return create_app(settings or config())
