"""What is said of all endowments between two is true of each of them."""

import random
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbplatform.tally.bounds import UNIT
from pbplatform.tally.corridor import Corridor
from pbplatform.tally.count import refused_at_start
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.equal_shares import Counter
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.rules import Rule, RuleSpec, TieKind, Ties, Utility
from pbplatform.tally.ties import tie_ranks
from pbplatform.tally.utility import market_of
from tests.tally.elections import elections, equal_shares_rules
from tests.tally.test_fixtures import fixture


def counter_of(election: Election, spec: RuleSpec) -> Counter:
    refused = {entry.project for entry in refused_at_start(election, spec)}
    eligible = [
        i for i, p in enumerate(election.projects) if p.id not in refused and p.cost <= election.budget
    ]
    return Counter(market_of(election, spec.utility, spec.borda), tie_ranks(election, spec.ties), eligible)


def assert_true_of_all(counter: Counter, low: Fraction, high: Fraction, looks: int) -> bool:
    certain = counter.certain(low, high)
    if certain is None:
        return False
    for i in range(looks):
        run = counter.run(low + (high - low) * Fraction(i, max(looks - 1, 1)))
        assert run.overspent == certain.overspent
        if not run.overspent:
            assert set(run.funded) == set(certain.funded)
            assert len(certain.funded) == len(set(certain.funded))
    return True


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_certain_set_is_bought_with_every_endowment_of_the_corridor(data: st.DataObject) -> None:
    election = data.draw(elections())
    assume(election.voters)
    counter = counter_of(election, data.draw(equal_shares_rules(election)))
    low = Fraction(election.budget, election.voters) * data.draw(st.sampled_from([Fraction(1, 3), 1, 2]))
    width = data.draw(st.sampled_from([Fraction(0), Fraction(1, 10**6), Fraction(1), low / 50, low]))
    assert_true_of_all(counter, low, low + width, 9)


@pytest.mark.parametrize("utility", [Utility.COST, Utility.CARDINALITY, Utility.POINTS])
def test_corridors_are_true_with_every_utility(utility: Utility) -> None:
    told = 0
    for seed in range(40):
        dice = random.Random(seed)
        projects = [Project(str(i), dice.randint(2000, 20_000)) for i in range(12)]
        wishes = [[str(p) for p in dice.sample(range(12), dice.randint(1, 2))] for _ in range(60)]
        election = Election.from_ballots(
            budget=sum(p.cost for p in projects) * 3 // 5,
            projects=projects,
            ballots=[
                Ballot(tuple(wish), tuple(dice.randint(1, 3) for _ in wish), dice.choice([1, 2, 7]))
                for wish in wishes
            ],
            format=BallotFormat.POINTS,
        )
        counter = counter_of(election, RuleSpec(Rule.EQUAL_SHARES, utility=utility, ties=Ties(TieKind.FILE)))
        for step in range(6):
            low = Fraction(election.budget, election.voters) * (1 + Fraction(step, 15))
            for width in (low / 1000, low / 100):
                told += assert_true_of_all(counter, low, low + width, 5)
    assert told > 300, "corridors that never say anything save nothing"


def test_a_corridor_holds_where_the_order_of_purchases_changes() -> None:
    """Toulouse 2022: with 128 purchases some two change places at almost every increment, and the set stays the same."""
    election = fixture("France_Toulouse_2022").election
    counter = counter_of(election, RuleSpec(Rule.EQUAL_SHARES))
    reordered = 0
    for step in range(0, 1600, 40):
        low = Fraction(election.budget, election.voters) + step
        if assert_true_of_all(counter, low, low + 2, 3):
            reordered += counter.run(low).funded != counter.run(low + 2).funded
    assert reordered > 5


def test_two_projects_for_the_money_of_one_are_uncertain() -> None:
    """Both cost all that their common voters hold: which is bought is a tie, and the corridor must not choose."""
    election = Election.from_ballots(
        budget=100,
        projects=[Project("a", 100), Project("b", 100)],
        ballots=[Ballot(("a", "b"), weight=3)],
        format=BallotFormat.APPROVAL,
    )
    counter = counter_of(election, RuleSpec(Rule.EQUAL_SHARES))
    assert counter.certain(Fraction(100, 3), Fraction(100, 3)) is None
    assert counter.certain(Fraction(34), Fraction(35)) is None
    both = counter.certain(Fraction(67), Fraction(70))
    assert both is not None
    assert both.overspent
    none = counter.certain(Fraction(30), Fraction(33))
    assert none is not None
    assert none.funded == []


def test_bounds_on_money_lie_below_and_above_what_voters_hold() -> None:
    election = Election.from_ballots(
        budget=100,
        projects=[Project("a", 30), Project("b", 31), Project("c", 500)],
        ballots=[Ballot(("a",), weight=2), Ballot(("a", "b")), Ballot(("b", "c"), weight=2)],
        format=BallotFormat.APPROVAL,
    )
    counter = counter_of(election, RuleSpec(Rule.EQUAL_SHARES))
    low, high = Fraction(20), Fraction(41, 2)
    corridor = Corridor(counter.market, counter.costs, counter.eligible, low, high)
    certain = corridor.walk()
    assert certain is not None
    assert len(certain.funded) == 2
    for endowment in (low, high):
        state = counter.run(endowment).state
        assert state is not None
        assert (corridor.least_money <= state.held + 8 * UNIT * state.held).all()
        assert (corridor.most_money >= state.held - 8 * UNIT * state.held).all()
