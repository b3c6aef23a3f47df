"""What a person types in a thread."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from pbplatform.deliberation.models import Side
from pbplatform.deliberation.words import SIDES
from pbplatform.foundation.forms import Form, trimmed


class CommentForm(Form):
    """A comment with its side."""

    side = RadioField(
        _l("Where do you stand?"),
        choices=[SelectChoice(side.value, SIDES[side]) for side in Side],
        default=Side.NEUTRAL.value,
    )
    text = TextAreaField(
        _l("Your comment"),
        description=_l("Speak about the matter, not about persons. At most 4,000 characters."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write your comment first."))],
    )
    quotes = IntegerField(validators=[Optional()], widget=HiddenField.widget)


class WordsForm(Form):
    """New words for one's own comment, or an official answer."""

    text = TextAreaField(
        _l("Text"), filters=[trimmed], validators=[InputRequired(_l("Write the text first."))]
    )
