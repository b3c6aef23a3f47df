"""What may still be changed in which phase. A running phase never loses the ground it stands on."""

from collections.abc import Mapping
from enum import StrEnum

from pbplatform.charter.phases import TRACKS, Phase
from pbplatform.consultation.models import Round
from pbplatform.consultation.plans import PlanProblem
from pbplatform.foundation.errors import Conflict


class Part(StrEnum):
    """A part of a round's plan that freezes as a whole."""

    TEXTS = "texts"
    ENTRY = "entry"
    """What people need to know before they propose: envelopes, cost limits, categories, co-authors."""
    SUPPORT = "support"
    ASSESSMENT = "assessment"
    MODERATION = "moderation"
    VOTE = "vote"
    """What the ballot and the count depend on: amounts, formats, rules, thresholds, publication."""


FROZEN_FROM: Mapping[Part, Phase] = {
    Part.TEXTS: Phase.CLOSED,
    Part.ENTRY: Phase.SUBMISSION,
    Part.SUPPORT: Phase.SUPPORT,
    Part.ASSESSMENT: Phase.DISCUSSION,
    Part.MODERATION: Phase.CLOSED,
    Part.VOTE: Phase.VOTING,
}

ENVELOPE_PARTS: Mapping[str, Part] = {
    "names": Part.TEXTS,
    "amount": Part.VOTE,
    "district_id": Part.ENTRY,
    "lowest_cost": Part.ENTRY,
    "highest_cost": Part.ENTRY,
    "ballot_format": Part.VOTE,
    "fewest_choices": Part.VOTE,
    "most_choices": Part.VOTE,
    "points": Part.VOTE,
    "points_each": Part.VOTE,
    "rule": Part.VOTE,
    "rule_options": Part.VOTE,
    "threshold": Part.VOTE,
    "support_threshold": Part.SUPPORT,
    "publication": Part.VOTE,
}

SETTING_PARTS: Mapping[str, Part] = {
    "support_phase": Part.ENTRY,
    "moderation_before_publication": Part.MODERATION,
    "appeal_days": Part.ASSESSMENT,
    "assessments_released_at": Part.ASSESSMENT,
    "challenge_days": Part.VOTE,
    "fewest_co_authors": Part.ENTRY,
    "most_proposals_each": Part.ENTRY,
    "number_commitment": Part.VOTE,
    "tie_commitment": Part.VOTE,
    "beacon": Part.VOTE,
}


def is_frozen(found: Round, part: Part) -> bool:
    """Whether this part of the plan stands fast in the round's present phase."""
    if found.phase is Phase.CANCELLED:
        return True
    track = TRACKS[found.kind]
    first = FROZEN_FROM[part]
    return first in track and track.index(found.phase) >= track.index(first)


def refuse_frozen(found: Round, *parts: Part) -> None:
    """Raise Conflict when one of the parts stands fast."""
    if any(is_frozen(found, part) for part in parts):
        raise Conflict(PlanProblem.FROZEN)
