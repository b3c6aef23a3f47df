"""What a person types to propose, to invite, to add a file."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from pbplatform.foundation.forms import Form, MoneyField, offered, trimmed
from pbplatform.foundation.i18n import LANGUAGE_NAMES

MOST_TYPED = 100_000
TOO_LONG = _l("This text is far too long.")


def number_or_none(value: Any) -> int | None:
    """The number of a choice; an empty choice is None."""
    return int(value) if value not in (None, "", "None") else None


def degrees_or_none(value: Any) -> float | None:
    """A coordinate from a hidden field; anything that is none is None."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if -180 <= found <= 180 else None


class ProposalForm(Form):
    """A proposal. Choices are passed in; nothing is required while it is a draft."""

    title = StringField(
        _l("Title"),
        description=_l(
            "In a few words, what should be done? For example: A playground in the park on Garden Street."
        ),
        filters=[trimmed],
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    text = TextAreaField(
        _l("What do you propose, and why?"),
        description=_l("Say what should be done, what is wrong today and what would be better afterwards."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    beneficiaries = TextAreaField(
        _l("Who benefits?"),
        description=_l("For example: children of the neighbourhood, people who wait for the bus, everybody."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    category_id = RadioField(_l("What is it about?"), coerce=number_or_none, validators=[Optional()])
    envelope_id = RadioField(_l("Which money is it for?"), coerce=number_or_none, validators=[Optional()])
    address = StringField(
        _l("Place"),
        description=_l("An address, or words by which anybody finds it."),
        filters=[trimmed],
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    district_id = SelectField(_l("District"), coerce=number_or_none, validators=[Optional()])
    latitude = HiddenField(filters=[degrees_or_none])
    longitude = HiddenField(filters=[degrees_or_none])
    cost_estimate = MoneyField(
        _l("What may it cost?"),
        description=_l("Your own estimate. The municipality checks it and corrects it if need be."),
    )
    cost_reasoning = TextAreaField(
        _l("How did you come to this cost?"),
        description=_l("You may leave this empty."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    note = StringField(
        _l("What have you changed?"),
        description=_l("One sentence for the readers of the history. You may leave this empty."),
        filters=[trimmed],
        validators=[Length(max=300)],
    )

    def offer(self, envelopes: list[Any], categories: list[Any], districts: list[Any]) -> None:
        """Set the choices, each a pair of number and words."""
        self.envelope_id.choices = offered(envelopes)
        self.category_id.choices = offered(categories)
        self.district_id.choices = offered([("", _l("Not chosen")), *districts])


class BeginForm(Form):
    """The first step: which language the proposal is written in."""

    language = RadioField(
        _l("In which language do you write?"),
        choices=offered(LANGUAGE_NAMES.items()),
        validators=[InputRequired(_l("Choose a language."))],
    )


class CounterForm(BeginForm):
    """An officer begins a proposal for somebody at the town hall."""

    name = StringField(
        _l("Name of the person whose proposal it is"),
        description=_l("As it should stand beside the proposal in public."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the name of the person whose proposal it is.")), Length(max=100)],
    )


class FileForm(Form):
    """One photo or document with its description."""

    file = FileField(
        _l("Photo or PDF"),
        description=_l(
            "JPEG, PNG, WebP, AVIF, GIF or PDF, at most 12 MB. The place and the camera are removed from photos."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )
    alt = StringField(
        _l("What is to be seen?"),
        description=_l("One sentence for people who cannot see it."),
        filters=[trimmed],
        validators=[
            InputRequired(_l("Say in a few words what is to be seen, for people who cannot see it.")),
            Length(max=300),
        ],
    )


class InviteForm(Form):
    """A co-author's mailbox."""

    email = EmailField(
        _l("E-mail address of a co-author"),
        description=_l(
            "They get a letter with a link, and count once they have accepted. Nobody else sees the address."
        ),
        filters=[trimmed],
        validators=[InputRequired(_l("Write an e-mail address.")), Length(max=320)],
    )


class BringForm(Form):
    """A table of proposals."""

    file = FileField(
        _l("CSV or Excel file"),
        description=_l(
            "The columns are those of the downloaded list; title, text, cost and author are needed."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class SheetForm(Form):
    """A signature sheet that was brought back."""

    code = StringField(
        _l("Code of the sheet"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write the code that stands on the sheet.")), Length(max=12)],
    )
    numbers = TextAreaField(
        _l("Personal numbers"),
        description=_l("One in each line. They are looked up on the roll and not kept."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    unreadable = IntegerField(
        _l("Lines that cannot be read"), default=0, validators=[NumberRange(min=0, max=200)]
    )


class PlainForm(Form):
    """A button with its protection against forged posts."""
