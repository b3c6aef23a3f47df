"""Why: the reasons of an outcome as data, for every project, every voter and the election as a whole.

Nothing here is a sentence: pages and the command line put these numbers into words. Amounts are minor units; what is not a
whole number is an exact `Fraction`. Counterfactuals are found by counting again, so they are true of the count itself.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pbplatform.tally.comparison import funded_per_voter
from pbplatform.tally.count import count, refused_at_start
from pbplatform.tally.election import Election
from pbplatform.tally.errors import ElectionError
from pbplatform.tally.greedy import Purse, greedy_pass, ranked, scores
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.outcome import Outcome, Reason, Stage, Step, Tie, Verdict
from pbplatform.tally.replay import Replay, Standing
from pbplatform.tally.rules import BordaScores, Completion, Order, Rule, RuleSpec, Utility
from pbplatform.tally.ties import tie_ranks

_WON = (Verdict.FUNDED, Verdict.FUNDED_WITH_EXTRA)


@dataclass(frozen=True, slots=True)
class ProjectReasons:
    """Why one project is funded or not.

    Funded: `stage` and `turn` (round of Equal Shares, rank of greedy). By Equal Shares: `price` per unit of utility,
    `paid_full` voters paid it in full, `paid_rest` gave all they had. By greedy: `left_before` and `left_after`.
    Not funded: `reason`, with `have` and `need` (votes or points for a threshold, money else) and `blocked_by`;
    `impossible_after` is the number of rounds after which its supporters held less than its cost (0: from the start).
    Counterfactuals, everything else equal (under Equal Shares with the endowments of this outcome): `lower_cost` is the
    highest cost at which it would have been funded; `more_votes` how many more votes would have funded it, under Equal
    Shares at least. None where no cost or no number of votes would have helped, or it is not told (see `more_votes`).
    `course` shows the price and the supporters' money before every round until it was bought or the rounds ended.
    """

    project: str
    cost: int
    supporters: int
    funded: bool
    stage: Stage | None = None
    turn: int | None = None
    price: Fraction | None = None
    paid_full: int = 0
    paid_rest: int = 0
    score: Fraction | None = None
    left_before: int | None = None
    left_after: int | None = None
    reason: Reason | None = None
    have: Fraction | None = None
    need: Fraction | None = None
    blocked_by: str = ""
    impossible_after: int | None = None
    lower_cost: int | None = None
    more_votes: int | None = None
    ties: tuple[Tie, ...] = ()
    course: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What one voter's vote did for one funded project: what of the voter's share went to it, exactly."""

    project: str
    stage: Stage
    paid: Fraction


