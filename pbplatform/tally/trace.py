"""All reasons of an outcome as one piece of plain data, for `pbplatform tally --explain --json`.

What decided is exact ("numerator/denominator") in the outcome itself. Here amounts are whole minor units rounded down and
prices are floats, for people and pictures: one exact price of a long count fills a page.
"""

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from pbplatform.tally.explain import ProjectReasons, Summary, explain_project, replay_of, summarise
from pbplatform.tally.outcome import Outcome


def trace(outcome: Outcome) -> dict[str, Any]:
    """The reasons of every project in the order of the list, the course of each through the rounds, and the voters."""
    replay = replay_of(outcome)
    reasons = [explain_project(outcome, project.id, replay) for project in outcome.election.projects]
    return {"projects": [_project(why) for why in reasons], "voters": _voters(summarise(outcome))}


def _project(why: ProjectReasons) -> dict[str, Any]:
    data = asdict(why)
    data["price"] = None if why.price is None else float(why.price)
    data["score"] = None if why.score is None else float(why.score)
    data["have"], data["need"] = _whole(why.have), _whole(why.need)
    data["course"] = [
        {
            "round": standing.round,
            "money": _whole(standing.money),
            "price": None if standing.price is None else float(standing.price),
        }
        for standing in why.course
    ]
    return data


def _whole(value: Fraction | None) -> int | None:
    return None if value is None else int(value)


def _voters(summary: Summary) -> dict[str, Any]:
    """Voters by number of funded choices under both rules, what only one of them funds, and where the money goes."""
    return {
        "all": summary.voters,
        "by_funded_choices": {str(number): voters for number, voters in summary.funded_per_voter.items()},
        "other_rule": summary.other.spec.to_dict(),
        "other_by_funded_choices": {
            str(number): voters for number, voters in summary.other_per_voter.items()
        },
        "only_here": list(summary.only_here),
        "only_other": list(summary.only_other),
        "cost_by_category": summary.by_category,
        "cost_by_district": summary.by_district,
    }
