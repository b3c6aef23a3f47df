"""What is looked at: the formal criteria, and those that departments answer."""

from enum import StrEnum


class FormalCriterion(StrEnum):
    """What the formal check asks; each is answered with yes or no."""

    COMPLETE = "complete"
    IN_TERRITORY = "in_territory"
    PUBLIC_BENEFIT = "public_benefit"
    WITHIN_LIMITS = "within_limits"
    DECENT = "decent"


class Criterion(StrEnum):
    """What a department says of a proposal."""

    MUNICIPAL_TASK = "municipal_task"
    LAWFUL = "lawful"
    LAND = "land"
    FEASIBLE = "feasible"
    NOT_PLANNED = "not_planned"
    UPKEEP = "upkeep"
    ACCESSIBLE = "accessible"
