"""Marks that tests share."""

import os
from pathlib import Path

import pytest

on_both_databases = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
"""Run the test on SQLite and on a real PostgreSQL."""

SHARED = Path(os.environ.get("PB_SHARED", Path(__file__).parents[3] / "shared"))
"""Real elections and budgets, read in place beside the checkout."""


def missing(what: str) -> None:
    """Skip by name where a part cannot be had; a continuous integration must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing on a machine that must have it: {what}")
    pytest.skip(what)
