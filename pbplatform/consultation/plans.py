"""What planning a round needs, as plain values: what forms, blueprints and the demonstration hand to operations."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import BallotFormat, Envelope, Publication
from pbplatform.foundation.errors import Invalid
from pbplatform.tally.errors import RuleError
from pbplatform.tally.rules import Comparison, Completion, Order, RuleSpec, Utility, options_of

EQUAL_SHARES_DEFAULTS = {"utility": "cost", "completion": "add-one-greedy"}


ALWAYS = ("utility", "completion")
"""These two decide most, so a plan names them even where they are the usual ones."""

NEEDS: Mapping[Utility, BallotFormat] = {
    Utility.POINTS: BallotFormat.POINTS,
    Utility.BORDA: BallotFormat.RANKING,
}
"""What a ballot must hold for a project's worth to be read from it."""


class PlanProblem(StrEnum):
    """Why a round cannot be planned like this."""

    BAD_SLUG = "bad_slug"
    SLUG_TAKEN = "slug_taken"
    TITLE_MISSING = "title_missing"
    TOO_LONG = "too_long"
    WINDOW_BACKWARDS = "window_backwards"
    WINDOWS_OVERLAP = "windows_overlap"
    WINDOW_UNKNOWN = "window_unknown"
    WINDOW_IN_PAST = "window_in_past"
    AMOUNT = "amount"
    COSTS = "costs"
    CHOICES = "choices"
    POINTS = "points"
    RULE = "rule"
    UTILITY_FORMAT = "utility_format"
    ORDER_FORMAT = "order_format"
    EXTRA = "extra"
    SWITCH = "switch"
    THRESHOLD = "threshold"
    NAME_MISSING = "name_missing"
    DISTRICT = "district"
    CATEGORY_TWICE = "category_twice"
    REASON_MISSING = "reason_missing"
    FROZEN = "frozen"
    CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True)
class WindowPlan:
    """The dates of one phase, in UTC."""

    phase: Phase
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class CategoryPlan:
    """One category of a round."""

    code: str
    names: Mapping[str, str]
    most_choices: int | None = None


@dataclass(frozen=True)
class EnvelopePlan:
    """One envelope. Amounts are minor units of the round's currency, for the first one the municipality's."""

    names: Mapping[str, str]
    amount: int
    district_id: int | None = None
    lowest_cost: int = 0
    highest_cost: int | None = None
    ballot_format: BallotFormat = BallotFormat.APPROVAL
    fewest_choices: int = 1
    most_choices: int | None = 5
    points: int | None = None
    points_each: bool = False
    rule: str = "equal-shares"
    rule_options: Mapping[str, Any] = field(default_factory=lambda: dict(EQUAL_SHARES_DEFAULTS))
    threshold: int | None = None
    support_threshold: int | None = None
    publication: Publication = Publication.AUTOMATIC

    def check(self) -> None:
        """Raise Invalid for the first thing that no vote could be held with."""
        if not any(self.names.values()):
            raise Invalid(PlanProblem.NAME_MISSING, "names")
        if self.amount <= 0:
            raise Invalid(PlanProblem.AMOUNT, "amount")
        too_low = self.lowest_cost < 0 or (
            self.highest_cost is not None and self.highest_cost < self.lowest_cost
        )
        if too_low or (self.highest_cost or 0) > self.amount or self.lowest_cost > self.amount:
            raise Invalid(PlanProblem.COSTS, "highest_cost")
        if self.fewest_choices < 0 or (
            self.most_choices is not None and self.most_choices < max(1, self.fewest_choices)
        ):
            raise Invalid(PlanProblem.CHOICES, "most_choices")
        if (self.ballot_format is BallotFormat.POINTS) != bool(self.points) or (self.points or 0) < 0:
            raise Invalid(PlanProblem.POINTS, "points")
        if any(bound is not None and bound < 0 for bound in (self.threshold, self.support_threshold)):
            raise Invalid(PlanProblem.THRESHOLD, "threshold")
        self._check_rule()

    def _check_rule(self) -> None:
        """Raise Invalid for options that say nothing about this kind of ballot, or contradict each other."""
        options = self.rule_options
        if options.get("utility") in NEEDS and self.ballot_format is not NEEDS[Utility(options["utility"])]:
            raise Invalid(PlanProblem.UTILITY_FORMAT, "utility")
        if options.get("order") == Order.POINTS and self.ballot_format is not BallotFormat.POINTS:
            raise Invalid(PlanProblem.ORDER_FORMAT, "order")
        percent = options.get("extra_percent")
        if percent is not None and (options.get("skip", True) or not 1 <= percent <= 100):
            raise Invalid(PlanProblem.EXTRA, "extra_percent")
        if options.get("switch") and options.get("comparison", Comparison.NONE) == Comparison.NONE:
            raise Invalid(PlanProblem.SWITCH, "switch")
        try:
            RuleSpec.from_dict({"rule": self.rule, **options})
        except RuleError:
            raise Invalid(PlanProblem.RULE, "rule") from None

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        return {
            **asdict(self),
            "names": dict(self.names),
            "rule_options": dict(self.rule_options),
        }


def plan_of(envelope: Envelope) -> EnvelopePlan:
    """The plan that an envelope's row holds."""
    return EnvelopePlan(**{name: getattr(envelope, name) for name in EnvelopePlan.__dataclass_fields__})


def fitting_options(rule: str, **chosen: Any) -> dict[str, Any]:
    """Those of the chosen options that a rule reads, without those that another choice leaves without meaning."""
    try:
        readable = options_of(RuleSpec.from_dict({"rule": rule}).rule)
    except RuleError:
        raise Invalid(PlanProblem.RULE, "rule") from None
    kept = {name: value for name, value in chosen.items() if name in readable and value not in (None, "")}
    if kept.get("utility") != Utility.BORDA:
        kept.pop("borda", None)
    if kept.get("completion") not in (Completion.ADD_ONE, Completion.ADD_ONE_GREEDY):
        kept.pop("stop", None)
        kept.pop("increment", None)
    # What is as it would be anyway is not written down, so that the rule book says it once.
    usual = {field.name: field.default for field in fields(RuleSpec)}
    return {name: value for name, value in kept.items() if name in ALWAYS or value != usual[name]}
