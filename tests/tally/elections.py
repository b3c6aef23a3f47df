"""Elections for property tests: small, full of ties, exact affordability, lonely voters and useless projects."""

from hypothesis import strategies as st

from pbplatform.tally.election import Ballot, Election, Limit, Project
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.rules import (
    BordaScores,
    Comparison,
    Completion,
    Endowment,
    Order,
    Rule,
    RuleSpec,
    Stop,
    TieKind,
    Ties,
    Utility,
)

COSTS = st.one_of(st.sampled_from([1, 2, 3, 6, 12, 100]), st.integers(1, 60), st.integers(1, 10**7))
FORMATS = st.sampled_from([f for f in BallotFormat if f is not BallotFormat.KNAPSACK])


@st.composite
def elections(
    draw: st.DrawFn, formats: st.SearchStrategy[BallotFormat] = FORMATS, plain: bool = False
) -> Election:
    """Any election; a `plain` one has no mutually exclusive projects and no limits."""
    size = draw(st.integers(1, 6))
    names = draw(st.sampled_from([["1", "2", "10", "P/4", "a b", "ბ"], ["6", "5", "4", "3", "2", "1"]]))[
        :size
    ]
    few = draw(st.lists(COSTS, min_size=1, max_size=3))
    tags = ["park", "road", ""]
    projects = [
        Project(
            name, draw(st.sampled_from(few)), "", (draw(st.sampled_from(tags)),), draw(st.sampled_from(tags))
        )
        for name in names
    ]
    format = draw(formats)
    most = 1 if format is BallotFormat.CHOOSE_ONE else size
    rows = []
    for _ in range(draw(st.integers(0, 7))):
        choices = draw(st.lists(st.sampled_from(names), unique=True, max_size=most))
        points = None
        if format is BallotFormat.POINTS:
            points = tuple(draw(st.lists(st.integers(0, 5), min_size=len(choices), max_size=len(choices))))
        rows.append(Ballot(tuple(choices), points, draw(st.sampled_from([1, 1, 2, 3, 50]))))
    total = sum(project.cost for project in projects)
    budget = draw(
        st.one_of(st.integers(1, total + 5), st.sampled_from([1, total, max(1, total // 2), 12, 10**9]))
    )
    exclusive, limits = [], []
    if not plain and size > 1 and draw(st.booleans()):
        exclusive = [draw(st.lists(st.sampled_from(names), unique=True, min_size=2, max_size=3))]
    if not plain and draw(st.booleans()):
        kind = draw(st.sampled_from(LimitKind))
        limits = [Limit(kind, draw(st.sampled_from(["park", "road"])), draw(st.integers(0, total)))]
    return Election.from_ballots(
        budget=budget,
        projects=projects,
        ballots=rows,
        format=format,
        scale=draw(st.sampled_from([1, 1, 100])),
        max_length=size,
        points_scale=draw(st.sampled_from([1, 10])) if format is BallotFormat.POINTS else 1,
        exclusive=exclusive,
        limits=limits,
    )


@st.composite
def ties_for(draw: st.DrawFn, election: Election) -> Ties:
    """Any tie-breaking order for an election."""
    kind = draw(st.sampled_from(TieKind))
    order = draw(st.permutations([p.id for p in election.projects])) if kind is TieKind.GIVEN else ()
    return Ties(kind, tuple(order))


@st.composite
def greedy_rules(draw: st.DrawFn, election: Election) -> RuleSpec:
    """Greedy with any options."""
    skip = draw(st.booleans())
    return RuleSpec(
        Rule.GREEDY,
        order=draw(st.sampled_from(Order)),
        skip=skip,
        extra_percent=None if skip else draw(st.sampled_from([None, 1, 50, 80, 100])),
        leftover=draw(st.booleans()),
        threshold=draw(st.sampled_from([0, 0, 1, 3])),
        ties=draw(ties_for(election)),
    )


@st.composite
def equal_shares_rules(draw: st.DrawFn, election: Election) -> RuleSpec:
    """Equal Shares with any options that the ballots allow; increments are large enough for a linear count to end."""
    utilities = [Utility.COST, Utility.CARDINALITY]
    if election.format is BallotFormat.POINTS:
        utilities.append(Utility.POINTS)
    if election.format is BallotFormat.RANKING:
        utilities.append(Utility.BORDA)
    comparison = draw(st.sampled_from(Comparison))
    largest = max(election.budget, *(p.cost for p in election.projects))
    return RuleSpec(
        Rule.EQUAL_SHARES,
        utility=draw(st.sampled_from(utilities)),
        borda=draw(st.sampled_from(BordaScores))
        if election.format is BallotFormat.RANKING
        else BordaScores.BALLOT_LENGTH,
        endowment=draw(st.sampled_from(Endowment)),
        completion=draw(st.sampled_from(Completion)),
        stop=draw(st.sampled_from(Stop)),
        increment=max(1, largest // draw(st.integers(5, 120))),
        comparison=comparison,
        switch=comparison is not Comparison.NONE and draw(st.booleans()),
        order=draw(st.sampled_from(Order)),
        threshold=draw(st.sampled_from([0, 0, 1, 3])),
        ties=draw(ties_for(election)),
    )
