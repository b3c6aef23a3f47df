"""Real elections: the rule that a file declares gives the outcome that the city announced."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pbplatform.tally.count import count
from pbplatform.tally.declared import declared_rule
from pbplatform.tally.errors import RuleError
from pbplatform.tally.pabulib import PabulibFile, read
from pbplatform.tally.rules import Stop
from tests.support.marks import SHARED, real_file

FOLDER = SHARED / "pabulib"
FILES = sorted(FOLDER.glob("*.pb"))

REPRODUCED = """
Netherlands_Assen_2024
Poland_Czestochowa_2024_Zawodzie_-_Dabie
Poland_Gdynia_2020_Babie_Doly__small
Poland_Gdynia_2020_Grabowek__large
Poland_Katowice_2020
Poland_Katowice_2022_Koszutka
Poland_Katowice_2022_Zarzecze
Poland_Krakow_2019
Poland_Krakow_2020_Wzgorza_Krzeslawickie
Poland_Krakow_2022_Czyzyny
Poland_Poznan_2023_5_-_Grunwald_Polnoc_Grunwald_Poludnie_Stary_Grunwald
Poland_Poznan_2024_10_-_Swierczewo_Wilda_Zielony_Debiec__small
Poland_Poznan_2025_6_-_Ogrody_Solacz_Winiary_Wola__large
Poland_Warszawa_2017_Plac_Wojska_Polskiego
Poland_Warszawa_2018_Przyczolek_Grochowski
Poland_Warszawa_2018_Rembertow
Poland_Wieliczka_2023_Green_Budget
Poland_Wroclaw_2017_Rejon_nr_11_750
""".split()

CONFLICTS = {
    # The file's comment names the pair: two projects for one plot.
    "Poland_Warszawa_2022_Bemowo": ("773", "153"),
    # No file says so, but both light the crossings of one quarter: 1137 fitted and was left out after 8 was funded.
    "Poland_Warszawa_2018_Ursynow_Wysoki_Poludniowy": ("8", "1137"),
    # No file says so, but both renew the Picasso park: 118 fitted and was left out after 752 was funded.
    "Poland_Warszawa_2020_Bialoleka": ("752", "118"),
}
"""Files whose outcome is that of their declared rule once two projects exclude each other."""

UNDEFINED = {
    "Hungary_Budapest_2022_VIII_Jozsefvaros": "no rule",
    "Hungary_Budapest_2024_VIII_Jozsefvaros": "no rule",
    "Hungary_Veszprem_2025": "no rule",
    "Poland_Lodz_2020": "custom rule",
}
"""Files with an outcome whose rule cannot be applied: paper votes or cost ranges that the file lacks, moved money."""

WITHOUT_OUTCOME = 18


@cache
def fixture(name: str) -> PabulibFile:
    return read(real_file("pabulib", f"{name}.pb"))


def announced(file: PabulibFile, with_extra: bool) -> set[str]:
    selected = file.selected()
    assert selected is not None
    return {project for project, mark in selected.items() if mark == 1 or (mark == 2 and with_extra)}


def counted(file: PabulibFile, *conflicts: tuple[str, str]) -> tuple[set[str], set[str]]:
    declared = declared_rule(file)
    election = declared.election(file.election).with_exclusive(*conflicts)
    outcome = count(election, declared.spec)
    return set(outcome.funded), announced(file, declared.spec.extra_percent is not None)


@pytest.mark.parametrize("name", REPRODUCED)
def test_the_declared_rule_gives_the_announced_outcome(name: str) -> None:
    ours, theirs = counted(fixture(name))
    assert ours == theirs


@pytest.mark.parametrize("name", CONFLICTS)
def test_where_two_projects_exclude_each_other_the_outcome_is_the_announced_one(name: str) -> None:
    ours, theirs = counted(fixture(name))
    assert ours != theirs
    assert CONFLICTS[name][1] in ours
    assert CONFLICTS[name][1] not in theirs
    ours, theirs = counted(fixture(name), CONFLICTS[name])
    assert ours == theirs


@pytest.mark.parametrize("name", UNDEFINED)
def test_a_file_that_does_not_define_its_rule_is_refused(name: str) -> None:
    with pytest.raises(RuleError, match=UNDEFINED[name]):
        declared_rule(fixture(name))


def test_the_stop_decided_winners_in_wieliczka() -> None:
    """The city raised on past the first exhaustive outcome, where other tools stop: one larger project for two small."""
    file = fixture("Poland_Wieliczka_2023_Green_Budget")
    declared = declared_rule(file).spec
    announced_outcome = count(file.election, declared)
    earlier = count(file.election, replace(declared, stop=Stop.EXHAUSTIVE))
    assert (len(announced_outcome.funded), announced_outcome.cost, announced_outcome.increments) == (
        30,
        995_079,
        164,
    )
    assert (len(earlier.funded), earlier.cost, earlier.increments) == (31, 984_579, 150)
    assert set(announced_outcome.funded) - set(earlier.funded) == {"46"}
    assert set(earlier.funded) - set(announced_outcome.funded) == {"66", "67"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:40])
def test_recounted_votes_and_scores_are_the_organisers(path: Path) -> None:
    """A project twice on one ballot was counted twice by the organisers: those files come with a warning."""
    file = read(path)
    election = file.election
    votes, score = file.column("votes"), file.column("score")
    twice = sum("twice" in warning.message for warning in file.warnings)
    assert votes is not None
    off = {p: int(text) - election.votes[election.index[p]] for p, text in votes.items()}
    assert all(0 <= difference <= twice for difference in off.values())
    if score is not None and not twice:
        ours = {p.id: election.points[i] for i, p in enumerate(election.projects)}
        assert ours == {p: int(text) * election.points_scale for p, text in score.items()}


def test_every_real_outcome_is_accounted_for() -> None:
    real_file("pabulib", "README.md")
    known = {*REPRODUCED, *CONFLICTS, *UNDEFINED}
    with_outcome = {path.stem for path in FILES if read(path).selected() is not None}
    assert with_outcome == known
    assert len(FILES) - len(with_outcome) == WITHOUT_OUTCOME
