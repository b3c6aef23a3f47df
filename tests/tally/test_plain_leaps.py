"""The plain count leaps over increments of add-one only where a step-by-step count would find the same."""

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbplatform.tally import plain
from pbplatform.tally.rules import Completion
from tests.tally.elections import elections, equal_shares_rules


class StepByStep(plain.Count):
    """The definition: every endowment is counted."""

    def _raise(self, eligible: list[str], stakes: list[dict[str, int]]) -> list[plain.Purchase]:
        start = Fraction(self.budget, self.voters)
        scale = self.election["scale"]
        if self.options["endowment"] == "floor":
            start = Fraction(start // scale * scale)
        step = self.options["increment"] or scale
        run = self._fixed(eligible, stakes, start)
        while self.options["completion"] in ("add-one", "add-one-greedy"):
            if self._finished(eligible, stakes, run.projects):
                break
            more = self._fixed(eligible, stakes, start + (self.increments + 1) * step)
            if sum(self.cost[p] for p in more.projects) > self.budget:
                break
            self.increments += 1
            run = more
        self.endowment, self.held = start + self.increments * step, run.held
        return run.bought


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_leaps_change_nothing(data: st.DataObject) -> None:
    election = data.draw(elections())
    spec = data.draw(equal_shares_rules(election))
    options: Any = spec.to_dict()
    if options["completion"] not in ("add-one", "add-one-greedy"):
        options = {**options, "completion": Completion.ADD_ONE.value}
    expected = StepByStep(election.to_dict(), options).outcome()
    assert plain.to_bytes(plain.count(election.to_dict(), options)) == plain.to_bytes(expected)


def from_dice(seed: int) -> tuple[Any, Any]:
    """A small election whose outcome often changes from one endowment to the next."""
    dice = random.Random(seed)
    number = dice.randint(4, 7)
    projects = [
        {"id": str(i), "cost": dice.randint(20, 120), "categories": [], "district": ""} for i in range(number)
    ]
    ballots = [
        {
            "choices": sorted(map(str, dice.sample(range(number), dice.randint(1, 3)))),
            "points": None,
            "weight": dice.randint(1, 4),
        }
        for _ in range(dice.randint(4, 9))
    ]
    election = {
        "budget": dice.randint(150, 400),
        "projects": projects,
        "ballots": ballots,
        "format": "approval",
        "limits": [],
        "exclusive": [],
        "max_length": None,
        "points_scale": 1,
        "scale": 1,
    }
    options = {
        "rule": "equal-shares",
        "utility": dice.choice(["cost", "cardinality"]),
        "completion": "add-one",
        "increment": 0,
        "endowment": "exact",
        "stop": "overspend",
        "order": "votes",
        "threshold": 0,
        "ties": {"kind": "votes-cost", "order": []},
        "comparison": "none",
        "switch": False,
        "borda": "ballot-length",
    }
    return election, options


@pytest.mark.parametrize("seed", [2446, *range(40)])
def test_the_same_ends_do_not_prove_the_same_middle(seed: int) -> None:
    """In the first of these the projects at both ends of a leap are the same and others win in between."""
    election, options = from_dice(seed)
    expected = StepByStep(election, options).outcome()
    assert plain.to_bytes(plain.count(election, options)) == plain.to_bytes(expected)
