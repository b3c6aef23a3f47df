"""Losers of Equal Shares are told how many voters, and what lower cost, would have made them win."""

import pytest
from flask import Flask
from flask_babel import force_locale

from pbplatform.results.figures import within_reach
from pbplatform.results.reasons import Part, stories
from pbplatform.results.sentences import tell
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.rules import Rule, RuleSpec


def a_vote(road_voters: int, format: BallotFormat = BallotFormat.APPROVAL) -> Election:
    """Ten voters hold 10 each: six want the park for 60, and of the other four so many the road for 40."""
    others = [Ballot(("road",) if number < road_voters else ()) for number in range(4)]
    return Election.from_ballots(
        budget=100,
        projects=[Project("park", 60), Project("road", 40)],
        ballots=[Ballot(("park",), weight=6), *others],
        format=format,
    )


def told_of_road(election: Election, spec: RuleSpec) -> list[str]:
    outcome = count(election, spec)
    votes = dict(zip(("park", "road"), election.votes, strict=True))
    figures = {"votes": votes, "points": votes, "needs": {}, **within_reach(election, outcome)}
    story = stories(outcome.to_dict(), figures, {"park": 60, "road": 40})["road"]
    kept = [s for s in story.sentences if s.part in (Part.MORE_VOTERS, Part.LOWER_COST)]
    return tell(type(story)(story.code, story.funded, story.place, tuple(kept)), {}, str, str)


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "at least 1 more voter would", "at least 2 more voters would"),
        ("ka", "სულ მცირე 1 ამომრჩეველს", "სულ მცირე 2 ამომრჩეველს"),
        ("bg", "да го избере поне още 1 гласувал,", "да го изберат поне още 2 гласували,"),
    ],
)
def test_a_loser_of_equal_shares_learns_how_many_voters_it_lacked(
    app: Flask, language: str, one: str, two: str
) -> None:
    spec = RuleSpec(Rule.EQUAL_SHARES)
    with app.test_request_context(), force_locale(language):
        for lacking, words in ((1, one), (2, two)):
            election = a_vote(4 - lacking)
            cheaper, voters = told_of_road(election, spec)
            assert words in voters
            assert str(40 - 10 * lacking) in cheaper
            assert "road" not in count(election, spec).funded
        assert count(a_vote(4), spec).funded == ("park", "road")


def test_votes_are_not_told_where_a_further_choice_changes_what_the_others_are_worth(app: Flask) -> None:
    election = a_vote(3, format=BallotFormat.CHOOSE_ONE)
    with app.test_request_context(), force_locale("en"):
        (only,) = told_of_road(election, RuleSpec(Rule.EQUAL_SHARES))
        assert "cost of 30" in only


def test_nothing_of_it_is_told_where_greedy_decided() -> None:
    election = a_vote(3)
    assert within_reach(election, count(election, RuleSpec(Rule.GREEDY))) == {
        "more_voters": {},
        "lower_cost": {},
    }
