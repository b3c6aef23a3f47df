"""The words and sentences of the screening."""

from flask_babel import lazy_gettext as _l

from pbplatform.charter.phases import Phase
from pbplatform.consultation.tabs import Tab
from pbplatform.screening.criteria import Criterion, FormalCriterion
from pbplatform.screening.models import (
    Answer,
    AppealState,
    AssessmentState,
    ConflictKind,
    ConflictState,
    MergeState,
    ScreeningState,
    Verdict,
)
from pbplatform.screening.problems import ScreeningProblem

FORMAL = {
    FormalCriterion.COMPLETE: _l("Is everything there: description, place, cost?"),
    FormalCriterion.IN_TERRITORY: _l(
        "Does the place lie in the municipality, or in the district whose money it asks for?"
    ),
    FormalCriterion.PUBLIC_BENEFIT: _l("Does it serve the public and not one person or company?"),
    FormalCriterion.WITHIN_LIMITS: _l("Does the estimate keep within the limits of the money?"),
    FormalCriterion.DECENT: _l("Is it free of insults, advertising and other people’s personal data?"),
}

CRITERIA = {
    Criterion.MUNICIPAL_TASK: _l("It is a task of the municipality."),
    Criterion.LAWFUL: _l("The law allows it."),
    Criterion.LAND: _l("The land belongs to the municipality, or may be used."),
    Criterion.FEASIBLE: _l("It can be built, and within the time."),
    Criterion.NOT_PLANNED: _l("It is not planned or paid for already."),
    Criterion.UPKEEP: _l("The municipality can bear its upkeep."),
    Criterion.ACCESSIBLE: _l("Everybody can use it, people with disabilities too."),
}

ANSWERS = {
    Answer.MET: _l("Yes"),
    Answer.NOT_MET: _l("No"),
    Answer.NOT_APPLICABLE: _l("Does not matter here"),
}

VERDICTS = {
    Verdict.FEASIBLE: _l("Yes, it can be carried out"),
    Verdict.INFEASIBLE: _l("No, it cannot be carried out"),
}

STATES = {
    ScreeningState.WAITING: _l("Formal check"),
    ScreeningState.CHECKED: _l("To be sent to departments"),
    ScreeningState.ROUTED: _l("With departments"),
    ScreeningState.SIGNED: _l("Signed, not public yet"),
    ScreeningState.RELEASED: _l("Published"),
}

ASSESSMENT_STATES = {
    AssessmentState.ASKED: _l("Asked"),
    AssessmentState.WRITTEN: _l("Written"),
    AssessmentState.RETURNED: _l("Returned with a note"),
    AssessmentState.ACCEPTED: _l("Accepted"),
}

APPEAL_STATES = {
    AppealState.OPEN: _l("Not decided yet"),
    AppealState.UPHELD: _l("The appeal succeeded"),
    AppealState.DISMISSED: _l("The refusal stands"),
}

OUTCOMES = (
    ("uphold", _l("The appeal succeeds: the proposal is admitted to the vote")),
    ("dismiss", _l("The refusal stands")),
)

MERGE_STATES = {
    MergeState.SUGGESTED: _l("Waits for the authors"),
    MergeState.DECLINED: _l("Declined"),
    MergeState.MERGED: _l("Merged"),
}

CONFLICT_KINDS = {
    ConflictKind.SAME_PLACE: _l("At the same place"),
    ConflictKind.DECLARED: _l("Declared by an officer"),
}

CONFLICT_STATES = {
    ConflictState.OPEN: _l("Not decided yet"),
    ConflictState.COMPATIBLE: _l("Both can be built"),
    ConflictState.EXCLUSIVE: _l("At most one of them can win"),
}

PROBLEMS = {
    ScreeningProblem.REASON_MISSING: _l("Write a reason of at least one sentence."),
    ScreeningProblem.COST_MISSING: _l("Write the cost."),
    ScreeningProblem.COST_TOO_HIGH: _l(
        "This is more than a project for this money may cost: at most %(most)s."
    ),
    ScreeningProblem.CRITERIA_OPEN: _l("Answer every criterion."),
    ScreeningProblem.CRITERION_CONTRADICTS: _l(
        "A criterion is answered with no, so it cannot be carried out. Change one of the two."
    ),
    ScreeningProblem.NO_DEPARTMENT: _l("Choose a department."),
    ScreeningProblem.UNKNOWN_DEPARTMENT: _l("This department has no reviewers here."),
    ScreeningProblem.DUE_PAST: _l("Choose a date that is still to come."),
    ScreeningProblem.NOT_YOUR_DEPARTMENT: _l("This was sent to another department."),
    ScreeningProblem.ASSESSMENTS_OPEN: _l("Not every department has answered yet."),
    ScreeningProblem.NOT_CHECKED: _l("The formal check and the departments come first."),
    ScreeningProblem.TOO_EARLY: _l("The results are published together at the set hour, not before."),
    ScreeningProblem.UNDECIDED: _l("Proposals that have no signed result yet: %(number)s."),
    ScreeningProblem.APPEAL_LATE: _l("The time for an appeal is over."),
    ScreeningProblem.APPEAL_TWICE: _l("There is an appeal already."),
    ScreeningProblem.TEXT_TOO_LONG: _l("Use at most %(most)s characters."),
    ScreeningProblem.SAME_PROPOSAL: _l("Choose two different proposals."),
    ScreeningProblem.NOT_IN_ROUND: _l("There is no such proposal in this round."),
    ScreeningProblem.WRONG_STATE: _l("One of the two proposals no longer stands."),
    ScreeningProblem.ALREADY_SUGGESTED: _l("This has been suggested already."),
    ScreeningProblem.NOBODY_TO_ASK: _l(
        "One of the two has no author with an account, so nobody could agree."
    ),
    ScreeningProblem.NO_COMMITMENT: _l("The draw has not been committed yet."),
    ScreeningProblem.OPEN_APPEALS: _l("Some appeals have not been decided yet."),
    ScreeningProblem.APPEALS_POSSIBLE: _l(
        "A refusal can still be appealed against. The list can be fixed when that time is over."
    ),
    ScreeningProblem.OPEN_CONFLICTS: _l("Some proposals that may exclude each other still need a decision."),
    ScreeningProblem.EMPTY_LIST: _l("No proposal is admitted yet."),
}

TABS = (
    Tab("screening.ballot_list", _l("List for the ballot"), since=Phase.DISCUSSION, order=30, imported=False),
)

WORDS = (
    FORMAL,
    CRITERIA,
    ANSWERS,
    VERDICTS,
    STATES,
    ASSESSMENT_STATES,
    APPEAL_STATES,
    MERGE_STATES,
    CONFLICT_KINDS,
    CONFLICT_STATES,
    PROBLEMS,
)
