"""What Equal Shares certainly buys with every endowment between two, without counting each of them.

Instead of one amount of money for each class of voters there are two: what they hold at least and at most, whichever
endowment of the corridor it is. They give each project a lowest and a highest price. Projects whose prices are apart are
bought in that order by all counts of the corridor. Projects whose prices overlap may be bought in a different order by each
count, but if all of them stay affordable in any order, and no other project can come between, then after them every count
has bought the same set. Where that cannot be said, the corridor has no answer, and a narrower one must be tried.

All numbers are float64; lower bounds are rounded down and upper bounds up. The proof is in `docs/counting.md`.
"""

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from pbplatform.tally.bounds import UNIT, pledged, price_bound
from pbplatform.tally.greedy import Purse
from pbplatform.tally.utility import Column, Floats, Market

_MOST_ATTEMPTS = 7
"""How often the highest prices of a group are tried before the corridor gives up on it."""

_OVER = 0.05
"""By how much more than needed a highest price is raised at first, so that it settles; twice as much in each round."""


@dataclass(frozen=True, slots=True)
class Certain:
    """The projects that every endowment of a corridor buys, in some order.

    `overspent`: they cost more than the budget, and the list ends there.
    """

    funded: list[int]
    overspent: bool


@dataclass(slots=True)
class _Group:
    """Projects that are bought next, in an unknown order: the highest price of each (in stakes), and what it reaches to."""

    highs: dict[int, float] = field(default_factory=dict)
    reach: float = -math.inf


class Corridor:
    """All counts with an endowment from `low` to `high`, walked through at once."""

    def __init__(
        self, market: Market, costs: list[int], eligible: Iterable[int], low: Fraction, high: Fraction
    ) -> None:
        self.market, self.costs = market, costs
        self.most = float(high) * (1 + 4 * UNIT)
        self.least_money: Floats = np.full(market.classes, float(low) * (1 - 4 * UNIT))
        self.most_money: Floats = np.full(market.classes, self.most)
        self.purse = Purse(market.election)
        self.lows = {p: costs[p] / market.columns[p].total_pull * (1 - 8 * UNIT) for p in eligible}
        self.heap = [(self._per_utility(low, p), p) for p, low in self.lows.items()]
        heapq.heapify(self.heap)

    def walk(self) -> Certain | None:
        """What all counts of the corridor buy; None where floats or the width of the corridor do not tell."""
        while True:
            group = self._next_group()
            if group is None:
                return None
            if not group.highs:
                return Certain(self.purse.funded, False)
            for project, high in group.highs.items():
                # In whatever order they are bought: excluding projects, or a limit broken together, make it matter.
                if self.purse.obstacle(project) is not None:
                    return None
                self.purse.buy(project)
                self._pay(project, high)
            if self.purse.left < 0:
                return Certain(self.purse.funded, True)

    def _next_group(self) -> _Group | None:
        """The projects that come next; empty at the end of the count, None if that is uncertain."""
        group = _Group()
        fresh: set[int] = set()
        while self.heap and (not group.highs or self.heap[0][0] <= group.reach):
            key, project = heapq.heappop(self.heap)
            if project not in fresh:
                if self.purse.obstacle(project) is not None:
                    continue
                low = self._low(project)
                if low is None:
                    continue
                fresh.add(project)
                self.lows[project] = low
                key = self._per_utility(low, project)
                if key > (group.reach if group.highs else self.heap[0][0] if self.heap else key):
                    heapq.heappush(self.heap, (key, project))
                    continue
            if not self._join(group, project):
                return None
        return group

    def _join(self, group: _Group, project: int) -> bool:
        """Take a project into the group; False if it, or another one then, may not be affordable."""
        group.highs[project] = self._high(
            project, self.least_money.take(self.market.columns[project].classes)
        )
        if len(group.highs) > 1 and not self._settle(group):
            return False
        group.reach = max(high / self.market.values[p] * (1 + 4 * UNIT) for p, high in group.highs.items())
        return group.reach < math.inf

    def _settle(self, group: _Group) -> bool:
        """Raise the highest prices of a group until each holds even after all others were bought at theirs."""
        slack, columns = self._slack(len(group.highs)), self.market.columns
        for attempt in range(_MOST_ATTEMPTS):
            if math.inf in group.highs.values():
                return False
            after = self.least_money.copy()
            payments = {p: self._payment(columns[p], high) for p, high in group.highs.items()}
            for project, payment in payments.items():
                after[columns[project].classes] -= payment + slack
            settled = True
            for project, high in group.highs.items():
                without_others = after.take(columns[project].classes) + payments[project]
                needed = self._high(project, np.maximum(without_others, 0.0))
                if needed > high:
                    group.highs[project] = needed + (needed - high) * _OVER * 2**attempt
                    settled = False
            if settled:
                return True
        return False

    def _low(self, project: int) -> float | None:
        """Lowest price now, in stakes; None if no count of the corridor can pay for the project any more."""
        column, cost = self.market.columns[project], float(self.costs[project])
        pledge = pledged(column, self.most_money.take(column.classes), cost, 0.0)
        if pledge.total < cost - pledge.doubt:
            return None
        return price_bound(column, pledge, cost, self.lows[project], with_high=False).low

    def _high(self, project: int, held: Floats) -> float:
        """Highest price, in stakes, if the supporters hold at least this; infinite if that may not be enough."""
        column, cost = self.market.columns[project], float(self.costs[project])
        pledge = pledged(column, held, cost, 0.0)
        if pledge.total < cost + pledge.doubt:
            return math.inf
        return price_bound(column, pledge, cost, self.lows[project]).high

    def _pay(self, project: int, high: float) -> None:
        column = self.market.columns[project]
        slack = self._slack(1)
        for money, payment in (
            (self.least_money, self._payment(column, high) + slack),
            (self.most_money, self._payment(column, self.lows[project]) - slack),
        ):
            money[column.classes] = np.maximum(money.take(column.classes) - payment, 0.0)

    def _payment(self, column: Column, price: float) -> Floats | float:
        """What each supporter pays at most at this price; no more than anybody can hold."""
        return price if column.stake is None else np.minimum(price * column.stake, self.most)

    def _slack(self, size: int) -> float:
        """More than the rounding errors of adding and subtracting so many payments and this slack can amount to."""
        return (8 + 4 * size) * UNIT * self.most

    def _per_utility(self, low: float, project: int) -> float:
        return low / self.market.values[project] * (1 - 4 * UNIT)
