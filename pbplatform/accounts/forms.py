"""What a person types to register and to sign in."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import Form, trimmed


class SignInForm(Form):
    """Mailbox and password."""

    email = EmailField(
        _l("E-mail address"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your e-mail address.")), Length(max=320)],
    )
    password = PasswordField(
        _l("Password"), validators=[InputRequired(_l("Write your password.")), Length(max=200)]
    )
    next = HiddenField()


class RegisterForm(Form):
    """A new account."""

    name = StringField(
        _l("Your name"),
        description=_l("Shown beside what you write here."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your name.")), Length(max=100)],
    )
    email = EmailField(
        _l("E-mail address"),
        description=_l("We send a link there to confirm it. Nobody else sees it."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your e-mail address.")), Length(max=320)],
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 10 characters. Three or four unrelated words make a good password."),
        validators=[InputRequired(_l("Choose a password.")), Length(max=200)],
    )
    terms = BooleanField(
        _l("I have read the charter of participation and agree to it."),
        validators=[InputRequired(_l("Please agree to the charter."))],
    )
