"""A round is a state machine. The phase is a stored fact; the dates are a plan.

TRANSITIONS says from which phase which step leads where, and which facts must hold. A check takes frozen facts and
answers None or the Obstacle; the sentence of an obstacle stands in a template.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a round is about: money for citizens' projects, or a text or question put to citizens."""

    BUDGETING = "budgeting"
    CONSULTATION = "consultation"


class Phase(StrEnum):
    """What is open now."""

    DRAFT = "draft"
    SUBMISSION = "submission"
    SUPPORT = "support"
    REVIEW = "review"
    DISCUSSION = "discussion"
    VOTING = "voting"
    COUNTING = "counting"
    RESULTS = "results"
    IMPLEMENTATION = "implementation"
    OPEN = "open"
    CONSIDERING = "considering"
    REPORTED = "reported"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """The move to the next phase, named by what it does."""

    OPEN_SUBMISSION = "open_submission"
    OPEN_SUPPORT = "open_support"
    OPEN_REVIEW = "open_review"
    OPEN_DISCUSSION = "open_discussion"
    OPEN_VOTING = "open_voting"
    CLOSE_VOTING = "close_voting"
    DECLARE = "declare"
    ADOPT = "adopt"
    CLOSE = "close"
    OPEN_CONSULTATION = "open_consultation"
    CLOSE_CONSULTATION = "close_consultation"
    REPORT = "report"
    CANCEL = "cancel"


class Obstacle(StrEnum):
    """Why a step cannot be walked yet."""

    NO_ENVELOPE = "no_envelope"
    NO_TEXTS = "no_texts"
    WINDOWS_INCOMPLETE = "windows_incomplete"
    WINDOWS_OUT_OF_ORDER = "windows_out_of_order"
    TOO_EARLY = "too_early"
    WINDOW_STILL_OPEN = "window_still_open"
    NO_SUPPORT_PHASE = "no_support_phase"
    UNDECIDED_SUPPORT = "undecided_support"
    UNDECIDED_ASSESSMENTS = "undecided_assessments"
    UNRELEASED_ASSESSMENTS = "unreleased_assessments"
    OPEN_APPEALS = "open_appeals"
    OPEN_CONFLICTS = "open_conflicts"
    LIST_NOT_FROZEN = "list_not_frozen"
    NO_ELIGIBILITY_SOURCE = "no_eligibility_source"
    NO_TIE_COMMITMENT = "no_tie_commitment"
    SECOND_PERSON_NEEDED = "second_person_needed"
    KEY_MISSING = "key_missing"
    BALLOTS_UNRECONCILED = "ballots_unreconciled"
    NOT_SEALED = "not_sealed"
    NOT_COUNTED = "not_counted"
    NOT_RECOUNTED = "not_recounted"
    NO_BUDGET_LINES = "no_budget_lines"
    UNDELIVERED_PROJECTS = "undelivered_projects"
    UNDER_LEGAL_MINIMUM = "under_legal_minimum"
    SHORT_WITHOUT_REASON = "short_without_reason"
    NO_DRAFT = "no_draft"
    UNANSWERED_CONTRIBUTIONS = "unanswered_contributions"
    NO_CANCEL_REASON = "no_cancel_reason"


@dataclass(frozen=True)
class RoundFacts:
    """What the checks may know about a round; whoever owns a fact fills it in, the rest keeps its harmless default.

    Times are UTC; `now` is the database's clock. `opens_at` and `closes_at` are those of the window of the phase that
    the step would open or close.
    """

    kind: Kind
    now: datetime
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    texts_complete: bool = True
    windows_complete: bool = True
    windows_in_order: bool = True
    envelopes: int = 1
    has_support_phase: bool = False
    undecided_support: int = 0
    undecided_assessments: int = 0
    unreleased_assessments: int = 0
    open_appeals: int = 0
    open_conflicts: int = 0
    list_frozen: bool = True
    eligible_voters: int = 1
    tie_commitment: bool = True
    second_person: bool = True
    key_present: bool = True
    unreconciled_ballots: int = 0
    sealed: bool = True
    counted: bool = True
    recounted: bool = True
    missing_budget_lines: int = 0
    undelivered_projects: int = 0
    legal_minimum: timedelta = timedelta(0)
    absolute_minimum: timedelta = timedelta(0)
    window_length: timedelta = timedelta(0)
    short_reason: bool = False
    drafts: int = 1
    unanswered_contributions: int = 0
    cancel_reason: bool = False