@dataclass(frozen=True, slots=True)
class VoterReasons:
    """What a ballot's vote paid for, by the choices alone: nobody needs to be known.

    By Equal Shares `paid` comes out of the voter's `endowment`, and `left` is what nobody spent. A project funded by
    greedy is shared equally by the voters who chose it, as a way of showing it: greedy has no purses.
    """

    shares: tuple[Share, ...]
    not_funded: tuple[str, ...]
    endowment: Fraction | None
    left: Fraction | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The election as a whole: voters by how many of their choices are funded, here and under the other rule."""

    voters: int
    funded_per_voter: dict[int, int]
    other: Outcome
    other_per_voter: dict[int, int]
    only_here: tuple[str, ...]
    only_other: tuple[str, ...]
    by_category: dict[str, int]
    by_district: dict[str, int]


def replay_of(outcome: Outcome) -> Replay | None:
    """The rounds of Equal Shares once more, to be shared by several explanations; None under greedy."""
    return Replay(outcome) if outcome.endowment is not None else None


def explain_project(outcome: Outcome, project_id: str, replay: Replay | None = None) -> ProjectReasons:
    """Why a project is funded or not. Raises ElectionError for an unknown project.

    Who asks for many projects gives the same `replay_of(outcome)` to all, and waits once only.
    """
    election = outcome.election
    if project_id not in election.index:
        raise ElectionError(f"Unknown project {project_id}.")
    position = election.index[project_id]
    replay = replay or replay_of(outcome)
    reasons = ProjectReasons(
        project=project_id,
        cost=election.projects[position].cost,
        supporters=election.votes[position],
        funded=project_id in outcome.funded,
        ties=tuple(tie for tie in outcome.ties if project_id in tie.projects),
        course=replay.course(position) if replay else (),
    )
    step = _last_step(outcome, project_id)
    if step is not None:
        after = step.left - (reasons.cost if step.verdict in _WON else 0)
        reasons = replace(reasons, score=step.score, left_before=step.left, left_after=after)
    if reasons.funded:
        return _funded(outcome, reasons, step)
    why = next(entry for entry in outcome.unfunded if entry.project == project_id)
    out_of_reach = None
    if replay is not None and why.reason is Reason.SUPPORTERS_MONEY:
        out_of_reach = replay.impossible_after(reasons.course, reasons.cost)
    return replace(
        reasons,
        reason=why.reason,
        have=why.have,
        need=why.need,
        blocked_by=why.blocked_by,
        impossible_after=out_of_reach,
        lower_cost=lower_cost(outcome, position, replay),
        more_votes=more_votes(outcome, position, replay),
    )


def _last_step(outcome: Outcome, project_id: str) -> Step | None:
    return next((step for step in reversed(outcome.steps) if step.project == project_id), None)


def _switched(outcome: Outcome) -> bool:
    return outcome.compared is not None and outcome.compared.switched


def _funded(outcome: Outcome, reasons: ProjectReasons, step: Step | None) -> ProjectReasons:
    if step is not None and step.verdict in _WON:
        return replace(reasons, stage=step.stage, turn=step.rank)
    turn, bought = next((i, r) for i, r in enumerate(outcome.rounds, 1) if r.project == reasons.project)
    return replace(
        reasons,
        stage=Stage.EQUAL_SHARES,
        turn=turn,
        price=bought.price,
        paid_full=bought.paid_full,
        paid_rest=bought.paid_rest,
    )


# Counterfactuals.


def lower_cost(outcome: Outcome, position: int, replay: Replay | None) -> int | None:
    """The highest cost, up to its own, at which a project that is not funded would have been; None if there is none."""
    election, spec = outcome.election, outcome.spec
    project = election.projects[position]
    if any(entry.project == project.id for entry in refused_at_start(election, spec)):
        return None
    best = 0
    if replay is not None and not _switched(outcome):
        best = replay.highest_cost(position)
    if outcome.steps or spec.completion.ends_greedy or spec.rule is Rule.GREEDY:
        first = [] if _switched(outcome) or spec.rule is Rule.GREEDY else [r.project for r in outcome.rounds]

        def fits(cost: int) -> bool:
            return _greedy_funds(election.with_cost(project.id, cost), _greedy_part(outcome), first, position)

        best = highest(fits, best, project.cost - 1)
    return best or None


def more_votes(outcome: Outcome, position: int, replay: Replay | None) -> int | None:
    """How many more votes would have funded a project, everything else equal; None if no number would.

    Greedy: more ballots for it alone. Equal Shares: the fewest further voters of this election whose choice it would have
    had to be as well, with the endowments of this outcome; not told for rankings and choose-one ballots, where a further
    choice changes what the others are worth.
    """
    if outcome.spec.rule is Rule.GREEDY or _switched(outcome):
        return _more_for_greedy(outcome, position, [])
    election, spec = outcome.election, outcome.spec
    if replay is None or election.format in (BallotFormat.RANKING, BallotFormat.CHOOSE_ONE):
        return None
    if election.projects[position].cost > election.budget:
        return None
    found = replay.fewest_voters(position, _votes_short(election, spec, position))
    most = election.voters - election.votes[position]
    numbers = [found] if found is not None and found <= most else []
    if spec.completion.ends_greedy:
        number = _more_for_greedy(outcome, position, [bought.project for bought in outcome.rounds])
        numbers += [number] if number is not None and number <= most else []
    return min(numbers, default=None)


def _votes_short(election: Election, spec: RuleSpec, position: int) -> int:
    """How many more votes (of one point each) a project needs to be counted at all."""
    score = election.points[position] if spec.order is Order.POINTS else election.votes[position]
    point = election.points_scale if spec.order is Order.POINTS else 1
    return max(-((score - spec.threshold * point) // point), 0 if election.votes[position] else 1)


def _more_for_greedy(outcome: Outcome, position: int, first: Sequence[str]) -> int | None:
    """How many more votes would have funded a project by the greedy part, after `first` was bought."""
    election, spec = outcome.election, _greedy_part(outcome)
    top = max(scores(election, spec.order)) * Fraction(election.projects[position].cost, election.scale)
    enough = max(math.ceil(top), *election.votes, *election.points) + spec.threshold + 2

    def lost(votes: int) -> bool:
        return not _greedy_funds(_with_votes(election, position, votes), spec, first, position)

    if lost(enough):
        return None
    return highest(lost, 0, enough) + 1


def highest(holds: Callable[[int], bool], known: int, most: int) -> int:
    """The highest number from `known` (which counts as holding) to `most` for which a falling property holds."""
    if most <= known or not holds(known + 1):
        return known
    low, high = known + 1, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _greedy_part(outcome: Outcome) -> RuleSpec:
    """The greedy rule that made the outcome's steps."""
    spec = outcome.spec
    if spec.rule is Rule.GREEDY:
        return spec
    return RuleSpec(Rule.GREEDY, order=spec.order, threshold=spec.threshold, ties=spec.ties)


def _with_votes(election: Election, position: int, votes: int) -> Election:
    """The election with so many more ballots, each for this project alone (one point each)."""
    changed = replace(election)
    point = 1 if election.format is not BallotFormat.POINTS else election.points_scale
    # These two are cached properties: setting them here spares the sorting of all ballots for every trial.
    changed.__dict__["votes"] = _raised(election.votes, position, votes)
    changed.__dict__["points"] = _raised(election.points, position, votes * point)
    return changed


