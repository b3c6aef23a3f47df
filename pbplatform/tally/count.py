"""The count: an election and a rule give an outcome. This is the function that everything else calls.

outcome = count(election, RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE_GREEDY))
outcome.funded      # project ids in the order of funding
outcome.to_bytes()  # canonical, the same on every machine
"""

from fractions import Fraction

from pbplatform.tally.comparison import compare
from pbplatform.tally.completion import Progress, Raised, count_once, raise_endowments, starting_endowment
from pbplatform.tally.election import Election
from pbplatform.tally.equal_shares import Counter
from pbplatform.tally.greedy import Purse, greedy_pass, greedy_ties, ranked, scores
from pbplatform.tally.outcome import Outcome, Reason, Round, Stage, Step, Tie, Unfunded, Verdict
from pbplatform.tally.rules import Comparison, Order, Rule, RuleSpec
from pbplatform.tally.ties import tie_ranks
from pbplatform.tally.utility import market_of

_REASONS = {
    Verdict.DOES_NOT_FIT: Reason.DOES_NOT_FIT,
    Verdict.NOT_REACHED: Reason.NOT_REACHED,
    Verdict.EXCLUDED: Reason.EXCLUDED,
    Verdict.OVER_LIMIT: Reason.OVER_LIMIT,
}


def count(election: Election, spec: RuleSpec, *, progress: Progress | None = None) -> Outcome:
    """Apply a rule to an election. Raises RuleError if the rule does not fit the ballots."""
    ranks = tie_ranks(election, spec.ties)
    if spec.rule is Rule.GREEDY:
        return count_greedy(election, spec, ranks)
    return count_equal_shares(election, spec, ranks, progress)


def refused_at_start(election: Election, spec: RuleSpec) -> list[Unfunded]:
    """Projects that cannot be funded whatever the count: no vote at all, or a score below the threshold."""
    tested = scores(election, Order.POINTS if spec.order is Order.POINTS else Order.VOTES)
    refused = []
    for position, project in enumerate(election.projects):
        if election.votes[position] == 0:
            refused.append(Unfunded(project.id, Reason.NO_SUPPORT, Fraction(0), Fraction(1)))
        elif spec.threshold and tested[position] < spec.threshold:
            need = Fraction(spec.threshold)
            refused.append(Unfunded(project.id, Reason.BELOW_THRESHOLD, tested[position], need))
    return refused


def count_greedy(election: Election, spec: RuleSpec, ranks: tuple[int, ...]) -> Outcome:
    """Greedy with all its options."""
    refused = refused_at_start(election, spec)
    out = {u.project for u in refused}
    score = scores(election, spec.order)
    line = ranked(score, ranks, [p for p, project in enumerate(election.projects) if project.id not in out])
    purse = Purse(election)
    steps = greedy_pass(
        purse, line, score, stage=Stage.GREEDY, skip=spec.skip, extra_percent=spec.extra_percent
    )
    if spec.leftover and purse.left >= 0:
        purse.limited = False
        rest = [p for p in line if p not in set(purse.funded)]
        steps += greedy_pass(purse, rest, score, stage=Stage.LEFTOVER)
    ties = greedy_ties(election, line, score, Stage.GREEDY, purse.funded)
    last = {step.project: step for step in steps}
    refused += [_unfunded(election, step) for step in last.values() if step.verdict in _REASONS]
    return _outcome(election, spec, purse, steps=steps, ties=ties, refused=refused)


