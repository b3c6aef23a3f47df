"""Spending what Equal Shares leaves over: raise the endowments step by step, or finish greedily, or both.

Add-one, by its definition: count with the endowment e, e + u, e + 2u, ... and keep the last outcome before the first that
would cost more than the budget. It also ends when nothing is left that more money could buy, and under the *exhaustive*
stop as soon as no unfunded project with a supporter fits into what is left.

A town's count can take tens of thousands of steps. The certified jump leaves most of them out without changing the result:
see `Counter.same_as` and `docs/counting.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from pbplatform.tally.election import Election
from pbplatform.tally.equal_shares import Counter, Run
from pbplatform.tally.greedy import Purse
from pbplatform.tally.rules import Endowment, RuleSpec, Stop

Progress = Callable[[int, int], None]
"""Called now and then with the number of increments done and the money spent, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The run that add-one settles on, its endowment, how many increments led there, and how many runs it took."""

    run: Run
    endowment: Fraction
    increments: int
    runs: int


def starting_endowment(election: Election, spec: RuleSpec) -> Fraction:
    """What each voter starts with, in minor units. Whole units of the currency if rounded down."""
    exact = Fraction(election.budget, election.voters)
    if spec.endowment is Endowment.FLOOR:
        return Fraction(exact // election.scale * election.scale)
    return exact


def step_of(election: Election, spec: RuleSpec) -> int:
    """Minor units that one increment adds for each voter: as declared, or one unit of the currency."""
    return spec.increment or election.scale


def count_once(counter: Counter, start: Fraction) -> Raised:
    """Equal Shares without raising the endowments."""
    return Raised(counter.run(start), start, 0, 1)


def raise_endowments(
    counter: Counter, spec: RuleSpec, start: Fraction, progress: Progress | None = None
) -> Raised:
    """Add-one, with certified jumps over runs that are known to be the same."""
    election = counter.market.election
    step = step_of(election, spec)
    run, increments, runs = counter.run(start), 0, 1
    jump = 1
    while not finished(counter, run, spec):
        following = None
        while jump > 1 and following is None:
            runs += 1
            following = counter.same_as(run, start + (increments + jump) * step)
            if following is None:
                jump //= 2
        if following is None:
            runs += 1
            following = counter.run(start + (increments + 1) * step)
            if following.overspent:
                break
            increments += 1
            jump = 2 if following.funded == run.funded else 1
        else:
            increments += jump
            jump *= 2
        run = following
        if progress is not None:
            progress(increments, run.spent)
    return Raised(run, start + increments * step, increments, runs)


def finished(counter: Counter, run: Run, spec: RuleSpec) -> bool:
    """Whether raising ends with this run, because more money buys nothing, or because its outcome is exhaustive."""
    purse = Purse(counter.market.election)
    for project in run.funded:
        purse.buy(project)
    bought = set(run.funded)
    open_to_buy = [p for p in counter.eligible if p not in bought and purse.obstacle(p) is None]
    if not open_to_buy:
        return True
    return spec.stop is Stop.EXHAUSTIVE and all(counter.costs[p] > purse.left for p in open_to_buy)
