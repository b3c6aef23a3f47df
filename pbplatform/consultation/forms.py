"""What an officer types to plan a round; texts have one field for each language of the municipality."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from pbplatform.foundation.forms import Form, trimmed
from pbplatform.foundation.i18n import LANGUAGE_NAMES


class WallClock(DateTimeLocalField):
    """A date and hour on the municipality's clock, without a zone."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what the browser's own picker sends, or what a person typed the same way."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = datetime.fromisoformat(valuelist[0].strip().replace("T", " ")).replace(tzinfo=None)
        except ValueError:
            raise ValueError(_("Write day and hour like 2026-11-21 18:00.")) from None


class Whole(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits; spaces between them are fine."""
        self.data = None
        written = "".join(valuelist[0].split()) if valuelist else ""
        if not written:
            return
        if not written.isdecimal() or len(written) > 12:
            raise ValueError(_("Write a whole number."))
        self.data = int(written)


class Money(StringField):
    """An amount in the units people use, kept as minor units."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format(Decimal(self.data) / 100, "f")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits with a decimal point or comma; spaces between thousands are fine."""
        self.data = None
        written = "".join(valuelist[0].split()).replace(",", ".") if valuelist else ""
        if not written:
            return
        try:
            minor = Decimal(written) * 100
        except InvalidOperation:
            raise ValueError(_("Write an amount like 12 400 or 12 400.50.")) from None
        if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor < 10**15:
            raise ValueError(_("Write an amount like 12 400 or 12 400.50."))
        self.data = int(minor)


def in_languages(base: type[Form], languages: Sequence[str], **makers: Callable[[str], Any]) -> type[Form]:
    """The form with one field of each maker for each language, named such as ``title_ka``."""
    fields = {
        f"{name}_{language}": make(LANGUAGE_NAMES[language])
        for name, make in makers.items()
        for language in languages
    }
    return type(base.__name__, (base,), fields)


def fields_of(form: Form, name: str, languages: Sequence[str]) -> list[Any]:
    """The fields of one text, for the template."""
    return [form[f"{name}_{language}"] for language in languages]


class ChangeForm(Form):
    """A change of a plan: what the person saw, and why they change it."""

    version = HiddenField()
    reason = StringField(
        _l("Why do you change this?"),
        description=_l("Everybody can read it in the history of the rules. Needed once the round is public."),
        filters=[trimmed],
        validators=[Length(max=1000, message=_l("At most 1000 characters."))],
    )


def _title(language: str) -> Any:
    return StringField(
        _l("Title (%(language)s)", language=language), filters=[trimmed], validators=[Optional()]
    )


def _summary(language: str) -> Any:
    return TextAreaField(
        _l("In one or two sentences (%(language)s)", language=language),
        filters=[trimmed],
        validators=[Optional()],
    )


def _text(language: str) -> Any:
    return TextAreaField(
        _l("Introduction (%(language)s)", language=language),
        description=_l("Paragraphs, lists and **bold** in Markdown."),
        filters=[trimmed],
        validators=[Optional()],
    )


def _name(language: str) -> Any:
    return StringField(
        _l("Name (%(language)s)", language=language), filters=[trimmed], validators=[Optional()]
    )


def _cancel_reason(language: str) -> Any:
    return TextAreaField(
        _l("Reason (%(language)s)", language=language), filters=[trimmed], validators=[Optional()]
    )


def begin_form(languages: Sequence[str]) -> type[Form]:
    """A new round."""

    class BeginForm(Form):
        slug = StringField(
            _l("Address"),
            description=_l("Short, in Latin letters, such as parks-2027. It stays for ever."),
            filters=[trimmed],
            validators=[InputRequired(_l("Write an address.")), Length(max=60)],
        )
        origin = SelectField(_l("Begin with"), default="")
        opens_at = WallClock(
            _l("First day of a copied plan"),
            description=_l("Only for a copy: the other dates follow from it."),
            validators=[Optional()],
        )

    return in_languages(BeginForm, languages, title=_title)


def texts_form(languages: Sequence[str]) -> type[Form]:
    """Title, summary and introduction."""
    return in_languages(ChangeForm, languages, title=_title, summary=_summary, text=_text)


def dates_form(phases: Sequence[str]) -> type[Form]:
    """A beginning and an end for each phase."""
    fields: dict[str, Any] = {}
    for phase in phases:
        fields[f"{phase}_opens"] = WallClock(_l("Begins"), validators=[Optional()])
        fields[f"{phase}_closes"] = WallClock(_l("Ends"), validators=[Optional()])
    return type("DatesForm", (ChangeForm,), fields)


class SettingsForm(ChangeForm):
    """Everything of a round that is neither text nor date nor money."""

    support_phase = BooleanField(_l("Proposals must gather support in a phase of their own"))
    moderation_before_publication = BooleanField(
        _l("A moderator reads proposals and comments before they are published"),
        description=_l(
            "A comment waits again after each change. A proposal is read before it is first published; what its "
            "authors change later is public at once and stands in its history."
        ),
    )
    most_proposals_each = Whole(
        _l("Proposals one person may submit"),
        description=_l("Empty: as many as they like."),
        validators=[Optional()],
    )
    fewest_co_authors = Whole(_l("Co-authors a proposal needs"), validators=[Optional()])
    assessments_released_at = WallClock(
        _l("Hour at which all assessments are published"),
        description=_l("Empty: when the discussion opens."),
        validators=[Optional()],
    )
    appeal_days = Whole(_l("Days to appeal against an assessment"), validators=[Optional()])
    challenge_days = Whole(
        _l("Days to object after the vote, before the ballots are sealed"), validators=[Optional()]
    )
    beacon = StringField(
        _l("Public draw that is mixed into the lot"),
        description=_l("For example a state lottery draw on a day after the vote. Empty: none."),
        filters=[trimmed],
        validators=[Length(max=200)],
    )


def envelope_form(languages: Sequence[str]) -> type[Form]:
    """One sum of money with its limits, ballot and rule."""

    class EnvelopeForm(ChangeForm):
        district = SelectField(_l("For projects in"))
        amount = Money(_l("Amount"), validators=[InputRequired(_l("Write the amount."))])
        lowest_cost = Money(_l("A project costs at least"), validators=[Optional()])
        highest_cost = Money(
            _l("A project costs at most"), description=_l("Empty: no limit."), validators=[Optional()]
        )
        support_threshold = Whole(
            _l("Supporters a proposal needs"),
            description=_l("Only for a round with a support phase."),
            validators=[Optional()],
        )
        ballot_format = RadioField(_l("Ballot"))
        fewest_choices = Whole(_l("Fewest choices"), validators=[Optional()])
        most_choices = Whole(_l("Most choices"), description=_l("Empty: no limit."), validators=[Optional()])
        points = Whole(
            _l("Points"), description=_l("Only for a ballot with points."), validators=[Optional()]
        )
        points_each = BooleanField(_l("The points are the most for one project, not a sum to share out"))
        position = SelectField(_l("Place on the ballot"), description=_l("The first stands on top."))
        rule = RadioField(_l("How winners are found"))
        utility = SelectField(
            _l("What a funded project is worth to its voters"),
            description=_l(
                "Its cost: voters get about the same money. Every project the same: voters get about as many projects. "
                "Points and ranks: only with a ballot that has them."
            ),
        )
        borda = SelectField(
            _l("What the first of a ranking is worth"), description=_l("Only where the worth is the rank.")
        )
        endowment = SelectField(_l("How large each voter’s share is"))
        completion = SelectField(_l("What happens with the money left over"))
        stop = SelectField(
            _l("When raising the shares ends"),
            description=_l("Only where the shares are raised step by step."),
        )
        increment = Money(
            _l("How much one step adds to each share"),
            description=_l("Only where the shares are raised. Empty: one unit of the currency."),
            validators=[Optional()],
        )
        comparison = SelectField(
            _l("How the result is compared with “most votes first”"),
            description=_l("The comparison is published with the result."),
        )
        switch = BooleanField(_l("If the comparison favours “most votes first”, that result stands"))
        order = SelectField(
            _l("What “most votes first” ranks by"),
            description=_l("Equal Shares reads this too where its last money goes to most votes first."),
        )
        skip = BooleanField(
            _l("Pass over a project that no longer fits, and try the next"),
            description=_l("Without this, the count ends at the first project that no longer fits."),
        )
        extra_percent = Whole(
            _l("Fund that first project all the same when so many percent of its cost are left"),
            description=_l("The municipality adds the rest. Empty: never."),
            validators=[Optional()],
        )
        leftover = BooleanField(
            _l("Count what is left a second time, without the limits per category and district")
        )
        threshold = Whole(_l("Votes a project needs at least"), validators=[Optional()])
        publication = RadioField(_l("How ballots are published"))

    return in_languages(EnvelopeForm, languages, name=_name)


def categories_form(languages: Sequence[str], rows: int) -> type[Form]:
    """A line for each category: code, names, most choices."""
    fields: dict[str, Any] = {}
    for row in range(rows):
        fields[f"code_{row}"] = StringField(_l("Code"), filters=[trimmed], validators=[Length(max=40)])
        for language in languages:
            fields[f"name_{row}_{language}"] = StringField(
                LANGUAGE_NAMES[language], filters=[trimmed], validators=[Length(max=100)]
            )
        fields[f"most_{row}"] = Whole(_l("Most choices"), validators=[Optional()])
    return type("CategoriesForm", (ChangeForm,), fields)


def cancel_form(languages: Sequence[str]) -> type[Form]:
    """The public reason for a cancelled round."""
    return in_languages(Form, languages, reason=_cancel_reason)


def blueprint_form(languages: Sequence[str]) -> type[Form]:
    """The name of a blueprint and whether the association shares it."""

    class BlueprintForm(Form):
        shared = BooleanField(_l("For all municipalities of our association"))

    return in_languages(BlueprintForm, languages, name=_name)


class StepForm(Form):
    """A button."""
