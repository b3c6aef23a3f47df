"""Forms: what all of them share. Labels and hints are lazy; a form never asks the database."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field

from pbplatform.foundation.web import broken


class Form(FlaskForm):
    """A form with errors above it as well as beside its fields, protected against forged posts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.general_errors: list[str] = []

    def add_error(self, field: str | None, text: str) -> None:
        """Show a sentence beside a field of that name, or above the form."""
        if field is not None and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, text]
        else:
            self.general_errors.append(text)

    def summary(self) -> list[tuple[str | None, str]]:
        """Every error with the id of its field, in the order of the page."""
        found: list[tuple[str | None, str]] = [(None, text) for text in self.general_errors]
        for field in self:
            found += [(field.id, str(error)) for error in _flat(field)]
        return found


def _flat(field: Field) -> list[str]:
    errors = field.errors.values() if isinstance(field.errors, dict) else field.errors
    return [text for error in errors for text in (error if isinstance(error, list | tuple) else [error])]


def trimmed(value: str | None) -> str | None:
    """A filter for text fields: no spaces around, no characters that a database cannot hold."""
    return value.strip() if value is not None and not broken(value) else value
