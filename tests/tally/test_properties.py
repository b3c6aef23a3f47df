"""What the rules promise, whatever the election: axioms as properties, and worked examples."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbplatform.tally.comparison import funded_per_voter
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, ElectionError, Limit, Project
from pbplatform.tally.errors import RuleError
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.outcome import Reason, Verdict
from pbplatform.tally.rules import (
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
from tests.tally.elections import elections, equal_shares_rules, greedy_rules

APPROVALS = st.just(BallotFormat.APPROVAL)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_budget_is_never_exceeded_but_by_extra_money(data: st.DataObject) -> None:
    election = data.draw(elections())
    rule = data.draw(st.sampled_from([greedy_rules, equal_shares_rules]))
    outcome = count(election, data.draw(rule(election)))
    extra = [s for s in outcome.steps if s.verdict is Verdict.FUNDED_WITH_EXTRA]
    own = sum(election.projects[election.index[s.project]].cost - s.left for s in extra)
    assert outcome.cost - own <= election.budget
    assert outcome.cost == sum(p.cost for p in election.projects if p.id in outcome.funded)
    assert len(set(outcome.funded)) == len(outcome.funded)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_project_is_funded_or_has_its_reason(data: st.DataObject) -> None:
    election = data.draw(elections())
    rule = data.draw(st.sampled_from([greedy_rules, equal_shares_rules]))
    outcome = count(election, data.draw(rule(election)))
    told = {entry.project for entry in outcome.unfunded}
    assert told.isdisjoint(outcome.funded)
    assert told | set(outcome.funded) == set(election.index)
    for group in election.exclusive:
        assert sum(project in outcome.funded for project in group) <= 1
    for entry in outcome.unfunded:
        if entry.reason in (Reason.SUPPORTERS_MONEY, Reason.DOES_NOT_FIT, Reason.BELOW_THRESHOLD):
            assert entry.have < entry.need


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_equal_shares_gives_every_cohesive_group_its_due(data: st.DataObject) -> None:
    """Extended justified representation up to one project, with cost utilities, by checking all groups and sets.

    Voters whose share of the budget pays for a set of projects that all of them chose: one of them gets at least the
    worth of that set, were one more of its projects funded.
    """
    election = data.draw(elections(APPROVALS, plain=True))
    assume(election.voters)
    outcome = count(election, RuleSpec(Rule.EQUAL_SHARES, utility=Utility.COST))
    cost = {project.id: project.cost for project in election.projects}
    ballots = election.ballots()
    for size in range(1, len(cost) + 1):
        for wanted in combinations(cost, size):
            group = [b for b in ballots if set(wanted) <= set(b.choices)]
            due = sum(cost[p] for p in wanted)
            if sum(b.weight for b in group) * election.budget < due * election.voters or not group:
                continue
            got = [sum(cost[p] for p in outcome.funded if p in b.choices) for b in group]
            missing = [max((cost[p] for p in wanted if p not in outcome.funded), default=0) for _ in group]
            assert any(own >= due or own + more > due for own, more in zip(got, missing, strict=True))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_with_a_higher_endowment_each_price_of_the_same_purchases_falls(data: st.DataObject) -> None:
    """The heart of the certified jump: while the sequence is the same, prices fall and money left rises."""
    election = data.draw(elections())
    assume(election.voters)
    less = count(election, RuleSpec(Rule.EQUAL_SHARES))
    richer = Election.from_ballots(
        budget=election.budget + data.draw(st.integers(1, election.budget)),
        projects=election.projects,
        ballots=election.ballots(),
        format=election.format,
        points_scale=election.points_scale,
    )
    more = count(richer, RuleSpec(Rule.EQUAL_SHARES))
    for before, after in zip(less.rounds, more.rounds, strict=False):
        if before.project != after.project:
            break
        assert after.price <= before.price


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_exhaustive_stop_never_raises_further_than_the_other(data: st.DataObject) -> None:
    election = data.draw(elections())
    step = max(1, max(p.cost for p in election.projects) // 20)
    counts = {
        stop: count(
            election, RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE, stop=stop, increment=step)
        )
        for stop in Stop
    }
    assert counts[Stop.EXHAUSTIVE].increments <= counts[Stop.OVERSPEND].increments


def vote(budget: int, costs: dict[str, int], *ballots: tuple[str, int], **more: object) -> Election:
    """An approval election from "a b" texts and weights."""
    return Election.from_ballots(
        budget=budget,
        projects=[Project(name, cost) for name, cost in costs.items()],
        ballots=[Ballot(tuple(text.split()), weight=weight) for text, weight in ballots],
        format=BallotFormat.APPROVAL,
        **more,
    )


def test_two_districts_one_takes_all_under_greedy_each_has_its_part_under_equal_shares() -> None:
    """The textbook case: 60 voters want the three projects of their side, 40 want the other three; all cost 100 of 300."""
    costs = dict.fromkeys(["n1", "n2", "n3", "s1", "s2", "s3"], 100)
    election = vote(300, costs, ("n1 n2 n3", 60), ("s1 s2 s3", 40))
    assert count(election, RuleSpec(Rule.GREEDY)).funded == ("n1", "n2", "n3")
    shares = count(election, RuleSpec(Rule.EQUAL_SHARES))
    assert set(shares.funded) == {"n1", "s1"}
    assert [r.price for r in shares.rounds] == [Fraction(1, 60), Fraction(1, 40)]
    completed = count(election, RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE))
    assert set(completed.funded) == {"n1", "n2", "s1"}
    assert completed.increments == 1
    assert funded_per_voter(election, completed.funded) == {1: 40, 2: 60}


def test_supporters_who_hold_exactly_the_cost_can_buy_it() -> None:
    """Three of seven voters hold 3/7 of 70,000.07 exactly; floats would lose the project by a rounding."""
    election = vote(7_000_007, {"exact": 3_000_003, "over": 4_000_005}, ("exact", 3), ("over", 4))
    outcome = count(election, RuleSpec(Rule.EQUAL_SHARES))
    assert outcome.funded == ("exact",)
    why = outcome.unfunded[0]
    assert (why.reason, why.have, why.need) == (Reason.SUPPORTERS_MONEY, 4_000_004, 4_000_005)


def test_a_poor_supporter_gives_what_is_left_and_the_others_share_the_rest() -> None:
    """4 voters hold 25 each. "a" costs 60: 20 each from three. "b" costs 25: one has 5 left, the other pays 20."""
    election = vote(100, {"a": 60, "b": 25}, ("a", 2), ("a b", 1), ("b", 1))
    outcome = count(election, RuleSpec(Rule.EQUAL_SHARES))
    assert outcome.funded == ("a", "b")
    assert [(r.price, r.paid_full, r.paid_rest) for r in outcome.rounds] == [
        (Fraction(20, 60), 3, 0),
        (Fraction(20, 25), 1, 1),
    ]


def test_cardinality_prefers_many_small_projects_where_cost_does_not() -> None:
    costs = {"big": 90, "s1": 30, "s2": 30, "s3": 30}
    election = vote(90, costs, ("big", 1), ("s1 s2 s3 big", 2))
    by_cost = count(election, RuleSpec(Rule.EQUAL_SHARES, utility=Utility.COST))
    by_number = count(election, RuleSpec(Rule.EQUAL_SHARES, utility=Utility.CARDINALITY))
    assert by_cost.funded == ("big",)
    assert by_number.funded == ("s1", "s2")


def test_a_rounded_down_endowment_can_change_the_winners() -> None:
    election = vote(100, {"a": 33, "b": 50}, ("a", 1), ("b", 2))
    assert count(election, RuleSpec(Rule.EQUAL_SHARES)).funded == ("b", "a")
    assert count(election, RuleSpec(Rule.EQUAL_SHARES, endowment=Endowment.FLOOR)).funded == ("b", "a")
    cents = vote(100, {"a": 33, "b": 50}, ("a", 1), ("b", 2), scale=10)
    assert count(cents, RuleSpec(Rule.EQUAL_SHARES, endowment=Endowment.FLOOR)).funded == ("b",)


def test_options_of_greedy() -> None:
    election = vote(100, {"a": 70, "b": 40, "c": 30}, ("a", 3), ("b", 2), ("c", 1))
    assert count(election, RuleSpec(Rule.GREEDY)).funded == ("a", "c")
    assert count(election, RuleSpec(Rule.GREEDY, skip=False)).funded == ("a",)
    extra = count(election, RuleSpec(Rule.GREEDY, skip=False, extra_percent=75))
    assert (extra.funded, extra.cost) == (("a", "b"), 110)
    assert count(election, RuleSpec(Rule.GREEDY, skip=False, extra_percent=76)).funded == ("a",)
    assert count(election, RuleSpec(Rule.GREEDY, threshold=2)).funded == ("a",)
    per_cost = RuleSpec(Rule.GREEDY, order=Order.VOTES_PER_COST)
    assert count(election, per_cost).funded == ("b", "c")
    rivals = count(election.with_exclusive(["a", "c"]), RuleSpec(Rule.GREEDY))
    assert rivals.funded == ("a",)
    assert [(u.project, u.reason, u.blocked_by) for u in rivals.unfunded][1] == ("c", Reason.EXCLUDED, "a")


def test_a_limit_per_category_and_the_second_pass_without_it() -> None:
    projects = [Project(name, 30, "", ("park",)) for name in "abc"] + [Project("d", 30, "", ("road",))]
    election = Election.from_ballots(
        budget=100,
        projects=projects,
        ballots=[Ballot(("a", "b", "c")), Ballot(("d",))],
        format=BallotFormat.APPROVAL,
        limits=[Limit(LimitKind.CATEGORY, "park", 60)],
    )
    ties = Ties(TieKind.FILE)
    limited = count(election, RuleSpec(Rule.GREEDY, ties=ties))
    assert limited.funded == ("a", "b", "d")
    assert (limited.unfunded[0].reason, limited.unfunded[0].blocked_by) == (Reason.OVER_LIMIT, "park")
    assert count(election, RuleSpec(Rule.GREEDY, ties=ties, leftover=True)).funded == ("a", "b", "d")
    wider = Election.from_ballots(
        budget=120,
        projects=projects,
        ballots=election.ballots(),
        format=election.format,
        limits=election.limits,
    )
    assert count(wider, RuleSpec(Rule.GREEDY, ties=ties, leftover=True)).funded == ("a", "b", "d", "c")


def test_ties_are_decided_as_announced_and_reported() -> None:
    election = vote(10, {"10": 10, "9": 10}, ("10 9", 5))
    for kind, winner in ((TieKind.ID, "9"), (TieKind.FILE, "10"), (TieKind.VOTES_COST, "10")):
        for rule in Rule:
            outcome = count(election, RuleSpec(rule, ties=Ties(kind)))
            assert outcome.funded == (winner,)
            assert len(outcome.ties) == 1
            assert outcome.ties[0].decisive
    given_order = Ties(TieKind.GIVEN, ("9", "10"))
    assert count(election, RuleSpec(Rule.EQUAL_SHARES, ties=given_order)).funded == ("9",)


def test_the_comparison_counts_all_voters_and_can_switch() -> None:
    """One voter's 3 go to the small project, and the big one can no longer be paid: four of five would rather switch."""
    election = vote(10, {"big": 10, "small": 2}, ("big", 4), ("small", 1))
    spec = RuleSpec(Rule.EQUAL_SHARES, comparison=Comparison.UTILITY)
    kept = count(election, spec)
    assert kept.compared is not None
    assert kept.funded == ("small",)
    assert (kept.compared.equal_shares, kept.compared.greedy, kept.compared.equal) == (1, 4, 0)
    assert kept.compared.greedy_preferred
    switched = count(election, RuleSpec(Rule.EQUAL_SHARES, comparison=Comparison.REPRESENTED, switch=True))
    assert switched.funded == ("big",)
    assert switched.compared is not None
    assert switched.compared.switched


