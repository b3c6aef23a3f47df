"""How fast and how large the count is: `python -m bench.tally`.

Prints, on the largest real elections, our time and memory for loading and for each rule, beside pabutools (where
`PB_PABUTOOLS_PYTHON` names an interpreter that has it) and beside the plain reference; then how time grows with ballots,
classes, projects, choices and increments on generated elections. `--plot FILE.svg` draws the growth, `--markdown` prints tables
for the documentation. Every measurement runs in a process of its own, so that memory is its own too, and times are processor
time, so that what else the machine does matters little; for ours the best of a few runs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.tally_elections import write_election
from bench.tally_plot import Panel, growth_plot

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PB_SHARED", ROOT.parent / "shared")) / "pabulib"

REAL = (
    "Poland_Lodz_2020",
    "Poland_Krakow_2019",
    "Poland_Katowice_2020",
    "Poland_Warszawa_2020_Bialoleka",
    "Poland_Wieliczka_2023_Green_Budget",
    "France_Toulouse_2022",
    "Hungary_Budapest_2024_VIII_Jozsefvaros",
)

GREEDY, SHARES, ADD_ONE = "greedy", "none", "add-one"


@dataclass(frozen=True)
class Case:
    """One generated election: what is varied, and its size. No more than `different` ballots differ (0: no bound)."""

    varied: str
    ballots: int
    projects: int = 100
    choices: int = 5
    different: int = 0
    increment: int = 0


CASES = [Case("ballots", 10**n) for n in (4, 5, 6)]
CASES += [Case("classes", 100_000, different=10**n) for n in (2, 3, 4)] + [Case("classes", 100_000)]
CASES += [Case("projects", 20_000, projects) for projects in (25, 50, 100, 200, 400)]
CASES += [Case("choices", 20_000, choices=most) for most in (1, 3, 10)]
CASES += [Case("increments", 20_000, increment=step) for step in (1_000, 100, 10, 1)]
# As many ballots as three elections that are not at hand; projects and choices as usual in such cities.
CASES += [
    Case("as Łódź 2022", 90_000, 150),
    Case("as Warszawa 2026", 62_000, choices=10),
    Case("as Mokotów 2021", 13_000, choices=15),
]

OURS = """
import json, sys, time
from pathlib import Path
from pbplatform.cli.tally import peak_megabytes
from pbplatform.tally.count import count
from pbplatform.tally.pabulib import read
from pbplatform.tally.rules import Completion, Rule, RuleSpec
spec = {
    "greedy": RuleSpec(Rule.GREEDY),
    "none": RuleSpec(Rule.EQUAL_SHARES),
    "add-one": RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE_GREEDY, increment=int(sys.argv[3])),
}[sys.argv[2]]
begin = time.process_time()
election = read(Path(sys.argv[1])).election
loaded = time.process_time()
outcome = count(election, spec)
done = time.process_time()
print(json.dumps({
    "load": loaded - begin, "count": done - loaded, "mb": peak_megabytes(), "n": len(outcome.funded),
    "ballots": election.voters, "projects": len(election.projects), "increments": outcome.increments,
}))
"""

PABUTOOLS = """
import json, sys, time
from pabutools.election import parse_pabulib, Cost_Sat
from pabutools.rules import method_of_equal_shares
begin = time.process_time()
instance, profile = parse_pabulib(sys.argv[1])
profile = profile.as_multiprofile()
loaded = time.process_time()
more = {"voter_budget_increment": 1} if sys.argv[2] == "add-one" else {}
funded = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, **more)
done = time.process_time()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
names = sorted(project.name for project in funded)
print(json.dumps({"load": loaded - begin, "count": done - loaded, "mb": int(peak.split()[1]) / 1024, "funded": names}))
"""

PLAIN = """
import json, sys, time
from pathlib import Path
from pbplatform.tally import plain
from pbplatform.tally.pabulib import read
from pbplatform.tally.rules import Completion, Rule, RuleSpec
election = read(Path(sys.argv[1])).election
add = Completion.ADD_ONE_GREEDY if sys.argv[2] == "add-one" else Completion.NONE
data, spec = election.to_dict(), RuleSpec(Rule.EQUAL_SHARES, completion=add).to_dict()
begin = time.process_time()
outcome = plain.count(data, spec)
print(json.dumps({"count": time.process_time() - begin, "n": len(outcome["funded"])}))
"""


def ours(path: Path, what: str, repeat: int = 5, increment: int = 0) -> dict:
    """The best of a few runs: processor seconds to load and to count, megabytes, and what came out.

    `increment` is in minor units; 0 stands for one unit of the currency.
    """
    best: dict = {}
    for _ in range(repeat):
        done = subprocess.run(
            [sys.executable, "-c", OURS, str(path), what, str(increment)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        line = json.loads(done.stdout)
        best = (
            {**line, "load": min(line["load"], best["load"]), "count": min(line["count"], best["count"])}
            if best
            else line
        )
        if line["count"] > 2:
            break
    return best


def other(python: str, code: str, path: Path, what: str, patience: float) -> dict | None:
    """Somebody else's count in a process of its own; None when it takes longer than our patience."""
    try:
        command = [python, "-c", code, str(path), what]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=True)
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout)


