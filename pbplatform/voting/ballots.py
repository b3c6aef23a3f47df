"""What a voter marked: read from a form, checked against every limit, measured for the meter. Pure.

Each limit has one problem and one sentence; the server is the judge, the page's script only tells earlier.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pbplatform.consultation.models import BallotFormat
from pbplatform.voting.rules import FrozenEnvelope, FrozenProject, FrozenRules

MARKED = (BallotFormat.APPROVAL, BallotFormat.KNAPSACK, BallotFormat.CHOOSE_ONE)
FIELDS = ("choice-", "points-", "rank-")
"""How the names of all fields begin in which something is chosen."""


class BallotProblem(StrEnum):
    """Why a ballot cannot be cast like this."""

    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    ONLY_ONE = "only_one"
    OVER_MONEY = "over_money"
    CATEGORY_FULL = "category_full"
    EXCLUSIVE = "exclusive"
    TWICE = "twice"
    UNKNOWN_PROJECT = "unknown_project"
    OTHER_ENVELOPE = "other_envelope"
    BAD_POINTS = "bad_points"
    TOO_MANY_POINTS = "too_many_points"
    TOO_MANY_FOR_ONE = "too_many_for_one"
    RANK_TWICE = "rank_twice"
    RANK_GAP = "rank_gap"
    BAD_RANK = "bad_rank"
    BAD_SUBMISSION = "bad_submission"
    LONG_WORD = "long_word"


@dataclass(frozen=True)
class Trouble:
    """A problem in an envelope (position 0: the whole ballot) with the values of its sentence."""

    problem: BallotProblem
    position: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Marks:
    """What was marked in one envelope: codes as marked (best first in a ranking), points by code."""

    codes: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)
    ranks: Mapping[str, str] = field(default_factory=dict)
    """What was typed, for showing it again."""
    troubles: tuple[Trouble, ...] = ()

    def choices(self) -> list[str] | list[tuple[str, int]]:
        """The choices as `canon.canonical_payload` takes them."""
        return list(self.points.items()) if self.points else list(self.codes)

    @property
    def any(self) -> bool:
        """Whether anything is marked."""
        return bool(self.codes or self.points)

    def has(self, code: str) -> bool:
        """Whether a project is marked."""
        return code in self.codes or code in self.points


class Form(Protocol):
    """The part of a multi-dict that reading needs."""

    def getlist(self, key: str) -> list[str]:
        """Every value of a field."""

    def __iter__(self) -> Iterator[str]:
        """The names of all fields."""


def field_name(envelope: FrozenEnvelope, project: FrozenProject | None = None) -> str:
    """The name of a form field: marks share one a envelope, points and ranks have one a project."""
    if project is None:
        return f"choice-{envelope.position}"
    return f"{'rank' if envelope.format is BallotFormat.RANKING else 'points'}-{envelope.position}-{project.number}"


def _is_number(text: str) -> bool:
    """Whether a text is a whole number as people write them; Python refuses to read thousands of digits."""
    return len(text) <= 6 and text.isascii() and text.isdecimal()


def read_marks(form: Form, envelopes: Sequence[FrozenEnvelope]) -> dict[int, Marks]:
    """What a form says for each envelope, with what could not be understood."""
    return {envelope.position: _read(form, envelope) for envelope in envelopes}


def strangers(form: Form, envelopes: Sequence[FrozenEnvelope]) -> list[Trouble]:
    """Fields for envelopes or numbers that are not on this voter's ballot."""
    known = {field_name(envelope) for envelope in envelopes if envelope.format in MARKED}
    for envelope in envelopes:
        if envelope.format not in MARKED:
            known |= {field_name(envelope, project) for project in envelope.projects}
    found = []
    for name in form:
        if name.startswith(FIELDS) and name not in known:
            if not any(value.strip() for value in form.getlist(name)):
                continue
            position = name.split("-")[1]
            mine = _is_number(position) and any(e.position == int(position) for e in envelopes)
            found.append(Trouble(BallotProblem.UNKNOWN_PROJECT if mine else BallotProblem.OTHER_ENVELOPE))
    return found


