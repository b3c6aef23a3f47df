"""One policy table: who may do what, in which phase, in which state, and whether it must be their own.

Two readers of the one table: `decide` answers a single question with None or the nearest Refusal; `states_open_to`
answers what list queries filter by. The door, the desk and the sign (see `pbplatform.door`) all ask here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import ENDS, Phase
from pbplatform.charter.roles import GUARDED, Actor, Role


class Refusal(StrEnum):
    """Why not; ordered from the furthest to the nearest miss, so that the nearest can be told."""

    OTHER_MUNICIPALITY = "other_municipality"
    NOT_YOUR_ROLE = "not_your_role"
    SIGN_IN = "sign_in"
    RESIDENT_NEEDED = "resident_needed"
    SECOND_FACTOR = "second_factor"
    BLOCKED = "blocked"
    NOT_YOURS = "not_yours"
    OWN_CASE = "own_case"
    WRONG_PHASE = "wrong_phase"
    WRONG_STATE = "wrong_state"


_NEARNESS = {refusal: place for place, refusal in enumerate(Refusal)}


class Own(StrEnum):
    """Whether the actor must be an owner of the subject, or must not be."""

    ANY = "any"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Grant:
    """Permission for some roles, in some phases and states (None: all), on own or others' things."""

    to: frozenset[Role]
    phases: frozenset[Phase] | None = None
    states: frozenset[str] | None = None
    own: Own = Own.ANY
    even_blocked: bool = True


@dataclass(frozen=True)
class Subject:
    """What an action is about, as far as policy cares. `owners` are account numbers."""

    municipality_id: int | None = None
    phase: Phase | None = None
    state: str | None = None
    owners: frozenset[int] = field(default_factory=frozenset)


EVERYONE = frozenset(Role)
STAFF = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
INSIDERS = frozenset({Role.OFFICER, Role.REVIEWER, Role.COUNCILLOR, Role.ADMINISTRATOR})
CITIZENS = frozenset({Role.CITIZEN})
RESIDENTS = frozenset({Role.RESIDENT})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, Role.OPERATOR})
OPERATORS = frozenset({Role.OPERATOR})
COUNTED = frozenset({Phase.COUNTING})
DECLARED = frozenset({Phase.RESULTS, Phase.IMPLEMENTATION, Phase.CLOSED})
DELIVERING = frozenset({Phase.IMPLEMENTATION})

ASSESSORS = frozenset({Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR})
SUBMITTING = frozenset({Phase.SUBMISSION})
SCREENING = frozenset({Phase.SUBMISSION, Phase.SUPPORT, Phase.REVIEW})
BEFORE_BALLOT = frozenset({Phase.SUBMISSION, Phase.SUPPORT, Phase.REVIEW, Phase.DISCUSSION})

TALKING = frozenset({Phase.SUBMISSION, Phase.SUPPORT, Phase.REVIEW, Phase.DISCUSSION, Phase.VOTING})
TALKED_ABOUT = frozenset({"submitted", "returned", "unsupported", "refused", "admitted"})

