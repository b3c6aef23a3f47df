"""What a person chooses about notices."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from pbplatform.foundation.forms import Form


class FollowForm(Form):
    """What to follow or to stop following."""

    topic = StringField(validators=[InputRequired(), Length(max=20)])
    subject_id = IntegerField(validators=[InputRequired(), NumberRange(1, 2**53)])
    next = HiddenField()


class FrequencyForm(Form):
    """How often the digest comes."""

    frequency = RadioField(
        _l("How often do you want to hear from us by e-mail?"),
        validators=[InputRequired(_l("Choose one of these."))],
    )
