"""What officers type about a vote and about paper."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from pbplatform.foundation.forms import Form, trimmed
from pbplatform.roll.fields import FROM_DOCUMENT, somebodys_number
from pbplatform.voting.paper_models import Invalidity
from pbplatform.voting.words import INVALIDITIES

REASON = _l("Reason, for the public journal")


class OpenForm(Form):
    """Asking for the opening."""

    beacon = StringField(
        _l("Public draw that is mixed into the lot (optional)"),
        description=_l(
            "For example a lottery whose numbers are drawn after the vote. Name it exactly: the draw, the date, the place."
        ),
        filters=[trimmed],
        validators=[Length(max=200)],
    )


class MoveForm(Form):
    """Asking for a later end."""

    closes_at = DateTimeLocalField(
        _l("New end of the vote"), validators=[InputRequired(_l("Give day and hour."))]
    )
    reason = TextAreaField(REASON, filters=[trimmed], validators=[Length(max=2000)])


class PersonActForm(Form):
    """Asking for an annulment or a correction of the frozen roll."""

    kind = RadioField(
        _l("What should happen?"),
        choices=[
            SelectChoice("annul", _l("Annul this person’s ballot, unseen")),
            SelectChoice("add", _l("Add this person to the frozen roll")),
            SelectChoice("remove", _l("Take this person off the frozen roll")),
        ],
        validators=[InputRequired(_l("Choose one."))],
    )
    national_id = somebodys_number()
    reason = TextAreaField(REASON, filters=[trimmed], validators=[Length(max=2000)])


class SealForm(Form):
    """Asking for the seal."""

    beacon = StringField(_l("Outcome of the public draw"), filters=[trimmed], validators=[Length(max=200)])


class StationForm(Form):
    """A place for paper."""

    code = StringField(
        _l("Short code"),
        filters=[trimmed],
        validators=[InputRequired(_l("Give a short code.")), Length(max=20)],
    )
    name = StringField(
        _l("Name of the place"),
        filters=[trimmed],
        validators=[InputRequired(_l("Give the name.")), Length(max=100)],
    )


class HandOutForm(Form):
    """Who gets a sheet, where."""

    station = SelectField(_l("Place for paper"), coerce=int)
    national_id = somebodys_number(FROM_DOCUMENT)
    confirmed = BooleanField(_l("I compared the document with the person"))


class TickBackForm(Form):
    """Whose tick was a mistake."""

    national_id = somebodys_number()
    reason = TextAreaField(REASON, filters=[trimmed], validators=[Length(max=2000)])


class SheetBackForm(Form):
    """Which sheet was typed in wrongly."""

    station = SelectField(_l("Place for paper"), coerce=int)
    serial = StringField(
        _l("Number of the sheet"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the number of the sheet.")), Length(max=20)],
    )
    reason = TextAreaField(REASON, filters=[trimmed], validators=[Length(max=2000)])


class SheetForm(Form):
    """One sheet; the numbers are read from the request, a field for each envelope."""

    station = SelectField(_l("Place for paper"), coerce=int)
    district = HiddenField()
    serial = StringField(
        _l("Number of the sheet"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the number of the sheet.")), Length(max=20)],
    )
    invalidity = SelectField(
        _l("Not valid because"),
        choices=[
            SelectChoice("", _l("the sheet is valid")),
            *(SelectChoice(member.value, INVALIDITIES[member]) for member in Invalidity),
        ],
        validators=[Optional()],
    )
