"""Past elections from Pabulib files: a closed round with envelope, projects and ballots, and nothing of any person."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Kind, Phase
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Envelope, Publication, Round
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.results.elections import FORMATS, SCALE
from pbplatform.results.models import ImportProblem, PastElection
from pbplatform.tally.declared import DeclaredRule, declared_rule
from pbplatform.tally.errors import RuleError
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.pabulib import PabulibFile, read
from pbplatform.tally.rules import Order, Rule, RuleSpec, TieKind, Ties
from pbplatform.voting.canon import canonical_payload
from pbplatform.voting.models import Channel, Project, SealedBallot

ROWS_AT_ONCE = 5_000
LONGEST_CODE = 120
_FORMATS = {theirs: ours for ours, theirs in FORMATS.items()}


@dataclass(frozen=True)
class Source:
    """A file to import: its name for people, its bytes, the language of its texts when it names none, and groups of
    projects that exclude each other, which Pabulib files tell only in comments."""

    name: str
    content: bytes
    language: str | None = None
    exclusive: tuple[tuple[str, ...], ...] = ()


def import_election(actor: Actor, session: Session, place: Municipality, source: Source) -> Round:
    """Make a closed round of a file; raise FileFaults with every fault, Conflict when it is there already."""
    require(actor, Action.IMPORT_ELECTION, Subject(place.id))
    file = read(source.content, keep_votes=True)
    _check(session, place, file, source)
    declared, rule = _rule(file)
    now = database_now(session)
    language = source.language or file.meta.get("language", place.languages[0])[:2].lower()
    found = Round(
        municipality_id=place.id,
        slug=_free_slug(session, place.id, file),
        kind=Kind.BUDGETING,
        phase=Phase.CLOSED,
        titles={language: _title(file)},
        summaries={},
        texts={},
        settings={},
        announced_at=now,
        imported_from=file.sha256,
        created_at=now,
    )
    session.add(found)
    session.flush()
    envelope = _envelope(file, found, rule, language)
    session.add(envelope)
    session.add(
        PastElection(
            round_id=found.id,
            municipality_id=place.id,
            sha256=file.sha256,
            file_name=source.name[:255],
            meta={"rows": [[key, value] for key, value in file.meta.items()]},
            columns=list(file.project_columns),
            declared=declared,
            official=file.selected(),
            points_scale=file.election.points_scale,
            imported_at=now,
        )
    )
    session.flush()
    session.add_all(_projects(file, envelope, rule, language, source, now))
    session.flush()
    _add_ballots(session, file, found)
    record(
        actor,
        session,
        place.id,
        Action.IMPORT_ELECTION,
        "round",
        found.id,
        sha256=file.sha256,
        ballots=file.election.voters,
        projects=len(file.election.projects),
    )
    return found


def _check(session: Session, place: Municipality, file: PabulibFile, source: Source) -> None:
    known = select(PastElection).where(
        PastElection.municipality_id == place.id, PastElection.sha256 == file.sha256
    )
    if session.scalar(known) is not None:
        raise Conflict(ImportProblem.TWICE)
    if SCALE % file.election.scale:
        raise Invalid(ImportProblem.TOO_FINE)
    for project in file.election.projects:
        if len(project.id) > LONGEST_CODE:
            raise Invalid(ImportProblem.CODE_TOO_LONG, project=project.id[:40])
    for code in (code for group in source.exclusive for code in group):
        if code not in file.election.index:
            raise Invalid(ImportProblem.UNKNOWN_PROJECT, project=code)


def _rule(file: PabulibFile) -> tuple[bool, DeclaredRule]:
    """The file's own rule; where it names none that can be applied, plain greedy, and False."""
    try:
        return True, declared_rule(file)
    except RuleError:
        scored = file.election.format in (BallotFormat.POINTS, BallotFormat.RANKING)
        order = Order.POINTS if scored else Order.VOTES
        return False, DeclaredRule(RuleSpec(Rule.GREEDY, order=order, ties=Ties(TieKind.FILE)), ())


def _title(file: PabulibFile) -> str:
    parts = [file.meta.get(key, "") for key in ("unit", "subunit", "instance")]
    return ", ".join(part for part in parts if part) or file.meta.get("description", "?")


def _free_slug(session: Session, municipality_id: int, file: PabulibFile) -> str:
    plain = unicodedata.normalize("NFKD", _title(file).replace("ł", "l").replace("Ł", "L"))
    words = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    slug = words[:48].strip("-") or "election"
    if consultation.by_slug(session, municipality_id, slug) is None:
        return slug
    return f"{slug}-{file.sha256[:8]}"


