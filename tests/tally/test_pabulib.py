"""Reading and writing Pabulib files: every fault with its line, nothing lost, and the public checker agrees."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pabulib.checker import Checker

from pbplatform.tally.count import count
from pbplatform.tally.declared import declared_rule
from pbplatform.tally.election import Election
from pbplatform.tally.errors import ElectionError, RuleError
from pbplatform.tally.faults import MOST_LISTED, FileFaults
from pbplatform.tally.pabulib import MAX_PROJECTS, read
from pbplatform.tally.pabulib_convert import as_data, load, save
from pbplatform.tally.pabulib_write import election_text, file_text
from pbplatform.tally.rules import Order, Rule, RuleSpec, TieKind, Ties
from tests.tally.elections import elections
from tests.tally.test_fixtures import FILES

GOOD = """META
key;value
description;A small vote
country;Bulgaria
unit;Example
instance;2026
num_projects;3
num_votes;4
budget;1000.50
vote_type;approval
rule;greedy
date_begin;01.10.2026
date_end;15.10.2026
colour;"green; mostly"
PROJECTS
project_id;cost;votes;name;shade
A/1;500.25;3;"Игрище; ""Пчелица""\";dark
b 2;400;1;ბაღი;light
7;900;0;Nothing;none
VOTES
voter_id;vote;sex
v1;A/1;F
v2;A/1,b 2;M
v3;;F
v4;A/1;M
"""


def faults_of(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(FileFaults) as caught:
        read(text.encode() if isinstance(text, str) else text)
    assert caught.value.listed
    return [(fault.line, fault.message) for fault in caught.value.listed]


def test_a_good_file_is_read_exactly() -> None:
    file = read(GOOD.encode(), keep_votes=True)
    election = file.election
    assert (election.budget, election.scale) == (100050, 100)
    assert [(p.id, p.cost) for p in election.projects] == [("A/1", 50025), ("b 2", 40000), ("7", 90000)]
    assert (election.voters, election.votes) == (4, (3, 1, 0))
    assert file.meta["colour"] == "green; mostly"
    assert file.column("shade") == {"A/1": "dark", "b 2": "light", "7": "none"}
    assert not file.warnings


def test_line_ends_and_byte_order_mark_make_no_difference() -> None:
    mixed = "".join(line + ("\r\n" if i % 2 else "\n") for i, line in enumerate(GOOD.splitlines()))
    other = read(b"\xef\xbb\xbf" + mixed.encode())
    assert other.election.digest == read(GOOD.encode()).election.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("num_votes;4", "num_votes;5", 8, "num_votes says 5"),
        ("num_projects;3", "num_projects;2", 7, "num_projects says 2"),
        ("budget;1000.50", "budget;-3", 9, "the budget"),
        ("budget;1000.50", "budget;1000,50", 9, "the budget"),
        ("budget;1000.50", "budget;0", 9, "zero"),
        ("budget;1000.50", "budget;" + "9" * 29, 9, "absurdly large"),
        ("budget;1000.50", "budget;1000;50", 9, "exactly one value"),
        ("budget;1000.50\n", "", 0, "does not say budget"),
        ("vote_type;approval", "vote_type;shouting", 10, "unknown vote_type"),
        ("b 2;400;", "A/1;400;", 18, "listed already on line 17"),
        ("b 2;400;", "b 2;-400;", 18, "the cost of project b 2"),
        ("b 2;400;", "b 2;nan;", 18, "the cost of project b 2"),
        ("b 2;400;1;ბაღი;light", "b 2;400;1", 18, "3 fields where the header has 5"),
        ("v4;A/1;M", "v4;A/9;M", 25, "unknown project A/9"),
        ("v4;A/1;M", "v4;A/1,;M", 25, "a choice is empty"),
        ("v4;A/1;M", "v1;A/1;M", 25, "the voter v1 is listed twice"),
        ("v4;A/1;M", "v4;A/1", 25, "2 fields where the header has 3"),
        ("v4;A/1;M", 'v4;"A/1;M', 25, "not closed"),
        ("voter_id;vote;sex", "voter;vote;sex", 21, "no column voter_id"),
        ("PROJECTS\n", "", 0, "the section PROJECTS is missing"),
        ("META\n", "", 1, "before the first section"),
        ("VOTES\n", "VOTES\nvoter_id;vote;sex\nVOTES\n", 22, "no section may follow"),
        ("v4;A/1;M", "v4;" + "A" * 200_000 + ";M", 25, "the line is longer than 131072 characters"),
        ("b 2;400;", f"b 2;1.{'0' * 28}1;", 18, "more than 6 decimal places"),
        ("colour;", "max_length;9000000000\ncolour;", 14, "max_length is absurdly large"),
        ("Nothing", "No\0thing", 19, "NUL"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    found = faults_of(GOOD.replace(old, new, 1))
    assert any(at == line and words in message for at, message in found), found


def test_all_faults_are_listed_together() -> None:
    text = (
        GOOD.replace("budget;1000.50", "budget;x")
        .replace("b 2;400", "b 2;0")
        .replace("num_votes;4", "num_votes;x")
    )
    assert [line for line, _ in faults_of(text)] == [8, 9, 18]


@pytest.mark.parametrize(("fault", "line"), [("v1;A/9;F", 22), ("v2;A/1;F", 23), ("v1;A/1,A/1;F", None)])
@pytest.mark.parametrize("end", [b'v4;"A/1;M', b"v4;A/1;\xff", b"v4;A/1;" + b"M" * 2_000_000])
def test_a_fault_above_the_place_where_reading_ends_is_told_with_it(
    fault: str, line: int | None, end: bytes
) -> None:
    between = "".join(f"w{i};A/1;M\n" for i in range(2000)).encode()
    text = GOOD.replace("v1;A/1;F", fault, 1).encode().replace(b"v4;A/1;M", between + end)
    assert [at for at, _ in faults_of(text)] == ([] if line is None else [line]) + [2025]


@pytest.mark.parametrize("keep", range(0, len(GOOD.encode()), 23))
def test_a_truncated_file_is_refused_without_a_traceback(keep: int) -> None:
    cut = GOOD.encode()[:keep]
    if cut.decode(errors="ignore").count("\nv") < 4:
        assert faults_of(cut)


def test_a_wrong_encoding_is_told_by_line() -> None:
    assert faults_of(GOOD.encode("utf-16"))
    found = faults_of(GOOD.replace("ბაღი", "Bélla").encode("latin-1", "replace"))
    assert found == [(18, "the line is not UTF-8")], "and no section is said to be missing"


def test_a_quote_that_swallows_thousands_of_lines_is_said_to_be_open() -> None:
    found = faults_of(GOOD.replace("v4;A/1;M", 'v4;"A/1;M' + "\nv5;A/1;M" * 30_000))
    assert any("a quoted field is not closed" in message for _, message in found)


def test_a_ten_megabyte_line_is_refused() -> None:
    found = faults_of(GOOD.replace("v4;A/1;M", "v4;" + "A" * 10_000_000 + ";M"))
    assert [line for line, message in found if "longer than" in message] == [25]
    assert len(found) == 1, "nothing is said of what may stand after it"
    assert all(len(message) < 200 for _, message in found)


def test_of_many_faults_a_hundred_are_listed_and_the_others_counted() -> None:
    rows = "".join(f"w{i};nobody{i};M\n" for i in range(5000))
    with pytest.raises(FileFaults) as caught:
        read((GOOD.replace("num_votes;4", "num_votes;5004") + rows).encode())
    assert len(caught.value.listed) == MOST_LISTED
    assert caught.value.more == 5000 - MOST_LISTED
    assert str(caught.value).endswith(f"and {caught.value.more} more")


BOUNDED = """
import sys
from pathlib import Path
from pbplatform.tally.faults import FileFaults
from pbplatform.cli.tally import peak_megabytes
from pbplatform.tally.pabulib import read
try:
    read(Path(sys.argv[1]))
