"""The field for the personal number of somebody else, which officers type on pages of the roll and of the vote."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import trimmed

FROM_DOCUMENT = _l("From the identity document that the person shows you.")


def somebodys_number(description: LazyString | str = "") -> StringField:
    """The field for the personal number of somebody else, which officers type."""
    return StringField(
        _l("Personal number"),
        description=description,
        filters=[trimmed],
        validators=[InputRequired(_l("Write the personal number.")), Length(max=40)],
    )