def _read(form: Form, envelope: FrozenEnvelope) -> Marks:
    if envelope.format in MARKED:
        codes = [code for code in form.getlist(field_name(envelope)) if code]
        return Marks(tuple(codes))
    if envelope.format is BallotFormat.POINTS:
        return _read_points(form, envelope)
    return _read_ranks(form, envelope)


def _read_points(form: Form, envelope: FrozenEnvelope) -> Marks:
    points: dict[str, int] = {}
    troubles = []
    typed: dict[str, str] = {}
    for project in envelope.projects:
        values = form.getlist(field_name(envelope, project))
        text = values[0].strip() if values else ""
        typed[project.code] = text[:20]
        if len(values) > 1:
            troubles.append(Trouble(BallotProblem.TWICE, envelope.position, {"number": project.number}))
        elif text and not _is_number(text):
            troubles.append(Trouble(BallotProblem.BAD_POINTS, envelope.position, {"number": project.number}))
        elif text and int(text) > 0:
            points[project.code] = int(text)
    return Marks(points=points, ranks=typed, troubles=tuple(troubles))


def _read_ranks(form: Form, envelope: FrozenEnvelope) -> Marks:
    places: dict[int, str] = {}
    typed: dict[str, str] = {}
    troubles = []
    for project in envelope.projects:
        values = form.getlist(field_name(envelope, project))
        text = values[0].strip() if values else ""
        typed[project.code] = text[:20]
        if not text:
            continue
        if not (_is_number(text) and 1 <= int(text) <= envelope.ranks and len(values) == 1):
            troubles.append(Trouble(BallotProblem.BAD_RANK, envelope.position, {"number": project.number}))
        elif int(text) in places:
            troubles.append(Trouble(BallotProblem.RANK_TWICE, envelope.position, {"place": int(text)}))
        else:
            places[int(text)] = project.code
    ordered = [places[place] for place in sorted(places)]
    gaps = [place for place in range(1, len(places) + 1) if place not in places]
    if gaps and not troubles:
        troubles.append(Trouble(BallotProblem.RANK_GAP, envelope.position, {"place": gaps[0]}))
    return Marks(codes=tuple(ordered), ranks=typed, troubles=tuple(troubles))


def check(
    rules: FrozenRules, envelopes: Sequence[FrozenEnvelope], marks: Mapping[int, Marks]
) -> list[Trouble]:
    """Everything that keeps this ballot from being cast; empty when it is valid.

    An envelope left empty is skipped, which is allowed as long as something is chosen somewhere.
    """
    troubles: list[Trouble] = []
    for envelope in envelopes:
        troubles += check_envelope(rules, envelope, marks.get(envelope.position, Marks()))
    known = {envelope.position for envelope in envelopes}
    troubles += [Trouble(BallotProblem.OTHER_ENVELOPE) for position in marks if position not in known]
    if not troubles and not any(mark.any for mark in marks.values()):
        troubles.append(Trouble(BallotProblem.NOTHING_CHOSEN))
    return troubles


def check_envelope(rules: FrozenRules, envelope: FrozenEnvelope, marks: Marks) -> list[Trouble]:
    """The problems of one envelope."""
    if marks.troubles:
        return list(marks.troubles)
    codes = list(marks.points or marks.codes)
    chosen = [envelope.project(code) for code in codes]
    if any(project is None for project in chosen):
        return [Trouble(BallotProblem.UNKNOWN_PROJECT, envelope.position)]
    if len(set(codes)) != len(codes):
        return [Trouble(BallotProblem.TWICE, envelope.position, {"number": _twice(envelope, codes)})]
    projects = [project for project in chosen if project is not None]
    if not projects:
        return []
    return [
        *_number_troubles(envelope, projects),
        *_money_troubles(envelope, projects, marks),
        *_category_troubles(rules, envelope, projects),
        *_group_troubles(envelope, projects),
    ]


