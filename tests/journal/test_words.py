"""The journal's page speaks the reader's language of what an entry is about too, not the codes of the program."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from pbplatform.journal.words import SUBJECTS, subject_word

PACKAGE = Path(__file__).resolve().parents[2] / "pbplatform"
SUBJECT_ARGUMENT = 4


def recorded_subjects() -> set[str]:
    """Every subject that some call of ``record`` names in the code."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name | ast.Attribute)
                and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) == "record"
                and len(node.args) > SUBJECT_ARGUMENT
            ):
                subject = node.args[SUBJECT_ARGUMENT]
                if isinstance(subject, ast.Constant) and isinstance(subject.value, str):
                    found.add(subject.value)
    return found


def test_every_subject_that_the_code_records_has_a_word() -> None:
    found = recorded_subjects()
    assert {"round", "project", "proposal", "count"} <= found
    assert found <= set(SUBJECTS)


@pytest.mark.parametrize("language", ["ka", "bg"])
def test_no_subject_is_left_in_english(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        spoken = {code: subject_word(code) for code in SUBJECTS}
    assert {code for code, word in spoken.items() if word.isascii()} == set()


def test_a_subject_of_an_older_release_stands_for_itself(app: Flask) -> None:
    with app.test_request_context():
        assert subject_word("gate") == "gate"
