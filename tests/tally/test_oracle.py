"""Equal Shares beside pabutools, an independent implementation, where `PB_PABUTOOLS_PYTHON` names an interpreter with it.

It is no dependency and never will be: its licence and its own dependencies do not fit a product like this one.
"""

import json
import os
import subprocess

import pytest

from bench.tally import PABUTOOLS
from pbplatform.tally.count import count
from pbplatform.tally.rules import Completion, Rule, RuleSpec, Stop
from tests.tally.test_fixtures import FOLDER, fixture

PYTHON = os.environ.get("PB_PABUTOOLS_PYTHON")


ELECTIONS = ["Poland_Wieliczka_2023_Green_Budget", "Netherlands_Assen_2024", "Netherlands_Amsterdam_515"]

RULES = {
    "none": RuleSpec(Rule.EQUAL_SHARES),
    # Its add-one ends with the first outcome into which nothing else fits, so that is what stands beside it.
    "add-one": RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE, stop=Stop.EXHAUSTIVE),
}


@pytest.mark.skipif(PYTHON is None, reason="PB_PABUTOOLS_PYTHON names no interpreter with pabutools")
@pytest.mark.parametrize("name", ELECTIONS)
@pytest.mark.parametrize("completion", RULES)
def test_equal_shares_funds_what_pabutools_funds(name: str, completion: str) -> None:
    file = fixture(name)
    done = subprocess.run(
        [str(PYTHON), "-c", PABUTOOLS, str(FOLDER / f"{name}.pb"), completion],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)["funded"]) == set(count(file.election, RULES[completion]).funded)
