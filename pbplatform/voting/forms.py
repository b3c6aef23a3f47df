"""What a person types to prove who they are and to vote. The ballot itself is read by `voting.ballots`."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from pbplatform.foundation.forms import DayField, Form, trimmed


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
        description=_l("Day, month and year, for example 31.12.1980."),
        validators=[InputRequired(_l("Write your date of birth, for example 31.12.1980."))],
    )


class LetterForm(IdentityForm):
    """Proof by the code of a letter."""

    code = StringField(
        _l("Code from your letter"),
        description=_l(
            "Twelve letters and digits, for example 7K3M-P9QX-2B4T. Capital or small does not matter."
        ),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the code from your letter.")), Length(max=60)],
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


class CastForm(Form):
    """What goes beside the choices: which rules they were made under, and the voter's own word."""

    rules = HiddenField(validators=[Length(max=64)])
    submission = HiddenField(validators=[Length(max=64)])
    word = StringField(
        _l("A word of your own (optional)"),
        description=_l(
            "With a word that only you know, nobody but you can claim this ballot as theirs. You will need it if you want to prove that."
        ),
        filters=[trimmed],
        validators=[Optional(), Length(max=40, message=_l("The word may have at most 40 letters."))],
    )
