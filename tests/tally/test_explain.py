"""Reasons are true of the count: counterfactuals hold when counted again, and every voter's shares add up."""

from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbplatform.tally import plain
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.explain import explain_project, explain_voter, race, summarise
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.outcome import Outcome, Reason, Stage
from pbplatform.tally.rules import Comparison, Completion, Endowment, Rule, RuleSpec, Stop, Utility
from tests.tally.elections import elections, equal_shares_rules, greedy_rules, ties_for


def with_ballots(election: Election, extra: list[Ballot]) -> Election:
    return Election.from_ballots(
        budget=election.budget,
        projects=election.projects,
        ballots=election.ballots() + extra,
        format=election.format,
        scale=election.scale,
        max_length=election.max_length,
        points_scale=election.points_scale,
        exclusive=election.exclusive,
        limits=election.limits,
    )


def wins_at(election: Election, spec: RuleSpec, project: str, cost: int) -> bool:
    return project in count(election.with_cost(project, cost), spec).funded


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_greedy_counterfactuals_hold_when_counted_again(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(greedy_rules(election))
    outcome = count(election, spec)
    for project in election.projects:
        why = explain_project(outcome, project.id)
        assert why.funded == (project.id in outcome.funded)
        if why.funded:
            assert why.reason is None
            assert why.left_before is not None
            continue
        if why.lower_cost is not None:
            assert wins_at(election, spec, project.id, why.lower_cost)
        if (why.lower_cost or 0) + 1 < project.cost:
            assert not wins_at(election, spec, project.id, (why.lower_cost or 0) + 1)
        if why.more_votes is not None:
            points = (election.points_scale,) if election.format is BallotFormat.POINTS else None
            enough = Ballot((project.id,), points, why.more_votes)
            assert project.id in count(with_ballots(election, [enough]), spec).funded
            fewer = [Ballot((project.id,), points, why.more_votes - 1)] if why.more_votes > 1 else []
            assert project.id not in count(with_ballots(election, fewer), spec).funded


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_lower_cost_of_equal_shares_holds_when_counted_again(data: st.DataObject) -> None:
    election = data.draw(elections())
    utilities = [Utility.COST, Utility.CARDINALITY]
    utilities += [Utility.POINTS] if election.format is BallotFormat.POINTS else []
    spec = RuleSpec(
        Rule.EQUAL_SHARES,
        utility=data.draw(st.sampled_from(utilities)),
        completion=data.draw(st.sampled_from([Completion.NONE, Completion.GREEDY])),
        threshold=data.draw(st.sampled_from([0, 2])),
    )
    outcome = count(election, spec)
    for project in election.projects:
        why = explain_project(outcome, project.id)
        if why.funded:
            continue
        if why.lower_cost is not None:
            assert wins_at(election, spec, project.id, why.lower_cost)
        if (why.lower_cost or 0) + 1 < project.cost:
            assert not wins_at(election, spec, project.id, (why.lower_cost or 0) + 1)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_the_voters_paid_adds_up_to_the_cost(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(equal_shares_rules(election))
    outcome = count(election, spec)
    paid: dict[str, Fraction] = {}
    for ballot in election.ballots():
        voter = explain_voter(outcome, ballot.choices, ballot.points)
        for share in voter.shares:
            assert share.project in outcome.funded
            paid[share.project] = paid.get(share.project, Fraction(0)) + share.paid * ballot.weight
        own = sum((s.paid for s in voter.shares if s.stage is Stage.EQUAL_SHARES), start=Fraction(0))
        if voter.endowment is not None:
            assert voter.left == voter.endowment - own
            assert voter.left >= 0
    assert paid == {p.id: p.cost for p in election.projects if p.id in outcome.funded}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_prices_rise_and_money_falls_in_the_course_of_a_count(data: st.DataObject) -> None:
    election = data.draw(elections())
    outcome = count(election, data.draw(equal_shares_rules(election)))
    for entry in outcome.rounds:
        course = explain_project(outcome, entry.project).course
        assert course[-1].price == entry.price
        assert len(course) == outcome.rounds.index(entry) + 1
    for project in election.projects:
        course = explain_project(outcome, project.id).course
        assert all(a.money >= b.money for a, b in pairwise(course))
        prices = [standing.price for standing in course if standing.price is not None]
        assert prices == sorted(prices)


class FixedPurses(plain.Count):
    """The plain count with these endowments, that ends before a purchase which breaks the budget."""

    def __init__(self, election: plain.Data, options: plain.Data, endowment: Fraction) -> None:
        super().__init__(election, options)
        self.given = endowment

    def _raise(self, eligible: list[str], stakes: list[dict[str, int]]) -> list[plain.Purchase]:
        run = self._fixed(eligible, stakes, self.given)
        self.held = run.held
        fits = sum(self.cost[project] for project in run.projects) <= self.budget
        return run.bought if fits else run.bought[:-1]


def fewest_by_trying(outcome: Outcome, project: str) -> int | None:
    """The smallest set of other voters with which the plain count funds a project when they choose it too, by trying all."""
    data, options = outcome.election.to_dict(), outcome.spec.to_dict()
    rows = [{**b, "weight": 1} for b in data["ballots"] for _ in range(b["weight"])]
    others = [i for i, row in enumerate(rows) if project not in row["choices"]]
    assert outcome.endowment is not None
    for size in range(1, len(others) + 1):
        for asked in combinations(others, size):
            changed = [dict(row) for row in rows]
            for i in asked:
                changed[i]["choices"] = [*rows[i]["choices"], project]
                if rows[i]["points"] is not None:
                    changed[i]["points"] = [*rows[i]["points"], data["points_scale"]]
            again = FixedPurses({**data, "ballots": changed}, options, outcome.endowment)
            if project in again.outcome()["funded"]:
                return size
    return None


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_fewest_further_votes_of_equal_shares_are_found_by_trying_all_sets_of_voters(
    data: st.DataObject,
) -> None:
    formats = st.sampled_from([BallotFormat.APPROVAL, BallotFormat.POINTS])
    election = data.draw(elections(formats).filter(lambda election: 0 < election.voters <= 6))
    utilities = [Utility.COST, Utility.CARDINALITY]
    utilities += [Utility.POINTS] if election.format is BallotFormat.POINTS else []
    spec = RuleSpec(
        Rule.EQUAL_SHARES,
        utility=data.draw(st.sampled_from(utilities)),
        endowment=data.draw(st.sampled_from(Endowment)),
        completion=data.draw(st.sampled_from([Completion.NONE, Completion.GREEDY])),
        threshold=data.draw(st.sampled_from([0, 2])),
        ties=data.draw(ties_for(election)),
    )
    outcome = count(election, spec)
    for entry in outcome.unfunded:
        assert explain_project(outcome, entry.project).more_votes == fewest_by_trying(outcome, entry.project)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_with_add_one_the_fewest_further_votes_hold_for_the_purses_of_the_outcome(
    data: st.DataObject,
) -> None:
    formats = st.just(BallotFormat.APPROVAL)
    election = data.draw(elections(formats).filter(lambda election: 0 < election.voters <= 6))
    largest = max(election.budget, *(p.cost for p in election.projects))
    spec = RuleSpec(
        Rule.EQUAL_SHARES,
        completion=Completion.ADD_ONE,
        stop=data.draw(st.sampled_from(Stop)),
        increment=max(1, largest // 40),
    )
    outcome = count(election, spec)
    for entry in outcome.unfunded:
        assert explain_project(outcome, entry.project).more_votes == fewest_by_trying(outcome, entry.project)


@pytest.mark.parametrize("voters", [3, 5, 6, 7, 10, 49])
def test_all_voters_together_who_hold_exactly_the_cost_are_enough(voters: int) -> None:
    """All bought two of three equal projects and hold exactly the third one's cost: a rounding must not say "impossible"."""
    election = Election.from_ballots(
        budget=3,
        projects=[Project(name, 1) for name in ("a", "b", "c")],
        ballots=[Ballot(("a", "b"), weight=voters)],
        format=BallotFormat.APPROVAL,
    )
    outcome = count(election, RuleSpec(Rule.EQUAL_SHARES))
    assert explain_project(outcome, "c").more_votes == voters


PARK = Election.from_ballots(
    budget=100,
    projects=[
        Project("park", 60),
        Project("road", 50),
        Project("bench", 10),
        Project("moon", 400),
        Project("none", 5),
    ],
    ballots=[
        Ballot(("park",), weight=6),
        Ballot(("road", "bench"), weight=3),
        Ballot(("moon", "road"), weight=1),
    ],
    format=BallotFormat.APPROVAL,
)


def test_a_loser_learns_what_it_lacked() -> None:
    """Ten voters hold 10 each. Road's four never hold its 50, and 30 when bench is paid; at 40 road comes before bench."""
    outcome = count(PARK, RuleSpec(Rule.EQUAL_SHARES))
    assert set(outcome.funded) == {"park", "bench"}
    road = explain_project(outcome, "road")
    assert (road.reason, road.have, road.need) == (Reason.SUPPORTERS_MONEY, 30, 50)
    assert road.impossible_after == 0
    assert road.lower_cost == 40
    moon = explain_project(outcome, "moon")
    assert (moon.reason, moon.have, moon.need) == (Reason.DEARER_THAN_BUDGET, 100, 400)
    assert explain_project(outcome, "none").reason is Reason.NO_SUPPORT
    assert explain_project(outcome, "none").lower_cost is None


def test_a_loser_of_greedy_learns_how_many_votes_it_lacked() -> None:
    outcome = count(PARK, RuleSpec(Rule.GREEDY))
    assert outcome.funded == ("park", "bench")
    road = explain_project(outcome, "road")
    assert (road.reason, road.have, road.need, road.left_before) == (Reason.DOES_NOT_FIT, 40, 50, 40)
    assert road.lower_cost == 40
    assert road.more_votes == 2


def test_a_receipt_shows_what_the_vote_paid_for() -> None:
    outcome = count(PARK, RuleSpec(Rule.EQUAL_SHARES))
    voter = explain_voter(outcome, ("road", "bench"))
    assert [(share.project, share.paid) for share in voter.shares] == [("bench", Fraction(10, 3))]
    assert voter.not_funded == ("road",)
    assert voter.left == Fraction(20, 3)


def test_the_summary_counts_all_voters_under_both_rules() -> None:
    outcome = count(PARK, RuleSpec(Rule.EQUAL_SHARES, comparison=Comparison.REPRESENTED))
    summary = summarise(outcome)
    assert summary.funded_per_voter == {0: 1, 1: 9}
    assert summary.other.spec.rule is Rule.GREEDY
    assert summary.other_per_voter == {0: 1, 1: 9}
    assert summary.only_here == summary.only_other == ()
    assert len(race(outcome)) == len(outcome.rounds) + 1
    assert sum(summary.by_district.values()) == outcome.cost
