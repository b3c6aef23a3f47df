"""The fields of a Pabulib file that the count depends on: what META declares, the projects, the ballots."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat

import numpy as np

from pbplatform.tally.election import MAX_AMOUNT, MAX_POINTS, Election, Limit, Project
from pbplatform.tally.faults import MOST_LISTED, Faults, brief
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.pabulib_limits import PAIRS, Key, check_cost, check_dates, doubtful_ballots, read_bounds
from pbplatform.tally.profile import Ints, canonical_profile

_DECIMAL = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_MOST_PLACES = 6

MAX_NUMBER = 2**31 - 1
"""No number of projects, ballots or choices above this is read: databases keep none that is larger."""

FORMATS: Mapping[str, BallotFormat] = {
    "approval": BallotFormat.APPROVAL,
    "choose-1": BallotFormat.CHOOSE_ONE,
    "cumulative": BallotFormat.POINTS,
    "scoring": BallotFormat.POINTS,
    "ordinal": BallotFormat.RANKING,
}
"""Pabulib's `vote_type` and the ballot format it means (approval with `max_sum_cost` is a knapsack)."""


@dataclass
class Declared:
    """What META says that matters here."""

    format: BallotFormat = BallotFormat.APPROVAL
    budget: Decimal = Decimal(0)
    max_length: int | None = None
    categories: tuple[str, ...] = ()
    budget_per_category: tuple[Decimal, ...] = ()
    counts: dict[str, tuple[int | None, int]] = field(default_factory=dict)
    bounds: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Listed:
    """The projects of a file, with costs still decimal."""

    projects: list[tuple[Project, Decimal]]

    def scale(self, declared: Declared) -> int:
        """Minor units per unit of the currency: as many decimal places as the file uses anywhere."""
        amounts = [declared.budget, *declared.budget_per_category, *(cost for _, cost in self.projects)]
        return int(10 ** max(places(amount) for amount in amounts))