except FileFaults as faults:
    print(len(faults.listed), peak_megabytes())
"""


def test_a_million_projects_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.pb"
    head, tail = GOOD.split("7;900;0;Nothing;none\n")
    with path.open("w") as stream:
        stream.write(head)
        stream.writelines(f"p{i};1;0;x;y\n" for i in range(1_000_000))
        stream.write(tail)
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(path)], capture_output=True, text=True, check=True
    )
    faults, megabytes = map(float, done.stdout.split())
    assert faults >= 1
    assert megabytes < 100, "no more memory than a file at the limit takes"
    assert MAX_PROJECTS < 1_000_000


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_never_crashes_the_reader(data: st.DataObject) -> None:
    raw = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    try:
        file = read(bytes(raw))
    except FileFaults:
        return
    assert file.election.voters == int(file.meta["num_votes"])


def test_a_limit_with_a_fraction_is_kept_exactly() -> None:
    """1.1 × 100 is more than 110 for a computer's usual numbers, and would warn of a ballot that gives just 1.1 points."""
    text = POINTED.replace("min_points;2", "min_points;1.1").replace("1;a,b;2,3", "1;a,b;1.1,3.25")
    assert not read(text.encode()).warnings
    broken = read(text.replace("1.1,3.25", "1.09,3.25").encode()).warnings
    assert [(w.line, "fewer than 1.1 points" in w.message) for w in broken] == [(17, True)]


