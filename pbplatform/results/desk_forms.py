"""What officers type at the desk of the count."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import Form, trimmed


class ReasonForm(Form):
    """Why a declared result is counted anew."""

    reason = TextAreaField(
        _l("Why is the result corrected?"),
        description=_l("Everybody will read this beside the result."),
        filters=[trimmed],
    )


class DecisionForm(Form):
    """What the council decided."""

    decided_on = DateField(
        _l("Date of the decision"), validators=[InputRequired(_l("Please give the date."))]
    )
    act_number = StringField(_l("Number of the act"), filters=[trimmed], validators=[Length(max=60)])
    text = TextAreaField(_l("What was decided"), filters=[trimmed], validators=[Length(max=4000)])
    document = FileField(_l("The act as a PDF file (if you have it)"))
