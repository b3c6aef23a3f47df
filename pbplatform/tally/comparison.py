"""Equal Shares against greedy, by a count of all voters.

Some cities' rules let the outcome change hands if more voters are better off with the greedy one (Wieliczka 2023). A voter
is better off with the outcome that is worth more to them under the rule's own utility, or (`represented`) with the one
that funds at least one of their projects when the other funds none. Voters who are equally well off stay equal.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pbplatform.tally.election import Election
from pbplatform.tally.outcome import Compared, Outcome
from pbplatform.tally.profile import Ints
from pbplatform.tally.rules import Comparison, RuleSpec
from pbplatform.tally.utility import Market, market_of


def compare(outcome: Outcome, greedy: Outcome, spec: RuleSpec) -> Outcome:
    """The outcome with its comparison; the greedy one in its place if the rule lets the verdict switch."""
    election = outcome.election
    market = market_of(election, spec.utility, spec.borda)
    ours, theirs = worth(market, outcome.funded), worth(market, greedy.funded)
    if spec.comparison is Comparison.REPRESENTED:
        ours, theirs = np.minimum(ours, 1), np.minimum(theirs, 1)
    weight = election.profile.weight
    better, worse = int(weight[ours > theirs].sum()), int(weight[ours < theirs].sum())
    preferred = worse > better
    compared = Compared(
        by=spec.comparison.value,
        equal_shares=better,
        greedy=worse,
        equal=election.voters - better - worse,
        greedy_funded=greedy.funded,
        greedy_preferred=preferred,
        switched=preferred and spec.switch,
    )
    if not compared.switched:
        return replace(outcome, compared=compared)
    return replace(
        greedy,
        spec=spec,
        increments=outcome.increments,
        endowment=outcome.endowment,
        rounds=outcome.rounds,
        compared=compared,
    )


def worth(market: Market, funded: Iterable[str]) -> Ints:
    """What a set of funded projects is worth to each class of ballots."""
    election = market.election
    value = np.zeros(len(election.projects), dtype=np.int64)
    for project_id in funded:
        position = election.index[project_id]
        value[position] = market.values[position]
    entries = value[market.project] if market.stake is None else (value[market.project] > 0) * market.stake
    sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(entries)))
    return sums[market.start[1:]] - sums[market.start[:-1]]


def funded_per_voter(election: Election, funded: Iterable[str]) -> dict[int, int]:
    """How many voters have how many funded projects: voters by number of projects they chose that are funded."""
    chosen = {election.index[project_id] for project_id in funded}
    mark = np.zeros(len(election.projects), dtype=np.int64)
    mark[list(chosen)] = 1
    sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(mark[election.profile.project])))
    per_class = sums[election.profile.start[1:]] - sums[election.profile.start[:-1]]
    voters = np.bincount(per_class, weights=election.profile.weight, minlength=1).astype(np.int64).tolist()
    voters[0] += election.profile.empty
    return {number: count for number, count in enumerate(voters) if count}