def _raised(values: Sequence[int], position: int, by: int) -> tuple[int, ...]:
    return tuple(value + by * (i == position) for i, value in enumerate(values))


def _greedy_funds(election: Election, spec: RuleSpec, first: Iterable[str], position: int) -> bool:
    """Whether greedy funds a project after `first` is bought, by the passes alone."""
    refused = {entry.project for entry in refused_at_start(election, spec)}
    purse = Purse(election)
    for project_id in first:
        purse.buy(election.index[project_id])
    score = scores(election, spec.order)
    listed = [i for i, p in enumerate(election.projects) if p.id not in refused and i not in purse.funded]
    line = ranked(score, tie_ranks(election, spec.ties), listed)
    greedy_pass(purse, line, score, stage=Stage.GREEDY, skip=spec.skip, extra_percent=spec.extra_percent)
    if spec.leftover and purse.left >= 0:
        purse.limited = False
        rest = [p for p in line if p not in purse.funded]
        greedy_pass(purse, rest, score, stage=Stage.LEFTOVER)
    return position in purse.funded


# Voters and the whole.


def explain_voter(
    outcome: Outcome, choices: Sequence[str], points: Sequence[int] | None = None
) -> VoterReasons:
    """What a ballot with these choices paid for. Raises ElectionError for an unknown project."""
    election = outcome.election
    unknown = [choice for choice in choices if choice not in election.index]
    if unknown:
        raise ElectionError(f"Unknown project {unknown[0]}.")
    stakes = _stakes(outcome, choices, points)
    left = outcome.endowment
    shares: list[Share] = []
    if left is not None and not _switched(outcome):
        for bought in outcome.rounds:
            if stakes.get(bought.project):
                paid = min(left, bought.price * stakes[bought.project])
                left -= paid
                shares.append(Share(bought.project, Stage.EQUAL_SHARES, paid))
    for step in outcome.steps:
        if step.verdict in _WON and step.project in stakes:
            place = election.index[step.project]
            share = Fraction(election.projects[place].cost, election.votes[place])
            shares.append(Share(step.project, step.stage, share))
    missed = tuple(choice for choice in choices if choice not in outcome.funded)
    if _switched(outcome):
        return VoterReasons(tuple(shares), missed, None, None)
    return VoterReasons(tuple(shares), missed, outcome.endowment, left)


def _stakes(outcome: Outcome, choices: Sequence[str], points: Sequence[int] | None) -> dict[str, int]:
    """What each choice is worth to this voter, by the rule's utility."""
    election, spec = outcome.election, outcome.spec
    if spec.rule is Rule.EQUAL_SHARES and spec.utility is Utility.POINTS:
        return dict(zip(choices, points or (), strict=True))
    if spec.rule is Rule.EQUAL_SHARES and spec.utility is Utility.BORDA:
        own = spec.borda is BordaScores.BALLOT_LENGTH
        longest = len(choices) if own or election.max_length is None else election.max_length
        return {choice: max(longest - i, 0) for i, choice in enumerate(choices)}
    if spec.rule is Rule.EQUAL_SHARES and spec.utility is Utility.COST:
        return {choice: election.projects[election.index[choice]].cost for choice in choices}
    return dict.fromkeys(choices, 1)


def race(outcome: Outcome) -> tuple[tuple[Standing, ...], ...]:
    """Before every round of Equal Shares, how each project that was not yet bought stood; the last entry is the end."""
    return Replay(outcome).race() if outcome.endowment is not None else ()


def other_rule(spec: RuleSpec) -> RuleSpec:
    """The rule to set beside this one: greedy for Equal Shares, and completed Equal Shares for greedy."""
    if spec.rule is Rule.EQUAL_SHARES:
        return RuleSpec(Rule.GREEDY, order=spec.order, threshold=spec.threshold, ties=spec.ties)
    return RuleSpec(
        Rule.EQUAL_SHARES,
        completion=Completion.ADD_ONE_GREEDY,
        order=spec.order,
        threshold=spec.threshold,
        ties=spec.ties,
    )


def summarise(outcome: Outcome, other: Outcome | None = None) -> Summary:
    """The whole election, beside the outcome of `other` (by default the other rule's, counted here)."""
    election = outcome.election
    beside = other or count(election, other_rule(outcome.spec))
    by_category: dict[str, int] = {}
    by_district: dict[str, int] = {}
    for project_id in outcome.funded:
        project = election.projects[election.index[project_id]]
        # A project of several categories counts in each of them.
        for category in project.categories or ("",):
            by_category[category] = by_category.get(category, 0) + project.cost
        by_district[project.district] = by_district.get(project.district, 0) + project.cost
    return Summary(
        voters=election.voters,
        funded_per_voter=funded_per_voter(election, outcome.funded),
        other=beside,
        other_per_voter=funded_per_voter(election, beside.funded),
        only_here=tuple(p for p in outcome.funded if p not in beside.funded),
        only_other=tuple(p for p in beside.funded if p not in outcome.funded),
        by_category=dict(sorted(by_category.items())),
        by_district=dict(sorted(by_district.items())),
    )