@pytest.mark.parametrize("voters", [0, 1])
def test_nobody_or_one_voter_can_be_counted(voters: int) -> None:
    election = vote(10, {"a": 6, "b": 3}, *[("a b", 1)] * voters)
    for completion in Completion:
        outcome = count(election, RuleSpec(Rule.EQUAL_SHARES, completion=completion))
        assert set(outcome.funded) == ({"a", "b"} if voters else set())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"budget": 0}, "above zero"),
        ({"budget": 10**16}, "is above"),
        ({"budget": 1.5}, "whole number"),
        ({"projects": [Project("a", 0)]}, "cost of project a"),
        ({"projects": [Project("a", 1), Project("a", 2)]}, "listed twice"),
        ({"ballots": [Ballot(("z",))]}, "unknown project z"),
        ({"ballots": [Ballot(("a", "a"))]}, "same project twice"),
        ({"ballots": [Ballot(("a",), weight=0)]}, "weight"),
        ({"exclusive": [["a"]]}, "at least two"),
        ({"exclusive": [["a", "z"]]}, "Unknown project z"),
        ({"format": BallotFormat.POINTS, "ballots": [Ballot(("a",))]}, "as many numbers"),
        ({"format": BallotFormat.POINTS, "ballots": [Ballot(("a",), (-1,))]}, "Points must"),
        ({"format": BallotFormat.CHOOSE_ONE, "ballots": [Ballot(("a", "b"))]}, "more than one choice"),
    ],
)
def test_an_election_that_cannot_be_counted_is_refused(change: dict[str, object], words: str) -> None:
    whole: dict[str, object] = {
        "budget": 10,
        "projects": [Project("a", 1), Project("b", 1)],
        "ballots": [],
        "format": BallotFormat.APPROVAL,
    }
    with pytest.raises(ElectionError, match=words):
        Election.from_ballots(**{**whole, **change})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "missing"),
        ({"rule": "lottery"}, "no value"),
        ({"rule": "greedy", "colour": 1}, "Unknown option"),
        ({"rule": "greedy", "threshold": True}, "no value"),
        ({"rule": "greedy", "threshold": -1}, "below zero"),
        ({"rule": "greedy", "extra_percent": 80}, "does not skip"),
        ({"rule": "greedy", "completion": "add-one"}, "does not read"),
        ({"rule": "equal-shares", "switch": True}, "comparison"),
        ({"rule": "equal-shares", "ties": {"kind": "given"}}, "order"),
        ({"rule": "equal-shares", "ties": {}}, "no value"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(data: dict[str, object], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        RuleSpec.from_dict(data)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_rule_survives_being_written_down(data: st.DataObject) -> None:
    election = data.draw(elections())
    rule = data.draw(st.sampled_from([greedy_rules, equal_shares_rules]))
    spec = data.draw(rule(election))
    assert RuleSpec.from_dict(spec.to_dict()) == spec


def test_an_order_of_ties_must_name_every_project() -> None:
    election = vote(10, {"a": 5, "b": 5}, ("a", 1))
    for order in (("a",), ("a", "a"), ("a", "b", "c")):
        with pytest.raises(RuleError, match="every project exactly once"):
            count(election, RuleSpec(Rule.GREEDY, ties=Ties(TieKind.GIVEN, order)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_with_projects_of_one_cost_every_cohesive_group_has_its_full_due(data: st.DataObject) -> None:
    """Extended justified representation without "up to one" (Peters and Skowron, EC 2020: "Rule X" for committees)."""
    names = ["a", "b", "c", "d", "e"][: data.draw(st.integers(1, 5))]
    cost, seats = data.draw(st.sampled_from([1, 7, 100])), data.draw(st.integers(1, 5))
    wishes = st.lists(st.sampled_from(names), unique=True)
    rows = data.draw(st.lists(st.tuples(wishes, st.sampled_from([1, 1, 2, 5])), min_size=1, max_size=7))
    election = vote(cost * seats, dict.fromkeys(names, cost), *((" ".join(w), n) for w, n in rows))
    funded = set(count(election, RuleSpec(Rule.EQUAL_SHARES)).funded)
    for size in range(1, min(seats, len(names)) + 1):
        for wanted in combinations(names, size):
            group = [b for b in election.ballots() if set(wanted) <= set(b.choices)]
            if group and sum(b.weight for b in group) * seats >= size * election.voters:
                assert any(len(funded & set(b.choices)) >= size for b in group)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_more_money_only_adds_winners_where_greedy_stops_at_the_first_that_does_not_fit(
    data: st.DataObject,
) -> None:
    election = data.draw(elections(plain=True))
    spec = RuleSpec(Rule.GREEDY, order=data.draw(st.sampled_from(Order)), skip=False)
    richer = replace(election, budget=election.budget + data.draw(st.integers(1, election.budget)))
    less, more = count(election, spec).funded, count(richer, spec).funded
    assert more[: len(less)] == less


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_winner_of_greedy_by_votes_stays_one_when_it_becomes_cheaper(data: st.DataObject) -> None:
    election = data.draw(elections(plain=True))
    spec = RuleSpec(Rule.GREEDY, skip=data.draw(st.booleans()), ties=Ties(TieKind.FILE))
    for project in count(election, spec).funded:
        dear = election.projects[election.index[project]].cost
        cheaper = election.with_cost(project, data.draw(st.integers(1, dear)))
        assert project in count(cheaper, spec).funded


@pytest.mark.parametrize(
    ("spec", "budget", "costs", "ballots"),
    [
        # With 100 the two small ones fit; one more pays for the popular large one, and only the crumbs are left.
        (RuleSpec(Rule.GREEDY), 100, {"big": 101, "a": 50, "b": 50}, [("big", 3), ("a", 2), ("b", 1)]),
        # With 5 a voter, "a" is out of reach of its three and "b" is bought; with 6 they buy "a", and "b" is not.
        (RuleSpec(Rule.EQUAL_SHARES), 20, {"a": 18, "b": 10}, [("a b", 2), ("a", 1), ("", 1)]),
    ],
)
def test_more_money_can_cost_a_winner_its_place_under_greedy_that_skips_and_under_equal_shares(
    spec: RuleSpec, budget: int, costs: dict[str, int], ballots: list[tuple[str, int]]
) -> None:
    """Known of both rules (they are not "limit monotone"), and said in docs/counting.md."""
    election = vote(budget, costs, *ballots)
    richer = replace(election, budget=budget + (1 if spec.rule is Rule.GREEDY else 4))
    assert not set(count(election, spec).funded) <= set(count(richer, spec).funded)


def test_the_running_example_of_the_survey_on_committees() -> None:
    """Lackner and Skowron, "Multi-Winner Voting with Approval Preferences" (2023), Rule X: 12 voters, 4 of 7 seats.

    With seats at 24 everybody holds 8. a's eight pay 3 each; then b's and c's supporters hold 5 + 5 + 5 + 8 = 23, one too
    few. Raising buys b with 9, c with 10, d with 15, and f would be the fifth with 18. The survey elects a, b, c, d too.
    """
    wishes = [("a b", 3), ("a c", 3), ("a d", 2), ("b c f", 1), ("e", 1), ("f", 1), ("g", 1)]
    election = vote(96, dict.fromkeys("abcdefg", 24), *wishes)
    bare = count(election, RuleSpec(Rule.EQUAL_SHARES, utility=Utility.CARDINALITY))
    assert [(r.project, r.price) for r in bare.rounds] == [("a", 3)]
    assert {u.project: u.have for u in bare.unfunded} == {"b": 23, "c": 23, "d": 10, "e": 8, "f": 16, "g": 8}
    raised = RuleSpec(Rule.EQUAL_SHARES, utility=Utility.CARDINALITY, completion=Completion.ADD_ONE)
    outcome = count(election, raised)
    assert (set(outcome.funded), outcome.endowment) == (set("abcd"), 17)
    first = count(election, replace(raised, stop=Stop.EXHAUSTIVE))
    assert (set(first.funded), first.endowment) == (set("abcd"), 15)
