"""The command line for counting, checking and converting, run as a user runs it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pbplatform.cli.tally import pabulib, tally
from tests.tally.test_pabulib import GOOD


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.pb"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.pb"
    path.write_text(GOOD.replace("b 2;400", "b 2;-400").replace("num_votes;4", "num_votes;9"))
    return path


def run(*args: object) -> Result:
    return CliRunner().invoke(tally, [str(arg) for arg in args])


def test_json_has_what_was_counted_and_how(good: Path) -> None:
    done = run("--rule", "equal-shares", "--completion", "add-one-greedy", "--json", good)
    assert done.exit_code == 0
    line = json.loads(done.stdout)
    assert set(line) == {
        *("file", "sha256", "ballots", "projects", "budget", "rule", "options", "funded", "cost", "ties"),
        *("increments", "seconds", "peak_mb"),
    }
    assert (line["ballots"], line["projects"], line["budget"], line["cost"]) == (4, 3, "1000.5", "900.25")
    assert line["funded"] == ["A/1", "b 2"]
    assert line["options"]["completion"] == "add-one-greedy"
    assert set(line["seconds"]) == {"load", "count"}


def test_explain_gives_reasons_as_text_and_as_data(good: Path) -> None:
    text = run("--rule", "greedy", "--explain", good).stdout
    assert "+ A/1 costs 500.25, 3 voters: place 1 of the list, 1000.5 was left before it" in text
    assert "- 7 costs 900, 0 voters: nobody chose it" in text
    data = json.loads(run("--declared", "--explain", "--jsonl", good).stdout)
    assert data["outcome"]["funded"] == ["A/1", "b 2"]
    assert data["reasons"]["voters"]["by_funded_choices"] == {"0": 1, "1": 2, "2": 1}


def test_the_reasons_as_data_have_every_round_and_what_was_lacking(good: Path) -> None:
    """Four voters hold 250.125 each. After round 1 the one supporter of "b 2" has 83.37: two more voters, or that cost."""
    done = run("--rule", "equal-shares", "--explain", "--jsonl", good)
    data = json.loads(done.stdout)
    first, second, third = data["reasons"]["projects"]
    assert (first["funded"], first["stage"], first["turn"], first["paid_full"]) == (
        True,
        "equal-shares",
        1,
        3,
    )
    assert [step["money"] for step in first["course"]] == [75037]
    assert (second["reason"], second["have"], second["need"]) == ("supporters-money", 8337, 40000)
    assert [(step["round"], step["money"], step["price"]) for step in second["course"]] == [
        (1, 25012, None),
        (2, 8337, None),
    ]
    assert (second["lower_cost"], second["more_votes"], second["impossible_after"]) == (8337, 2, 0)
    assert (third["reason"], third["more_votes"]) == ("no-support", 4)


def test_one_bad_file_does_not_stop_the_others(good: Path, bad: Path) -> None:
    done = run("--declared", "--jsonl", bad, good)
    assert done.exit_code == 1
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [str(good)]
    assert f"{bad}:18:" in done.stderr
    assert f"{bad}:8:" in done.stderr
    assert run("--declared", bad).exit_code == 2


def projects_in_millions(path: Path) -> None:
    head, tail = GOOD.split("7;900;0;Nothing;none\n")
    with path.open("w") as stream:
        stream.write(head)
        stream.writelines(f"p{i};1;0;x;y\n" for i in range(1_000_000))
        stream.write(tail)


def written(text: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text.encode(encoding)) and None


BAD = {
    "truncated": (written(GOOD[: GOOD.index("v3;")]), "num_votes says 4, but the section VOTES has 2"),
    "cut in a row": (written(GOOD[: GOOD.index("b 2;400") + 4]), "the section VOTES is missing"),
    "no section": (written(GOOD.replace("PROJECTS\n", "")), "the section PROJECTS is missing"),
    "wrong counts": (written(GOOD.replace("num_projects;3", "num_projects;4")), ":7: num_projects says 4"),
    "project twice": (
        written(GOOD.replace("b 2;400", "A/1;400")),
        ":18: project A/1 is listed already on line 17",
    ),
    "unknown project": (written(GOOD.replace("v4;A/1", "v4;A/9")), ":25: unknown project A/9"),
    "negative cost": (written(GOOD.replace("b 2;400", "b 2;-400")), ":18: the cost of project b 2"),
    "absurd cost": (written(GOOD.replace("b 2;400", "b 2;" + "9" * 25)), "absurdly large"),
    "a long line": (
        written(GOOD.replace("v4;A/1", "v4;" + "A" * 10_000_000)),
        ":25: the line is longer than",
    ),
    "another encoding": (written(GOOD, "utf-16"), ":1: the line is not UTF-8"),
    "no text": (lambda path: path.write_bytes(bytes(range(256)) * 4000) and None, "not UTF-8"),
    "empty": (written(""), "the section META is missing"),
    "many projects": (projects_in_millions, "more than 10000 projects"),
    "many faults": (
        written(GOOD.replace("num_votes;4", "num_votes;504") + "".join(f"w{i};x{i};M\n" for i in range(500))),
        "and 400 more faults",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_its_faults_and_no_traceback(kind: str, tmp_path: Path) -> None:
    make, words = BAD[kind]
    path = tmp_path / "bad.pb"
    make(path)
    runs = [
        CliRunner().invoke(tally, ["--rule", "greedy", "--json", str(path)]),
        CliRunner().invoke(pabulib, ["check", str(path)]),
        CliRunner().invoke(pabulib, ["convert", str(path), str(tmp_path / "x.json")]),
    ]
    for done in runs:
        assert done.exit_code == 2
        assert isinstance(done.exception, SystemExit)
        assert done.stdout == ""
        assert words in done.stderr
        assert all(line.startswith(f"{path}:") and len(line) < 300 for line in done.stderr.splitlines())
        assert len(done.stderr.splitlines()) <= 101
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "either --rule or --declared"),
        (["--rule", "greedy", "--utility", "cardinality"], "does not read the option --utility"),
        (["--rule", "greedy", "--utility", "cost"], "does not read the option --utility"),
        (["--rule", "equal-shares", "--no-skip"], "does not read the option --no-skip"),
        (["--declared", "--ties", "id"], "the file says the rule, so --ties has no place"),
        (["--rule", "greedy", "--extra-percent", "80"], "does not skip"),
        (["--rule", "equal-shares", "--utility", "points"], "needs ballots with points"),
        (["--rule", "equal-shares", "--increment", "0.001"], "smallest unit"),
        (["--rule", "greedy", "--ties", "/nowhere"], "cannot be read"),
        (["--rule", "greedy", "--without", "Q"], "Unknown project Q"),
        (["--rule", "greedy", "--exclusive", "7,Q"], "Unknown project Q"),
        (["--rule", "equal-shares", "--switch"], "Only a comparison"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_sentence(
    args: list[str], words: str, good: Path
) -> None:
    done = run(*args, good)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_given_order_of_ties_is_used(tmp_path: Path) -> None:
    path, order = tmp_path / "tie.pb", tmp_path / "order.txt"
    path.write_text(
        GOOD.replace("v1;A/1;F", "v1;b 2;F")
        .replace("v2;A/1,b 2", "v2;7,b 2")
        .replace("A/1;500.25;3", "A/1;500.25;1")
    )
    order.write_text("7\nA/1\nb 2\n")
    done = json.loads(run("--rule", "greedy", "--ties", order, "--json", path).stdout)
    assert done["funded"] == ["b 2", "A/1"]
    assert done["ties"][0]["projects"] == ["7", "A/1"]
    assert done["ties"][0]["decided_by"] == "given"


def test_check_lists_every_fault_with_its_line(good: Path, bad: Path) -> None:
    done = CliRunner().invoke(pabulib, ["check", str(good), str(bad)])
    assert done.exit_code == 2
    assert f"{good}: 4 ballots, 3 projects, no fault" in done.stdout
    assert done.stderr.count("bad.pb:") == 2
    assert CliRunner().invoke(pabulib, ["check", str(good)]).exit_code == 0


def test_convert_there_and_back(good: Path, tmp_path: Path) -> None:
    between, back = tmp_path / "x.json", tmp_path / "back.pb"
    assert CliRunner().invoke(pabulib, ["convert", str(good), str(between)]).exit_code == 0
    assert CliRunner().invoke(pabulib, ["convert", str(between), str(back)]).exit_code == 0
    assert back.read_text() == GOOD
    assert CliRunner().invoke(pabulib, ["convert", str(good), str(back)]).exit_code == 2


def test_a_terminal_sees_how_far_the_count_is_and_a_pipe_does_not(good: Path) -> None:
    command = [sys.executable, "-m", "pbplatform.cli.main", "tally", str(good), "--rule", "equal-shares"]
    command += ["--completion", "add-one"]
    here, there = pty.openpty()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=there, check=True)
    os.close(there)
    assert b"good.pb  [" in os.read(here, 4096)
    os.close(here)
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


def test_counting_starts_without_the_web() -> None:
    code = "import sys; import pbplatform.cli.main as m; m.main.get_command(None, 'tally');"
    code += "print([name for name in ('flask', 'sqlalchemy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