def test_a_message_leaves_the_id_of_a_project_as_it_is() -> None:
    election = read(GOOD.encode()).election
    with pytest.raises(ElectionError, match=r"^The cost of project A/1 must be above zero\.$"):
        election.with_cost("A/1", 0)


def test_a_threshold_of_any_length_is_refused_in_a_sentence() -> None:
    file = read(GOOD.replace("colour;", f"min_project_score_threshold;{'9' * 5000}\ncolour;").encode())
    with pytest.raises(RuleError, match="far too large"):
        declared_rule(file)


def test_a_project_twice_on_a_ballot_counts_once_with_a_warning() -> None:
    file = read(GOOD.replace("v2;A/1,b 2;M", "v2;A/1,b 2,A/1;M").encode())
    assert file.election.votes == (3, 1, 0)
    assert any(w.line == 23 and "twice" in w.message for w in file.warnings)


POINTED = """META
key;value
num_projects;2
num_votes;2
budget;100
vote_type;cumulative
min_points;2
max_points;5
min_sum_points;4
max_sum_points;8
PROJECTS
project_id;cost
a;60
b;40
VOTES
voter_id;vote;points
1;a,b;2,3
2;b;5
"""


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "words"),
    [
        (GOOD, "colour;", "min_length;2\ncolour;", 23, "fewer than 2 choices"),
        (GOOD, "colour;", "max_length;1\ncolour;", 24, "more than 1 choices"),
        (GOOD, "colour;", "max_sum_cost;900\ncolour;", 24, "more than 900 in costs"),
        (GOOD, "colour;", "min_sum_cost;600\ncolour;", 23, "fewer than 600 in costs"),
        (GOOD, "colour;", "min_project_cost;450\ncolour;", 19, "the cost 400 is below min_project_cost"),
        (GOOD, "colour;", "max_project_cost;899.5\ncolour;", 20, "the cost 900 is above max_project_cost"),
        (GOOD, "7;900;", "7;1000.51;", 19, "above the whole budget"),
        (GOOD, "colour;", "min_length;3\nmax_length;2\ncolour;", 15, "max_length is below min_length"),
        (GOOD, "colour;", "min_points;few\ncolour;", 14, "min_points is no number"),
        (GOOD, "date_begin;01.10.2026", "date_begin;31.02.2026", 12, "date_begin is no date"),
        (GOOD, "date_begin;01.10.2026", "date_begin;16.10.2026", 13, "date_end is before date_begin"),
        (GOOD, "date_end;15.10.2026", "date_end;soon", 13, "date_end is no date"),
        (POINTED, "1;a,b;2,3", "1;a,b;1,3", 17, "fewer than 2 points for a project"),
        (POINTED, "2;b;5", "2;b;6", 18, "more than 5 points for a project"),
        (POINTED, "2;b;5", "2;b;3", 18, "fewer than 4 points;"),
        (POINTED, "1;a,b;2,3", "1;a,b;4,5", 17, "more than 8 points;"),
    ],
)
def test_a_broken_limit_is_a_warning_with_its_line(
    text: str, old: str, new: str, line: int, words: str
) -> None:
    assert not read(text.encode()).warnings
    file = read(text.replace(old, new, 1).encode())
    assert [(w.line, words in w.message) for w in file.warnings][:1] == [(line, True)], file.warnings
    assert file.election.voters == read(text.encode()).election.voters, "all are counted"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:40])
def test_a_real_file_survives_writing_and_reading(path: Path) -> None:
    file = read(path, keep_votes=True)
    again = read(file_text(file).encode(), keep_votes=True)
    assert as_data(again) == as_data(file)
    assert again.election.digest == file.election.digest


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:40])
def test_the_public_checker_finds_nothing_in_a_rewritten_file_that_the_original_has_not(
    path: Path, tmp_path: Path
) -> None:
    # The checker counts Equal Shares itself, for minutes; that is not what is asked of it here.
    original, again = tmp_path / path.name, tmp_path / "again" / path.name
    again.parent.mkdir()
    original.write_bytes(re.sub(rb"\nrule;equalshares[^\r\n]*", b"\nrule;unknown", path.read_bytes()))
    again.write_text(file_text(read(original, keep_votes=True)))
    assert checked(again) == checked(original)


