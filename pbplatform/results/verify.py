"""Counts the ballots of this folder again and compares with result.json, byte for byte.

    python3 verify.py            checks the folder that this file lies in
    python3 verify.py FOLDER     checks another one

It needs Python 3.10 or newer and nothing else: no network, no other package. The rules of the count are in plain.py, the
formats of trackers and roots in canon.py, what is counted of the frozen rules in framing.py, all meant to be read. It
checks, in this order: every file against manifest.json; the rules against their hash, and what was counted against the
rules; the trackers and choices against the sealed roots; the numbers of ballots against the lists and against what was
published at the close and at the seal; the tie order, which names every project, against the lot that was committed before the vote; and
the result.
It ends with status 0 when all is well, and 1 otherwise.
"""

import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if sys.version_info < (3, 10):  # noqa: UP036 (whoever runs this may have any Python)
    sys.exit(
        f"This program needs Python 3.10 or newer; this is Python {sys.version_info[0]}.{sys.version_info[1]}."
    )

# The files beside this one; Python finds them there because it is started as a program.
import canon  # type: ignore[import-not-found]
import framing  # type: ignore[import-not-found]
import plain  # type: ignore[import-not-found]

Data = dict[str, Any]
Say = Callable[[str], object]


class Wrong(Exception):
    """Something does not fit; the message says what."""


def check(condition: bool, message: str) -> None:
    """Raise Wrong with the message unless the condition holds."""
    if not condition:
        raise Wrong(message)


def load(folder: Path, name: str) -> Any:
    """A JSON file of the folder."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def lines(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file as dictionaries; none where there is no such file."""
    path = folder / name
    if not path.exists():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def check_files(folder: Path, say: Say) -> Data:
    """Every file has the fingerprint that the manifest gives it, and none is missing."""
    manifest = load(folder, "manifest.json")
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        check(path.is_file(), f"{name} is missing")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        check(
            found == expected, f"{name} was changed: its fingerprint is {found}, the manifest says {expected}"
        )
    say(f"files        {len(manifest['files'])} files are as the manifest says")
    return dict(manifest)


def check_rules(folder: Path, manifest: Data, seal: Data, envelopes: list[Data], say: Say) -> None:
    """The rules are those that were fixed before the vote, and what was counted is what they say."""
    text = (folder / "rules.json").read_text(encoding="utf-8")
    check(canon.sha256(text) == seal["rules_hash"], "rules.json does not have the hash of the seal")
    rules = json.loads(text)
    check(rules["round"] == manifest["round"], "rules.json is of another round")
    check(rules["tie_commitment"] == seal["tie_commitment"], "the rules committed to another lot")
    positions = [envelope["position"] for envelope in rules["envelopes"]]
    check(positions == [envelope["position"] for envelope in envelopes], "not every envelope was counted")
    for envelope in envelopes:
        position = envelope["position"]
        fixed = framing.frame(rules, position, seal["tie_orders"].get(str(position)) or [])
        counted = framing.without_districts(envelope)
        differing = [name for name in fixed if counted[name] != fixed[name]]
        check(
            not differing, f"count.json does not say of envelope {position} what rules.json says: {differing}"
        )
    say(f"rules        fixed before the vote: {seal['rules_hash']}")


def check_ballots(folder: Path, manifest: Data, seal: Data, choices: Data, say: Say) -> None:
    """Trackers recompute from their lines, and the lists have the roots of the seal."""
    rows = lines(folder, "ballots.csv")
    for row in rows:
        found = canon.tracker(
            manifest["round"], seal["rules_hash"], row["nonce"], row["word_hash"], row["payload"]
        )
        check(found == row["tracker"], f"the ballot {row['tracker']} does not fit its line")
    trackers = [row["tracker"] for row in (rows or lines(folder, "trackers.csv"))]
    check(len(set(trackers)) == len(trackers), "a tracker stands twice")
    roots = seal["roots"]
    if trackers or manifest["trackers"]:
        check(canon.merkle_root(trackers) == roots["trackers"], "the trackers do not have the sealed root")
    if manifest["open"]:
        paper = [row["payload"] for row in lines(folder, "paper.csv")]
        check(canon.merkle_root(paper) == roots["paper"], "the paper ballots do not have the sealed root")
    for position, listed in choices.items():
        if listed is not None and roots["choices"].get(position) is not None:
            texts = [canon.canonical(choice) for choice in listed]
            check(
                canon.merkle_root(texts) == roots["choices"][position],
                f"the choices of envelope {position} do not have the sealed root",
            )
    check(canon.final_root(roots) == seal["final_root"], "the final root does not follow from the roots")
    say(f"ballots      {len(trackers)} trackers; the final root is {seal['final_root']}")


def check_numbers(folder: Path, manifest: Data, seal: Data, say: Say) -> None:
    """Nothing was put in or taken out: the seal's numbers are those of the lists, and of what the close published."""
    written = dict(seal["manifest"])
    fingerprint = written.pop("manifest_hash")
    check(canon.sha256(canon.canonical(written)) == fingerprint, "the manifest of the seal was changed")
    ways = written["publication"]
    for envelope in load(folder, "count.json")["envelopes"]:
        way = ways[str(envelope["position"])]
        shown = "sealed" if way == "open" and set(ways.values()) != {"open"} else way
        check(envelope["published"] == shown, "ballots are not published as the seal says")
    for name in ("counts", "roots", "final_root", "rules_hash", "tie_commitment", "tie_seed", "tie_orders"):
        check(seal[name] == written[name], f"the seal and its manifest do not say the same {name}")
    counts, close = seal["counts"], written["close"]
    online, paper = counts["by_channel"]["online"], counts["by_channel"]["paper"]
    codes = lines(folder, "ballots.csv") or lines(folder, "trackers.csv")
    check(online == len(codes), f"{len(codes)} trackers are listed, the seal says {online}")
    check(online + paper == manifest["ballots"], "trackers and sheets together are not the ballots counted")
    check(paper <= counts["paper_ticks"], "more sheets were counted than handed out")
    replaced = len(lines(folder, "superseded.csv"))
    check(replaced == counts["superseded"], "the list of replaced ballots does not have the seal's number")
    if not counts["annulled"]:
        check(close["tracker_root"] == seal["roots"]["trackers"], "the trackers are not those of the close")
    say(f"numbers      {online} online and {paper} on paper; the manifest of the seal is {fingerprint}")


