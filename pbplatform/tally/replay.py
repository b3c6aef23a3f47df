"""The rounds of Equal Shares once more, with the endowment that the outcome settled on, to look at any project in any round.

A replay buys what the outcome bought, in its order, and asks in between: what would this project cost its supporters now,
what do they still hold, would it have been bought at another cost?
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial

from pbplatform.tally.bounds import UNIT
from pbplatform.tally.equal_shares import State
from pbplatform.tally.greedy import Purse
from pbplatform.tally.outcome import Outcome
from pbplatform.tally.rules import TieKind, Utility
from pbplatform.tally.support import Plea, Rival
from pbplatform.tally.ties import tie_ranks
from pbplatform.tally.utility import market_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A project before a round: its supporters' money (minor units), and its price per unit of utility if they can pay."""

    round: int
    project: str
    money: Fraction
    price: Fraction | None


class Replay:
    """Steps through the rounds of an outcome of Equal Shares."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.election = outcome.election
        self.spec = outcome.spec
        self.market = market_of(self.election, self.spec.utility, self.spec.borda)
        self.ranks = tie_ranks(self.election, self.spec.ties)
        self.bought = [self.election.index[r.project] for r in outcome.rounds]

    @cached_property
    def states(self) -> tuple[tuple[State, Purse], ...]:
        """Everybody's money before each round and what had been bought by then, and both once more at the end."""
        state = State(self.market, self.outcome.endowment or Fraction(0))
        purse = Purse(self.election)
        found = []
        for project in self.bought:
            found.append((state.copy(), purse.copy()))
            bound = state.bound(project, self._least(project, self.election.projects[project].cost))
            if bound is None:
                raise AssertionError("the outcome bought what its supporters could pay")
            state.pay(project, state.exact(project, bound))
            purse.buy(project)
        return (*found, (state, purse))

    def _least(self, project: int, cost: int) -> float:
        return cost / self.market.columns[project].total_pull * (1 - 8 * UNIT)

    def price(self, state: State, project: int, cost: int) -> Fraction | None:
        """The exact price of a project at this cost, or None if its supporters cannot pay it."""
        if not self.market.columns[project].total_pull:
            return None
        bound = state.bound(project, self._least(project, cost), cost)
        if bound is None:
            return None
        price = state.exact(project, bound, cost)
        value = cost if self.spec.utility is Utility.COST else self.market.values[project]
        return Fraction(price.number, price.pull * state.divisor * state.parts * value)

    def standing(self, state: State, project: int, turn: int) -> Standing:
        """How a project stands before a round."""
        money = Fraction(state.money(project), state.parts * state.divisor)
        listed = self.election.projects[project]
        return Standing(turn, listed.id, money, self.price(state, project, listed.cost))

    def course(self, project: int) -> tuple[Standing, ...]:
        """A project's standings up to the round that bought it, or to the end."""
        found = []
        for turn, (state, _) in enumerate(self.states, 1):
            found.append(self.standing(state, project, turn))
            if turn <= len(self.bought) and self.bought[turn - 1] == project:
                break
        return tuple(found)

    def moneys(self, project: int) -> list[Fraction]:
        """What a project's supporters held before each round, up to the one that bought it, or up to the end."""
        until = self.bought.index(project) + 1 if project in self.bought else len(self.states)
        states = (state for state, _ in self.states[:until])
        return [Fraction(state.money(project), state.parts * state.divisor) for state in states]

    def race(self) -> tuple[tuple[Standing, ...], ...]:
        """All standings before every round, and at the end."""
        left = [p for p in range(len(self.market.values)) if self.election.votes[p]]
        found = []
        for turn, (state, _) in enumerate(self.states, 1):
            found.append(tuple(self.standing(state, p, turn) for p in left))
            if turn <= len(self.bought):
                left.remove(self.bought[turn - 1])
        return tuple(found)

    @staticmethod
    def impossible_after(course: Sequence[Standing], cost: int) -> int | None:
        """After how many rounds a project's supporters held less than its cost; None if they never did."""
        return next((standing.round - 1 for standing in course if standing.money < cost), None)

    def highest_cost(self, project: int) -> int:
        """The highest cost below its own at which these rounds would have bought a project; 0 if none would.

        A lower cost can only help in any one round, and until a project is bought the rounds are as they were: so the best
        of all rounds is the answer, and each is searched only above the best so far.
        """
        most = min(self.election.projects[project].cost - 1, self.election.budget)
        best = 0
        for turn, (state, purse) in enumerate(self.states):
            winner = self.bought[turn] if turn < len(self.bought) else None
            low, high = best, most
            while low < high:
                # The first question is whether this round helps at all; most do not.
                middle = low + 1 if low == best else (low + high + 1) // 2
                if self._buys(state, purse, project, middle, winner, turn):
                    low = middle
                else:
                    high = middle - 1
            best = low
        return best

    def fewest_voters(self, project: int, at_least: int) -> int | None:
        """The fewest further voters, `at_least` so many, whose choice would have had a project bought in these rounds.

        They are voters of this election who did not choose it, and keep their other choices. None if no number would do.
        With points each gives it one point.
        """
        cost = self.election.projects[project].cost
        value = self.market.values[project]
        stake = 1 if self.market.stake is None else self.election.points_scale
        if not self.outcome.endowment:
            return None
        pleas = []
        for turn, (state, purse) in enumerate(self.states):
            if not self._blocked(purse, project, cost):
                rival = None
                if turn < len(self.bought):
                    wins = partial(self._wins_tie, project, cost, self.bought[turn])
                    rival = Rival(self.outcome.rounds[turn].price * value, wins)
                pleas.append(Plea(state, project, cost, stake, rival))
        best: int | None = None
        for least, plea in sorted(((plea.least(), plea) for plea in pleas), key=lambda pair: pair[0]):
            if best is not None and max(least, at_least) >= best:
                break
            found = plea.fewest(at_least)
            if found is not None and (best is None or found < best):
                best = found
        return best

    def _buys(
        self, state: State, purse: Purse, project: int, cost: int, winner: int | None, turn: int
    ) -> bool:
        if self._blocked(purse, project, cost):
            return False
        price = self.price(state, project, cost)
        if price is None or winner is None:
            return price is not None
        due = self.outcome.rounds[turn].price
        return price < due or (price == due and self._wins_tie(project, cost, winner))

    def _wins_tie(self, project: int, cost: int, winner: int, more_votes: int = 0) -> bool:
        if self.spec.ties.kind is not TieKind.VOTES_COST:
            return self.ranks[project] < self.ranks[winner]
        votes, theirs = self.election.votes, self.election.projects[winner].cost
        return (-votes[project] - more_votes, cost, project) < (-votes[winner], theirs, winner)

    def _blocked(self, purse: Purse, project: int, cost: int) -> bool:
        # With raised endowments more money is about than the budget, and that cannot be spent.
        if cost > purse.left or any(other in self.election.rivals[project] for other in purse.funded):
            return True
        limits = self.election.limits
        return any(purse.used[i] + cost > limits[i].amount for i in self.election.limits_of[project])