Check = Callable[[RoundFacts], Obstacle | None]


@dataclass(frozen=True)
class Transition:
    """Where a step leads, what must hold, and which feature walks it."""

    to: Phase
    checks: tuple[Check, ...]
    owner: str


def _needs(obstacle: Obstacle, holds: Callable[[RoundFacts], bool]) -> Check:
    def check(facts: RoundFacts) -> Obstacle | None:
        return None if holds(facts) else obstacle

    return check


_window_reached = _needs(Obstacle.TOO_EARLY, lambda f: f.opens_at is not None and f.now >= f.opens_at)
_window_over = _needs(Obstacle.WINDOW_STILL_OPEN, lambda f: f.closes_at is not None and f.now >= f.closes_at)
_planned = (
    _needs(Obstacle.NO_TEXTS, lambda f: f.texts_complete),
    _needs(Obstacle.WINDOWS_INCOMPLETE, lambda f: f.windows_complete),
    _needs(Obstacle.WINDOWS_OUT_OF_ORDER, lambda f: f.windows_in_order),
)
_screened = (
    _needs(Obstacle.UNDECIDED_ASSESSMENTS, lambda f: f.undecided_assessments == 0),
    _needs(Obstacle.UNRELEASED_ASSESSMENTS, lambda f: f.unreleased_assessments == 0),
)
_ballot_ready = (
    _needs(Obstacle.OPEN_APPEALS, lambda f: f.open_appeals == 0),
    _needs(Obstacle.OPEN_CONFLICTS, lambda f: f.open_conflicts == 0),
    _needs(Obstacle.LIST_NOT_FROZEN, lambda f: f.list_frozen),
    _needs(Obstacle.NO_ELIGIBILITY_SOURCE, lambda f: f.eligible_voters > 0),
    _needs(Obstacle.NO_TIE_COMMITMENT, lambda f: f.tie_commitment),
    _needs(Obstacle.SECOND_PERSON_NEEDED, lambda f: f.second_person),
    _needs(Obstacle.KEY_MISSING, lambda f: f.key_present),
)
_no_open_support = _needs(Obstacle.UNDECIDED_SUPPORT, lambda f: f.undecided_support == 0)
_cancel = Transition(
    Phase.CANCELLED, (_needs(Obstacle.NO_CANCEL_REASON, lambda f: f.cancel_reason),), "consultation"
)