def _twice(envelope: FrozenEnvelope, codes: Sequence[str]) -> int:
    code = next(code for code, times in Counter(codes).items() if times > 1)
    project = envelope.project(code)
    return project.number if project else 0


def _number_troubles(envelope: FrozenEnvelope, projects: Sequence[FrozenProject]) -> list[Trouble]:
    if envelope.format is BallotFormat.CHOOSE_ONE and len(projects) > 1:
        return [Trouble(BallotProblem.ONLY_ONE, envelope.position, {"chosen": len(projects)})]
    if envelope.most is not None and len(projects) > envelope.most:
        values = {"most": envelope.most, "chosen": len(projects), "over": len(projects) - envelope.most}
        return [Trouble(BallotProblem.TOO_MANY, envelope.position, values)]
    if len(projects) < envelope.fewest:
        values = {"fewest": envelope.fewest, "chosen": len(projects)}
        return [Trouble(BallotProblem.TOO_FEW, envelope.position, values)]
    return []


def _money_troubles(
    envelope: FrozenEnvelope, projects: Sequence[FrozenProject], marks: Marks
) -> list[Trouble]:
    if envelope.format is BallotFormat.KNAPSACK:
        spent = sum(project.cost for project in projects)
        if spent > envelope.amount:
            return [
                Trouble(
                    BallotProblem.OVER_MONEY,
                    envelope.position,
                    {"over": spent - envelope.amount, "currency": envelope.currency},
                )
            ]
    if envelope.format is BallotFormat.POINTS and envelope.points is not None:
        given = max(marks.points.values()) if envelope.points_each else sum(marks.points.values())
        if given > envelope.points:
            problem = (
                BallotProblem.TOO_MANY_FOR_ONE if envelope.points_each else BallotProblem.TOO_MANY_POINTS
            )
            return [Trouble(problem, envelope.position, {"most": envelope.points, "given": given})]
    return []


def _category_troubles(
    rules: FrozenRules, envelope: FrozenEnvelope, projects: Sequence[FrozenProject]
) -> list[Trouble]:
    counts = Counter(project.category for project in projects if project.category)
    return [
        Trouble(
            BallotProblem.CATEGORY_FULL,
            envelope.position,
            {"category": category, "most": rules.category_limits[category]},
        )
        for category, count in sorted(counts.items())
        if count > rules.category_limits.get(category, count)
    ]


def _group_troubles(envelope: FrozenEnvelope, projects: Sequence[FrozenProject]) -> list[Trouble]:
    by_group: dict[str, list[int]] = {}
    for project in projects:
        if project.group:
            by_group.setdefault(project.group, []).append(project.number)
    return [
        Trouble(BallotProblem.EXCLUSIVE, envelope.position, {"first": numbers[0], "second": numbers[1]})
        for numbers in by_group.values()
        if len(numbers) > 1
    ]


@dataclass(frozen=True)
class Meter:
    """How much of a limit is used: money in minor units, points or choices."""

    kind: str
    used: int
    most: int | None
    currency: str = ""

    @property
    def left(self) -> int:
        """What is left; negative when over."""
        return (self.most or 0) - self.used


def meter(envelope: FrozenEnvelope, marks: Marks) -> Meter:
    """The meter of an envelope's tightest limit."""
    projects = [project for project in map(envelope.project, marks.points or marks.codes) if project]
    if envelope.format is BallotFormat.KNAPSACK:
        return Meter("money", sum(project.cost for project in projects), envelope.amount, envelope.currency)
    if envelope.format is BallotFormat.POINTS:
        values = list(marks.points.values())
        used = max(values, default=0) if envelope.points_each else sum(values)
        return Meter("points_each" if envelope.points_each else "points", used, envelope.points)
    if envelope.format is BallotFormat.CHOOSE_ONE:
        return Meter("choices", len(projects), 1)
    if envelope.format is BallotFormat.RANKING:
        return Meter("choices", len(projects), envelope.ranks)
    return Meter("choices", len(projects), envelope.most)