def check_ties(envelopes: list[Data], seal: Data, say: Say) -> None:
    """The order for ties names every project and follows from the lot, which was committed before the vote."""
    check(
        canon.tie_commitment(seal["tie_seed"]) == seal["tie_commitment"],
        "the lot is not the one that was committed",
    )
    for envelope in envelopes:
        position = envelope["position"]
        order = seal["tie_orders"].get(str(position)) or []
        listed = [project["id"] for project in envelope["election"]["projects"]]
        whole = sorted(order) == sorted(listed)
        check(whole, f"the tie order of envelope {position} does not name every project once")
        again = canon.tie_order(seal["tie_seed"], seal["final_root"], seal["beacon"], position, listed)
        check(again == order, f"the tie order of envelope {position} does not follow from the lot")
    say("ties         the order follows from the lot that was committed before the vote")


def read_choices(folder: Path, envelopes: list[Data]) -> Data:
    """What the ballots say of each envelope, by its position; None where only totals are published."""
    found: Data = {}
    payloads = [
        json.loads(row["payload"]) for row in lines(folder, "ballots.csv") + lines(folder, "paper.csv")
    ]
    for envelope in envelopes:
        position = str(envelope["position"])
        if envelope["published"] == "open":
            found[position] = [said[position] for said in payloads if position in said]
        elif envelope["published"] == "sealed":
            found[position] = [json.loads(row["choices"]) for row in lines(folder, f"choices-{position}.csv")]
        else:
            found[position] = None
    return found


def election_of(envelope: Data, choices: list[Any], ballots: int) -> Data:
    """The election as the rules' program reads it."""
    kept = {project["id"] for project in envelope["election"]["projects"]}
    merged: dict[str, int] = {}
    for choice in choices:
        text = json.dumps(choice)
        merged[text] = merged.get(text, 0) + 1
    made = []
    points = envelope["election"]["format"] == "points"
    for text, weight in merged.items():
        marks = [mark for mark in json.loads(text) if (mark[0] if points else mark) in kept]
        made.append(
            {
                "choices": [mark[0] for mark in marks] if points else marks,
                "points": [mark[1] for mark in marks] if points else None,
                "weight": weight,
            }
        )
    blank = ballots - len(choices) if envelope["blank_counts"] else 0
    check(blank >= 0, "there are more choices than ballots")
    if blank:
        made.append({"choices": [], "points": [] if points else None, "weight": blank})
    return dict(envelope["election"], ballots=made)


def result_again(folder: Path, manifest: Data, envelopes: list[Data], choices: Data, say: Say) -> bytes:
    """The bytes of result.json from the ballots alone (with totals only, the published outcome is taken over)."""
    published = load(folder, "result.json")
    outcomes = []
    for envelope in sorted(envelopes, key=lambda e: e["position"]):
        listed = choices[str(envelope["position"])]
        if listed is None:
            given = next(e for e in published["envelopes"] if e["position"] == envelope["position"])
            outcome = given["outcome"]
            say(
                f"envelope {envelope['position']}   NOT counted again: with so few ballots only totals are published"
            )
        else:
            election = plain.canonical_election(election_of(envelope, listed, manifest["ballots"]))
            outcome = plain.count(election, envelope["options"])
            say(
                f"envelope {envelope['position']}   {outcome['ballots']} ballots, {len(outcome['funded'])} projects funded"
            )
        outcomes.append({"outcome": outcome, "position": envelope["position"]})
    again: bytes = plain.to_bytes(
        {
            "ballots": manifest["ballots"],
            "envelopes": outcomes,
            "format": manifest["result_format"],
            "round": manifest["round"],
        }
    )
    return again


def verify(folder: Path, say: Say = print) -> bytes:
    """Check everything; return the bytes of the result. Raises Wrong at the first thing that does not fit."""
    manifest = check_files(folder, say)
    envelopes = load(folder, "count.json")["envelopes"]
    choices = read_choices(folder, envelopes)
    if (folder / "seal.json").exists():
        seal = load(folder, "seal.json")
        check_rules(folder, manifest, seal, envelopes, say)
        check_ballots(folder, manifest, seal, choices, say)
        check_numbers(folder, manifest, seal, say)
        check_ties(envelopes, seal, say)
    again = result_again(folder, manifest, envelopes, choices, say)
    check(again == (folder / "result.json").read_bytes(), "the count gives another result than result.json")
    say(f"result       the same, byte for byte: {hashlib.sha256(again).hexdigest()}")
    return again


def main(arguments: list[str]) -> int:
    """Run from a shell."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        verify(folder)
    except Wrong as problem:
        print(f"WRONG: {problem}")
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
        print(f"WRONG: a file cannot be read: {type(problem).__name__} {problem}")
        return 1
    print("Everything fits.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
