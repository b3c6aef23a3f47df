"""From frames and ballots to elections: one pass over the classes of ballots gives the elections of all envelopes.

Only who counts or explains needs these: they bring the arrays of the tally, some fifteen megabytes, into the process.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pbplatform.consultation.models import Envelope
from pbplatform.results.elections import Classes, Frame
from pbplatform.tally import election as tally
from pbplatform.tally.kinds import BallotFormat, LimitKind
from pbplatform.tally.profile import ballots_from_rows
from pbplatform.tally.rules import RuleSpec
from pbplatform.voting.models import Project


@dataclass(frozen=True)
class Contest:
    """One envelope ready to be counted."""

    envelope: Envelope
    projects: Sequence[Project]
    election: tally.Election
    spec: RuleSpec


def contests_of(frames_: Sequence[Frame], ballots: Classes) -> list[Contest]:
    """The elections of all envelopes from one pass over the ballots."""
    sorters = [_Sorter(frame) for frame in frames_]
    for payload, number in ballots:
        said = json.loads(payload)
        for sorter in sorters:
            sorter.take(said.get(sorter.position), number)
    return [sorter.contest() for sorter in sorters]


class _Sorter:
    """Collects what the ballots say of one envelope."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.position = str(frame.envelope.position)
        self.index = {project["id"]: place for place, project in enumerate(frame.election["projects"])}
        self.points = frame.election["format"] == BallotFormat.POINTS.value
        self.rows: list[tuple[list[int], list[int] | None, int]] = []
        self.blank = 0

    def take(self, choices: list[Any] | None, number: int) -> None:
        """Note the choices of `number` ballots; choices of withdrawn projects fall away, their voters stay."""
        if choices is None:
            self.blank += number if self.frame.blank_counts else 0
            return
        index = self.index
        if self.points:
            kept = [(index[code], points) for code, points in choices if code in index]
            self.rows.append(([place for place, _ in kept], [points for _, points in kept], number))
        else:
            self.rows.append(([index[code] for code in choices if code in index], None, number))

    def contest(self) -> Contest:
        """The election and its rule."""
        plan = self.frame.election
        kind = BallotFormat(plan["format"])
        profile = ballots_from_rows(
            [*self.rows, ([], [] if self.points else None, self.blank)] if self.blank else self.rows,
            projects=len(plan["projects"]),
            points=self.points,
            ranked=kind is BallotFormat.RANKING,
        )
        election = tally.Election(
            budget=plan["budget"],
            projects=tuple(
                tally.Project(p["id"], p["cost"], "", tuple(p["categories"]), p["district"])
                for p in plan["projects"]
            ),
            profile=profile,
            format=kind,
            scale=plan["scale"],
            max_length=plan["max_length"],
            points_scale=plan["points_scale"],
            exclusive=tuple(tuple(group) for group in plan["exclusive"]),
            limits=tuple(
                tally.Limit(LimitKind(limit["kind"]), limit["name"], limit["amount"])
                for limit in plan["limits"]
            ),
        )
        spec = RuleSpec.from_dict(self.frame.options)
        return Contest(self.frame.envelope, self.frame.projects, election, spec)
