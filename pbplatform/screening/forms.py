"""What officers, reviewers and authors type in the screening."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from pbplatform.foundation.forms import Form, MoneyField, offered, trimmed, typed_number
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import Answer, ConflictState, Verdict
from pbplatform.screening.words import ANSWERS, CRITERIA, FORMAL, OUTCOMES, VERDICTS

MOST_TYPED = 100_000
TOO_LONG = _l("This text is far too long.")
CHOOSE = _l("Choose one.")

YES_NO = (("yes", _l("Yes")), ("no", _l("No")))


class FormalForm(Form):
    """The formal check: one answer a criterion; the fields are added below, one for each."""

    note = TextAreaField(
        _l("Note to the authors"),
        description=_l("Needed when something is to be corrected: say what and how."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )

    def answers(self) -> dict[FormalCriterion, bool]:
        """The answers by criterion; those that were not given are left out."""
        return {one: self[one.value].data == "yes" for one in FormalCriterion if self[one.value].data}


for _formal in FormalCriterion:
    setattr(
        FormalForm,
        _formal.value,
        RadioField(FORMAL[_formal], choices=offered(YES_NO), validators=[InputRequired(CHOOSE)]),
    )


class RouteForm(Form):
    """Which departments are asked, and until when."""

    departments = SelectMultipleField(
        _l("Departments"), validators=[InputRequired(_l("Choose a department."))]
    )
    due_on = DateField(_l("Answer until the end of"), validators=[InputRequired(_l("Choose a date."))])

    def offer(self, departments: list[str]) -> None:
        """Set the choices."""
        self.departments.choices = offered((name, name) for name in departments)


class FindingForm(Form):
    """A verdict with its cost, ground and reason."""

    verdict = RadioField(
        _l("Can it be carried out?"),
        choices=offered((one.value, VERDICTS[one]) for one in Verdict),
        validators=[InputRequired(CHOOSE)],
    )
    cost = MoneyField(_l("Cost"), description=_l("Everything included. Needed when it can be carried out."))
    legal_ground = StringField(
        _l("Legal ground"),
        description=_l("Law and article, where one decides the matter."),
        filters=[trimmed],
        validators=[Length(max=500)],
    )
    reason = TextAreaField(
        _l("The reason"),
        description=_l("Plain words: the authors and everybody else will read them."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    version = HiddenField(validators=[Optional()])

    def seen(self) -> int:
        """The version that the writer saw."""
        return typed_number(self.version.data) or 0


class AssessmentForm(FindingForm):
    """A department's view: an answer a criterion, then the finding; the criteria's fields are added below."""

    def answers(self) -> dict[Criterion, Answer]:
        """The answers by criterion."""
        return {one: Answer(self[one.value].data) for one in Criterion if self[one.value].data}


for _criterion in Criterion:
    setattr(
        AssessmentForm,
        _criterion.value,
        RadioField(
            CRITERIA[_criterion],
            choices=offered((one.value, ANSWERS[one]) for one in Answer),
            validators=[InputRequired(CHOOSE)],
        ),
    )


class TextForm(Form):
    """One text: a note, a return, an appeal, a declared interest."""

    text = TextAreaField(
        _l("Text"),
        validators=[InputRequired(_l("Write something.")), Length(max=MOST_TYPED, message=TOO_LONG)],
    )


class MergeForm(Form):
    """Which proposal this one should join, and why."""

    target = IntegerField(_l("The other proposal"), validators=[InputRequired(CHOOSE)])
    reason = TextAreaField(
        _l("The reason"),
        id="merge-reason",  # The page has other reasons too.
        description=_l("The authors of both read it before they decide."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )


class AppealDecisionForm(Form):
    """The decision of an appeal."""

    outcome = RadioField(_l("Decision"), choices=offered(OUTCOMES), validators=[InputRequired(CHOOSE)])
    cost = MoneyField(_l("Cost"), description=_l("Needed when the proposal is admitted."))
    answer = TextAreaField(
        _l("The reason"),
        description=_l("It will stand in public beside the appeal."),
        validators=[Length(max=MOST_TYPED, message=TOO_LONG)],
    )
    version = HiddenField()


class ConflictForm(Form):
    """The decision about two proposals that may exclude each other."""

    state = RadioField(
        _l("Decision"),
        choices=offered(
            (
                (ConflictState.COMPATIBLE.value, _l("Both can be built")),
                (ConflictState.EXCLUSIVE.value, _l("At most one of them can win")),
            )
        ),
        validators=[InputRequired(CHOOSE)],
    )
    reason = TextAreaField(
        _l("The reason"),
        validators=[InputRequired(_l("Write a reason.")), Length(max=MOST_TYPED, message=TOO_LONG)],
    )


class DeclareConflictForm(Form):
    """Two proposals that somebody thinks exclude each other."""

    one = IntegerField(_l("One proposal"), validators=[InputRequired(CHOOSE)])
    other = IntegerField(_l("The other proposal"), validators=[InputRequired(CHOOSE)])


class PlainForm(Form):
    """A button with its protection against forged posts."""


def defaults(finding: Any) -> dict[str, Any]:
    """What an assessment says already, for the form."""
    return {
        "verdict": finding.verdict.value if finding.verdict else None,
        "cost": finding.cost,
        "legal_ground": finding.legal_ground,
        "reason": finding.reason,
        "version": str(finding.version),
    }
