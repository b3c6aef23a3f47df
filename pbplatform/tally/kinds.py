"""The kinds of ballots and limits that an election can have: words only, so that who needs no arrays loads none."""

from enum import StrEnum


class BallotFormat(StrEnum):
    """How a voter marks the ballot. Pabulib's words stand beside each."""

    APPROVAL = "approval"  # approval
    CHOOSE_ONE = "choose-one"  # choose-1
    KNAPSACK = "knapsack"  # approval with max_sum_cost
    POINTS = "points"  # cumulative, scoring
    RANKING = "ranking"  # ordinal


class LimitKind(StrEnum):
    """What a spending limit looks at."""

    CATEGORY = "category"
    DISTRICT = "district"
