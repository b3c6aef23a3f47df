"""What is counted is what was fixed before the vote, whatever stands in the tables by then; and the bundle proves it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pbplatform.consultation.models import Envelope
from pbplatform.door import House
from pbplatform.results import elections, framing
from pbplatform.results.models import Count
from pbplatform.tally.rules import Rule, RuleSpec
from pbplatform.voting.models import Project
from tests.results.bundles import fit, unpacked, verified
from tests.results.counted import a_declared_town, a_sealed_town, count
from tests.support.pages import PageClient


@pytest.mark.parametrize("rule", list(Rule))
def test_the_bundle_knows_every_option_and_what_it_is_where_nothing_is_said(rule: Rule) -> None:
    ties = {"kind": "votes-cost", "order": []}
    assert {"rule": rule.value, **framing.OPTIONS[rule.value], "ties": ties} == RuleSpec(rule).to_dict()


def test_changes_of_the_tables_after_the_vote_change_no_count(house: House) -> None:
    town, _ = a_sealed_town(house)
    with house.database.read() as session:
        (before,) = elections.frames(session, town.round)
    with house.database.transaction() as session:
        session.execute(update(Project).where(Project.code == "P1.4").values(cost=1, conflict_group="x"))
        envelope = session.scalars(select(Envelope).where(Envelope.round_id == town.round.id)).one()
        envelope.amount, envelope.rule, envelope.threshold = 9_000_000, "greedy", 100
    with house.database.read() as session:
        (after,) = elections.frames(session, town.round)
        assert (after.election, after.options) == (before.election, before.options)
    number = count(house, town)
    with house.database.read() as session:
        result = json.loads(str(session.get_one(Count, number).result))
    (told,) = result["envelopes"]
    assert told["outcome"]["options"]["rule"] == "equal-shares"
    assert told["outcome"]["cost"] <= 1_000_000


@pytest.fixture
def folder(house: House, client: PageClient, tmp_path: Path) -> Path:
    """An unpacked bundle."""
    town, _ = a_declared_town(house)
    return unpacked(client, town, tmp_path / "bundle")


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("count.json", '"budget":1000000', '"budget":2000000', "what rules.json says: ['election']"),
        ("count.json", '"cost":600000', '"cost":100000', "what rules.json says: ['election']"),
        ("count.json", '"utility":"cost"', '"utility":"cardinality"', "what rules.json says: ['options']"),
        ("count.json", '"blank_counts":true', '"blank_counts":false', "['blank_counts']"),
        ("rules.json", '"amount":1000000', '"amount":2000000', "does not have the hash of the seal"),
        ("seal.json", '"paper":0', '"paper":7', "do not say the same counts"),
        ("superseded.csv", "tracker\n", "tracker\nABCDEFGHIJKLMNOP\n", "list of replaced ballots"),
    ],
)
def test_a_forgery_that_fits_itself_is_found(folder: Path, name: str, old: str, new: str, found: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    fit(folder)
    done = verified(folder)
    assert done.returncode == 1, done.stdout
    assert found in done.stdout
    assert "Everything fits" not in done.stdout
