"""What a funded project is worth to each voter, arranged for counting.

A `Market` holds, for one election and one utility, who supports what and by how much. Where a project is worth the same
to all who chose it (cardinality, cost), every stake is 1 and the project's `value` says how much that is; with points
and Borda scores the stakes are the scores and the value is 1. A choice worth nothing (0 points) is no support.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pbplatform.tally.election import Election
from pbplatform.tally.errors import RuleError
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.profile import Ints
from pbplatform.tally.rules import BordaScores, Utility

Floats = npt.NDArray[np.float64]

EXACT_FLOAT = 2**52
"""Sums of whole numbers below this are exact in a float64, in any order of adding."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """The supporters of one project: classes, their weights, weight times stake, and the stakes (None: all 1)."""

    classes: npt.NDArray[np.intp]
    weight: Floats
    pull: Floats
    stake: Floats | None
    supporters: int
    total_pull: int


@dataclass(frozen=True, eq=False)
class Market:
    """Supporters and stakes of one election under one utility."""

    election: Election
    start: Ints
    project: Ints
    stake: Ints | None
    weight: Floats
    values: tuple[int, ...]

    @property
    def classes(self) -> int:
        """Number of different ballots."""
        return len(self.weight)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """For each project its supporters."""
        lengths = np.diff(self.start)
        rows = np.repeat(np.arange(len(lengths), dtype=np.intp), lengths)
        # A stable sort of 16-bit numbers is a radix sort: several times faster than sorting wide integers.
        narrow = self.project.astype(np.uint16) if len(self.values) < 2**16 else self.project
        order = np.argsort(narrow, kind="stable")
        rows = rows[order]
        ends = np.cumsum(np.bincount(self.project, minlength=len(self.values)))
        columns = []
        begin = 0
        for end in ends.tolist():
            classes = rows[begin:end]
            weight = self.weight[classes]
            stake = None if self.stake is None else self.stake[order[begin:end]].astype(np.float64)
            pull = weight if stake is None else weight * stake
            supporters = int(np.add.reduce(weight))
            total_pull = supporters if stake is None else int(np.add.reduce(pull))
            columns.append(Column(classes, weight, pull, stake, supporters, total_pull))
            begin = end
        return tuple(columns)


def market_of(election: Election, utility: Utility, borda: BordaScores) -> Market:
    """Arrange an election for Equal Shares. Raises RuleError when the ballots do not carry that utility."""
    profile = election.profile
    stake: Ints | None = None
    if utility is Utility.POINTS:
        if profile.points is None:
            raise RuleError("Utility by points needs ballots with points.")
        stake = profile.points
    elif utility is Utility.BORDA:
        if election.format is not BallotFormat.RANKING:
            raise RuleError("Utility by Borda scores needs ballots that rank.")
        stake = profile.borda(borda_length(election, borda))
    start, project = profile.start, profile.project
    if stake is not None:
        kept = stake > 0
        counts = np.zeros(profile.classes, dtype=np.int64)
        np.add.at(counts, profile.row_of_entry()[kept], 1)
        start = np.concatenate(([0], np.cumsum(counts)))
        project, stake = project[kept], stake[kept]
    costs = [p.cost for p in election.projects]
    values = tuple(costs) if utility is Utility.COST else (1,) * len(costs)
    weight = profile.weight.astype(np.float64)
    heaviest = 1 if stake is None or not len(stake) else int(stake.max())
    if election.voters * heaviest >= EXACT_FLOAT:
        raise RuleError("The points are too large to be counted exactly.")
    return Market(election, start, project, stake, weight, values)


def borda_length(election: Election, borda: BordaScores) -> int | None:
    """The length that Borda scores count from: declared for all, or None for each ballot's own."""
    if borda is BordaScores.BALLOT_LENGTH:
        return None
    if election.max_length is None:
        raise RuleError("Borda scores by the longest allowed ballot need that length declared.")
    return election.max_length
