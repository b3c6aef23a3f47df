"""The rules a municipality can choose from, with their options: what is announced before the vote.

A `RuleSpec` is plain data. It travels with the outcome, so that everybody knows what was applied, and it refuses
combinations that mean nothing. `CATALOGUE` lists the rules and which options each of them reads.

Sources: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS 2021)
for Equal Shares; Faliszewski et al., "Participatory Budgeting: Data, Tools, and Analysis" (IJCAI 2023) for the
completions; the rules of Warsaw, Poznań, Gdynia and Wieliczka for the options of greedy and the comparison.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from pbplatform.tally.errors import RuleError


class Rule(StrEnum):
    """How projects are chosen."""

    GREEDY = "greedy"
    EQUAL_SHARES = "equal-shares"


class Order(StrEnum):
    """What greedy ranks the projects by."""

    VOTES = "votes"
    POINTS = "points"
    VOTES_PER_COST = "votes-per-cost"


class Utility(StrEnum):
    """What a funded project is worth to a voter who chose it."""

    COST = "cost"
    CARDINALITY = "cardinality"
    POINTS = "points"
    BORDA = "borda"


class BordaScores(StrEnum):
    """How a ranking scores its choices: the first of a ballot with n choices gets n, or the longest allowed number."""

    BALLOT_LENGTH = "ballot-length"
    MAX_LENGTH = "max-length"


class Endowment(StrEnum):
    """What each voter starts with: the budget divided by the number of ballots, or that rounded down to a whole unit."""

    EXACT = "exact"
    FLOOR = "floor"


class Completion(StrEnum):
    """How the money that Equal Shares leaves over is spent."""

    NONE = "none"
    GREEDY = "greedy"
    ADD_ONE = "add-one"
    ADD_ONE_GREEDY = "add-one-greedy"

    @property
    def adds(self) -> bool:
        """Whether endowments are raised step by step."""
        return self in (Completion.ADD_ONE, Completion.ADD_ONE_GREEDY)

    @property
    def ends_greedy(self) -> bool:
        """Whether a greedy count of what is left comes last."""
        return self in (Completion.GREEDY, Completion.ADD_ONE_GREEDY)


class Stop(StrEnum):
    """When raising the endowments ends: before overspending, or also as soon as nothing unfunded fits any more."""

    OVERSPEND = "overspend"
    EXHAUSTIVE = "exhaustive"


class Comparison(StrEnum):
    """How Equal Shares is compared with greedy, by a count of all voters."""

    NONE = "none"
    UTILITY = "utility"  # which outcome is worth more to more voters
    REPRESENTED = "represented"  # under which outcome more voters have at least one funded project


class TieKind(StrEnum):
    """What decides between projects that are exactly equal."""

    ID = "id"  # the lower project number
    FILE = "file"  # the order in which the projects are listed
    VOTES_COST = "votes-cost"  # more votes, then lower cost, then the order in which they are listed
    GIVEN = "given"  # a total order announced for this vote, as from a public draw


@dataclass(frozen=True, slots=True)
class Ties:
    """The announced tie-breaking order. `order` lists every project id, best first, when the kind is `GIVEN`."""

    kind: TieKind = TieKind.VOTES_COST
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.kind is TieKind.GIVEN) != bool(self.order):
            raise RuleError("A given tie-breaking order lists the projects; the other kinds list none.")


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule with all its options.

    Both rules: `threshold` is the least score a project needs (points if `order` is points, else votes; a project
    without a single vote is never funded), `ties`.
    Greedy: `order`; `skip` goes on after a project that does not fit; without it, `extra_percent` p funds that project
    all the same when at least p % of its cost is left (the rest is extra money); `leftover` counts what is left a second
    time without the limits per category and district.
    Equal Shares: `utility`, `endowment`, `completion`, `stop`, `increment` (minor units that one step adds for each
    voter; 0 means one unit of the currency), `comparison` with greedy and whether its verdict may `switch` the outcome; `order` is what its greedy parts rank by.
    """

    rule: Rule
    order: Order = Order.VOTES
    skip: bool = True
    extra_percent: int | None = None
    leftover: bool = False
    threshold: int = 0
    utility: Utility = Utility.COST
    borda: BordaScores = BordaScores.BALLOT_LENGTH
    endowment: Endowment = Endowment.EXACT
    completion: Completion = Completion.NONE
    stop: Stop = Stop.OVERSPEND
    increment: int = 0
    comparison: Comparison = Comparison.NONE
    switch: bool = False
    ties: Ties = Ties()

    def __post_init__(self) -> None:
        if self.extra_percent is not None and (self.skip or not 1 <= self.extra_percent <= 100):
            raise RuleError("Extra money needs a count that does not skip, and a percentage from 1 to 100.")
        if self.threshold < 0:
            raise RuleError("The threshold is below zero.")
        if self.increment < 0:
            raise RuleError("The increment is below zero.")
        if self.switch and self.comparison is Comparison.NONE:
            raise RuleError("Only a comparison can switch the outcome.")
        readable = options_of(self.rule)
        defaults = {f.name: f.default for f in fields(self)}
        for name, default in defaults.items():
            if name not in ("rule", *readable) and getattr(self, name) != default:
                raise RuleError(f"The rule {self.rule} does not read the option {name}.")

    def to_dict(self) -> dict[str, Any]:
        """The rule and the options that it reads, as plain data."""
        data = asdict(self)
        kept = {name: data[name] for name in options_of(self.rule)}
        return {"rule": self.rule.value, **_plain(kept)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "RuleSpec":
        """The inverse of `to_dict`. Raises RuleError for an unknown option or value."""
        kinds = {f.name for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name not in kinds:
                raise RuleError(f"Unknown option {name}.")
            values[name] = _read(name, value)
        if "rule" not in values:
            raise RuleError("The rule is missing.")
        return cls(**values)


_ENUMS: Mapping[str, type[StrEnum]] = {
    "rule": Rule,
    "order": Order,
    "utility": Utility,
    "borda": BordaScores,
    "endowment": Endowment,
    "completion": Completion,
    "stop": Stop,
    "comparison": Comparison,
}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _read(name: str, value: Any) -> Any:
    try:
        if name in _ENUMS:
            return _ENUMS[name](value)
        if name == "ties":
            return Ties(TieKind(value["kind"]), tuple(value.get("order", ())))
    except RuleError:
        raise
    except (ValueError, KeyError, TypeError):
        raise RuleError(f"{value!r} is no value of the option {name}.") from None
    wanted = bool if name in ("skip", "leftover", "switch") else int
    if type(value) is not wanted and not (name == "extra_percent" and value is None):
        raise RuleError(f"{value!r} is no value of the option {name}.")
    return value


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of the catalogue: a rule, and the options it reads."""

    rule: Rule
    options: tuple[str, ...]


CATALOGUE: Mapping[Rule, Listing] = {
    Rule.GREEDY: Listing(Rule.GREEDY, ("order", "skip", "extra_percent", "leftover", "threshold", "ties")),
    Rule.EQUAL_SHARES: Listing(
        Rule.EQUAL_SHARES,
        (
            "utility",
            "borda",
            "endowment",
            "completion",
            "stop",
            "increment",
            "comparison",
            "switch",
            "order",
            "threshold",
            "ties",
        ),
    ),
}
"""Every rule on offer. Pages and the command line list their choices from here."""


def options_of(rule: Rule) -> tuple[str, ...]:
    """Names of the options that a rule reads."""
    return CATALOGUE[rule].options
