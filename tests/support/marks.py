"""Marks that tests share."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

on_both_databases = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
"""Run the test on SQLite and on a real PostgreSQL."""

SHARED = Path(os.environ.get("PB_SHARED", Path(__file__).parents[3] / "shared"))
"""Real elections and budgets, read in place beside the checkout."""


def real_file(*parts: str) -> Path:
    """A file of real life beside the checkout; where that folder is not, the test is skipped by name.

    These files belong to other people and are never committed nor downloaded, so that a machine which has only the
    repository cannot be blamed for their absence, not even a continuous integration.
    """
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real files are not beside the checkout: {'/'.join(parts)}")
    return path


def missing(what: str) -> NoReturn:
    """Skip by name where a part cannot be had; a continuous integration must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing on a machine that must have it: {what}")
    pytest.skip(what)
