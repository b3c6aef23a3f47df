"""What officers type about the roll, and what a person types to prove that they stand on it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, StopValidation

from pbplatform.accounts import guard
from pbplatform.foundation.forms import DayField, Form, trimmed
from pbplatform.foundation.words import say
from pbplatform.municipalities.models import Country
from pbplatform.roll.codes import plain_letter_code, slip_in_letter_code
from pbplatform.roll.fields import FROM_DOCUMENT, somebodys_number


class UploadForm(Form):
    """A roll file."""

    file = FileField(
        _l("File with the voter roll"),
        description=_l(
            "CSV or XLSX with a line of headings. It is read on the next page, after you have confirmed the columns."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class ColumnsForm(Form):
    """Whether the file is the whole roll; the columns are read from the request, because every file has others."""

    complete = BooleanField(_l("This is the whole roll: whoever is not in it has left"))


class LettersForm(Form):
    """Which district gets letters."""

    district = SelectField(_l("District"))


class PersonForm(Form):
    """Who stands at the desk."""

    national_id = somebodys_number(FROM_DOCUMENT)


PERSONAL_NUMBERS = {
    Country.GEORGIA: _l("Personal number (11 digits)"),
    Country.BULGARIA: _l("Personal number (10 digits)"),
}
"""What a country's residents call their number, and how long it is; anywhere else it has no known length."""


class IdentityForm(Form):
    """National id and birth date, which every proof begins with."""

    national_id = StringField(
        _l("Personal number"),
        description=_l("The number on your identity document."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your personal number.")), Length(max=40)],
    )
    birth_date = DayField(
        _l("Date of birth"),
        description=_l("For example 31.12.1980."),
        validators=[InputRequired(_l("Write your date of birth, for example 31.12.1980."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = PERSONAL_NUMBERS.get(guard.municipality().country)
        if label is not None:
            self.national_id.label.text = label
            self.national_id.description = ""


def without_slip(_form: Form, field: Field) -> None:
    """Tell of a slip in a typed code before anything is looked up, so that it does not count as a try.

    What is told follows from the typed characters alone and so says nothing about anybody.
    """
    slip = slip_in_letter_code(field.data)
    if slip is not None:
        raise StopValidation(str(say(slip, typed=len(plain_letter_code(field.data)))))


class LetterForm(IdentityForm):
    """Proof by the code of a letter."""

    code = StringField(
        _l("Letter code"),
        # The sample comes first, so that it stands on one line of any screen.
        description=_l("For example 7K3M-P9QX-2B4T: 12 Latin letters and digits."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the code from your letter.")), without_slip, Length(max=60)],
    )


class MessageForm(IdentityForm):
    """Asking for a code by phone or e-mail."""

    means = RadioField(
        _l("Where should the code go?"),
        choices=[
            SelectChoice("phone", _l("To my phone, as a text message")),
            SelectChoice("email", _l("To my e-mail address")),
        ],
        default="phone",
    )


class CodeForm(Form):
    """The six digits of a message."""

    code = StringField(
        _l("Six-digit code"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the six digits from the message.")), Length(max=20)],
    )


class PlainForm(Form):
    """A button with its protection against forged posts."""
