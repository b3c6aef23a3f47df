"""`pbplatform tally` counts Pabulib files; `pbplatform pabulib` checks and converts them. No web, no database."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pbplatform.cli.tally_text import outcome_text
from pbplatform.tally.completion import Progress
from pbplatform.tally.count import count
from pbplatform.tally.declared import declared_rule
from pbplatform.tally.election import Election
from pbplatform.tally.errors import ElectionError, RuleError
from pbplatform.tally.faults import FileFaults
from pbplatform.tally.outcome import Outcome
from pbplatform.tally.pabulib import PabulibFile, read
from pbplatform.tally.pabulib_convert import load, save
from pbplatform.tally.pabulib_fields import amount, decimal_of
from pbplatform.tally.rules import (
    BordaScores,
    Comparison,
    Completion,
    Endowment,
    Order,
    Rule,
    RuleSpec,
    Stop,
    TieKind,
    Utility,
    options_of,
)
from pbplatform.tally.trace import trace

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.pb…"
)


def _choice(kind: Any) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


@click.command()
@FILES
@click.option("--rule", type=_choice(Rule), help="The rule to apply.")
@click.option("--declared", is_flag=True, help="Apply the rule that each file itself names.")
@click.option(
    "--utility", type=_choice(Utility), help="Equal Shares: what a funded project is worth to a voter."
)
@click.option(
    "--borda", type=_choice(BordaScores), help="Equal Shares by Borda: what the first choice scores."
)
@click.option(
    "--endowment", type=_choice(Endowment), help="Equal Shares: budget per ballot, exact or rounded down."
)
@click.option(
    "--completion", type=_choice(Completion), help="Equal Shares: how the money left over is spent."
)
@click.option("--stop", type=_choice(Stop), help="Equal Shares: when raising the endowments ends.")
@click.option(
    "--increment", metavar="AMOUNT", help="Equal Shares: what one increment adds, such as 1 or 0.01."
)
@click.option(
    "--comparison", type=_choice(Comparison), help="Equal Shares: compare with greedy, over all voters."
)
@click.option("--switch", is_flag=True, help="Equal Shares: let the comparison decide the outcome.")
@click.option("--order", type=_choice(Order), help="What greedy ranks the projects by.")
@click.option("--no-skip", is_flag=True, help="Greedy: stop at the first project that does not fit.")
@click.option(
    "--extra-percent", type=click.IntRange(1, 100), help="Greedy: fund it if this part of its cost is left."
)
@click.option(
    "--leftover", is_flag=True, help="Greedy: count what is left once more, without category limits."
)
@click.option("--threshold", type=click.IntRange(min=0), help="The least score of a project.")
@click.option(
    "--ties", metavar="id|file|votes-cost|FILE", help="What decides between equals; FILE lists all ids."
)
@click.option(
    "--exclusive", multiple=True, metavar="ID,ID…", help="Projects of which only one can be funded."
)
@click.option(
    "--without", multiple=True, metavar="ID", help="Count as if this project were not on the ballot."
)
@click.option("--explain", is_flag=True, help="Say for each project why it is funded or not.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, indented.")
@click.option("--jsonl", is_flag=True, help="Print one JSON object per file, one per line.")
@click.pass_context
def tally(ctx: click.Context, /, files: tuple[Path, ...], declared: bool, **given: Any) -> None:
    """Count each FILE.pb by a rule and print who is funded.

    Exit status: 0 if all files were counted, 1 if some were not, 2 if none was (or the options make no sense).
    """
    if declared == bool(given["rule"]):
        raise click.UsageError("Give either --rule or --declared.")
    _refuse_options_not_read(given)
    refused = 0
    for path in files:
        try:
            line, outcome = count_file(path, declared, given)
        except (FileFaults, ElectionError, RuleError, OSError) as error:
            refused += 1
            _complain(path, error)
            continue
        _print(line, outcome, given)
    if refused:
        ctx.exit(2 if refused == len(files) else 1)


def count_file(path: Path, declared: bool, given: dict[str, Any]) -> tuple[dict[str, Any], Outcome]:
    """Read and count one file; returns its line of output and the outcome."""
    begin = time.perf_counter()
    file = read(path)
    loaded = time.perf_counter()
    spec, election = _rule(file, declared, given)
    with _progress(path, election) as progress:
        outcome = count(election, spec, progress=progress)
    counted = time.perf_counter()
    for warning in file.warnings:
        click.echo(f"{path}: {warning}", err=True)
    line = {
        "file": str(path),
        "sha256": file.sha256,
        "ballots": election.voters,
        "projects": len(election.projects),
        "budget": amount(election.budget, election.scale),
        "rule": spec.rule.value,
        "options": {name: value for name, value in spec.to_dict().items() if name != "rule"},
        "funded": list(outcome.funded),
        "cost": amount(outcome.cost, election.scale),
        "ties": [{**asdict(tie), "decided_by": spec.ties.kind.value} for tie in outcome.ties],
        "increments": outcome.increments,
        "seconds": {"load": round(loaded - begin, 4), "count": round(counted - loaded, 4)},
        "peak_mb": peak_megabytes(),
    }
    return line, outcome


def peak_megabytes() -> float:
    """The most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # The other way of asking also counts what the parent held when it started this process.
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return round(int(peak.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _rule(file: PabulibFile, declared: bool, given: dict[str, Any]) -> tuple[RuleSpec, Election]:
    """The rule that the options describe, and the election it is to be applied to."""
    election = file.election
    if declared:
        named = declared_rule(file)
        spec, election = named.spec, named.election(election)
    else:
        rule = Rule(given["rule"])
        spec = RuleSpec.from_dict({"rule": rule.value, **_options(file, rule, given)})
    if given["without"]:
        unknown = [project for project in given["without"] if project not in election.index]
        if unknown:
            raise RuleError(f"Unknown project {unknown[0]}.")
        election = election.without(*given["without"])
    if given["exclusive"]:
        election = election.with_exclusive(*(group.split(",") for group in given["exclusive"]))
    return spec, election


def _refuse_options_not_read(given: dict[str, Any]) -> None:
    """Refuse options that would change nothing, also where they name the default: whoever gives one relies on it."""
    named = {
        ("skip" if name == "no_skip" else name) for name, value in given.items() if value not in (None, False)
    }
    options = named & {*options_of(Rule.GREEDY), *options_of(Rule.EQUAL_SHARES)}
    if not given["rule"] and options:
        raise click.UsageError(
            f"With --declared the file says the rule, so {_flag(min(options))} has no place."
        )
    unread = options - {*options_of(Rule(given["rule"]))} if given["rule"] else ()
    if unread:
        raise click.UsageError(f"The rule {given['rule']} does not read the option {_flag(min(unread))}.")


def _flag(name: str) -> str:
    return "--no-skip" if name == "skip" else "--" + name.replace("_", "-")


def _options(file: PabulibFile, rule: Rule, given: dict[str, Any]) -> dict[str, Any]:
    """The given options as a RuleSpec reads them."""
    options: dict[str, Any] = {}
    for name in (*options_of(Rule.GREEDY), *options_of(Rule.EQUAL_SHARES)):
        value = given.get(name)
        if value not in (None, False):
            options[name] = value
    if given["no_skip"]:
        options["skip"] = False
    if given["increment"]:
        options["increment"] = _minor_units(given["increment"], file.election.scale)
    options["ties"] = _ties(given["ties"])
    return options


def _minor_units(text: str, scale: int) -> int:
    value = decimal_of(text)
    if value is None or value == 0 or value * scale != int(value * scale):
        raise RuleError(f"The increment {text} is no amount in the smallest unit that the file uses.")
    return int(value * scale)


def _ties(text: str | None) -> dict[str, Any]:
    kinds = (TieKind.ID.value, TieKind.FILE.value, TieKind.VOTES_COST.value)
    if text is None or text in kinds:
        return {"kind": text or TieKind.VOTES_COST.value}
    try:
        lines = Path(text).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RuleError(f"The tie-breaking order cannot be read from {text}: {why}.") from None
    return {"kind": TieKind.GIVEN.value, "order": [line.strip() for line in lines if line.strip()]}


@contextmanager
def _progress(path: Path, election: Election) -> Iterator[Progress | None]:
    """A bar of the money spent while endowments are raised, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=election.budget, label=path.name, file=sys.stderr) as bar:
        yield lambda increments, spent: bar.update(spent - bar.pos)


def _complain(path: Path, error: Exception) -> None:
    if isinstance(error, FileFaults):
        for fault in error.listed:
            place = f"{path}:{fault.line}" if fault.line else f"{path}"
            click.echo(f"{place}: {fault.message}", err=True)
        if error.more:
            click.echo(f"{path}: and {error.more} more faults", err=True)
    elif isinstance(error, OSError):
        click.echo(f"{path}: {error.strerror or error}", err=True)
    else:
        click.echo(f"{path}: {error}", err=True)


def _print(line: dict[str, Any], outcome: Outcome, given: dict[str, Any]) -> None:
    if given["as_json"] or given["jsonl"]:
        if given["explain"]:
            line = {**line, "outcome": outcome.to_dict(), "reasons": trace(outcome)}
        click.echo(json.dumps(line, ensure_ascii=False, indent=2 if given["as_json"] else None))
        return
    click.echo(f"{line['file']}: {line['rule']}, {line['ballots']} ballots, {line['projects']} projects")
    click.echo(
        f"  funded {len(line['funded'])} for {line['cost']} of {line['budget']}: {' '.join(line['funded'])}"
    )
    if given["explain"]:
        for text in outcome_text(outcome):
            click.echo(text)


@click.group()
def pabulib() -> None:
    """Check and convert Pabulib files."""


@pabulib.command()
@FILES
@click.pass_context
def check(ctx: click.Context, /, files: tuple[Path, ...]) -> None:
    """List every fault of each FILE.pb with its line. Exit status 2 if there is any."""
    failed = False
    for path in files:
        try:
            file = read(path)
        except (FileFaults, OSError) as error:
            failed = True
            _complain(path, error)
            continue
        for warning in file.warnings:
            click.echo(f"{path}:{warning.line}: warning: {warning.message}")
        if file.more_warnings:
            click.echo(f"{path}: and {file.more_warnings} more warnings")
        click.echo(
            f"{path}: {file.election.voters} ballots, {len(file.election.projects)} projects, no fault"
        )
    if failed:
        ctx.exit(2)


@pabulib.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def convert(ctx: click.Context, /, source: Path, target: Path) -> None:
    """Convert SOURCE to TARGET: .pb, .json, or a folder of CSV files, by their names. Nothing is overwritten."""
    if target.exists():
        raise click.UsageError(f"{target} exists already.")
    try:
        save(load(source), target)
    except (FileFaults, ElectionError, OSError) as error:
        _complain(source, error)
        ctx.exit(2)
