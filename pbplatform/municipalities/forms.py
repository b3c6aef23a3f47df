"""What an administrator types about the municipality."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    EmailField,
    HiddenField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from pbplatform.foundation.forms import Form, trimmed


def _name(label: object) -> StringField:
    return StringField(label, filters=[trimmed], validators=[Length(max=120)])


def _introduction(label: object) -> TextAreaField:
    return TextAreaField(label, filters=[trimmed], validators=[Length(max=600)])


def _colour(label: object, hint: object) -> StringField:
    return StringField(
        label, description=hint, filters=[trimmed], validators=[InputRequired(_l("Choose a colour."))]
    )


class SettingsForm(Form):
    """Names, texts, languages, clock, look."""

    version = HiddenField()
    languages = SelectMultipleField(_l("Languages"))
    name_ka = _name(_l("Name in Georgian"))
    name_bg = _name(_l("Name in Bulgarian"))
    name_en = _name(_l("Name in English"))
    introduction_ka = _introduction(_l("Introduction in Georgian"))
    introduction_bg = _introduction(_l("Introduction in Bulgarian"))
    introduction_en = _introduction(_l("Introduction in English"))
    zone = StringField(
        _l("Time zone"),
        description=_l("For example Asia/Tbilisi or Europe/Sofia. Deadlines are shown on this clock."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the time zone.")), Length(max=60)],
    )
    population = IntegerField(
        _l("Inhabitants"), validators=[InputRequired(_l("Write a number.")), NumberRange(0, 50_000_000)]
    )
    brand_colour = _colour(
        _l("Main colour"), _l("White letters stand on it, so it must be dark enough. Written as #1f5c4d.")
    )
    accent_colour = _colour(_l("Second colour"), _l("For small highlights. Written as #c8553d."))
    contact_email = EmailField(
        _l("E-mail address for citizens’ questions"),
        filters=[trimmed],
        validators=[MayBeEmpty(), Length(max=320)],
    )


class LogoForm(Form):
    """Another logo."""

    logo = FileField(
        _l("Logo"),
        description=_l("A PNG, JPEG or WebP picture of at most 1.5 MB. It is redrawn at 512 pixels."),
        validators=[FileRequired(_l("Choose a file."))],
    )


class DistrictsForm(Form):
    """A GeoJSON file with the districts."""

    districts = FileField(
        _l("GeoJSON file"),
        description=_l(
            "A FeatureCollection; each feature has code, name (or name:ka, name:bg, name:en), maybe population, and a polygon."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class PlainForm(Form):
    """A button that only proves that our page was pressed."""
