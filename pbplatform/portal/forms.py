"""The form that the style page shows: a field of each kind, some of them wrong."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from pbplatform.foundation.forms import Form, offered

_PLACES = (("city", _l("In the whole city")), ("district", _l("In my district")))


class SampleForm(Form):
    """Nobody sends it."""

    name = StringField(
        _l("Name of the proposal"),
        description=_l("A few words that say what it is."),
        validators=[InputRequired(_l("Give your proposal a name."))],
    )
    text = TextAreaField(_l("What should be done, and for whom?"))
    where = RadioField(_l("Where?"), choices=offered(_PLACES), default="city")
    place = SelectField(_l("Where?"), choices=offered(_PLACES))
    photo = FileField(_l("Photo"))
    proposal = IntegerField(_l("Proposal"), validators=[Optional()])
    agreed = BooleanField(_l("I have read the rules"))
