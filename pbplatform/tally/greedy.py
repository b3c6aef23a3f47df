"""Greedy: rank the projects, go down the list, fund what fits.

All options of real rules: what the rank is by, whether to go on after a project that does not fit, extra money for that
project, a least score, projects that exclude each other, limits per category and district, and a second pass over what
is left. Every project's turn is kept as a `Step`, so the outcome carries its own reasons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from pbplatform.tally.election import Election
from pbplatform.tally.outcome import Stage, Step, Tie, Verdict
from pbplatform.tally.rules import Order


@dataclass
class Purse:
    """What has been bought so far, and what that still allows."""

    election: Election
    funded: list[int] = field(default_factory=list)
    spent: int = 0
    used: list[int] = field(default_factory=list)
    limited: bool = True

    def __post_init__(self) -> None:
        self.used = self.used or [0] * len(self.election.limits)

    def copy(self) -> "Purse":
        """The same purchases, that later ones here do not change."""
        return Purse(self.election, self.funded.copy(), self.spent, self.used.copy(), self.limited)

    @property
    def left(self) -> int:
        """Money left of the budget, below zero after extra money."""
        return self.election.budget - self.spent

    def buy(self, project: int) -> None:
        """Fund a project."""
        self.funded.append(project)
        cost = self.election.projects[project].cost
        self.spent += cost
        for limit in self.election.limits_of[project]:
            self.used[limit] += cost

    def obstacle(self, project: int) -> tuple[Verdict, str] | None:
        """What forbids a project besides the budget: a funded rival or an exhausted limit, with its name."""
        rivals = self.election.rivals[project]
        if rivals:
            for other in self.funded:
                if other in rivals:
                    return Verdict.EXCLUDED, self.election.projects[other].id
        if self.limited:
            cost = self.election.projects[project].cost
            for limit in self.election.limits_of[project]:
                if self.used[limit] + cost > self.election.limits[limit].amount:
                    return Verdict.OVER_LIMIT, self.election.limits[limit].name
        return None


def scores(election: Election, order: Order) -> list[Fraction]:
    """What each project is ranked by."""
    if order is Order.POINTS:
        return [Fraction(points, election.points_scale) for points in election.points]
    if order is Order.VOTES_PER_COST:
        return [
            Fraction(votes * election.scale, project.cost)
            for votes, project in zip(election.votes, election.projects, strict=True)
        ]
    return [Fraction(votes) for votes in election.votes]


def ranked(score: Sequence[Fraction], ranks: Sequence[int], projects: Iterable[int]) -> list[int]:
    """Projects from the highest score to the lowest, equals by the tie-breaking order."""
    keys = whole_keys(score)
    return sorted(projects, key=lambda p: (-keys[p], ranks[p]))


def whole_keys(score: Sequence[Fraction]) -> list[int]:
    """Whole numbers in exactly the order of the scores, equal where these are: sorting fractions takes ten times as long.

    Different fractions with denominators of at most d are at least 1 / d² apart, so they differ also when both are
    multiplied by more than d² and rounded down.
    """
    shift = 2 * max((value.denominator for value in score), default=1).bit_length()
    return [(value.numerator << shift) // value.denominator for value in score]


def greedy_pass(
    purse: Purse,
    line: Sequence[int],
    score: Sequence[Fraction],
    *,
    stage: Stage,
    skip: bool = True,
    extra_percent: int | None = None,
) -> list[Step]:
    """Walk down the ranked line and fund what fits; the purse is changed."""
    steps: list[Step] = []
    stopped = False
    for rank, project in enumerate(line, 1):
        chosen = purse.election.projects[project]
        left = purse.left
        blocked = None if stopped else purse.obstacle(project)
        name = ""
        if stopped:
            verdict = Verdict.NOT_REACHED
        elif blocked is not None:
            verdict, name = blocked
        elif chosen.cost <= left:
            verdict = Verdict.FUNDED
        elif not skip and extra_percent is not None and left * 100 >= extra_percent * chosen.cost:
            verdict = Verdict.FUNDED_WITH_EXTRA
        else:
            verdict = Verdict.DOES_NOT_FIT
        if verdict in (Verdict.FUNDED, Verdict.FUNDED_WITH_EXTRA):
            purse.buy(project)
        if not skip and chosen.cost > left and blocked is None:
            stopped = True
        steps.append(Step(stage, rank, chosen.id, score[project], left, verdict, name))
    return steps


def greedy_ties(
    election: Election, line: Sequence[int], score: Sequence[Fraction], stage: Stage, funded: Sequence[int]
) -> list[Tie]:
    """Groups of equal score in the ranked line."""
    won = set(funded)
    keys = whole_keys(score)
    ties: list[Tie] = []
    rank = 1
    for _, equals in groupby(line, key=keys.__getitem__):
        group = list(equals)
        if len(group) > 1:
            names = tuple(election.projects[p].id for p in group)
            decisive = 0 < sum(p in won for p in group) < len(group)
            ties.append(Tie(stage, rank, names, names[0], decisive))
        rank += len(group)
    return ties
