"""What an officer types about the delivery of a project."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from pbplatform.foundation.forms import Form, MoneyField, trimmed
from pbplatform.foundation.i18n import Currency

Choices = Sequence[tuple[Any, Any]]


def _day(label: Any) -> DateField:
    return DateField(label, validators=[DataRequired(_l("Give the date."))])


def _amount(label: Any) -> MoneyField:
    return MoneyField(label, validators=[InputRequired(_l("Write the amount."))])


def _text(label: Any) -> TextAreaField:
    return TextAreaField(
        label, filters=[trimmed], validators=[Length(max=2000, message=_l("At most 2,000 characters."))]
    )


def _caption(label: Any) -> StringField:
    return StringField(
        label, filters=[trimmed], validators=[Length(max=300, message=_l("At most 300 characters."))]
    )


class FactForm(Form):
    """What all forms about facts carry: the state of the project that the officer saw when the page was made."""

    seen = HiddenField()


class MoneyForm(FactForm):
    """Money; its currency is asked for only where there were two, which is in Bulgaria."""

    currency = SelectField(
        _l("Currency"),
        description=_l(
            "Until 31 December 2025 contracts and payments were in leva, since then they are in euro."
        ),
    )

    def offer(self, currencies: Sequence[Currency]) -> None:
        """Let the officer choose among currencies, the likeliest first."""
        self.currency.choices = [(currency.value, currency.value) for currency in currencies]
        if not self.currency.data:
            self.currency.data = currencies[0].value


class ContractForm(MoneyForm):
    """A contract."""

    supplier = StringField(
        _l("Contractor"),
        description=_l("The name of the company, as it stands in the contract."),
        filters=[trimmed],
        validators=[InputRequired(_l("Write who the contract is with.")), Length(max=200)],
    )
    signed_on = _day(_l("Signed on"))
    amount = _amount(_l("Amount of the contract"))
    procurement_id = StringField(
        _l("Procurement number (ocid)"),
        description=_l("Such as ocds-1a2b3c-2026-0042. Leave empty where no tender was needed."),
        filters=[trimmed],
        validators=[Length(max=112)],
    )


class PaymentForm(MoneyForm):
    """A payment."""

    contract = SelectField(_l("Contract"), coerce=int)
    paid_on = _day(_l("Paid on"))
    amount = _amount(_l("Amount paid"))


class MilestoneForm(FactForm):
    """A promise of a date."""

    kind = SelectField(_l("Milestone"))
    due_on = _day(_l("Planned for"))


class ReachedForm(FactForm):
    """A promise kept, or the reason why it is late."""

    milestone = SelectField(_l("Milestone"), coerce=int)
    reached_on = DateField(
        _l("Reached on"),
        description=_l("Leave empty if it is not reached and you only explain the delay."),
        validators=[Optional()],
    )
    reason_ka = _text(_l("Reason of the delay, in Georgian"))
    reason_bg = _text(_l("Reason of the delay, in Bulgarian"))
    reason_en = _text(_l("Reason of the delay, in English"))


class ReasonForm(FactForm):
    """Why something recorded is put right, or taken back."""

    reason_ka = _text(_l("Reason of the correction, in Georgian"))
    reason_bg = _text(_l("Reason of the correction, in Bulgarian"))
    reason_en = _text(_l("Reason of the correction, in English"))


class ContractCorrectionForm(ContractForm, ReasonForm):
    """A contract put right."""


class PaymentCorrectionForm(MoneyForm, ReasonForm):
    """A payment put right; it stays under its contract."""

    paid_on = _day(_l("Paid on"))
    amount = _amount(_l("Amount paid"))


class MilestoneCorrectionForm(ReasonForm):
    """A date moved, or the day on which it was kept put right."""

    due_on = _day(_l("Planned for"))
    reached_on = DateField(
        _l("Reached on"), description=_l("Leave empty if it is not reached."), validators=[Optional()]
    )


class PhotoForm(FactForm):
    """A photo."""

    file = FileField(
        _l("Photo"),
        description=_l(
            "JPEG, PNG, WebP, AVIF or GIF, at most 12 MB. The place and the camera are removed from it."
        ),
        validators=[FileRequired(_l("Choose a photo."))],
    )
    moment = RadioField(_l("What it shows"), validators=[InputRequired(_l("Choose what it shows."))])
    taken_on = _day(_l("Taken on"))
    caption_ka = _caption(_l("What is to be seen, in Georgian"))
    caption_bg = _caption(_l("What is to be seen, in Bulgarian"))
    caption_en = _caption(_l("What is to be seen, in English"))


class SheetForm(Form):
    """The table, filled in."""

    file = FileField(
        _l("The table, filled in"),
        description=_l(
            "The XLSX or CSV file that you took from this page. Nothing is changed before you agree."
        ),
        validators=[FileRequired(_l("Choose a file."))],
    )


class AmendForm(Form):
    """Why the budget lines change after their adoption."""

    reason_ka = _text(_l("Reason in Georgian"))
    reason_bg = _text(_l("Reason in Bulgarian"))
    reason_en = _text(_l("Reason in English"))


class UpdateForm(FactForm):
    """News of a project."""

    text_ka = _text(_l("News in Georgian"))
    text_bg = _text(_l("News in Bulgarian"))
    text_en = _text(_l("News in English"))


class EndingForm(FactForm):
    """The end of a project."""

    outcome = RadioField(_l("How the project ended"), validators=[InputRequired(_l("Choose how it ended."))])
    ended_on = _day(_l("On"))
    reason_ka = _text(_l("If it was abandoned, the reason in Georgian"))
    reason_bg = _text(_l("If it was abandoned, the reason in Bulgarian"))
    reason_en = _text(_l("If it was abandoned, the reason in English"))
