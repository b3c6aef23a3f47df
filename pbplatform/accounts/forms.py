"""What a person types to register, to sign in, and to look after the account."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import Form, trimmed

_PASSWORD_HINT = _l("At least 10 characters. Three or four unrelated words make a good password.")


def _email(hint: object = "") -> EmailField:
    return EmailField(
        _l("E-mail address"),
        description=hint,
        filters=[trimmed],
        validators=[InputRequired(_l("Write your e-mail address.")), Length(max=320)],
    )


def _new_password(label: object) -> PasswordField:
    return PasswordField(
        label,
        description=_PASSWORD_HINT,
        validators=[InputRequired(_l("Choose a password.")), Length(max=200)],
    )


def _known_password(label: object) -> PasswordField:
    return PasswordField(label, validators=[InputRequired(_l("Write your password.")), Length(max=200)])


def _name() -> StringField:
    return StringField(
        _l("Your name"),
        description=_l("Shown beside what you write here."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your name.")), Length(max=100)],
    )


def _home() -> SelectField:
    return SelectField(_l("Your municipality"), coerce=int, validators=[])


class SignInForm(Form):
    """Mailbox and password."""

    email = _email()
    password = _known_password(_l("Password"))
    next = HiddenField()


class RegisterForm(Form):
    """A new account."""

    name = _name()
    email = _email(_l("We send a link there to confirm it. Nobody else sees it."))
    password = _new_password(_l("Password"))
    home = _home()
    terms = BooleanField(
        _l("I have read the charter of participation and agree to it."),
        validators=[InputRequired(_l("Please agree to the charter."))],
    )


class MailboxForm(Form):
    """A mailbox to which something shall be sent."""

    email = _email()


class PasswordForm(Form):
    """The password, to prove who one is."""

    password = _known_password(_l("Password"))
    next = HiddenField()


class NewPasswordForm(Form):
    """A new password, chosen with a mailed link."""

    password = _new_password(_l("New password"))


class ChangePasswordForm(Form):
    """The old password and a new one."""

    old = _known_password(_l("Present password"))
    password = _new_password(_l("New password"))


class ProfileForm(Form):
    """What a person says about themselves."""

    name = _name()
    language = SelectField(_l("Language of letters"))
    home = _home()


class CodeForm(Form):
    """A code of the authenticator app, or a recovery code."""

    code = StringField(
        _l("Code"),
        description=_l(
            "The six digits that your authenticator app shows now, or one of your recovery codes."
        ),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the code.")), Length(max=40)],
    )
    next = HiddenField()


class PasskeyForm(Form):
    """What the browser's passkey answered, as JSON; a script fills it in."""

    answer = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    name = StringField(_l("Name of this passkey"), filters=[trimmed], validators=[Length(max=80)])
    next = HiddenField()


class PlainForm(Form):
    """A button: nothing is typed, the form only proves that our page was pressed."""


class CloseForm(Form):
    """Closing the account."""

    sure = BooleanField(
        _l("I understand that this cannot be undone."),
        validators=[InputRequired(_l("Please say that you are sure."))],
    )


class InvitationForm(Form):
    """Whom to invite, and to what."""

    email = _email()
    role = SelectField(_l("Role"))
    department = StringField(
        _l("Department"),
        description=_l("For reviewers: the department whose cases they assess, such as parks or roads."),
        filters=[trimmed],
        validators=[Length(max=120)],
    )
    language = SelectField(_l("Language of the invitation"))


class NewcomerForm(Form):
    """Somebody invited who has no account yet."""

    name = _name()
    password = _new_password(_l("Password"))


class GiveRoleForm(Form):
    """A further role for somebody who is here already."""

    role = SelectField(_l("Role"))
    department = StringField(_l("Department"), filters=[trimmed], validators=[Length(max=120)])
