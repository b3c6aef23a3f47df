"""What is counted: a budget, projects with their costs, and ballots grouped into weighted classes.

Money is whole minor units of a declared scale (`scale` minor units are one unit of the currency), never a float.
Ballots with the same choices are one class with a weight, because no rule here tells such voters apart. The classes
stand in one canonical order, so that an election has the same digest whatever the order of its rows.

    election = Election.from_ballots(
        budget=500_000_00, scale=100, format=BallotFormat.APPROVAL,
        projects=[Project("7", 120_000_00), Project("8", 80_000_00)],
        ballots=[Ballot(("7", "8"), weight=12), Ballot(("8",)), Ballot(())],
    )

An empty ballot is a voter too: it counts in `voters`, and so in every endowment.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pbplatform.tally.errors import ElectionError
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.profile import Profile, ballots_from_rows

MAX_AMOUNT = 10**15
"""No budget or cost above this many minor units is accepted: it keeps every float filter far from its limits."""

MAX_POINTS = 10**9
"""No single number of points above this is accepted, for the same reason."""


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than `amount` minor units for the projects of one category or district."""

    kind: LimitKind
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project on the ballot. `cost` is in minor units; name, categories and district are for people and limits."""

    id: str
    cost: int
    name: str = ""
    categories: tuple[str, ...] = ()
    district: str = ""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The choices of `weight` voters who filled in the same ballot.

    A ranking lists its choices best first. `points` stands beside `choices`, one number each, for a points ballot.
    """

    choices: tuple[str, ...]
    points: tuple[int, ...] | None = None
    weight: int = 1


