"""Spending what Equal Shares leaves over: raise the endowments step by step, or finish greedily, or both.

Add-one, by its definition: count with the endowment e, e + u, e + 2u, ... and keep the last outcome before the first that
would cost more than the budget. It also ends when nothing is left that more money could buy, and under the *exhaustive*
stop as soon as no unfunded project with a supporter fits into what is left.

A town's count can take tens of thousands of steps. The certified jump leaves most of them out without changing the result:
see `corridor.py` and `docs/counting.md`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pbplatform.tally.corridor import Certain
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
    step = step_of(counter.market.election, spec)
    settled, jump, runs = 0, 1, 0
    doubling = True
    while True:
        low, high = start + settled * step, start + (settled + jump - 1) * step
        certain = counter.certain(low, high)
        runs += 1
        if certain is None and jump > 1:
            jump, doubling = jump // 2, False
            continue
        if certain is None:
            run = counter.run(low)
            certain = Certain(run.funded, run.overspent)
            runs += 1
        if certain.overspent:
            settled -= 1
            break
        if finished(counter, certain.funded, spec):
            break
        settled += jump
        jump = 2 * jump if doubling else jump
        doubling = True
        if progress is not None:
            progress(settled, sum(counter.costs[p] for p in certain.funded))
    endowment = start + settled * step
    return Raised(counter.run(endowment), endowment, settled, runs + 1)


def finished(counter: Counter, funded: Sequence[int], spec: RuleSpec) -> bool:
    """Whether raising ends with this outcome, because more money buys nothing, or because it is exhaustive."""
    purse = Purse(counter.market.election)
    for project in funded:
        purse.buy(project)
    bought = set(funded)
    open_to_buy = [p for p in counter.eligible if p not in bought and purse.obstacle(p) is None]
    if not open_to_buy:
        return True
    return spec.stop is Stop.EXHAUSTIVE and all(counter.costs[p] > purse.left for p in open_to_buy)
