"""Why a decision of the screening cannot be taken like this."""

from enum import StrEnum


class ScreeningProblem(StrEnum):
    """A reason that the officer or author can do something about."""

    REASON_MISSING = "reason_missing"
    COST_MISSING = "cost_missing"
    COST_TOO_HIGH = "cost_too_high"
    CRITERIA_OPEN = "criteria_open"
    CRITERION_CONTRADICTS = "criterion_contradicts"
    NO_DEPARTMENT = "no_department"
    UNKNOWN_DEPARTMENT = "unknown_department"
    DUE_PAST = "due_past"
    NOT_YOUR_DEPARTMENT = "not_your_department"
    ASSESSMENTS_OPEN = "assessments_open"
    NOT_CHECKED = "not_checked"
    TOO_EARLY = "too_early"
    UNDECIDED = "undecided"
    APPEAL_LATE = "appeal_late"
    APPEAL_TWICE = "appeal_twice"
    TEXT_TOO_LONG = "text_too_long"
    SAME_PROPOSAL = "same_proposal"
    NOT_IN_ROUND = "not_in_round"
    WRONG_STATE = "wrong_state"
    ALREADY_SUGGESTED = "already_suggested"
    NOBODY_TO_ASK = "nobody_to_ask"
    NO_COMMITMENT = "no_commitment"
    OPEN_APPEALS = "open_appeals"
    APPEALS_POSSIBLE = "appeals_possible"
    OPEN_CONFLICTS = "open_conflicts"
    EMPTY_LIST = "empty_list"