@dataclass(frozen=True, eq=False)
class Election:
    """A budget limit, projects and the profile of ballots. Build it with `from_ballots` or from a Pabulib file."""

    budget: int
    projects: tuple[Project, ...]
    profile: Profile = field(repr=False)
    format: BallotFormat
    scale: int = 1
    max_length: int | None = None
    points_scale: int = 1
    exclusive: tuple[tuple[str, ...], ...] = ()
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        check_amount("the budget", self.budget)
        if self.scale < 1 or self.points_scale < 1:
            raise ElectionError("The scale must be a whole number above zero.")
        seen: set[str] = set()
        for project in self.projects:
            if not project.id:
                raise ElectionError("A project has no id.")
            if project.id in seen:
                raise ElectionError(f"Project {project.id} is listed twice.")
            seen.add(project.id)
            check_amount(f"the cost of project {project.id}", project.cost)
        for group in self.exclusive:
            if len(set(group)) < 2:
                raise ElectionError("A group of mutually exclusive projects needs at least two of them.")
            for project_id in group:
                if project_id not in seen:
                    raise ElectionError(
                        f"Unknown project {project_id} in a group of mutually exclusive projects."
                    )
        for limit in self.limits:
            if limit.amount < 0:
                raise ElectionError(f"The limit for {limit.name} is below zero.")

    @classmethod
    def from_ballots(
        cls,
        *,
        budget: int,
        projects: Iterable[Project],
        ballots: Iterable[Ballot],
        format: BallotFormat,
        scale: int = 1,
        max_length: int | None = None,
        points_scale: int = 1,
        exclusive: Iterable[Iterable[str]] = (),
        limits: Iterable[Limit] = (),
    ) -> "Election":
        """Build an election from ballots in any order, grouped or not.

        Raises ElectionError for an unknown project, a project twice on one ballot, points that do not match the
        choices, a weight below one, or more than one choice on a choose-one ballot.
        """
        listed = tuple(projects)
        index = {project.id: position for position, project in enumerate(listed)}
        rows: list[tuple[list[int], list[int] | None, int]] = []
        for ballot in ballots:
            rows.append((_positions(ballot, index), _points(ballot, format), _weight(ballot)))
            if format is BallotFormat.CHOOSE_ONE and len(ballot.choices) > 1:
                raise ElectionError("A choose-one ballot has more than one choice.")
        profile = ballots_from_rows(
            rows,
            projects=len(listed),
            points=format is BallotFormat.POINTS,
            ranked=format is BallotFormat.RANKING,
        )
        return cls(
            budget=budget,
            projects=listed,
            profile=profile,
            format=format,
            scale=scale,
            max_length=max_length,
            points_scale=points_scale,
            exclusive=tuple(sorted(tuple(sorted(set(group))) for group in exclusive)),
            limits=tuple(sorted(limits, key=lambda limit: (limit.kind, limit.name, limit.amount))),
        )

    @property
    def voters(self) -> int:
        """Number of ballots, the empty ones among them."""
        return self.profile.voters

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each project id in `projects`."""
        return {project.id: position for position, project in enumerate(self.projects)}

    @cached_property
    def votes(self) -> tuple[int, ...]:
        """How many ballots name each project."""
        return tuple(self.profile.votes().tolist())

    @cached_property
    def points(self) -> tuple[int, ...]:
        """Sum of the points of each project (a ranking is scored by Borda: see `utility.py`); else its votes."""
        if self.format is BallotFormat.RANKING:
            return tuple(self.profile.totals(self.profile.borda(None)).tolist())
        if self.profile.points is None:
            return self.votes
        return tuple(self.profile.totals(self.profile.points).tolist())

    @cached_property
    def rivals(self) -> tuple[frozenset[int], ...]:
        """For each project the positions of the projects that exclude it."""
        sets: list[set[int]] = [set() for _ in self.projects]
        for group in self.exclusive:
            members = [self.index[project_id] for project_id in group]
            for member in members:
                sets[member].update(members)
        return tuple(frozenset(rivals - {position}) for position, rivals in enumerate(sets))

    @cached_property
    def limits_of(self) -> tuple[tuple[int, ...], ...]:
        """For each project the positions of the limits that it draws on."""
        found = []
        for project in self.projects:
            names = {(LimitKind.CATEGORY, name) for name in project.categories}
            names.add((LimitKind.DISTRICT, project.district))
            found.append(tuple(i for i, limit in enumerate(self.limits) if (limit.kind, limit.name) in names))
        return tuple(found)

    def ballots(self) -> list[Ballot]:
        """The classes as ballots, in canonical order."""
        ids = [project.id for project in self.projects]
        return [
            Ballot(tuple(ids[p] for p in choices), None if points is None else tuple(points), weight)
            for choices, points, weight in self.profile.rows()
        ]

    def without(self, *project_ids: str) -> "Election":
        """The same election as if these projects had never been on the ballot (their voters stay voters)."""
        gone = set(project_ids)
        kept = [project for project in self.projects if project.id not in gone]
        ballots = []
        for ballot in self.ballots():
            keep = [i for i, choice in enumerate(ballot.choices) if choice not in gone]
            points = None if ballot.points is None else tuple(ballot.points[i] for i in keep)
            ballots.append(Ballot(tuple(ballot.choices[i] for i in keep), points, ballot.weight))
        groups = [[p for p in group if p not in gone] for group in self.exclusive]
        return Election.from_ballots(
            budget=self.budget,
            projects=kept,
            ballots=ballots,
            format=self.format,
            scale=self.scale,
            max_length=self.max_length,
            points_scale=self.points_scale,
            exclusive=[group for group in groups if len(group) > 1],
            limits=self.limits,
        )

    def with_cost(self, project_id: str, cost: int) -> "Election":
        """The same election with another cost of one project."""
        projects = tuple(replace(p, cost=cost) if p.id == project_id else p for p in self.projects)
        return replace(self, projects=projects)

    def with_exclusive(self, *groups: Iterable[str]) -> "Election":
        """The same election with further groups of mutually exclusive projects."""
        added = [tuple(sorted(set(group))) for group in groups]
        return replace(self, exclusive=tuple(sorted({*self.exclusive, *added})))

    def to_dict(self) -> dict[str, Any]:
        """Everything the count depends on, as plain data: what `digest` hashes and `plain.count` reads."""
        return {
            "ballots": [
                {
                    "choices": list(b.choices),
                    "points": None if b.points is None else list(b.points),
                    "weight": b.weight,
                }
                for b in self.ballots()
            ],
            "budget": self.budget,
            "exclusive": [list(group) for group in self.exclusive],
            "format": self.format.value,
            "limits": [{"amount": x.amount, "kind": x.kind.value, "name": x.name} for x in self.limits],
            "max_length": self.max_length,
            "points_scale": self.points_scale,
            "projects": [
                {"categories": list(p.categories), "cost": p.cost, "district": p.district, "id": p.id}
                for p in self.projects
            ],
            "scale": self.scale,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything the count depends on; the same for any order of ballots."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_amount(what: str, amount: int) -> None:
    """Refuse an amount that is no whole number of minor units above zero, or absurdly large."""
    what = what[0].upper() + what[1:]  # Not `capitalize`, which writes the id of a project small.
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise ElectionError(f"{what} must be a whole number of minor units.")
    if amount <= 0:
        raise ElectionError(f"{what} must be above zero.")
    if amount > MAX_AMOUNT:
        raise ElectionError(f"{what} is above {MAX_AMOUNT}.")


def _positions(ballot: Ballot, index: dict[str, int]) -> list[int]:
    try:
        positions = [index[choice] for choice in ballot.choices]
    except KeyError as error:
        raise ElectionError(f"A ballot names the unknown project {error.args[0]}.") from None
    if len(set(positions)) < len(positions):
        raise ElectionError("A ballot names the same project twice.")
    return positions


def _points(ballot: Ballot, format: BallotFormat) -> list[int] | None:
    if format is not BallotFormat.POINTS:
        return None
    if ballot.points is None or len(ballot.points) != len(ballot.choices):
        raise ElectionError("A points ballot needs as many numbers of points as choices.")
    for points in ballot.points:
        if isinstance(points, bool) or not isinstance(points, int) or not 0 <= points <= MAX_POINTS:
            raise ElectionError(f"Points must be whole numbers from 0 to {MAX_POINTS}.")
    return list(ballot.points)


def _weight(ballot: Ballot) -> int:
    if isinstance(ballot.weight, bool) or not isinstance(ballot.weight, int) or ballot.weight < 1:
        raise ElectionError("The weight of a ballot must be a whole number above zero.")
    return ballot.weight
