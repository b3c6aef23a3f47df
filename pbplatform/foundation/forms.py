"""Forms: what all of them share. Labels and hints are lazy; a form never asks the database."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.fields import SelectChoice

from pbplatform.foundation.form_words import FormWords
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.foundation.web import broken

EARLIEST_YEAR, LATEST_YEAR = 1850, 2200


class Form(FlaskForm):
    """A form with errors above it as well as beside its fields, protected against forged posts."""

    class Meta(FlaskForm.Meta):
        """How every form of ours behaves."""

        def get_translations(self, _form: object) -> FormWords:
            """The library's sentences in our words."""
            return FormWords()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.general_errors: list[str] = []

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """As the library does it, and no day so far away that clocks and calendars break on it."""
        fine: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, date) and not EARLIEST_YEAR <= field.data.year <= LATEST_YEAR:
                self.add_error(field.name, gettext("Please check the year."))
                fine = False
        return fine

    def add_error(self, field: str | None, text: str) -> None:
        """Show a sentence beside a field of that name, or above the form."""
        if field is not None and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, text]
        else:
            self.general_errors.append(text)

    def texts(self, name: str, languages: Sequence[str] = LANGUAGES) -> dict[str, str]:
        """What was typed for one text in every language, from fields named such as ``title_ka``."""
        return {language: self[f"{name}_{language}"].data or "" for language in languages}

    def summary(self) -> list[tuple[str | None, str]]:
        """Every error with the id of its field, in the order of the page."""
        found: list[tuple[str | None, str]] = [(None, text) for text in self.general_errors]
        for field in self:
            found += [(field.id, str(error)) for error in _flat(field)]
        return found


def _flat(field: Field) -> list[str]:
    errors = field.errors.values() if isinstance(field.errors, dict) else field.errors
    return [text for error in errors for text in (error if isinstance(error, list | tuple) else [error])]


def offered(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Choices for a select or radio field from pairs of value and words."""
    return [SelectChoice(value, label) for value, label in pairs]


class MoneyField(StringField):
    """An amount as people type it, such as ``12 500,50``; its data is an integer of minor units, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; raise ValueError when it is no amount."""
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if self.typed:
            self.data = minor_units(self.typed)
            if self.data is None:
                raise ValueError(self.gettext("Write the amount as a number, such as 12 500."))

    def _value(self) -> str:
        if getattr(self, "typed", ""):
            return str(self.typed)
        if self.data is None:
            return ""
        return f"{self.data // 100}" if self.data % 100 == 0 else f"{self.data / 100:.2f}"


class DayField(StringField):
    """A day as people type it, such as ``31.12.1980``: in one field, because pickers make one scroll through decades."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; raise ValueError when it is no day."""
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if self.typed:
            self.data = typed_day(self.typed)
            if self.data is None:
                raise ValueError(self.gettext("Write the day as in 31.12.1980."))

    def _value(self) -> str:
        if getattr(self, "typed", ""):
            return str(self.typed)
        return self.data.strftime("%d.%m.%Y") if self.data else ""


def typed_day(typed: str) -> date | None:
    """``31.12.1980``, ``31/12/1980``, ``31 12 1980``, ``31121980`` or ``1980-12-31``; None when it is no day."""
    parts = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", typed))
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = parts
    try:
        return date(int(year), int(month), int(day)) if len(year) == 4 else None
    except ValueError:
        return None


def typed_number(typed: object) -> int | None:
    """The number of a field that nobody sees, such as the version a page showed; None when it is none or absurdly long."""
    given = str(typed)  # A field that was not sent holds what the page was made with.
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def minor_units(typed: str) -> int | None:
    """``12 500``, ``12500.5`` or ``12 500,50`` in hundredths; None when it is no amount of at most two decimals."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).replace("'", "")
    whole, _, rest = plain.replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > 13:
        return None
    if rest and not (rest.isascii() and rest.isdecimal() and len(rest) <= 2):
        return None
    return int(whole) * 100 + int((rest + "00")[:2])


def trimmed(value: str | None) -> str | None:
    """A filter for text fields: no spaces around, no characters that a database cannot hold."""
    return value.strip() if value is not None and not broken(value) else value
