"""What is typed in moderation."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from pbplatform.foundation.forms import Form, trimmed
from pbplatform.moderation.models import AppealDecision, Decision, RuleBroken
from pbplatform.moderation.operations import LONGEST_BLOCK_DAYS
from pbplatform.moderation.words import APPEAL_DECISIONS, DECISIONS, RULES


class ReportForm(Form):
    """A report."""

    rule = RadioField(
        _l("What is wrong with it?"),
        choices=[SelectChoice(rule.value, RULES[rule]) for rule in RuleBroken],
        validators=[InputRequired(_l("Choose what is wrong with it."))],
    )
    note = StringField(
        _l("Anything the moderator should know"),
        description=_l("You need not write anything here. The author does not see who reported."),
        filters=[trimmed],
        validators=[Length(max=500)],
    )


class RulingForm(Form):
    """A moderator's decision."""

    decision = RadioField(
        _l("Decision"),
        choices=[SelectChoice(decision.value, DECISIONS[decision]) for decision in Decision],
        validators=[InputRequired(_l("Decide first."))],
    )
    rule = SelectField(
        _l("Rule"),
        choices=[
            SelectChoice("", _l("No rule is broken")),
            *(SelectChoice(rule.value, RULES[rule]) for rule in RuleBroken),
        ],
    )
    reason = TextAreaField(_l("Reason for the author"), filters=[trimmed])
    block_days = IntegerField(
        _l("Pause the author for so many days"),
        description=_l("0 for no pause. The person can still read, vote and appeal."),
        default=0,
        validators=[Optional(), NumberRange(0, LONGEST_BLOCK_DAYS)],
    )
    version = HiddenField()


class AppealForm(Form):
    """The author's appeal."""

    text = TextAreaField(
        _l("Why is the ruling wrong?"),
        filters=[trimmed],
        validators=[InputRequired(_l("Write why the ruling is wrong."))],
    )


class AppealDecisionForm(Form):
    """Another moderator's decision about a ruling."""

    decision = RadioField(
        _l("Decision about the appeal"),
        choices=[SelectChoice(decision.value, APPEAL_DECISIONS[decision]) for decision in AppealDecision],
        validators=[InputRequired(_l("Decide first."))],
    )
    reason = TextAreaField(
        _l("Reason for the author"), filters=[trimmed], validators=[InputRequired(_l("Write your reason."))]
    )