def seconds(value: float | None, patience: float) -> str:
    """A time for a table."""
    if value is None:
        return f"> {patience:.0f}"
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def table(head: list[str], rows: list[list[str]], markdown: bool) -> None:
    """Print a table, in Markdown or in columns."""
    if markdown:
        print("| " + " | ".join(head) + " |\n|" + " --- |" * len(head))
        print("\n".join("| " + " | ".join(row) + " |" for row in rows))
    else:
        widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
        for row in [head, *rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(flush=True)


def real_elections(patience: float, markdown: bool) -> None:
    """Time and memory on real elections, beside the others."""
    python = os.environ.get("PB_PABUTOOLS_PYTHON")
    head = [
        "election",
        "ballots",
        "projects",
        "load s",
        "greedy s",
        "Equal Shares s",
        "add-one s",
        "increments",
        "MB",
    ]
    head += ["plain ES s", "plain add-one s"]
    head += ["pabutools load s", "its ES s", "its add-one s", "its MB"] if python else []
    rows = []
    for name in REAL:
        path = SHARED / f"{name}.pb"
        greedy, shares, add_one = ours(path, GREEDY), ours(path, SHARES), ours(path, ADD_ONE)
        row = [name, str(add_one["ballots"]), str(add_one["projects"])]
        row += [seconds(min(x["load"] for x in (greedy, shares, add_one)), patience)]
        row += [seconds(x["count"], patience) for x in (greedy, shares, add_one)]
        row += [str(add_one["increments"]), f"{add_one['mb']:.0f}"]
        for what in ("none", "add-one"):
            done = other(sys.executable, PLAIN, path, what, patience)
            row.append(seconds(done["count"] if done else None, patience))
        if python:
            first = other(python, PABUTOOLS, path, "none", patience)
            second = other(python, PABUTOOLS, path, "add-one", patience) if first else None
            row += [seconds(first["load"] if first else None, patience)]
            row += [seconds(x["count"] if x else None, patience) for x in (first, second)]
            row += [f"{max(x['mb'] for x in (first, second) if x):.0f}" if first else "-"]
        rows.append(row)
        print(f"  measured {name}", file=sys.stderr, flush=True)
    table(head, rows, markdown)


def generated(folder: Path, markdown: bool, plot: Path | None) -> None:
    """How the cost grows: one thing varied at a time."""
    head = ["varied", "ballots", "classes", "projects", "load s", "greedy s", "Equal Shares s", "add-one s"]
    head += ["increments", "MB"]
    rows = []
    panels = {name: Panel(name) for name in ("ballots", "classes", "projects", "increments")}
    for case in CASES:
        path = folder / "generated.pb"
        classes = write_election(path, case.ballots, case.projects, case.choices, case.different)
        runs = [ours(path, GREEDY, 3), ours(path, SHARES, 3), ours(path, ADD_ONE, 2, case.increment)]
        path.unlink()
        increments = runs[2]["increments"]
        times = [min(run["load"] for run in runs), *(run["count"] for run in runs)]
        row = [case.varied, str(case.ballots), str(classes), str(case.projects)]
        row += [seconds(value, 0) for value in times]
        rows.append([*row, str(increments), f"{max(run['mb'] for run in runs):.0f}"])
        if case.varied in panels:
            across = {"classes": classes, "increments": increments}.get(
                case.varied, getattr(case, case.varied, 0)
            )
            for name, value in zip(("load", "greedy", "Equal Shares", "add-one"), times, strict=True):
                panels[case.varied].add(name, across, value)
        print(f"  measured {' '.join(row[:4])}", file=sys.stderr, flush=True)
    table(head, rows, markdown)
    if plot:
        title = "Processor seconds by what grows, both axes in powers of ten"
        plot.write_text(growth_plot(title, list(panels.values())), encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--patience", type=float, default=10, help="seconds that the other counts may take")
    parser.add_argument("--plot", type=Path, help="write the growth as an SVG picture")
    parser.add_argument("--only", choices=["real", "generated"], help="measure one part only")
    given = parser.parse_args()
    begin = time.perf_counter()
    if given.only != "generated" and SHARED.is_dir():
        real_elections(given.patience, given.markdown)
    elif given.only != "generated":
        print(f"no real elections at {SHARED}", file=sys.stderr)
    if given.only != "real":
        with tempfile.TemporaryDirectory() as folder:
            generated(Path(folder), given.markdown, given.plot)
    print(f"  in {time.perf_counter() - begin:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
