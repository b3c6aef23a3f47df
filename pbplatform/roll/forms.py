"""What officers type about the roll."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from pbplatform.foundation.forms import Form, trimmed


class UploadForm(Form):
    """A roll file."""

    file = FileField(
        _l("File with the voter roll"),
        description=_l(
            "CSV or XLSX with a line of headings. It is read on the next page, after you have confirmed the columns."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class ColumnsForm(Form):
    """Whether the file is the whole roll; the columns are read from the request, because every file has others."""

    complete = BooleanField(_l("This is the whole roll: whoever is not in it has left"))


class LettersForm(Form):
    """Which district gets letters."""

    district = SelectField(_l("District"))


class PersonForm(Form):
    """Who stands at the desk."""

    national_id = StringField(
        _l("Personal number"),
        description=_l("From the identity document that the person shows you."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the personal number.")), Length(max=40)],
    )