@pytest.mark.parametrize("kind", ["again.json", "folder"])
def test_conversion_there_and_back_loses_nothing(kind: str, tmp_path: Path) -> None:
    source, between, back = tmp_path / "a.pb", tmp_path / kind, tmp_path / "b.pb"
    source.write_text(GOOD)
    save(load(source), between)
    save(load(between), back)
    assert as_data(load(back)) == as_data(load(source))
    assert back.read_bytes() == file_text(load(source)).encode()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"meta": 3}',
        '{"meta": {}, "projects": [1], "votes": []}',
        '{"meta": {"a": 1}}',
        '{"meta": {"a": "\\ud800"}, "projects": [{"a": "1"}], "votes": [{"a": "1"}]}',
    ],
)
def test_bad_json_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(FileFaults):
        load(path)


ABOUT = {
    "description": "Small vote",
    "country": "Georgia",
    "unit": "Example",
    "instance": "2026",
    "date_begin": "01.10.2026",
    "date_end": "15.10.2026",
    "language": "ka",
    "currency": "GEL",
}


def checked(path: Path) -> dict[str, object]:
    """The errors that the public checker finds."""
    results = Checker().process_files([str(path)])
    (report,) = (value for key, value in results.items() if key not in ("metadata", "summary"))
    return report["results"]["errors"]


def writable(election: Election) -> bool:
    """Whether the content itself can be without fault for the checker: votes, whole points, costs within its bounds."""
    costs = [project.cost for project in election.projects]
    within = election.scale <= min(costs) and max(costs) <= election.budget // election.scale * election.scale
    return bool(election.profile.classes) and election.points_scale == 1 and within


@pytest.mark.filterwarnings("default")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_public_checker_finds_no_error_in_what_we_write(data: st.DataObject, tmp_path: Path) -> None:
    election = data.draw(elections(plain=True).filter(writable))
    scored = election.format.value in ("points", "ranking")
    spec = RuleSpec(Rule.GREEDY, order=Order.POINTS if scored else Order.VOTES, ties=Ties(TieKind.FILE))
    path = tmp_path / "Georgia_Example_2026.pb"
    outcome = count(election, spec)
    text = election_text(election, ABOUT, outcome)
    path.write_text(text)
    # The checker would fund what nobody chose; we never do.
    unsupported = {"greedy rule not followed", "unused budget"} if 0 in election.votes else set()
    assert set(checked(path)) <= unsupported
    again = read(path)
    assert again.election.voters == election.voters - election.profile.empty
    assert set(count(again.election, spec).funded) == set(outcome.funded)
    assert {p for p, mark in (again.selected() or {}).items() if mark == 1} == set(outcome.funded)


def test_an_election_is_not_written_without_its_description() -> None:
    with pytest.raises(ElectionError, match="country"):
        election_text(read(GOOD.encode()).election, {**ABOUT, "country": ""})


def digest_under(hash_seed: str, path: Path) -> str:
    code = "import sys; from pathlib import Path; from pbplatform.tally.pabulib import read;"
    code += "from pbplatform.tally.count import count; from pbplatform.tally.rules import *;"
    code += "o = count(read(Path(sys.argv[1])).election, RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE_GREEDY));"
    code += "import hashlib; print(hashlib.sha256(o.to_bytes()).hexdigest())"
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "LC_ALL": "C"}
    return subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, env=env
    ).stdout


def test_rows_in_any_order_and_any_hash_seed_give_the_same_bytes(tmp_path: Path) -> None:
    head, rows = GOOD.split("sex\n")
    lines = rows.splitlines(keepends=True)
    seen = set()
    for seed in range(3):
        random.Random(seed).shuffle(lines)
        path = tmp_path / f"{seed}.pb"
        path.write_text(head + "sex\n" + "".join(lines))
        seen.add(digest_under(str(seed), path))
    assert len(seen) == 1


def test_elections_read_are_elections_built(tmp_path: Path) -> None:
    election = read(GOOD.encode()).election
    built = Election.from_ballots(
        budget=100050,
        scale=100,
        format=election.format,
        projects=election.projects,
        ballots=election.ballots(),
        max_length=election.max_length,
    )
    assert built.digest == election.digest
