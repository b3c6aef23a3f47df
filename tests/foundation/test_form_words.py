"""What a form says of a wrong field stands in the page's language, also what the form library says by itself."""

import re
from pathlib import Path
from typing import Any

import pytest
import wtforms
from flask import Flask
from flask_babel import force_locale
from flask_wtf import csrf
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    FloatField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange

from pbplatform.foundation.form_words import SENTENCES
from pbplatform.foundation.forms import Form, MoneyField, offered
from tests.support.pages import PageClient

# Said to a programmer, never to a reader.
PROGRAMMERS = {"Choices cannot be None.", "Invalid field name '%s'."}
LETTERS = {"ka": re.compile("[ა-ჰ]"), "bg": re.compile("[а-я]"), "en": re.compile("[a-z]")}
CHOICES = offered([("a", "A"), ("b", "B")])


class Everything(Form):
    """A field of every kind, each with what can be said against it."""

    class Meta(Form.Meta):
        """Without the token, which has a test of its own."""

        csrf = False

    missing = StringField("x", validators=[InputRequired()])
    short = StringField("x", validators=[Length(min=5)])
    long = StringField("x", validators=[Length(max=5)])
    exact = StringField("x", validators=[Length(min=5, max=5)])
    between = StringField("x", validators=[Length(min=5, max=9)])
    number = IntegerField("x")
    least = IntegerField("x", validators=[NumberRange(min=5)])
    most = IntegerField("x", validators=[NumberRange(max=5)])
    within = IntegerField("x", validators=[NumberRange(min=5, max=9)])
    decimal = DecimalField("x")
    float = FloatField("x")
    day = DateField("x")
    moment = DateTimeLocalField("x")
    hour = TimeField("x")
    choice = SelectField("x", choices=CHOICES)
    coerced = SelectField("x", choices=offered([(1, "A")]), coerce=int)
    radio = RadioField("x", choices=CHOICES)
    several = SelectMultipleField("x", choices=CHOICES)
    several_coerced = SelectMultipleField("x", choices=offered([(1, "A")]), coerce=int)
    money = MoneyField("x")


WRONG = {
    "short": "abc",
    "long": "abcdefgh",
    "exact": "abc",
    "between": "abc",
    "number": "seven",
    "least": "2",
    "most": "20",
    "within": "20",
    "decimal": "seven",
    "float": "seven",
    "day": "yesterday",
    "moment": "yesterday",
    "hour": "noon",
    "choice": "z",
    "coerced": "z",
    "radio": "z",
    "several": "z",
    "several_coerced": "z",
    "money": "much",
}


def sources(*packages: Any) -> set[str]:
    """The sentences that libraries hand to gettext."""
    found = set()
    for package in packages:
        place = Path(package.__file__)
        files = place.parent.rglob("*.py") if place.name == "__init__.py" else [place]
        for path in files:
            text = path.read_text(encoding="utf-8")
            for call in re.findall(r'(?:gettext|_)\(\s*((?:"[^"]*"\s*)+)', text):
                found.add("".join(re.findall(r'"([^"]*)"', call)))
    return found


def test_every_sentence_of_the_library_has_one_of_ours() -> None:
    said = sources(wtforms)
    assert len(said) > 30
    assert not said - set(SENTENCES) - PROGRAMMERS


def test_every_reason_against_a_token_has_our_sentence() -> None:
    raised = re.findall(r'ValidationError\("([^"]+)"\)', Path(csrf.__file__).read_text(encoding="utf-8"))
    assert len(raised) > 3
    assert set(raised) <= set(SENTENCES)


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_every_kind_of_wrong_field_is_told_in_the_readers_language(app: Flask, language: str) -> None:
    with app.test_request_context("/", method="POST"), force_locale(language):
        form = Everything(formdata=MultiDict(WRONG))
        assert not form.validate()
        assert set(form.errors) == {*WRONG, "missing"}
        for name, errors in form.errors.items():
            for error in errors:
                said = str(error)
                assert LETTERS[language].search(said), f"{name}: {said}"
                assert "%(" not in said
                if language != "en":
                    assert not re.search("[a-z]{4,}", said), f"{name}: English remains: {said}"


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_numbers_stand_in_the_sentences(app: Flask, language: str) -> None:
    with app.test_request_context("/", method="POST"), force_locale(language):
        form = Everything(formdata=MultiDict(WRONG))
        form.validate()
        for name in ("short", "long", "exact", "least", "most"):
            assert "5" in str(form.errors[name][0]), name


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
def test_a_real_page_tells_the_length_and_the_choice(app: Flask, client: PageClient, language: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    fields = {"name": "n" * 101, "email": "a@example.org", "password": "x" * 300, "home": "z", "terms": "y"}
    page = client.post(f"/{language}/register", data=fields)
    assert page.status_code == 422
    text = page.get_data(as_text=True)
    assert "100" in text
    for english in ("Field cannot", "valid choice", "could not coerce", "cannot be longer"):
        assert english not in text


@pytest.mark.parametrize("language", ["ka", "bg", "en"])
@pytest.mark.parametrize("token", ["", "not-a-token", "expired"])
def test_a_form_without_its_token_is_explained(app: Flask, language: str, token: str) -> None:
    client = app.test_client()
    page = client.get(f"/{language}/sign-in").get_data(as_text=True)
    if token == "expired":
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        app.config["WTF_CSRF_TIME_LIMIT"] = -1
    answer = client.post(f"/{language}/sign-in", data={"csrf_token": token, "email": "a@example.org"})
    assert answer.status_code == 400
    text = answer.get_data(as_text=True)
    assert f'<html lang="{language}"' in text
    assert "CSRF" not in text
    assert "Bad Request" not in text
    assert LETTERS[language].search(text)
