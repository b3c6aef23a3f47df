"""What is counted, made of the rules that were fixed before the vote: the election without its ballots, and the whole rule.

Pure, with Python's standard library only, because it is a program of the bundle: the platform counts what this gives, and
`verify.py` finds with it that count.json is what rules.json says. So nobody can change a cost, an amount or the rule
between the vote and the count.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Data = dict[str, Any]

FORMATS = {"choose_one": "choose-one"}
"""Kinds of ballots that the rules and the count spell differently."""

OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "greedy": {
        "order": "votes",
        "skip": True,
        "extra_percent": None,
        "leftover": False,
        "threshold": 0,
    },
    "equal-shares": {
        "utility": "cost",
        "borda": "ballot-length",
        "endowment": "exact",
        "completion": "none",
        "stop": "overspend",
        "increment": 0,
        "comparison": "none",
        "switch": False,
        "order": "votes",
        "threshold": 0,
    },
}
"""The options that each rule reads, and what they are where the rules do not say."""


def frame(rules: Mapping[str, Any], position: int, order: Sequence[str]) -> Data:
    """The entry of count.json for an envelope, from rules.json and the order for ties; districts of projects are left open."""
    envelope = next(one for one in rules["envelopes"] if one["position"] == position)
    return {
        "blank_counts": len(rules["envelopes"]) == 1 or envelope["district"] is None,
        "election": _election(envelope),
        "options": _options(envelope, order),
        "position": position,
    }


def _election(envelope: Mapping[str, Any]) -> Data:
    groups: dict[str, list[str]] = {}
    for project in envelope["projects"]:
        if project["group"]:
            groups.setdefault(project["group"], []).append(project["code"])
    limits = envelope["rule_options"].get("limits", [])
    return {
        "budget": envelope["amount"],
        "exclusive": sorted(sorted(group) for group in groups.values() if len(group) > 1),
        "format": FORMATS.get(envelope["format"], envelope["format"]),
        "limits": sorted(limits, key=lambda limit: (limit["kind"], limit["name"], limit["amount"])),
        "max_length": envelope["most"],
        "points_scale": 1,
        "projects": [
            {
                "categories": [project["category"]] if project["category"] else [],
                "cost": project["cost"],
                "id": project["code"],
            }
            for project in envelope["projects"]
        ],
        "scale": 100,
    }


def _options(envelope: Mapping[str, Any], order: Sequence[str]) -> Data:
    read = OPTIONS[envelope["rule"]]
    said = {name: value for name, value in envelope["rule_options"].items() if name in read}
    if envelope["threshold"] is not None:
        said["threshold"] = envelope["threshold"]
    # Never another order where this one is missing: a lot that was dropped must not look like a rule that knows none.
    return {"rule": envelope["rule"], **read, **said, "ties": {"kind": "given", "order": list(order)}}


def without_districts(entry: Mapping[str, Any]) -> Data:
    """An entry of count.json as `frame` gives it."""
    election = entry["election"]
    projects = [
        {name: project[name] for name in project if name != "district"} for project in election["projects"]
    ]
    return {
        "blank_counts": entry["blank_counts"],
        "election": {**election, "projects": projects},
        "options": entry["options"],
        "position": entry["position"],
    }