def decimal_of(text: str) -> Decimal | None:
    """A plain non-negative decimal, exactly; None for anything else."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def amount(value: int, scale: int) -> str:
    """A whole number of a scale as a plain decimal without needless zeros."""
    return f"{(Decimal(value) / scale).normalize():f}"


def places(amount: Decimal) -> int:
    """Decimal places that an amount really uses."""
    return len(f"{amount:f}".partition(".")[2].rstrip("0"))


def read_meta(
    rows: Sequence[tuple[int, list[str]]], faults: Faults, warnings: Faults
) -> tuple[dict[str, str], Declared | None]:
    """The META section as it stands, and what the count needs of it (None if that cannot be had)."""
    meta: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        key = row[0].strip()
        if len(row) < 2 or any(cell.strip() for cell in row[2:]):
            faults.add(line, f"the key {brief(key)} needs exactly one value")
        elif key in meta:
            faults.add(line, f"the key {brief(key)} is listed twice")
        else:
            meta[key], lines[key] = row[1].strip(), line
    if not rows:
        return meta, None
    before = len(faults)
    declared = Declared()
    for key in ("budget", "vote_type", "num_projects", "num_votes"):
        if key not in meta:
            faults.add(0, f"META does not say {key}")
    for key in ("num_projects", "num_votes"):
        if key in meta:
            declared.counts[key] = (_whole(meta, lines, key, faults), lines[key])
    if "budget" in meta:
        declared.budget = _amount(meta["budget"], "the budget", lines["budget"], faults) or Decimal(0)
    if "vote_type" in meta:
        kind = meta["vote_type"].lower()
        if kind not in FORMATS:
            faults.add(lines["vote_type"], f"unknown vote_type {brief(kind)}")
        else:
            knapsack = kind == "approval" and "max_sum_cost" in meta
            declared.format = BallotFormat.KNAPSACK if knapsack else FORMATS[kind]
    if meta.get("max_length"):
        declared.max_length = _whole(meta, lines, "max_length", faults)
    numbers = {key: decimal_of(meta[key]) for pair in PAIRS for key in pair if meta.get(key)}
    declared.bounds = read_bounds(meta, lines, numbers, warnings)
    check_dates(meta, lines, warnings)
    if "budget_per_category" in meta:
        line = lines["budget_per_category"]
        names = [name.strip() for name in meta.get("categories", "").split(",")]
        amounts = [
            _amount(text.strip(), "a category's budget", line, faults)
            for text in meta["budget_per_category"].split(",")
        ]
        if len(names) != len(amounts) or not all(names):
            faults.add(line, "budget_per_category needs as many amounts as there are categories")
        declared.categories = tuple(names)
        declared.budget_per_category = tuple(amount or Decimal(0) for amount in amounts)
    return meta, declared if len(faults) == before else None


def _whole(meta: Mapping[str, str], lines: Mapping[str, int], key: str, faults: Faults) -> int | None:
    value = decimal_of(meta[key])
    if value is None or places(value):
        faults.add(lines[key], f"{key} is no whole number: {brief(meta[key])}")
        return None
    if value > MAX_NUMBER:
        faults.add(lines[key], f"{key} is absurdly large: {brief(meta[key])}")
        return None
    return int(value)


def _amount(text: str, what: str, line: int, faults: Faults) -> Decimal | None:
    value = decimal_of(text)
    if value is None:
        faults.add(line, f"{what} is no amount of money above zero: {brief(text)}")
    elif value == 0:
        faults.add(line, f"{what} is zero")
    elif places(value) > _MOST_PLACES:
        faults.add(line, f"{what} has more than {_MOST_PLACES} decimal places: {brief(text)}")
    elif value > MAX_AMOUNT // 10**_MOST_PLACES:
        faults.add(line, f"{what} is absurdly large: {brief(text)}")
    else:
        return value
    return None


def read_projects(
    columns: Sequence[str],
    rows: Sequence[tuple[int, list[str]]],
    declared: Declared | None,
    faults: Faults,
    warnings: Faults,
) -> Listed | None:
    """The projects, or None if they cannot be had."""
    if not rows or "project_id" not in columns or "cost" not in columns:
        if columns and not rows:
            faults.add(0, "the section PROJECTS has no project")
        return None
    at = {name: columns.index(name) for name in columns}
    before = len(faults)
    found: list[tuple[Project, Decimal]] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        project_id = row[at["project_id"]].strip()
        cost = _amount(row[at["cost"]].strip(), f"the cost of project {brief(project_id)}", line, faults)
        if cost is not None and declared is not None:
            check_cost(cost, line, declared.budget, declared.bounds, warnings)
        if not project_id or "," in project_id or not project_id.isprintable():
            faults.add(line, f"{brief(project_id)!r} cannot be the id of a project")
        elif project_id in seen:
            faults.add(line, f"project {brief(project_id)} is listed already on line {seen[project_id]}")
        seen.setdefault(project_id, line)
        if "selected" in at and row[at["selected"]].strip() not in ("", "0", "1", "2", "3"):
            faults.add(line, f"selected is none of 0, 1, 2, 3: {brief(row[at['selected']])}")
        for column in ("votes", "score"):
            if column in at and row[at[column]].strip() and decimal_of(row[at[column]].strip()) is None:
                faults.add(line, f"{column} is no number: {brief(row[at[column]])}")
        name = row[at["name"]].strip() if "name" in at else ""
        district = row[at["district"]].strip() if "district" in at else ""
        tags = row[at["category"]].split(",") if "category" in at else []
        categories = tuple(tag.strip() for tag in tags if tag.strip())
        found.append((Project(project_id, 1, name, categories, district), cost or Decimal(1)))
    return Listed(found) if len(faults) == before else None


@dataclass
class Marks:
    """What the voters marked: the choices of all ballots one after the other, and how many each ballot has."""

    keys: list[Key]
    """The raw text of each ballot that is not empty."""
    lengths: Ints
    flat: Ints
    """Positions of projects; -1 for one that nobody knows."""
    points: Ints | None = None
    points_scale: int = 1

    def rows(self) -> Ints:
        """For each choice the place of its ballot."""
        return np.repeat(np.arange(len(self.keys), dtype=np.int64), self.lengths)


def build_election(
    ballots: Counter[Key], listed: Listed, declared: Declared
) -> tuple[Election | None, dict[Key, str], dict[Key, str]]:
    """The election, and messages about ballots by their raw text: faults (then there is no election) and doubts."""
    scale = listed.scale(declared)
    projects = tuple(
        Project(p.id, int(cost * scale), p.name, p.categories, p.district) for p, cost in listed.projects
    )
    marks, faulty = _marks([key for key in ballots if key[0].strip()], projects, declared.format)
    if faulty:
        return None, faulty, {}
    doubtful = _drop_repeats(marks, len(projects))
    costs = np.array([project.cost for project in projects], dtype=np.int64)[marks.flat]
    scales = (scale, marks.points_scale)
    doubts = doubtful_ballots(marks.keys, marks.lengths, costs, marks.points, scales, declared.bounds)
    for key, doubt in doubts.items():
        doubtful.setdefault(key, doubt)
    weights = [ballots[key] for key in marks.keys]
    empty = ballots.total() - sum(weights)
    election = Election(
        budget=int(declared.budget * scale),
        projects=projects,
        profile=canonical_profile(
            np.append(marks.lengths, 0),
            marks.flat,
            marks.points,
            np.array([*weights, empty], dtype=np.int64),
            projects=len(projects),
            ranked=declared.format is BallotFormat.RANKING,
        ),
        format=declared.format,
        scale=scale,
        max_length=declared.max_length,
        points_scale=marks.points_scale,
        limits=_limits(declared, scale),
    )
    return election, faulty, doubtful


def _marks(
    keys: list[Key], projects: Sequence[Project], format: BallotFormat
) -> tuple[Marks, dict[Key, str]]:
    """The ballots as numbers, and what is wrong with which of them."""
    index = {project.id: position for position, project in enumerate(projects)}
    texts = [text for text, _ in keys]
    tokens = ",".join(texts).split(",") if texts else []
    marks = Marks(
        keys,
        lengths=np.array([text.count(",") + 1 for text in texts], dtype=np.int64),
        flat=np.fromiter(map(index.get, tokens, repeat(-1)), dtype=np.int64, count=len(tokens)),
    )
    for place in np.flatnonzero(marks.flat < 0).tolist():
        marks.flat[place] = index.get(tokens[place].strip(), -1)
    faulty: dict[Key, str] = {}
    rows = marks.rows()
    for number, place in enumerate(np.flatnonzero(marks.flat < 0).tolist()):
        token = tokens[place].strip()
        message = "unknown project" if token else "a choice is empty"
        # Of a million different faults only the first are shown: the others need no words of their own.
        named = f"{message} {brief(token)}" if token and number < 10 * MOST_LISTED else message
        faulty.setdefault(keys[rows[place]], named)
    if format is BallotFormat.CHOOSE_ONE:
        for place in np.flatnonzero(marks.lengths > 1).tolist():
            faulty[keys[place]] = "more than one choice on a choose-1 ballot"
    if format is BallotFormat.POINTS:
        marks.points, marks.points_scale = _points(keys, marks.lengths, faulty)
    return marks, faulty


def _drop_repeats(marks: Marks, projects: int) -> dict[Key, str]:
    """Keep the first of equal choices on a ballot; returns a doubt for each ballot that lost one."""
    rows = marks.rows()
    _, first = np.unique(rows * projects + marks.flat, return_index=True)
    if len(first) == len(marks.flat):
        return {}
    first.sort()
    kept = np.bincount(rows[first], minlength=len(marks.keys)).astype(np.int64)
    shorter = np.flatnonzero(kept < marks.lengths).tolist()
    marks.flat, marks.lengths = marks.flat[first], kept
    marks.points = None if marks.points is None else marks.points[first]
    return {marks.keys[place]: "the same project twice on a ballot; it is counted once" for place in shorter}


def _limits(declared: Declared, scale: int) -> tuple[Limit, ...]:
    amounts = zip(declared.categories, declared.budget_per_category, strict=True)
    limits = [Limit(LimitKind.CATEGORY, name, int(amount * scale)) for name, amount in amounts]
    return tuple(sorted(limits, key=lambda limit: limit.name))


def _points(keys: Sequence[Key], lengths: Ints, faulty: dict[Key, str]) -> tuple[Ints, int]:
    """Points of all choices as whole numbers of a scale; faults are noted."""
    numbers: list[Decimal] = []
    known: dict[str, Decimal | None] = {}
    for key, length in zip(keys, lengths.tolist(), strict=True):
        texts = key[1].split(",")
        if len(texts) != length:
            faulty.setdefault(key, f"{len(texts)} numbers of points for {length} choices")
            continue
        for text in texts:
            if text not in known:
                known[text] = decimal_of(text.strip())
            value = known[text]
            if value is None or places(value) > _MOST_PLACES or value > MAX_POINTS // 10**_MOST_PLACES:
                faulty.setdefault(key, f"these are no points: {brief(text)}")
            else:
                numbers.append(value)
    if faulty:
        return np.zeros(0, dtype=np.int64), 1
    scale = int(10 ** max((places(value) for value in set(numbers)), default=0))
    return np.array([int(value * scale) for value in numbers], dtype=np.int64), scale
