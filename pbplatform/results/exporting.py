"""Rounds out as Pabulib, CSV and JSON, streamed line by line, without anything of any person."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import BallotFormat, Envelope, Round
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.sheets import stream_csv
from pbplatform.municipalities.models import District, Municipality
from pbplatform.results import elections, publication, queries
from pbplatform.results.models import Count, EnvelopeResult, PastElection
from pbplatform.tally.canonical import canonical
from pbplatform.voting.models import Project, SealedBallot

COUNTRIES = {"GE": "Georgia", "BG": "Bulgaria"}
VOTE_TYPES = {
    BallotFormat.APPROVAL: "approval",
    BallotFormat.CHOOSE_ONE: "choose-1",
    BallotFormat.KNAPSACK: "approval",
    BallotFormat.POINTS: "cumulative",
    BallotFormat.RANKING: "ordinal",
}
COLUMNS = ("project_id", "cost", "votes", "name", "category", "selected", "latitude", "longitude")
SCORED = (BallotFormat.POINTS, BallotFormat.RANKING)

Row = Sequence[Any]


def csv_rows(rows: Iterable[Row], delimiter: str = ",") -> Iterator[bytes]:
    """Rows as lines of the bundle and of Pabulib, for programs: every cell as it is. What people open in a spreadsheet program
    goes through `stream_csv`. Sent in pieces of a few hundred, so that a large file costs little memory."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.getvalue():
        yield buffer.getvalue().encode()