TRANSITIONS: Mapping[tuple[Phase, Step], Transition] = {
    (Phase.DRAFT, Step.OPEN_SUBMISSION): Transition(
        Phase.SUBMISSION,
        (*_planned, _needs(Obstacle.NO_ENVELOPE, lambda f: f.envelopes > 0), _window_reached),
        "consultation",
    ),
    (Phase.SUBMISSION, Step.OPEN_SUPPORT): Transition(
        Phase.SUPPORT,
        (_needs(Obstacle.NO_SUPPORT_PHASE, lambda f: f.has_support_phase), _window_over),
        "proposals",
    ),
    (Phase.SUBMISSION, Step.OPEN_REVIEW): Transition(Phase.REVIEW, (_window_over,), "proposals"),
    (Phase.SUPPORT, Step.OPEN_REVIEW): Transition(
        Phase.REVIEW, (_window_over, _no_open_support), "proposals"
    ),
    (Phase.REVIEW, Step.OPEN_DISCUSSION): Transition(
        Phase.DISCUSSION, (*_screened, _window_over), "proposals"
    ),
    (Phase.DISCUSSION, Step.OPEN_VOTING): Transition(
        Phase.VOTING, (*_ballot_ready, _window_reached), "voting"
    ),
    (Phase.VOTING, Step.CLOSE_VOTING): Transition(
        Phase.COUNTING,
        (_window_over, _needs(Obstacle.BALLOTS_UNRECONCILED, lambda f: f.unreconciled_ballots == 0)),
        "voting",
    ),
    (Phase.COUNTING, Step.DECLARE): Transition(
        Phase.RESULTS,
        (
            _needs(Obstacle.NOT_SEALED, lambda f: f.sealed),
            _needs(Obstacle.NOT_COUNTED, lambda f: f.counted),
            _needs(Obstacle.NOT_RECOUNTED, lambda f: f.recounted),
        ),
        "results",
    ),
    (Phase.RESULTS, Step.ADOPT): Transition(
        Phase.IMPLEMENTATION,
        (_needs(Obstacle.NO_BUDGET_LINES, lambda f: f.missing_budget_lines == 0),),
        "budget",
    ),
    (Phase.IMPLEMENTATION, Step.CLOSE): Transition(
        Phase.CLOSED,
        (_needs(Obstacle.UNDELIVERED_PROJECTS, lambda f: f.undelivered_projects == 0),),
        "budget",
    ),
    (Phase.DRAFT, Step.OPEN_CONSULTATION): Transition(
        Phase.OPEN,
        (
            *_planned,
            _needs(Obstacle.NO_DRAFT, lambda f: f.drafts > 0),
            _needs(Obstacle.UNDER_LEGAL_MINIMUM, lambda f: f.window_length >= f.absolute_minimum),
            _needs(
                Obstacle.SHORT_WITHOUT_REASON, lambda f: f.window_length >= f.legal_minimum or f.short_reason
            ),
            _window_reached,
        ),
        "drafts",
    ),
    (Phase.OPEN, Step.CLOSE_CONSULTATION): Transition(Phase.CONSIDERING, (_window_over,), "drafts"),
    (Phase.CONSIDERING, Step.REPORT): Transition(
        Phase.REPORTED,
        (_needs(Obstacle.UNANSWERED_CONTRIBUTIONS, lambda f: f.unanswered_contributions == 0),),
        "drafts",
    ),
    (Phase.REPORTED, Step.CLOSE): Transition(Phase.CLOSED, (), "drafts"),
} | {
    (phase, Step.CANCEL): _cancel
    for phase in (
        Phase.DRAFT,
        Phase.SUBMISSION,
        Phase.SUPPORT,
        Phase.REVIEW,
        Phase.DISCUSSION,
        Phase.VOTING,
        Phase.OPEN,
        Phase.CONSIDERING,
    )
}

TRACKS: Mapping[Kind, tuple[Phase, ...]] = {
    Kind.BUDGETING: (
        Phase.DRAFT,
        Phase.SUBMISSION,
        Phase.SUPPORT,
        Phase.REVIEW,
        Phase.DISCUSSION,
        Phase.VOTING,
        Phase.COUNTING,
        Phase.RESULTS,
        Phase.IMPLEMENTATION,
        Phase.CLOSED,
    ),
    Kind.CONSULTATION: (Phase.DRAFT, Phase.OPEN, Phase.CONSIDERING, Phase.REPORTED, Phase.CLOSED),
}
"""The phases of each kind of round in their order; a cancelled round leaves its track."""

ENDS = frozenset({Phase.CLOSED, Phase.CANCELLED})


class NoSuchStep(Exception):
    """The step does not leave from this phase."""


def transition(phase: Phase, step: Step) -> Transition:
    """The transition of a step from a phase; raise NoSuchStep where the table has none."""
    try:
        return TRANSITIONS[phase, step]
    except KeyError:
        raise NoSuchStep(f"{step} does not leave from {phase}") from None


def obstacles(phase: Phase, step: Step, facts: RoundFacts) -> tuple[Obstacle, ...]:
    """Everything that keeps the step from being walked now; empty when it may be."""
    return tuple(found for check in transition(phase, step).checks if (found := check(facts)) is not None)


def steps_from(phase: Phase, kind: Kind) -> tuple[Step, ...]:
    """The steps that leave a phase on the track of a kind, in the order of the table."""
    track = set(TRACKS[kind]) | {Phase.CANCELLED}
    return tuple(step for (start, step), found in TRANSITIONS.items() if start is phase and found.to in track)