def _envelope(file: PabulibFile, found: Round, rule: DeclaredRule, language: str) -> Envelope:
    election = file.election
    up = SCALE // election.scale
    options = rule.spec.to_dict()
    options.pop("rule")
    if election.limits:
        options["limits"] = [
            {"kind": limit.kind.value, "name": limit.name, "amount": limit.amount * up}
            for limit in election.limits
        ]
    return Envelope(
        municipality_id=found.municipality_id,
        round_id=found.id,
        position=1,
        names={language: file.meta.get("subunit") or file.meta.get("unit") or _title(file)},
        amount=election.budget * up,
        currency=file.meta.get("currency", "")[:3].upper(),
        ballot_format=_FORMATS[election.format],
        fewest_choices=0,
        most_choices=election.max_length,
        rule=rule.spec.rule.value,
        rule_options=options,
        publication=Publication.SEALED,
    )


def _projects(
    file: PabulibFile, envelope: Envelope, rule: DeclaredRule, language: str, source: Source, now: Any
) -> Iterator[Project]:
    up = SCALE // file.election.scale
    at = {column: place for place, column in enumerate(file.project_columns)}
    groups = {code: f"file-{place}" for place, group in enumerate(source.exclusive) for code in group}
    for number, (project, row) in enumerate(zip(file.election.projects, file.projects, strict=True), 1):
        text = row[at["description"]].strip() if "description" in at else ""
        yield Project(
            municipality_id=envelope.municipality_id,
            round_id=envelope.round_id,
            envelope_id=envelope.id,
            code=project.id,
            number=number,
            titles={language: project.name or project.id},
            summaries={language: text} if text else {},
            cost=project.cost * up,
            latitude=_degrees(row, at, "latitude", 90),
            longitude=_degrees(row, at, "longitude", 180),
            conflict_group=groups.get(project.id),
            withdrawn_at=now if project.id in rule.withdrawn else None,
            details={
                "row": list(row),
                "categories": list(project.categories),
                "district": project.district,
            },
        )


def _degrees(row: tuple[str, ...], at: Mapping[str, int], column: str, most: int) -> float | None:
    if column not in at:
        return None
    try:
        value = float(row[at[column]])
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _add_ballots(session: Session, file: PabulibFile, found: Round) -> None:
    """The ballots in the order of what they say, so that the order tells nothing of the file's voters."""
    said = sorted(_payloads(file))
    for start in range(0, len(said), ROWS_AT_ONCE):
        session.execute(
            insert(SealedBallot),
            [
                {
                    "round_id": found.id,
                    "position": position,
                    "municipality_id": found.municipality_id,
                    "payload": payload,
                    "channel": Channel(channel),
                }
                for position, (payload, channel) in enumerate(said[start : start + ROWS_AT_ONCE], start + 1)
            ],
        )


def _payloads(file: PabulibFile) -> Iterator[tuple[str, str]]:
    at = {column: place for place, column in enumerate(file.vote_columns)}
    vote, points, method = at["vote"], at.get("points"), at.get("voting_method")
    pointed = file.election.format is BallotFormat.POINTS
    ranked = frozenset({1} if file.election.format is BallotFormat.RANKING else ())
    known: dict[tuple[str, str], str] = {}
    for row in file.votes or ():
        key = (row[vote], row[points] if pointed and points is not None else "")
        if key not in known:
            known[key] = _payload(key, pointed, ranked, file.election.points_scale)
        paper = method is not None and row[method].strip().lower() == "paper"
        yield known[key], Channel.PAPER if paper else Channel.ONLINE


def _payload(key: tuple[str, str], pointed: bool, ranked: frozenset[int], points_scale: int) -> str:
    """One ballot in the platform's own form; a project that stands on it twice is kept once, as the count has it."""
    codes = [code.strip() for code in key[0].split(",")] if key[0].strip() else []
    if not pointed:
        return canonical_payload({1: list(dict.fromkeys(codes))}, ranked)
    numbers = [int(Decimal(number.strip()) * points_scale) for number in key[1].split(",")] if codes else []
    pairs: dict[str, int] = {}
    for code, number in zip(codes, numbers, strict=True):
        pairs.setdefault(code, number)
    return canonical_payload({1: list(pairs.items())})
