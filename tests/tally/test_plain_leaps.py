"""The plain count leaps over increments of add-one only where a step-by-step count would find the same."""

from fractions import Fraction
from typing import Any

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
