"""The fast count equals the plain one, to the last byte, on elections made to break it."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbplatform.tally import plain
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.greedy import ranked
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.rules import Completion, Rule, RuleSpec, Stop, TieKind, Ties, Utility
from tests.tally.elections import elections, equal_shares_rules, greedy_rules


def expanded(election: Election) -> plain.Data:
    """The election as plain data with one row for each voter, in any order."""
    data = election.to_dict()
    rows = [{**ballot, "weight": 1} for ballot in data["ballots"] for _ in range(ballot["weight"])]
    random.Random(7).shuffle(rows)
    return {**data, "ballots": rows}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_greedy_equals_the_plain_count(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(greedy_rules(election))
    assert count(election, spec).to_bytes() == plain.to_bytes(plain.count(expanded(election), spec.to_dict()))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_equal_shares_equals_the_plain_count(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(equal_shares_rules(election))
    assert count(election, spec).to_bytes() == plain.to_bytes(plain.count(election.to_dict(), spec.to_dict()))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_grouping_ballots_changes_nothing(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(equal_shares_rules(election))
    assert count(election, spec).to_bytes() == plain.to_bytes(plain.count(expanded(election), spec.to_dict()))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_order_of_ballots_changes_nothing(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(equal_shares_rules(election))
    rows = [Ballot(b.choices, b.points) for b in election.ballots() for _ in range(b.weight)]
    shuffled = Election.from_ballots(
        budget=election.budget,
        projects=election.projects,
        ballots=data.draw(st.permutations(rows)),
        format=election.format,
        scale=election.scale,
        max_length=election.max_length,
        points_scale=election.points_scale,
        exclusive=election.exclusive,
        limits=election.limits,
    )
    assert shuffled.digest == election.digest
    assert count(shuffled, spec).to_bytes() == count(election, spec).to_bytes()


JUMPS_THAT_WOULD_BE_WRONG = [
    (
        RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE, ties=Ties(TieKind.FILE)),
        865,
        [248, 219, 183, 332, 312],
        [("1", 3), ("4", 1), ("0 2 4", 2), ("0 2 3 4", 1), ("0 1 2 3 4", 6)],
        12,
    ),
    (
        RuleSpec(
            Rule.EQUAL_SHARES,
            utility=Utility.CARDINALITY,
            completion=Completion.ADD_ONE,
            ties=Ties(TieKind.FILE),
        ),
        727,
        [386, 161, 381, 42],
        [("0", 3), ("1", 1), ("0 2", 3), ("0 2 3", 2), ("0 1 2 3", 2)],
        32,
    ),
]


@pytest.mark.parametrize(("spec", "budget", "costs", "ballots", "increments"), JUMPS_THAT_WOULD_BE_WRONG)
def test_a_jump_is_not_made_over_an_outcome_that_differs(
    spec: RuleSpec, budget: int, costs: list[int], ballots: list[tuple[str, int]], increments: int
) -> None:
    """The same purchases at both ends of a jump, but an overspending outcome between them: only the certificate tells."""
    election = Election.from_ballots(
        budget=budget,
        projects=[Project(str(i), cost) for i, cost in enumerate(costs)],
        ballots=[Ballot(tuple(text.split()), weight=weight) for text, weight in ballots],
        format=BallotFormat.APPROVAL,
    )
    outcome = count(election, spec)
    assert outcome.increments == increments
    assert outcome.to_bytes() == plain.to_bytes(plain.count(election.to_dict(), spec.to_dict()))


@pytest.mark.parametrize("seed", range(12))
def test_long_raisings_equal_the_plain_count(seed: int) -> None:
    """Hundreds of increments on larger elections, where most steps are jumped over."""
    dice = random.Random(seed)
    size = dice.randint(4, 12)
    costs = [dice.choice([dice.randint(1, 1000), 100, 250]) for _ in range(size)]
    ballots = [
        Ballot(
            tuple(str(p) for p in dice.sample(range(size), dice.randint(0, 5 if size > 5 else size))),
            weight=w,
        )
        for w in dice.choices([1, 2, 7], k=25)
    ]
    election = Election.from_ballots(
        budget=max(1, sum(costs) * dice.randint(20, 90) // 100),
        projects=[Project(str(i), cost) for i, cost in enumerate(costs)],
        ballots=ballots,
        format=BallotFormat.APPROVAL,
    )
    spec = RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE_GREEDY, stop=dice.choice(list(Stop)))
    assert count(election, spec).to_bytes() == plain.to_bytes(plain.count(election.to_dict(), spec.to_dict()))


NUMBERS = st.one_of(st.integers(1, 12), st.integers(10**15 - 3, 10**15))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(Fraction, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_scores_that_differ_by_a_hair_are_ranked_like_their_fractions(score: list[Fraction]) -> None:
    places = range(len(score))
    assert ranked(score, places, places) == sorted(places, key=lambda place: (-score[place], place))


@pytest.mark.parametrize("voters", range(1, 120))
def test_supporters_who_hold_exactly_the_cost_buy_the_project(voters: int) -> None:
    """Where a float of the purses falls short of it: 49 times one forty-ninth is less than one."""
    election = Election.from_ballots(
        budget=1,
        projects=[Project("all", 1)],
        ballots=[Ballot(("all",), weight=voters)],
        format=BallotFormat.APPROVAL,
    )
    assert count(election, RuleSpec(Rule.EQUAL_SHARES)).funded == ("all",)
