"""Every route has its Action, and the charter's answer for every role is the committed one."""

import csv
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import FileField

from pbplatform.app import NoAction, _refuse_unnamed_routes
from pbplatform.charter.policy import may_enter
from pbplatform.charter.roles import Actor, Role

MATRIX = Path(__file__).parent / "matrix"
SMALL_FILES = {
    "municipalities.settings": "shows the form for the logo and does not take it",
    "municipalities.set_logo": "a logo has at most 1.5 MB",
}
"""Views with a form for a file that need no larger bound than every other view has."""


def _answers(app: Flask) -> dict[str, dict[str, str]]:
    """For every route and method, what the door says to each role (with a second factor)."""
    found: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        action = app.view_functions[rule.endpoint].action
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            row = {"endpoint": rule.endpoint, "action": action.value}
            for role in Role:
                signed_in = role not in (Role.VISITOR, Role.OPERATOR)
                roles = frozenset({Role.VISITOR, role} | ({Role.CITIZEN} if signed_in else set()))
                actor = Actor(1 if signed_in else None, 1, roles, second_factor=True)
                row[role.value] = str(may_enter(actor, action) or "yes")
            found[f"{method} {rule.rule}"] = row
    return found


def test_the_committed_matrix_is_what_the_charter_answers(app: Flask) -> None:
    actual = _answers(app)
    committed: dict[str, dict[str, str]] = {}
    for file in sorted(MATRIX.glob("*.csv")):
        with file.open(newline="") as lines:
            for row in csv.DictReader(lines):
                committed[row.pop("route")] = row
    new = sorted(set(actual) - set(committed))
    gone = sorted(set(committed) - set(actual))
    assert not new, (
        f"routes without a line in the matrix (write them with `python -m tests.architecture.matrix`): {new}"
    )
    assert not gone, f"lines in the matrix without a route: {gone}"
    assert actual == committed


def test_an_application_with_a_nameless_route_does_not_start(app: Flask) -> None:
    app.view_functions["nameless"] = lambda: "hello"
    with pytest.raises(NoAction, match="nameless"):
        _refuse_unnamed_routes(app)


def _takes_files(view: Callable[..., Any]) -> bool:
    """Whether a view names a form with a field for a file."""
    inner = inspect.unwrap(view)
    named = [inner.__globals__.get(name) for name in inner.__code__.co_names]
    forms = [form for form in named if isinstance(form, type) and issubclass(form, FlaskForm)]
    fields = [getattr(field, "field_class", object) for form in forms for field in vars(form).values()]
    return any(issubclass(kind, FileField) for kind in fields)


def test_every_view_that_takes_a_file_says_how_large_it_may_be(app: Flask) -> None:
    sent_to = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    taking = {name for name in sent_to if _takes_files(app.view_functions[name])}
    silent = {name for name in taking if not hasattr(app.view_functions[name], "largest_body")}
    assert len(taking) > len(SMALL_FILES)
    assert silent == set(SMALL_FILES)