POLICY: Mapping[Action, tuple[Grant, ...]] = {
    # The house itself.
    Action.READ_PUBLIC: (Grant(EVERYONE),),
    Action.USE_STYLEGUIDE: (Grant(EVERYONE),),
    Action.READ_JOURNAL: (Grant(EVERYONE),),
    # Accounts.
    Action.REGISTER: (Grant(EVERYONE),),
    Action.SIGN_IN: (Grant(EVERYONE),),
    Action.SIGN_OUT: (Grant(EVERYONE),),
    Action.KEEP_OWN_ACCOUNT: (Grant(CITIZENS),),
    Action.SHOW_SECOND_FACTOR: (Grant(EVERYONE),),
    Action.INVITE_MEMBER: (Grant(ADMINISTRATORS),),
    Action.CHANGE_MEMBERSHIP: (Grant(ADMINISTRATORS, own=Own.NO),),
    # Municipalities.
    Action.FOUND_MUNICIPALITY: (Grant(OPERATORS),),
    Action.CHANGE_MUNICIPALITY: (Grant(ADMINISTRATORS),),
    # Rounds.
    Action.PLAN_ROUND: (Grant(STAFF | OPERATORS, phases=frozenset(Phase) - ENDS),),
    Action.SEE_DRAFT_ROUND: (Grant(INSIDERS | OPERATORS),),
    Action.WALK_STEP: (Grant(STAFF | OPERATORS),),
    Action.CANCEL_ROUND: (Grant(STAFF | OPERATORS),),
    Action.SAVE_BLUEPRINT: (Grant(STAFF | OPERATORS | frozenset({Role.ASSOCIATION})),),
    # Proposals.
    Action.START_PROPOSAL: (Grant(CITIZENS, phases=SUBMITTING, even_blocked=False),),
    Action.EDIT_PROPOSAL: (
        Grant(
            CITIZENS,
            phases=SUBMITTING,
            states=frozenset({"draft", "submitted"}),
            own=Own.YES,
            even_blocked=False,
        ),
        Grant(CITIZENS, phases=SCREENING, states=frozenset({"returned"}), own=Own.YES, even_blocked=False),
    ),
    Action.SUBMIT_PROPOSAL: (
        Grant(
            CITIZENS,
            phases=SCREENING,
            states=frozenset({"draft", "returned"}),
            own=Own.YES,
            even_blocked=False,
        ),
    ),
    Action.WITHDRAW_PROPOSAL: (
        Grant(
            CITIZENS,
            phases=BEFORE_BALLOT,
            states=frozenset({"submitted", "returned", "admitted", "refused", "unsupported"}),
            own=Own.YES,
        ),
    ),
    Action.DISCARD_DRAFT: (Grant(CITIZENS, states=frozenset({"draft"}), own=Own.YES),),
    Action.SEE_OWN_PROPOSALS: (Grant(CITIZENS),),
    Action.ANSWER_CO_AUTHOR_INVITATION: (Grant(CITIZENS),),
    Action.ENTER_FOR_CITIZEN: (
        Grant(STAFF, phases=SUBMITTING, states=frozenset({"draft", "submitted"}), own=Own.YES),
        Grant(STAFF, phases=SCREENING, states=frozenset({"returned"}), own=Own.YES),
    ),
    Action.IMPORT_PROPOSALS: (Grant(STAFF, phases=SUBMITTING),),
    # Screening.
    Action.SEE_SCREENING: (Grant(ASSESSORS),),
    Action.CHECK_PROPOSAL: (
        Grant(STAFF, phases=SCREENING, states=frozenset({"submitted", "returned"}), own=Own.NO),
    ),
    Action.ASSESS_PROPOSAL: (
        Grant(ASSESSORS, phases=SCREENING, states=frozenset({"submitted"}), own=Own.NO),
    ),
    Action.SIGN_ASSESSMENT: (
        Grant(
            STAFF, phases=frozenset({Phase.REVIEW}), states=frozenset({"submitted", "returned"}), own=Own.NO
        ),
    ),
    Action.NOTE_ON_PROPOSAL: (Grant(ASSESSORS),),
    Action.DECLARE_INTEREST: (Grant(ASSESSORS),),
    Action.RELEASE_ASSESSMENTS: (Grant(STAFF, phases=frozenset({Phase.REVIEW})),),
    Action.APPEAL_ASSESSMENT: (
        Grant(
            CITIZENS,
            phases=frozenset({Phase.REVIEW, Phase.DISCUSSION}),
            states=frozenset({"refused"}),
            own=Own.YES,
        ),
    ),
    Action.DECIDE_ASSESSMENT_APPEAL: (
        Grant(
            STAFF,
            phases=frozenset({Phase.REVIEW, Phase.DISCUSSION}),
            states=frozenset({"refused"}),
            own=Own.NO,
        ),
    ),
    Action.SUGGEST_MERGE: (Grant(STAFF, phases=BEFORE_BALLOT),),
    Action.ANSWER_MERGE: (Grant(CITIZENS, phases=BEFORE_BALLOT, own=Own.YES),),
    Action.DECIDE_CONFLICT: (Grant(STAFF, phases=frozenset({Phase.REVIEW, Phase.DISCUSSION}), own=Own.NO),),
    Action.FREEZE_BALLOT_LIST: (Grant(STAFF, phases=frozenset({Phase.DISCUSSION})),),
    # Support.
    Action.SUPPORT_PROPOSAL: (
        Grant(
            RESIDENTS, phases=frozenset({Phase.SUPPORT}), states=frozenset({"submitted"}), even_blocked=False
        ),
    ),
    Action.PRINT_SIGNATURE_SHEET: (
        Grant(CITIZENS, phases=frozenset({Phase.SUPPORT}), states=frozenset({"submitted"}), own=Own.YES),
        Grant(STAFF, phases=frozenset({Phase.SUPPORT}), states=frozenset({"submitted"})),
    ),
    Action.ENTER_SIGNATURE_SHEET: (
        Grant(STAFF, phases=frozenset({Phase.SUPPORT}), states=frozenset({"submitted"})),
    ),
    # Deliberation.
    Action.COMMENT: (Grant(CITIZENS, phases=TALKING, states=TALKED_ABOUT, even_blocked=False),),
    Action.EDIT_COMMENT: (
        Grant(
            CITIZENS,
            phases=TALKING,
            states=frozenset({"visible", "waiting"}),
            own=Own.YES,
            even_blocked=False,
        ),
    ),
    Action.DELETE_COMMENT: (
        Grant(CITIZENS, states=frozenset({"visible", "waiting", "hidden"}), own=Own.YES),
    ),
    Action.ENDORSE_COMMENT: (
        Grant(CITIZENS, phases=TALKING, states=frozenset({"visible"}), own=Own.NO, even_blocked=False),
    ),
    Action.ANSWER_OFFICIALLY: (Grant(ASSESSORS, phases=TALKING, states=TALKED_ABOUT),),
    # Moderation.
    Action.REPORT: (Grant(CITIZENS, states=frozenset({"visible"}), own=Own.NO, even_blocked=False),),
    Action.SEE_REPORTS: (Grant(STAFF),),
    Action.RULE: (Grant(STAFF, states=frozenset({"visible", "waiting"}), own=Own.NO),),
    Action.APPEAL_RULING: (Grant(CITIZENS, states=frozenset({"ruled"}), own=Own.YES),),
    Action.DECIDE_RULING_APPEAL: (Grant(STAFF, states=frozenset({"appealed"}), own=Own.NO),),
    Action.EXPORT_RULINGS: (Grant(STAFF),),
    # Notices.
    Action.FOLLOW: (Grant(CITIZENS),),
    # Uploads.
    Action.UPLOAD_FILE: (Grant(CITIZENS, even_blocked=False),),
    Action.SEE_UNPUBLISHED_FILE: (Grant(ASSESSORS),),
    # Roll.
    Action.IMPORT_ROLL: (Grant(STAFF | OPERATORS),),
    Action.SEE_ROLL: (Grant(STAFF | OPERATORS),),
    Action.PRINT_LETTERS: (Grant(STAFF | OPERATORS),),
    Action.HELP_AT_DESK: (Grant(STAFF),),
    Action.PROVE_RESIDENCE: (Grant(CITIZENS),),
    # The vote.
    Action.VOTE: (Grant(EVERYONE),),
    Action.READ_VOTE: (Grant(EVERYONE),),
    Action.PREPARE_VOTE: (Grant(STAFF),),
    Action.OPEN_VOTE: (Grant(STAFF, phases=frozenset({Phase.DISCUSSION})),),
    Action.MOVE_CLOSE: (Grant(STAFF, phases=frozenset({Phase.VOTING})),),
    Action.CHANGE_ELECTOR: (Grant(STAFF, phases=frozenset({Phase.VOTING})),),
    Action.CLOSE_VOTE: (Grant(STAFF, phases=frozenset({Phase.VOTING, Phase.COUNTING})),),
    Action.ANNUL_BALLOT: (Grant(STAFF, phases=frozenset({Phase.VOTING, Phase.COUNTING})),),
    Action.SEAL_VOTE: (Grant(STAFF, phases=frozenset({Phase.COUNTING})),),
    Action.CONFIRM_JOINT_ACT: (Grant(STAFF, own=Own.NO),),
    # Paper.
    Action.HAND_OUT_PAPER: (Grant(STAFF, phases=frozenset({Phase.VOTING})),),
    Action.ENTER_PAPER: (Grant(STAFF, phases=frozenset({Phase.VOTING, Phase.COUNTING})),),
    Action.SETTLE_PAPER: (Grant(STAFF, phases=frozenset({Phase.VOTING, Phase.COUNTING})),),
    Action.CORRECT_PAPER: (Grant(STAFF, phases=frozenset({Phase.VOTING, Phase.COUNTING})),),
    Action.PLAN_STATIONS: (Grant(STAFF),),
    # Results.
    Action.ORDER_COUNT: (Grant(STAFF | OPERATORS, COUNTED),),
    Action.DECLARE_RESULT: (Grant(STAFF | OPERATORS, COUNTED),),
    Action.CORRECT_RESULT: (Grant(STAFF | OPERATORS, DECLARED),),
    Action.PREVIEW_RESULT: (Grant(INSIDERS, COUNTED | DECLARED),),
    Action.RECORD_COUNCIL_DECISION: (Grant(STAFF, DECLARED),),
    Action.IMPORT_ELECTION: (Grant(ADMINISTRATORS),),
    # The civic budget.
    Action.IMPORT_BUDGET: (Grant(STAFF | OPERATORS),),
    Action.PUBLISH_BUDGET: (Grant(STAFF | OPERATORS),),
    Action.DESCRIBE_PROGRAMME: (Grant(STAFF | OPERATORS),),
    # Delivery.
    Action.RECORD_DELIVERY: (Grant(STAFF | OPERATORS, DELIVERING),),
    Action.RECORD_PAYMENT: (Grant(STAFF | OPERATORS, DELIVERING | frozenset({Phase.CLOSED})),),
    Action.CORRECT_DELIVERY: (Grant(STAFF | OPERATORS, DELIVERING | frozenset({Phase.CLOSED})),),
    Action.AMEND_LINES: (Grant(STAFF | OPERATORS, DELIVERING | frozenset({Phase.CLOSED})),),
    Action.END_PROJECT: (Grant(STAFF | OPERATORS, DELIVERING),),
    Action.TELL_OF_DELIVERY: (Grant(STAFF | OPERATORS, DELIVERING | frozenset({Phase.CLOSED})),),
    # Open data.
    # Desks.
    Action.SEE_DESK: (Grant(INSIDERS),),
}


