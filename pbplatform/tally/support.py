"""How many more voters would have had to choose a project for Equal Shares to buy it, everything else equal.

Asked are voters who did not choose it, as they stand before a round: each of them would add what they still hold, up to
the price at which the project would come first. Those who hold most are asked first, so the number is the least that could
have been enough; had other voters chosen it, it would have taken as many or more. Every purse stays as it is.

The measure is the least number of added approvals of Boehmer and others, "Evaluation of Project Performance in
Participatory Budgeting" (IJCAI 2024).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from pbplatform.tally.bounds import UNIT, dot
from pbplatform.tally.equal_shares import Classes, Mask, State
from pbplatform.tally.utility import Floats


@dataclass(frozen=True, slots=True)
class Rival:
    """What a project has to beat in a round: the winner's price, in money per stake of this project, and ties.

    `wins_tie` is told by how many votes the project has grown.
    """

    price: Fraction
    wins_tie: Callable[[int], bool]


class Plea:
    """One project before one round: what its supporters raise, and what the other voters could add.

    `stake` is what the project would be worth to each added voter; `rival` is None after the last round, when being
    affordable is enough.
    """

    def __init__(self, state: State, project: int, cost: int, stake: int, rival: Rival | None) -> None:
        self.state, self.project, self.cost, self.rival = state, project, cost, rival
        self.endowment = Fraction(state.share, state.parts)
        self.cap = self.endowment if rival is None else rival.price * stake
        self.empty = state.market.election.profile.empty

    def least(self) -> int:
        """A number that certainly is not above the fewest, quickly: as if all others could pay in full."""
        column = self.state.market.columns[self.project]
        held = self.state.held.take(column.classes)
        if self.rival is not None:
            price = float(self.rival.price)
            held = np.minimum(held, price if column.stake is None else price * column.stake)
        missing = self.cost * (1 - 1e-9) - dot(column.weight, held) * (1 + 1e-9)
        return max(math.floor(missing / float(min(self.cap, self.endowment))), 0)

    @cached_property
    def others(self) -> Classes:
        """Classes that did not choose the project and hold money."""
        without = self.state.held > 0
        without[self.state.market.columns[self.project].classes] = False
        return np.flatnonzero(without)

    @cached_property
    def raised(self) -> tuple[Fraction, bool]:
        """What the supporters raise at the rival's price (or hold), and whether any of them pays in full."""
        state = self.state
        column = state.market.columns[self.project]
        alive = state.held.take(column.classes) > 0
        classes = column.classes[alive]
        if self.rival is None:
            return state.wealth(classes), False
        stakes = np.ones(len(classes)) if column.stake is None else column.stake[alive]
        rich = holding(state, classes, self.rival.price, stakes)
        in_full = self.rival.price * int((column.weight[alive] * stakes)[rich].sum())
        return in_full + state.wealth(classes[~rich]), bool(rich.any())

    def fewest(self, at_least: int) -> int | None:
        """The fewest added voters, no fewer than `at_least`, who make the project the next to be bought."""
        found = self._enough()
        if found is None:
            return None
        number, just = found
        asked = max(number, at_least)
        willing = self.empty + int(self.state.market.weight[self.others].sum())
        more_than_enough = not just or (number < min(asked, willing))
        if self.rival is None or more_than_enough or self.rival.wins_tie(asked) or not self._tied(number):
            return asked
        # A tie that is lost: one more voter with money makes the project the cheaper one.
        return number + 1 if number < willing else None

    def _tied(self, number: int) -> bool:
        """Whether a sum that is just enough gives the rival's price: if nobody pays it in full, a lower one does."""
        if self.raised[1]:
            return True
        everybody = self.empty > 0 and self.endowment >= self.cap
        return number > 0 and (everybody or bool(holding(self.state, self.others, self.cap).any()))

    def _enough(self) -> tuple[int, bool] | None:
        """How many of the richest others raise what is missing, and whether they raise just that."""
        missing = self.cost - self.raised[0]
        if missing <= 0:
            return 0, missing == 0
        most = min(self.cap, self.endowment)
        if missing <= most * self.empty:
            return _so_many(missing, most)
        number, missing = self.empty, missing - most * self.empty
        full = holding(self.state, self.others, self.cap)
        payers = int(self.state.market.weight[self.others[full]].sum())
        if missing <= self.cap * payers:
            more, exactly = _so_many(missing, self.cap)
            return number + more, exactly
        rest = self._from_the_poorer(self.others[~full], missing - self.cap * payers)
        return None if rest is None else (number + payers + rest[0], rest[1])

    def _from_the_poorer(self, classes: Classes, missing: Fraction) -> tuple[int, bool] | None:
        """The same among voters who give all they hold, the richest first.

        Floats say where about in the line the sum is reached; the sums, and the order of all who hold about as much as
        those there, are exact.
        """
        state = self.state
        held: Floats = state.held[classes]
        weight = state.market.weight[classes]
        line = np.argsort(-held, kind="stable")
        reached = np.cumsum((weight * held)[line])
        # Where all of them together hold just what is missing, a rounding must not lead past the end of the line.
        place = min(int(np.searchsorted(reached, float(missing))), max(len(line) - 1, 0))
        while place < len(line):
            about = held[line[place]]
            richer = held > about + 4 * state.slack
            level = np.flatnonzero(~richer & (held >= about - 4 * state.slack))
            left = missing - state.wealth(classes[richer])
            if left <= 0:
                place = int(np.count_nonzero(richer)) - 1
                continue
            number = int(weight[richer].sum())
            unit = state.parts * state.divisor
            for money, voters in sorted(
                zip(state.exact_money(classes[level]), weight[level].tolist(), strict=True), reverse=True
            ):
                amount = Fraction(money, unit)
                if left <= amount * int(voters):
                    more, exactly = _so_many(left, amount)
                    return number + more, exactly
                left -= amount * int(voters)
                number += int(voters)
            place = int(np.count_nonzero(richer)) + len(level)
        return None


def _so_many(missing: Fraction, each: Fraction) -> tuple[int, bool]:
    number = math.ceil(missing / each)
    return number, number * each == missing


def holding(state: State, classes: Classes, price: Fraction, stake: Floats | None = None) -> Mask:
    """Which of these classes hold at least price times stake (1 if none is given), exactly."""
    held = state.held[classes]
    stakes = np.ones(len(classes)) if stake is None else stake
    due = float(price) * stakes
    doubt = 2 * state.slack + 8 * UNIT * due
    rich: Mask = held >= due
    near = np.flatnonzero(abs(held - due) <= doubt)
    if len(near):
        unit = state.parts * state.divisor
        amounts = state.exact_money(classes[near])
        rich[near] = [
            Fraction(money, unit) >= price * int(stake)
            for money, stake in zip(amounts, stakes[near].tolist(), strict=True)
        ]
    return rich
