"""The rule that a Pabulib file names for itself, as a rule of this catalogue.

Pabulib's words for rules are short ("greedy-no-skip", "equalshares/add1") and leave the rest to other keys or to a comment.
What a file leaves open is read as follows: rankings and points are ranked by points, ties are in the order of the file (the
organisers list their projects as they ranked them), Equal Shares uses cost utilities, exact endowments and one unit of the
currency per increment.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pbplatform.tally.election import Election
from pbplatform.tally.errors import RuleError
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.pabulib import PabulibFile
from pbplatform.tally.rules import Comparison, Completion, Order, Rule, RuleSpec, TieKind, Ties

PLACEHOLDER_COST = 999_999_999
"""What Pabulib writes as the cost of a project that was withdrawn after the vote."""

POZNAN_EXTRA_PERCENT = 80
"""Poznań funds the first project that does not fit when at least this part of its cost is left."""


LONGEST_THRESHOLD = 15
"""No threshold of more digits is read: nobody could reach it, and Python refuses to read numbers of any length."""


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """A file's own rule, and the projects that were withdrawn and are to be left out of the count."""

    spec: RuleSpec
    withdrawn: tuple[str, ...]

    def election(self, election: Election) -> Election:
        """The election that the rule is to be applied to."""
        return election.without(*self.withdrawn) if self.withdrawn else election


def declared_rule(file: PabulibFile) -> DeclaredRule:
    """The rule that a file declares. Raises RuleError if it declares none, or one that it does not define."""
    name = file.meta.get("rule", "").strip().lower()
    if name not in _RULES:
        raise RuleError(f"The file declares no rule that can be applied: {name or 'none'}.")
    scale = file.election.scale
    withdrawn = tuple(p.id for p in file.election.projects if p.cost == PLACEHOLDER_COST * scale)
    return DeclaredRule(_RULES[name](file), withdrawn)


def _order(file: PabulibFile) -> Order:
    scored = file.election.format in (BallotFormat.POINTS, BallotFormat.RANKING)
    return Order.POINTS if scored else Order.VOTES


def _threshold(file: PabulibFile) -> int:
    text = file.meta.get("min_project_score_threshold", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_THRESHOLD):
        raise RuleError("The file's min_project_score_threshold is no whole number, or far too large.")
    return int(text)


def _greedy(file: PabulibFile) -> RuleSpec:
    leftover = bool(file.election.limits) and "leftover_budget" in file.meta
    return RuleSpec(
        Rule.GREEDY,
        order=_order(file),
        threshold=_threshold(file),
        leftover=leftover,
        ties=Ties(TieKind.FILE),
    )


def _no_skip(file: PabulibFile) -> RuleSpec:
    return RuleSpec(
        Rule.GREEDY, order=_order(file), threshold=_threshold(file), skip=False, ties=Ties(TieKind.FILE)
    )


def _custom(file: PabulibFile) -> RuleSpec:
    if file.meta.get("unit") != "Poznań":
        raise RuleError("The file names a custom rule without defining it.")
    return RuleSpec(
        Rule.GREEDY,
        order=_order(file),
        skip=False,
        extra_percent=POZNAN_EXTRA_PERCENT,
        ties=Ties(TieKind.FILE),
    )


def _add_one(file: PabulibFile) -> RuleSpec:
    return RuleSpec(
        Rule.EQUAL_SHARES,
        completion=Completion.ADD_ONE,
        threshold=_threshold(file),
        order=_order(file),
        ties=Ties(TieKind.FILE),
    )


def _add_one_comparison(file: PabulibFile) -> RuleSpec:
    return RuleSpec(
        Rule.EQUAL_SHARES,
        completion=Completion.ADD_ONE,
        comparison=Comparison.UTILITY,
        switch=True,
        threshold=_threshold(file),
        order=_order(file),
        ties=Ties(TieKind.FILE),
    )


_RULES: dict[str, Callable[[PabulibFile], RuleSpec]] = {
    "greedy": _greedy,
    "greedy-threshold": _greedy,
    "greedy-exclusive": _greedy,
    "greedy-no-skip": _no_skip,
    "greedy-custom": _custom,
    "equalshares/add1": _add_one,
    "equalshares/add1-comparison": _add_one_comparison,
}
