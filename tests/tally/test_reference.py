"""The fast count equals the plain one, to the last byte, on elections made to break it."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pbplatform.tally import plain
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election
from tests.tally.elections import elections, equal_shares_rules, greedy_rules


def expanded(election: Election) -> plain.Data:
    """The election as plain data with one row for each voter, in any order."""
    data = election.to_dict()
    rows = [{**ballot, "weight": 1} for ballot in data["ballots"] for _ in range(ballot["weight"])]
    random.Random(7).shuffle(rows)
    return {**data, "ballots": rows}


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_greedy_equals_the_plain_count(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(greedy_rules(election))
    assert count(election, spec).to_bytes() == plain.to_bytes(plain.count(expanded(election), spec.to_dict()))


@settings(max_examples=800, deadline=None)
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
