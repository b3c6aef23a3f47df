"""The frozen rules of a vote: how they are written at the opening, and how they are read at every page and every ballot.

The text is canonical JSON; its SHA-256 is in every receipt. Nothing in it changes while the vote is open.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pbplatform.consultation.models import BallotFormat, Category, Envelope, Round
from pbplatform.voting import canon
from pbplatform.voting.models import Project


@dataclass(frozen=True)
class FrozenProject:
    """One line of the ballot."""

    code: str
    number: int
    cost: int
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    category: str | None
    group: str | None


@dataclass(frozen=True)
class FrozenEnvelope:
    """One envelope of the ballot with its limits. Money is in minor units."""

    position: int
    district_id: int | None
    names: Mapping[str, str]
    amount: int
    currency: str
    format: BallotFormat
    fewest: int
    most: int | None
    points: int | None
    points_each: bool
    publication: str
    projects: tuple[FrozenProject, ...]

    def project(self, code: str) -> FrozenProject | None:
        """The project of a code."""
        return next((project for project in self.projects if project.code == code), None)

    def by_number(self, number: int) -> FrozenProject | None:
        """The project of a drawn number."""
        return next((project for project in self.projects if project.number == number), None)

    def rivals(self, project: FrozenProject) -> list[int]:
        """The numbers of the projects that nobody can choose together with this one."""
        if not project.group:
            return []
        return [
            other.number
            for other in self.projects
            if other.group == project.group and other.code != project.code
        ]

    @property
    def ranks(self) -> int:
        """How many places a ranking has."""
        return min(self.most or len(self.projects), len(self.projects))


@dataclass(frozen=True)
class FrozenRules:
    """A whole ballot, as it was when the vote opened."""

    name: str
    """"municipality/round", part of every tracker."""
    hash: str
    envelopes: tuple[FrozenEnvelope, ...]
    category_limits: Mapping[str, int]
    category_names: Mapping[str, Mapping[str, str]]
    beacon: str
    challenge_days: int

    def for_district(self, district_id: int | None) -> tuple[FrozenEnvelope, ...]:
        """The envelopes that a voter of a district belongs to: the city-wide ones and their district's."""
        return tuple(
            envelope
            for envelope in self.envelopes
            if envelope.district_id is None or envelope.district_id == district_id
        )

    def limited(self, envelope: FrozenEnvelope) -> list[tuple[Mapping[str, str], int]]:
        """The categories of which this envelope has more projects than may be chosen: names and limit."""
        counts = Counter(project.category for project in envelope.projects if project.category)
        return [
            (self.category_names[category], most)
            for category, most in sorted(self.category_limits.items())
            if counts[category] > most
        ]

    @property
    def ranked(self) -> frozenset[int]:
        """The positions whose ballot is a ranking."""
        return frozenset(e.position for e in self.envelopes if e.format is BallotFormat.RANKING)


def instant(moment: datetime) -> str:
    """A time as the rules write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(
    name: str,
    found: Round,
    envelopes: Sequence[Envelope],
    categories: Sequence[Category],
    projects: Sequence[Project],
    *,
    opens_at: datetime,
    closes_at: datetime,
    tie_commitment: str,
    beacon: str,
    challenge_days: int,
    receipt_key: str,
    snapshot_hash: str,
) -> str:
    """The canonical JSON of everything that must not change."""
    codes = {category.id: category.code for category in categories}
    return canon.canonical(
        {
            "version": canon.VERSION,
            "round": name,
            "titles": found.titles,
            "opens_at": instant(opens_at),
            "closes_at": instant(closes_at),
            "challenge_days": challenge_days,
            "tie_commitment": tie_commitment,
            "beacon": beacon,
            "receipt_key": receipt_key,
            "roll_snapshot": snapshot_hash,
            "categories": [
                {"code": category.code, "names": category.names, "most": category.most_choices}
                for category in sorted(categories, key=lambda category: category.code)
            ],
            "envelopes": [
                _envelope(envelope, codes, [p for p in projects if p.envelope_id == envelope.id])
                for envelope in sorted(envelopes, key=lambda envelope: envelope.position)
            ],
        }
    )


def _envelope(envelope: Envelope, codes: Mapping[int, str], projects: Sequence[Project]) -> dict[str, Any]:
    return {
        "position": envelope.position,
        "district": envelope.district_id,
        "names": envelope.names,
        "amount": envelope.amount,
        "currency": envelope.currency,
        "format": envelope.ballot_format.value,
        "fewest": envelope.fewest_choices,
        "most": envelope.most_choices,
        "points": envelope.points,
        "points_each": envelope.points_each,
        "rule": envelope.rule,
        "rule_options": envelope.rule_options,
        "threshold": envelope.threshold,
        "publication": envelope.publication.value,
        "projects": [
            {
                "code": project.code,
                "number": project.number,
                "cost": project.cost,
                "titles": project.titles,
                "summaries": project.summaries,
                "category": codes.get(project.category_id or 0),
                "group": project.conflict_group,
            }
            for project in sorted(projects, key=lambda project: project.number)
            if project.withdrawn_at is None
        ],
    }


MOST_KNOWN = 64
_known: dict[str, FrozenRules] = {}


def known(hash_: str) -> FrozenRules | None:
    """The rules of that hash, if this process has read them; a hash never stands for anything else."""
    return _known.get(hash_)


def read(text: str) -> FrozenRules:
    """The rules of a frozen text; kept in memory, because the text never changes."""
    hash_ = canon.sha256(text)
    found = _known.get(hash_)
    if found is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        found = _known[hash_] = _read(text, hash_)
    return found


def _read(text: str, hash_: str) -> FrozenRules:
    plain = json.loads(text)
    return FrozenRules(
        name=plain["round"],
        hash=hash_,
        envelopes=tuple(_frozen(envelope) for envelope in plain["envelopes"]),
        category_limits={c["code"]: c["most"] for c in plain["categories"] if c["most"] is not None},
        category_names={c["code"]: c["names"] for c in plain["categories"]},
        beacon=plain["beacon"],
        challenge_days=plain["challenge_days"],
    )


def _frozen(plain: Mapping[str, Any]) -> FrozenEnvelope:
    return FrozenEnvelope(
        position=plain["position"],
        district_id=plain["district"],
        names=plain["names"],
        amount=plain["amount"],
        currency=plain["currency"],
        format=BallotFormat(plain["format"]),
        fewest=plain["fewest"],
        most=plain["most"],
        points=plain["points"],
        points_each=plain["points_each"],
        publication=plain["publication"],
        projects=tuple(
            FrozenProject(
                project["code"],
                project["number"],
                project["cost"],
                project["titles"],
                project["summaries"],
                project["category"],
                project["group"],
            )
            for project in plain["projects"]
        ),
    )
