"""Losers are told what they lacked: money, voters, a lower cost, or the luck of the lot."""

from collections.abc import Mapping

import pytest
from flask import Flask
from flask_babel import force_locale

from pbplatform.results.figures import courses, needs, within_reach
from pbplatform.results.reasons import Part, Story, stories
from pbplatform.results.sentences import available, tell
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.rules import Completion, Rule, RuleSpec, TieKind, Ties


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


def fates(election: Election, spec: RuleSpec) -> Mapping[str, Story]:
    outcome = count(election, spec)
    ids = [project.id for project in election.projects]
    votes = dict(zip(ids, election.votes, strict=True))
    figures = {
        "votes": votes,
        "points": votes,
        "needs": needs(election, outcome),
        "course": courses(election, outcome),
        **within_reach(election, outcome),
    }
    return stories(outcome.to_dict(), figures, {project.id: project.cost for project in election.projects})


def parts(story: Story) -> list[Part]:
    return [sentence.part for sentence in story.sentences]


def three_level() -> Election:
    """Ten voters each for three projects of 60; there is money for one of them."""
    ids = ("park", "road", "school")
    return Election.from_ballots(
        budget=100,
        projects=[Project(name, 60) for name in ids],
        ballots=[Ballot((name,), weight=10) for name in ids],
        format=BallotFormat.APPROVAL,
    )


@pytest.mark.parametrize(
    ("ties", "won", "lost"),
    [
        (Ties(TieKind.GIVEN, ("road", "school", "park")), Part.TIE_WON, Part.TIE_LOST),
        (Ties(TieKind.FILE), Part.ORDER_WON, Part.ORDER_LOST),
    ],
)
def test_a_tie_names_who_came_first_and_what_decided(ties: Ties, won: Part, lost: Part) -> None:
    found = fates(three_level(), RuleSpec(Rule.GREEDY, ties=ties))
    first = "road" if ties.order else "park"
    behind = [name for name in found if name != first]
    assert {*{s.part: s.projects for s in found[first].sentences}[won]} == {*behind}
    for name in behind:
        assert {s.part: s.projects for s in found[name].sentences}[lost] == (first,)


def test_a_project_dearer_than_all_the_money_hears_just_that_under_either_rule() -> None:
    election = Election.from_ballots(
        budget=100,
        projects=[Project("bridge", 120), Project("road", 40)],
        ballots=[Ballot(("bridge",), weight=9), Ballot(("road",), weight=3)],
        format=BallotFormat.APPROVAL,
    )
    for spec in (RuleSpec(Rule.GREEDY), RuleSpec(Rule.GREEDY, skip=False), RuleSpec(Rule.EQUAL_SHARES)):
        story = fates(election, spec)["bridge"]
        assert parts(story) == [Part.VOTES, Part.DEARER_THAN_BUDGET]
        assert available(story) == (100, 120)


def test_shares_are_said_to_be_spent_or_raised_only_where_they_were() -> None:
    untouched = fates(a_vote(3), RuleSpec(Rule.EQUAL_SHARES))["road"]
    assert not {Part.SPENT_ELSEWHERE, Part.SHARES_ARE_A_MEASURE} & {*parts(untouched)}
    raised = fates(three_level(), RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE))
    assert any(Part.SHARES_ARE_A_MEASURE in parts(story) for story in raised.values())
