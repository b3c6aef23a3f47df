"""The Method of Equal Shares for one endowment, exact and fast.

Every voter starts with the same endowment. In each round the project with the lowest price is bought: the price rho is
the least money per unit of utility at which its supporters, each paying min(what they have, rho times utility), raise its
cost. Rounds go on until no project's supporters hold its cost.

Exactness. Floats only filter. `held` carries each class's money as a float64 with one absolute error bound `slack` for all
of them; a price computed from it comes with a certified interval. Where intervals do not decide (who is cheapest, who can
pay in full, whether the money suffices) whole numbers do. They are few: a voter's money is the endowment minus the sum of
stake times price over the funded projects they chose, or nothing once exhausted, so the exact state is one rational per
round. With R[l] the pull (weight times stake) of those who paid in full in round l, the price of round l is
N[l] / (R[1] ... R[l]) with an integer N[l], found from the earlier ones by Horner's scheme. The floats are refreshed from
these exact prices every round, so that errors never build up.

Source: Peters, Pierczyński, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS 2021).
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from pbplatform.tally.bounds import UNIT, Bound, pledged, price_bound
from pbplatform.tally.corridor import Certain, Corridor
from pbplatform.tally.greedy import Purse
from pbplatform.tally.profile import Ints
from pbplatform.tally.utility import Floats, Market

Mask = npt.NDArray[np.bool_]
Classes = npt.NDArray[np.intp]


@dataclass(slots=True)
class Price:
    """The exact price of a project now: `number / (product of the earlier pulls * pull)`, in endowment parts per stake."""

    number: int
    pull: int
    held: Floats
    poor: Mask
    near: Classes
    near_money: list[int]


@dataclass(slots=True)
class Purchase:
    """One round: the winner, its exact price per unit of utility as a ratio of whole numbers, and who paid how."""

    project: int
    number: int
    divisor: int
    paid_full: int
    paid_rest: int
    tied: tuple[int, ...]

    @property
    def price(self) -> Fraction:
        """Minor units per unit of utility."""
        return Fraction(self.number, self.divisor)


@dataclass(slots=True)
class Run:
    """A count with one endowment. `overspent` runs are cut short as soon as they exceed the budget."""

    purchases: list[Purchase] = field(default_factory=list)
    overspent: bool = False
    spent: int = 0
    state: "State | None" = None

    @property
    def funded(self) -> list[int]:
        """Projects in the order of purchase."""
        return [purchase.project for purchase in self.purchases]


class State:
    """Everybody's money in the course of one run: floats for filtering, the chain of exact prices beside them."""

    def __init__(self, market: Market, endowment: Fraction) -> None:
        self.market = market
        self.parts, self.share = endowment.denominator, endowment.numerator
        self.endowment = self.share / self.parts
        self.held: Floats = np.full(market.classes, self.endowment)
        self.slack = UNIT * self.endowment
        self.turn = np.zeros(len(market.values), dtype=np.intp)
        self.numbers: list[int] = []
        self.pulls: list[int] = []
        self.divisor = 1

    def copy(self) -> "State":
        """The same money, that later payments here do not change."""
        twin = State.__new__(State)
        twin.__dict__.update(self.__dict__)
        twin.held, twin.turn = self.held.copy(), self.turn.copy()
        twin.numbers, twin.pulls = self.numbers.copy(), self.pulls.copy()
        return twin

    # Floats with certified intervals.

    def bound(self, project: int, least: float, cost_now: int | None = None) -> Bound | None:
        """Interval for the price of a project, given a lower bound on it; None if its supporters cannot pay.

        `cost_now` asks as if the project had that cost.
        """
        column = self.market.columns[project]
        owed = self.market.election.projects[project].cost if cost_now is None else cost_now
        cost = float(owed)
        pledge = pledged(column, self.held.take(column.classes), cost, self.slack)
        certain = pledge.total >= cost + pledge.doubt
        if not certain and (pledge.total < cost - pledge.doubt or self.money(project, owed) < 0):
            return None
        return price_bound(column, pledge, cost, least)

    # Whole numbers.

    def charges(self, classes: Classes) -> list[int]:
        """For each earlier round the pull of these classes on its price: sum of weight times stake over its supporters."""
        market = self.market
        entries, lengths = _choices(market.start, classes)
        weights = np.repeat(market.weight[classes], lengths)
        if market.stake is not None:
            weights = weights * market.stake[entries]
        sums = np.bincount(self.turn[market.project[entries]], weights=weights, minlength=len(self.pulls) + 1)
        return [int(x) for x in sums[1:].tolist()]

    def balance(self, weight: int, charges: Sequence[int], owed: int) -> int:
        """Money of `weight` voters after all rounds, minus `owed` minor units, times parts and all earlier pulls."""
        value = self.share * weight - owed * self.parts
        for pull, number, charge in zip(self.pulls, self.numbers, charges, strict=True):
            value = value * pull - charge * number
        return value

    def money(self, project: int, owed: int = 0) -> int:
        """What the supporters hold, minus `owed`; the unit is a minor unit divided by `parts * divisor`."""
        column = self.market.columns[project]
        alive = self.held.take(column.classes) > 0
        weight = int(column.weight[alive].sum())
        return self.balance(weight, self.charges(column.classes[alive]), owed)

    def exact(self, project: int, bound: Bound, cost_now: int | None = None) -> Price:
        """The exact price of an affordable project whose price lies within `bound`."""
        column = self.market.columns[project]
        held = self.held.take(column.classes)
        alive = held > 0
        stake = 1.0 if column.stake is None else column.stake
        below = bound.low * stake * (1 - 4 * UNIT) - 2 * self.slack
        poor = alive & (held < below)
        if math.isinf(bound.high):
            close = alive & ~poor
        else:
            above = bound.high * stake * (1 + 4 * UNIT) + 2 * self.slack
            close = alive & ~poor & (held <= above)
        near = np.flatnonzero(close)
        money = self.exact_money(column.classes[near]) if len(near) else []
        stakes = [1] * len(near) if column.stake is None else [int(x) for x in column.stake[near].tolist()]
        cost = self.market.election.projects[project].cost if cost_now is None else cost_now
        while True:
            poor_weight = int(column.weight[poor].sum())
            pull = int(column.pull[alive & ~poor].sum())
            number = -self.balance(poor_weight, self.charges(column.classes[poor]), cost)
            # Poor are those who hold strictly less than price times stake; finding more of them raises the price.
            more = [
                place
                for place, own, u in zip(near.tolist(), money, stakes, strict=True)
                if not poor[place] and own * pull < number * u
            ]
            if not more:
                return Price(number, pull, held, poor, near, money)
            poor[more] = True

    def wealth(self, classes: Classes) -> Fraction:
        """Exact money of all voters of these classes together, in minor units."""
        weight = int(self.market.weight[classes].sum())
        return Fraction(self.balance(weight, self.charges(classes), 0), self.parts * self.divisor)

    def exact_money(self, classes: Classes) -> list[int]:
        """Exact money of a voter of each of these classes, in units of one minor unit divided by `parts * divisor`."""
        market, rounds = self.market, len(self.pulls)
        entries, lengths = _choices(market.start, classes)
        paid = np.zeros((len(classes), rounds + 1), dtype=np.int64)
        owner = np.repeat(np.arange(len(classes)), lengths)
        paid[owner, self.turn[market.project[entries]]] = 1 if market.stake is None else market.stake[entries]
        paid[:, 0] = 0
        # Classes with the same purchases hold the same money: each history is worked out once.
        histories, which = np.unique(paid, axis=0, return_inverse=True)
        amounts = [self.balance(1, history[1:], 0) for history in histories.tolist()]
        return [amounts[i] for i in which.ravel().tolist()]

    def pay(self, project: int, price: Price) -> tuple[int, int]:
        """Buy a project at its exact price; returns how many voters paid in full and how many gave all they had."""
        column = self.market.columns[project]
        alive = price.held > 0
        self.divisor *= price.pull
        self.pulls.append(price.pull)
        self.numbers.append(price.number)
        self.turn[project] = len(self.pulls)
        parts = self.divisor * self.parts
        paid = (price.number / parts) * (1.0 if column.stake is None else column.stake)
        left = price.held - paid
        left[~alive] = 0.0
        left[price.poor] = 0.0
        for place, own in zip(price.near.tolist(), price.near_money, strict=True):
            stake = 1 if column.stake is None else int(column.stake[place])
            rest = own * price.pull - price.number * stake
            left[place] = 0.0 if rest <= 0 else rest / parts
        self.held[column.classes] = left
        # The price is rounded once, multiplied once and subtracted once; none of these exceeds the endowment.
        self.slack += 4 * UNIT * self.endowment
        rest_weight = int(column.weight[price.poor].sum())
        return int(column.weight[alive].sum()) - rest_weight, rest_weight


