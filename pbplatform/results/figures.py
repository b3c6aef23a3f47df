"""The figures that explain an outcome, computed once with the count and kept beside it: plain JSON, whole numbers only.

* ``votes``: ballots that name each project; ``shares``: voters by the number of their choices that are funded.
* ``needs``: for a loser of a greedy count, how many more votes (or points) would have funded it, all else equal.
* ``more_voters`` and ``lower_cost``: for a loser of Equal Shares, how many voters more would at least have had to choose it,
  and the highest cost at which it would have won, all else equal; a loser that neither would have helped is not listed.
* ``course``: for each project of Equal Shares what its supporters together held at the start and after each step, up to its
  purchase or to the end, in minor units rounded down.
* ``other``: what the other rule would have funded from the same ballots, with its own shares, and how many voters
  would be better or worse off.
"""

from fractions import Fraction
from typing import Any

from pbplatform.results.contests import Contest
from pbplatform.tally.comparison import funded_per_voter
from pbplatform.tally.count import count
from pbplatform.tally.election import Election
from pbplatform.tally.explain import lower_cost, more_votes, other_rule, replay_of
from pbplatform.tally.outcome import Outcome, Reason, Stage, Step, Verdict
from pbplatform.tally.rules import Order, Rule


def figures(contest: Contest, outcome: Outcome) -> dict[str, Any]:
    """Everything the pages show beside the outcome."""
    election = contest.election
    votes = dict(zip([p.id for p in election.projects], election.votes, strict=True))
    return {
        "votes": votes,
        "points": dict(zip(votes, election.points, strict=True)),
        "shares": shares(election, outcome.funded),
        "needs": needs(election, outcome),
        **within_reach(election, outcome),
        "course": courses(election, outcome),
        "other": _other(contest, outcome),
    }


def shares(election: Election, funded: tuple[str, ...]) -> dict[str, int]:
    """Voters by the number of their choices that are funded; the numbers are texts, as JSON has them."""
    return {str(number): voters for number, voters in funded_per_voter(election, funded).items()}


def _other(contest: Contest, outcome: Outcome) -> dict[str, Any] | None:
    if not contest.election.voters:
        return None
    spec = other_rule(contest.spec)
    theirs = count(contest.election, spec)
    return {
        "options": spec.to_dict(),
        "funded": list(theirs.funded),
        "cost": theirs.cost,
        "shares": shares(contest.election, theirs.funded),
        **_better(contest.election, outcome.funded, theirs.funded),
    }


def _better(election: Election, ours: tuple[str, ...], theirs: tuple[str, ...]) -> dict[str, int]:
    """How many voters have more of their choices funded under the one and under the other."""
    own, other = set(ours), set(theirs)
    ids = [project.id for project in election.projects]
    gain = [(code in own) - (code in other) for code in ids]
    better = worse = 0
    for choices, _points, weight in election.profile.rows():
        difference = sum(gain[place] for place in choices)
        better += weight if difference > 0 else 0
        worse += weight if difference < 0 else 0
    return {"better": better, "worse": worse, "equal": election.voters - better - worse}


def needs(election: Election, outcome: Outcome) -> dict[str, int | None]:
    """For losers of a greedy count by votes or points: how many more would have funded them, everything else equal.

    A loser would be funded at the first place of the line where the money left still covers it; it must pass the project
    that stands there. None says that no place would do. Counts with limits per group or by votes per cost are not answered,
    because there the line is not all that matters.
    """
    spec = outcome.spec
    if spec.rule is not Rule.GREEDY or spec.order is Order.VOTES_PER_COST or election.limits:
        return {}
    line = [step for step in outcome.steps if step.stage is Stage.GREEDY]
    unit = 1 if spec.order is Order.VOTES else election.points_scale
    found: dict[str, int | None] = {}
    for loser in outcome.unfunded:
        if loser.reason not in (Reason.DOES_NOT_FIT, Reason.NOT_REACHED):
            continue
        missing = _missing(line, loser.project, int(loser.need), _score(line, loser.project))
        found[loser.project] = (
            None if missing is None else -(-missing.numerator * unit // missing.denominator)
        )
    return found


def within_reach(election: Election, outcome: Outcome) -> dict[str, dict[str, int]]:
    """For losers of Equal Shares: by how many voters, and by what cost, they missed it. Empty where greedy decided."""
    more_voters: dict[str, int] = {}
    lower_costs: dict[str, int] = {}
    replay = replay_of(outcome)
    if replay is not None and not (outcome.compared and outcome.compared.switched):
        for loser in outcome.unfunded:
            position = election.index[loser.project]
            voters, cost = more_votes(outcome, position, replay), lower_cost(outcome, position, replay)
            if voters is not None:
                more_voters[loser.project] = voters
            if cost is not None:
                lower_costs[loser.project] = cost
    return {"more_voters": more_voters, "lower_cost": lower_costs}


def courses(election: Election, outcome: Outcome) -> dict[str, list[int]]:
    """How the money of each project's supporters went, step by step; empty where greedy decided."""
    replay = replay_of(outcome)
    if replay is None or (outcome.compared and outcome.compared.switched):
        return {}
    return {
        project.id: [int(money) for money in replay.moneys(place)]
        for place, project in enumerate(election.projects)
        if election.votes[place]
    }


def _score(line: list[Step], project: str) -> Fraction:
    return next(step.score for step in line if step.project == project)


def _missing(line: list[Step], project: str, cost: int, score: Fraction) -> Fraction | None:
    """The smallest gain that puts the project before a step where the money covers it, never counting on a tie."""
    for step in reversed(line):
        reached = step.verdict is not Verdict.NOT_REACHED
        if step.project != project and reached and step.left >= cost and step.score >= score:
            return step.score - score + 1
    return None
