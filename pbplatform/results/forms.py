"""What people type into the pages of results."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import Form, trimmed


class ReceiptForm(Form):
    """A tracker from a receipt."""

    tracker = StringField(
        _l("The code on your receipt"),
        description=_l("16 letters and digits. Spaces and hyphens do not matter."),
        filters=[trimmed],
        validators=[InputRequired(_l("Please type the code.")), Length(max=60)],
    )