def count_equal_shares(
    election: Election, spec: RuleSpec, ranks: tuple[int, ...], progress: Progress | None = None
) -> Outcome:
    """Equal Shares, its completion, and its comparison with greedy."""
    refused = refused_at_start(election, spec)
    out = {u.project for u in refused}
    for project in election.projects:
        if project.id not in out and project.cost > election.budget:
            have, need = Fraction(election.budget), Fraction(project.cost)
            refused.append(Unfunded(project.id, Reason.DEARER_THAN_BUDGET, have, need))
    out = {u.project for u in refused}
    market = market_of(election, spec.utility, spec.borda)
    counter = Counter(
        market, ranks, [p for p, project in enumerate(election.projects) if project.id not in out]
    )
    raised = None
    purse = Purse(election)
    if election.voters:
        start = starting_endowment(election, spec)
        adds = spec.completion.adds
        raised = raise_endowments(counter, spec, start, progress) if adds else count_once(counter, start)
        for position in raised.run.funded:
            purse.buy(position)
    bought = set(purse.funded)
    score = scores(election, spec.order)
    listed = [p for p, project in enumerate(election.projects) if project.id not in out]
    line = ranked(score, ranks, [p for p in listed if p not in bought])
    steps: list[Step] = []
    if spec.completion.ends_greedy:
        steps = greedy_pass(purse, line, score, stage=Stage.GREEDY)
    ties = _purchase_ties(election, raised, purse.funded)
    if spec.completion.ends_greedy:
        ties += greedy_ties(election, line, score, Stage.GREEDY, purse.funded)
    won = set(purse.funded)
    refused += [_lacking(election, purse, raised, position) for position in listed if position not in won]
    plain = _outcome(election, spec, purse, raised=raised, steps=steps, ties=ties, refused=refused)
    if spec.comparison is Comparison.NONE:
        return plain
    rival = count_greedy(
        election, RuleSpec(Rule.GREEDY, order=spec.order, threshold=spec.threshold, ties=spec.ties), ranks
    )
    return compare(plain, rival, spec)


def _purchase_ties(election: Election, raised: Raised | None, funded: list[int]) -> list[Tie]:
    won = set(funded)
    ties = []
    for turn, purchase in enumerate(raised.run.purchases if raised else (), 1):
        if purchase.tied:
            names = tuple(election.projects[p].id for p in purchase.tied)
            decisive = not won.issuperset(purchase.tied)
            ties.append(Tie(Stage.EQUAL_SHARES, turn, names, names[0], decisive))
    return ties


def _lacking(election: Election, purse: Purse, raised: Raised | None, project: int) -> Unfunded:
    """Why Equal Shares did not fund a project: a rival, a limit, or what its supporters still hold."""
    chosen = election.projects[project]
    blocked = purse.obstacle(project)
    need = Fraction(chosen.cost)
    if blocked is not None:
        return Unfunded(chosen.id, _REASONS[blocked[0]], Fraction(max(purse.left, 0)), need, blocked[1])
    have = Fraction(0)
    if raised is not None and raised.run.state is not None:
        state = raised.run.state
        have = Fraction(state.money(project), state.parts * state.divisor)
    return Unfunded(chosen.id, Reason.SUPPORTERS_MONEY, have, need)


def _unfunded(election: Election, step: Step) -> Unfunded:
    cost = election.projects[election.index[step.project]].cost
    have = Fraction(max(step.left, 0))
    return Unfunded(step.project, _REASONS[step.verdict], have, Fraction(cost), step.blocked_by)


def _outcome(
    election: Election,
    spec: RuleSpec,
    purse: Purse,
    *,
    raised: Raised | None = None,
    steps: list[Step],
    ties: list[Tie],
    refused: list[Unfunded],
) -> Outcome:
    order = election.index
    rounds = []
    for purchase in raised.run.purchases if raised else ():
        project = election.projects[purchase.project].id
        supporters = election.votes[purchase.project]
        rounds.append(Round(project, purchase.price, supporters, purchase.paid_full, purchase.paid_rest))
    return Outcome(
        election=election,
        spec=spec,
        funded=tuple(election.projects[p].id for p in purse.funded),
        cost=purse.spent,
        increments=raised.increments if raised else 0,
        endowment=raised.endowment if raised else None,
        rounds=tuple(rounds),
        steps=tuple(steps),
        unfunded=tuple(sorted(refused, key=lambda u: order[u.project])),
        ties=tuple(ties),
    )
