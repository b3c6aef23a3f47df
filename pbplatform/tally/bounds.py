"""Certified bounds on a project's price from floats: where they do not overlap, floats have decided correctly.

The money that a project's supporters raise at a price is a concave, rising function of the price, made of straight pieces.
A tangent's root is therefore never above the price at which the cost is raised: Newton's method from the left gives lower
bounds that only improve, and ends on the right piece after a few steps. Every bound is lowered or raised by the most that
rounding and the given doubt about the money can amount to.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pbplatform.tally.utility import Column, Floats

UNIT = 2.0**-53
"""Half the spacing of float64 at 1: the relative error of one rounding."""

_LONG = 8192
"""From this length on numpy's product hands vectors to a pool of threads and waits for it."""


class Bound(NamedTuple):
    """A certified interval for a project's price (in stakes), from floats. `high` is infinite where floats cannot say."""

    low: float
    high: float


class Pledged(NamedTuple):
    """What the supporters of a project hold (a float per class), its sum, and the most that the sum may be wrong by."""

    held: Floats
    total: float
    doubt: float


def dot(a: Floats, b: npt.NDArray[Any]) -> float:
    """Sum of products, always in this thread."""
    return float(a.dot(b)) if len(a) < _LONG else float(np.einsum("i,i->", a, b))


def pledged(column: Column, held: Floats, cost: float, slack: float) -> Pledged:
    """The money of a project's supporters: `held` (per class of them) is wrong by at most `slack` for each voter."""
    total = dot(column.weight, held)
    # Adding up k products of rounded numbers errs by at most k units of their absolute sum, in any order.
    rounding = (2 * len(held) + 16) * UNIT * (cost + 2 * total)
    return Pledged(held, total, rounding + column.supporters * slack)


def price_bound(
    column: Column, pledge: Pledged, cost: float, least: float, *, with_high: bool = True
) -> Bound:
    """Interval for the price (in stakes) at which the supporters raise `cost`, if they hold it at all.

    `least` is a known lower bound. Without `with_high` the upper bound is not looked for and comes out infinite.
    """
    held, total, doubt = pledge
    stake = column.stake
    at, low, settled = least, least, False
    rich = held >= (at if stake is None else at * stake)
    count = np.count_nonzero(rich)
    pull = error = 0.0
    while count:
        pulls = column.pull * rich
        pull = float(np.add.reduce(pulls))
        kept = dot(pulls if stake is None else column.weight * rich, held)
        root = (cost - (total - kept)) / pull
        error = doubt / pull + 4 * UNIT * abs(root)
        low = max(low, root - error)
        if root <= at:
            settled = root == at
            break
        rich = held >= (root if stake is None else root * stake)
        still = np.count_nonzero(rich)
        at = root
        if still == count:
            settled = True
            break
        count = still
    if not (settled and with_high):
        return Bound(low, math.inf)
    # The cost is certainly raised where the curve's slope, still half of it to the right of here, makes up for the doubt.
    high = at + 4 * error
    beyond = held >= (high if stake is None else high * stake)
    if np.count_nonzero(beyond) == count or dot(column.pull, beyond) * 2 >= pull:
        return Bound(low, high)
    return Bound(low, math.inf)