def decide(actor: Actor, action: Action, subject: Subject | None = None) -> Refusal | None:
    """None when the actor may; otherwise the refusal of the grant that came nearest."""
    misses = [_miss(actor, grant, subject) for grant in POLICY[action]]
    if not misses:
        return Refusal.NOT_YOUR_ROLE
    if None in misses:
        return None
    return max((miss for miss in misses if miss is not None), key=_NEARNESS.__getitem__)


def may_enter(actor: Actor, action: Action) -> Refusal | None:
    """The door's question, asked before the subject is known: could this actor ever do it, in some state or phase?"""
    misses = [_person_miss(actor, grant) for grant in POLICY[action]]
    if not misses:
        return Refusal.NOT_YOUR_ROLE
    if None in misses:
        return None
    return max((miss for miss in misses if miss is not None), key=_NEARNESS.__getitem__)


def states_open_to(
    actor: Actor, action: Action, phase: Phase | None = None, *, own: bool = False
) -> frozenset[str] | None:
    """The states in which the actor may act on (own or others') subjects of a phase; None means every state."""
    found: set[str] = set()
    for grant in POLICY[action]:
        if _person_miss(actor, grant) is not None or not _phase_fits(grant, phase):
            continue
        if (grant.own is Own.YES and not own) or (grant.own is Own.NO and own):
            continue
        if grant.states is None:
            return None
        found |= grant.states
    return frozenset(found)


