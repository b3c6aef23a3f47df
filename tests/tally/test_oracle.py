"""Equal Shares beside pabutools, an independent implementation, where `PB_PABUTOOLS_PYTHON` names an interpreter with it.

It is no dependency and never will be: its licence and its own dependencies do not fit a product like this one.
"""

import json
import os
import subprocess

import pytest

from bench.tally import PABUTOOLS
from pbplatform.tally.count import count
from pbplatform.tally.rules import Rule, RuleSpec
from tests.tally.test_fixtures import FOLDER, fixture

PYTHON = os.environ.get("PB_PABUTOOLS_PYTHON")


@pytest.mark.skipif(PYTHON is None, reason="PB_PABUTOOLS_PYTHON names no interpreter with pabutools")
@pytest.mark.parametrize(
    "name", ["Poland_Wieliczka_2023_Green_Budget", "Netherlands_Assen_2024", "Netherlands_Amsterdam_515"]
)
def test_equal_shares_funds_what_pabutools_funds(name: str) -> None:
    file = fixture(name)
    done = subprocess.run(
        [str(PYTHON), "-c", PABUTOOLS, str(FOLDER / f"{name}.pb"), "none"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)["funded"]) == set(
        count(file.election, RuleSpec(Rule.EQUAL_SHARES)).funded
    )
