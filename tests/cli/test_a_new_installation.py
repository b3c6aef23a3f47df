"""An operator sets an installation up by commands, each in a process of its own, which knows only what it imports itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "pbplatform.cli.main"]
ROOT = Path(__file__).parents[2]
PASSWORD = "river-lantern-market-42"

DISTRICTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "north", "name:ka": "ჩრდილოეთი", "name:en": "North"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[45, 41.5], [45.1, 41.5], [45.1, 41.6], [45, 41.6], [45, 41.5]]],
            },
        }
    ],
}
ROLL = "personal number;birth date;district\n01001000000;17.05.1980;north\n"
ELECTION = """META
key;value
description;Two plots
country;Testland
unit;Testtown
instance;2024
num_projects;2
num_votes;2
budget;100
vote_type;approval
rule;greedy
min_length;1
max_length;2
date_begin;01.01.2024
date_end;31.01.2024
PROJECTS
project_id;cost;votes;name;selected
1;60;2;Trees;1
2;70;1;Benches;0
VOTES
voter_id;vote
1;1,2
2;1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "districts.json").write_text(json.dumps(DISTRICTS), encoding="utf-8")
    (tmp_path / "roll.csv").write_text(ROLL, encoding="utf-8")
    (tmp_path / "election.pb").write_text(ELECTION, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PB_MODE": "development", "PB_DATA_DIR": str(folder / "data")}
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def test_commands_make_an_installation(folder: Path) -> None:
    place = ("--country", "ge", "--currency", "GEL", "--zone", "Asia/Tbilisi")
    run(folder, "database", "upgrade")
    run(folder, "municipality", "found", "place", "--name", "ka=ადგილი", "--name", "en=Place", *place)
    assert "has 1" in run(folder, "municipality", "districts", "place", str(folder / "districts.json"))
    who = ("place", "head@place.example.org")
    run(folder, "administrator", "create", *who, "--name", "Head", "--password", PASSWORD)
    run(folder, "member", "give", *who, "officer")
    assert "added 1" in run(folder, "roll", "import", str(folder / "roll.csv"), "--municipality", "place")
    run(folder, "import-election", str(folder / "election.pb"), "--municipality", "place")
    run(folder, "member", "take", *who, "officer")
    run(folder, "duties", "run")
    run(folder, "backup", str(folder / "whole.zip"))
    assert "whole" in run(folder, "journal", "verify")