def _person_miss(actor: Actor, grant: Grant) -> Refusal | None:
    fitting = actor.roles & grant.to
    if not fitting:
        return _role_miss(actor, grant)
    if fitting <= GUARDED and not actor.second_factor:
        return Refusal.SECOND_FACTOR
    if actor.blocked and not grant.even_blocked:
        return Refusal.BLOCKED
    return None


def _role_miss(actor: Actor, grant: Grant) -> Refusal:
    if not actor.signed_in and Role.OPERATOR not in actor.roles and grant.to - {Role.OPERATOR}:
        return Refusal.SIGN_IN
    if Role.RESIDENT in grant.to:
        return Refusal.RESIDENT_NEEDED
    return Refusal.NOT_YOUR_ROLE


def _miss(actor: Actor, grant: Grant, subject: Subject | None) -> Refusal | None:
    person = _person_miss(actor, grant)
    if person is not None or subject is None:
        return person
    if _elsewhere(actor, grant, subject):
        return Refusal.OTHER_MUNICIPALITY
    owner = actor.account_id is not None and actor.account_id in subject.owners
    if grant.own is Own.YES and not owner:
        return Refusal.NOT_YOURS
    if grant.own is Own.NO and owner:
        return Refusal.OWN_CASE
    if not _phase_fits(grant, subject.phase):
        return Refusal.WRONG_PHASE
    if grant.states is not None and subject.state not in grant.states:
        return Refusal.WRONG_STATE
    return None


def _elsewhere(actor: Actor, grant: Grant, subject: Subject) -> bool:
    if Role.VISITOR in grant.to or Role.OPERATOR in actor.roles:
        return False
    return subject.municipality_id is not None and subject.municipality_id != actor.municipality_id


def _phase_fits(grant: Grant, phase: Phase | None) -> bool:
    return grant.phases is None or phase in grant.phases


class Refused(Exception):
    """The charter says no; the refusal chooses the sentence."""

    def __init__(self, refusal: Refusal, action: Action) -> None:
        super().__init__(f"{action}: {refusal}")
        self.refusal = refusal
        self.action = action


def require(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """The desk's check, the first line of every operation: raise Refused unless the actor may."""
    refusal = decide(actor, action, subject)
    if refusal is not None:
        raise Refused(refusal, action)
