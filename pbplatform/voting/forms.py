"""What a person types to vote. The ballot itself is read by `voting.ballots`, the proof before it by `roll.forms`."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from pbplatform.foundation.forms import Form, trimmed


class CastForm(Form):
    """What goes beside the choices: which rules they were made under, whose page it is, and the voter's own word."""

    rules = HiddenField(validators=[Length(max=64)])
    submission = HiddenField(validators=[Length(max=64)])
    voter = HiddenField(validators=[Length(max=64)])
    word = StringField(
        _l("Secret word (optional)"),
        description=_l(
            "With a word that only you know you can prove later that this ballot is yours. You may skip it."
        ),
        filters=[trimmed],
        validators=[Optional(), Length(max=40, message=_l("The word may have at most 40 letters."))],
    )