def amount(minor: int) -> str:
    """Minor units as a plain decimal, without needless zeros."""
    value = Decimal(minor) / 100
    return f"{value:f}" if minor % 100 else str(minor // 100)


def result_of(session: Session, row: Count | None, envelope: Envelope) -> EnvelopeResult | None:
    """The result of one envelope in a count."""
    if row is None:
        return None
    return session.scalars(
        select(EnvelopeResult).where(
            EnvelopeResult.count_id == row.id, EnvelopeResult.envelope_id == envelope.id
        )
    ).one_or_none()


def pabulib(session: Session, found: Round, envelope: Envelope, row: Count | None) -> Iterator[bytes]:
    """An envelope as a Pabulib file. A past election keeps its META keys and its columns of the projects."""
    past = queries.past_election(session, found)
    projects = elections.projects_of(session, envelope)
    result = result_of(session, row, envelope)
    alone = len(consultation.envelopes(session, found.id)) == 1 or envelope.district_id is None
    yield b"META\n"
    yield from csv_rows([("key", "value")], ";")
    if past is not None:
        listed, corrected = _past_projects(past, projects, result)
        yield from csv_rows(_past_meta(past, corrected), ";")
    else:
        voters = result.outcome["ballots"] if result else _voters(session, found, envelope, alone)
        yield from csv_rows(_meta(session, found, envelope, len(projects), voters, result), ";")
    yield b"PROJECTS\n"
    if past is not None:
        yield from csv_rows([past.columns, *listed], ";")
    else:
        columns = (*COLUMNS, "score") if envelope.ballot_format in SCORED else COLUMNS
        yield from csv_rows([columns, *_project_rows(session, found, envelope, projects, result)], ";")
    yield b"VOTES\n"
    yield from csv_rows(_vote_rows(session, found, envelope, past, alone), ";")


def _past_projects(
    past: PastElection, projects: Sequence[Project], result: EnvelopeResult | None
) -> tuple[list[list[str]], list[str]]:
    """The rows of a past election's projects, and those whose number of votes is not the file's.

    Some organisers counted a choice that stands twice on a ballot twice. Our ballots have it once, so their number would not
    fit the ballots beside it.
    """
    rows = [list(project.details["row"]) for project in projects]
    corrected = []
    if "votes" in past.columns and result is not None:
        place = past.columns.index("votes")
        for project, row in zip(projects, rows, strict=True):
            votes = result.figures["votes"].get(project.code)
            if votes is not None and row[place].strip().isdigit() and int(row[place]) != votes:
                row[place] = str(votes)
                corrected.append(project.code)
    return rows, corrected


def _past_meta(past: PastElection, corrected: Sequence[str]) -> Iterator[Row]:
    """The META section as it was; where a number of votes differs from the file's, a comment says so."""
    said = False
    note = f"votes of {', '.join(corrected)}: each ballot counts once for a project that stands on it twice"
    for key, value in past.meta["rows"]:
        if key == "comment" and corrected:
            yield key, f"{value} #{value.count('#') + 1}: {note}"
            said = True
        else:
            yield key, value
    if corrected and not said:
        yield "comment", f"#1: {note}"


def _voters(session: Session, found: Round, envelope: Envelope, alone: bool) -> int:
    return sum(1 for _ in _choices(session, found, envelope, alone))


def _meta(
    session: Session,
    found: Round,
    envelope: Envelope,
    projects: int,
    voters: int,
    result: EnvelopeResult | None,
) -> Iterator[tuple[str, Any]]:
    place = session.get_one(Municipality, found.municipality_id)
    windows = {w.phase: w for w in consultation.windows(session, found.id)}
    voting = windows.get(Phase.VOTING)
    begin = voting.opens_at if voting else found.created_at
    end = voting.closes_at if voting else found.created_at
    district = session.get(District, envelope.district_id) if envelope.district_id else None
    yield "description", localised(found.titles, "en").text
    yield "country", COUNTRIES.get(place.country.value.upper(), place.country.value.title())
    yield "unit", localised(place.names, "en").text
    if district is not None:
        yield "district", localised(district.names, "en").text
        yield "subunit", localised(district.names, "en").text
    yield "instance", str(begin.year)
    yield "num_projects", projects
    yield "num_votes", voters
    yield "budget", amount(envelope.amount)
    yield "vote_type", VOTE_TYPES[envelope.ballot_format]
    yield "rule", "unknown" if _by_lot(result) else _rule_name(envelope)
    yield "date_begin", begin.strftime("%d.%m.%Y")
    yield "date_end", end.strftime("%d.%m.%Y")
    yield "min_length", max(envelope.fewest_choices, 1)
    if envelope.most_choices:
        yield "max_length", envelope.most_choices
    threshold = envelope.threshold or envelope.rule_options.get("threshold")
    if threshold:
        yield "min_project_score_threshold", threshold
    if envelope.ballot_format is BallotFormat.KNAPSACK:
        yield "max_sum_cost", amount(envelope.amount)
    if envelope.ballot_format is BallotFormat.POINTS and envelope.points:
        yield ("max_points" if envelope.points_each else "max_sum_points"), envelope.points
    yield "edition", str(begin.year)
    yield "language", place.languages[0]
    yield "currency", envelope.currency
    if _by_lot(result):
        yield "comment", f"#1: The rule is {_rule_name(envelope)}; ties were broken by a drawn order"


def _by_lot(result: EnvelopeResult | None) -> bool:
    """Whether an announced lot broke a tie. Pabulib's rules break ties in ways of their own, so such a file must not claim
    one of them: whoever recomputes it from the file alone could find other winners."""
    if result is None or result.outcome["options"]["ties"]["kind"] != "given":
        return False
    return any(tie["decisive"] or tie["stage"] == "equal-shares" for tie in result.outcome["ties"])


def _rule_name(envelope: Envelope) -> str:
    """Pabulib's word for the rule; where it has none for just these options, the family's name."""
    options = envelope.rule_options
    if envelope.rule == "equal-shares":
        if options.get("completion") != "add-one":
            return "equalshares"
        return "equalshares/add1-comparison" if options.get("switch") else "equalshares/add1"
    if options.get("extra_percent") is not None or options.get("order") == "votes-per-cost":
        return "greedy-custom"
    if not options.get("skip", True):
        return "greedy-no-skip"
    return "greedy-threshold" if envelope.threshold or options.get("threshold") else "greedy"


def _project_rows(
    session: Session,
    found: Round,
    envelope: Envelope,
    projects: Sequence[Project],
    result: EnvelopeResult | None,
) -> Iterator[Row]:
    names = {c.id: localised(c.names, "en").text for c in consultation.categories(session, found.id)}
    figures = result.figures if result else {"votes": {}, "points": {}}
    funded = set(result.outcome["funded"]) if result else set()
    for project in projects:
        yield (
            project.code,
            amount(project.cost),
            figures["votes"].get(project.code, 0),
            localised(project.titles, "").text,
            names.get(project.category_id, "") if project.category_id else "",
            int(project.code in funded),
            project.latitude if project.latitude is not None else "",
            project.longitude if project.longitude is not None else "",
            *([figures["points"].get(project.code, 0)] if envelope.ballot_format in SCORED else []),
        )


def _choices(session: Session, found: Round, envelope: Envelope, blank_counts: bool) -> Iterator[list[Any]]:
    """What each ballot says of an envelope. Where ballots are told openly, and in a past election, they stand in the order
    of the seal or the file; otherwise in the order of what they say, because the seal's order is that of the trackers."""
    seal = queries.seal(session, found)
    if seal is not None and not publication.is_open(seal):
        yield from _apart(session, found, envelope, blank_counts)
        return
    position = str(envelope.position)
    payloads = session.scalars(
        select(SealedBallot.payload)
        .where(SealedBallot.round_id == found.id)
        .order_by(SealedBallot.position)
        .execution_options(yield_per=5_000)
    )
    for payload in payloads:
        choices = json.loads(payload).get(position)
        if choices is not None or blank_counts:
            yield choices or []


def _apart(session: Session, found: Round, envelope: Envelope, blank_counts: bool) -> Iterator[list[Any]]:
    listed = list(publication.choices(session, found, envelope.position))
    if blank_counts:
        blank = elections.ballots_of(session, found) - sum(number for _, number in listed)
        yield from ([] for _ in range(blank))
    for text, number in listed:
        for _ in range(number):
            yield json.loads(text)


def _vote_rows(
    session: Session, found: Round, envelope: Envelope, past: PastElection | None, blank_counts: bool
) -> Iterator[Row]:
    pointed = envelope.ballot_format is BallotFormat.POINTS
    scale = past.points_scale if past else 1
    yield ("voter_id", "vote", "points") if pointed else ("voter_id", "vote")
    for number, choices in enumerate(_choices(session, found, envelope, blank_counts), start=1):
        if pointed:
            codes = ",".join(code for code, _ in choices)
            yield number, codes, ",".join(_points(points, scale) for _, points in choices)
        else:
            yield number, ",".join(choices)


def _points(points: int, scale: int) -> str:
    value = Decimal(points) / scale
    return str(int(value)) if value == int(value) else f"{value.normalize():f}"


def projects_csv(session: Session, found: Round, row: Count | None) -> Iterator[bytes]:
    """Every project of a round with its result."""

    def rows() -> Iterator[Row]:
        yield (
            "envelope",
            "project_id",
            "number",
            "title",
            "language",
            "cost",
            "currency",
            "votes",
            "points",
            "funded",
            "place",
        )
        for item in project_items(session, found, row):
            title = localised(item["titles"], "")
            yield (
                item["envelope"], item["id"], item["number"], title.text, title.language, amount(item["cost"]),
                item["currency"], item["votes"], item["points"], "" if item["funded"] is None else int(item["funded"]), item["place"] or "",
            )  # fmt: skip

    return stream_csv(rows())


def project_items(session: Session, found: Round, row: Count | None) -> Iterator[dict[str, Any]]:
    """Every project of a round with its result, as plain data: what files and interface tell alike."""
    for envelope in consultation.envelopes(session, found.id):
        result = result_of(session, row, envelope)
        figures = result.figures if result else {"votes": {}, "points": {}}
        places = {code: n for n, code in enumerate(result.outcome["funded"], 1)} if result else {}
        for project in elections.projects_of(session, envelope):
            yield {
                "envelope": envelope.position,
                "id": project.code,
                "number": project.number,
                "titles": dict(project.titles),
                "summaries": dict(project.summaries),
                "cost": project.cost,
                "currency": envelope.currency,
                "latitude": project.latitude,
                "longitude": project.longitude,
                "withdrawn": project.withdrawn_at is not None,
                "votes": figures["votes"].get(project.code) if result else None,
                "points": figures["points"].get(project.code) if result else None,
                "funded": project.code in places if result else None,
                "place": places.get(project.code),
            }


def round_json(session: Session, found: Round, row: Count | None) -> bytes:
    """A round with its envelopes, projects and, once public, its result."""
    return canonical(
        {
            "envelopes": [
                {
                    "amount": e.amount,
                    "ballot_format": e.ballot_format.value,
                    "currency": e.currency,
                    "names": dict(e.names),
                    "position": e.position,
                    "rule": e.rule,
                }
                for e in consultation.envelopes(session, found.id)
            ],
            "projects": [
                {key: str(value) if isinstance(value, float) else value for key, value in item.items()}
                for item in project_items(session, found, row)
            ],
            "result": json.loads(row.result) if row is not None and row.result else None,
            "slug": found.slug,
            "titles": dict(found.titles),
        }
    )


def ballots_csv(session: Session, found: Round, envelope: Envelope) -> Iterator[bytes]:
    """The ballots of an envelope, one a line: number, choices, points."""
    past = queries.past_election(session, found)
    alone = len(consultation.envelopes(session, found.id)) == 1 or envelope.district_id is None
    return stream_csv(_vote_rows(session, found, envelope, past, alone))


def ballots_public(session: Session, found: Round, envelope: Envelope) -> bool:
    """Whether the ballots of an envelope may be listed at all: not where so few voted that only totals are told."""
    return publication.way(queries.seal(session, found), envelope.position) != publication.TOTALS