def _choices(start: Ints, classes: Classes) -> tuple[Ints, Ints]:
    """Where the choices of these classes stand, one class after the other, and how many each has."""
    first = start[classes]
    lengths = start[classes + 1] - first
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - ends + lengths, lengths) + np.arange(total), lengths


class Counter:
    """Runs Equal Shares on one market for any endowment; ties go to the lowest of `ranks`."""

    def __init__(self, market: Market, ranks: Sequence[int], eligible: Sequence[int]) -> None:
        self.market = market
        self.ranks = ranks
        self.costs = [project.cost for project in market.election.projects]
        self.eligible = [p for p in eligible if market.columns[p].total_pull > 0]

    def run(self, endowment: Fraction) -> Run:
        """Count with this endowment. Cut short as soon as the funded projects cost more than the budget."""
        state = State(self.market, endowment)
        purse = Purse(self.market.election)
        run = Run(state=state)
        values = self.market.values
        lows = {p: self.costs[p] / self.market.columns[p].total_pull * (1 - 8 * UNIT) for p in self.eligible}
        heap = [(low / values[p] * (1 - 4 * UNIT), p) for p, low in lows.items()]
        heapq.heapify(heap)
        while not run.overspent:
            found = self._candidates(state, purse, heap, lows)
            if not found:
                break
            winner, price, tied = self._cheapest(state, found)
            for project, interval in found:
                lows[project] = interval.low
                if project != winner:
                    heapq.heappush(heap, (interval.low / values[project] * (1 - 4 * UNIT), project))
            full, rest = state.pay(winner, price)
            divisor = state.divisor * state.parts * values[winner]
            run.purchases.append(Purchase(winner, price.number, divisor, full, rest, tied))
            purse.buy(winner)
            run.spent, run.overspent = purse.spent, purse.left < 0
        return run

    def certain(self, low: Fraction, high: Fraction) -> Certain | None:
        """What every endowment from `low` to `high` certainly buys; None if that cannot be told without counting them."""
        return Corridor(self.market, self.costs, self.eligible, low, high).walk()

    def _candidates(
        self, state: State, purse: Purse, heap: list[tuple[float, int]], lows: dict[int, float]
    ) -> list[tuple[int, Bound]]:
        """All projects that may be cheapest now, with their intervals; taken off the heap.

        Money only falls during a run, so a price never falls, and an old lower bound stays one: projects are looked at
        from the lowest bound, until the best interval lies below all bounds that remain.
        """
        best = math.inf
        found: list[tuple[int, Bound]] = []
        while heap and heap[0][0] <= best:
            _, project = heapq.heappop(heap)
            if purse.obstacle(project) is not None:
                continue
            bound = state.bound(project, lows[project])
            if bound is not None:
                found.append((project, bound))
                best = min(best, bound.high / self.market.values[project] * (1 + 4 * UNIT))
        return found

    def _cheapest(self, state: State, found: list[tuple[int, Bound]]) -> tuple[int, Price, tuple[int, ...]]:
        """The cheapest of the candidates, its exact price, and the projects exactly tied with it (itself included)."""
        values = self.market.values
        best = min(bound.high / values[project] for project, bound in found) * (1 + 8 * UNIT)
        close = [(p, bound) for p, bound in found if bound.low / values[p] * (1 - 8 * UNIT) <= best]
        priced = [(p, bound, state.exact(p, bound)) for p, bound in close]
        if len(priced) == 1:
            return priced[0][0], priced[0][2], ()
        keys = {p: Fraction(price.number, price.pull * values[p]) for p, _, price in priced}
        lowest = min(keys.values())
        tied = sorted((p for p, key in keys.items() if key == lowest), key=lambda p: self.ranks[p])
        winner, _, price = next(entry for entry in priced if entry[0] == tied[0])
        return winner, price, tuple(tied) if len(tied) > 1 else ()
