"""The council's packet as files beside its PDF: protocol, projects, assessments, turnout, the comparison of rules, objections."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Round
from pbplatform.foundation.sheets import write_csv
from pbplatform.results import elections, exporting, protocol, queries, statistics
from pbplatform.results.models import Count
from pbplatform.screening.models import Assessment, Screening, ScreeningState
from pbplatform.voting.models import Project

Line = Sequence[Any]


def files(session: Session, found: Round, row: Count) -> dict[str, bytes]:
    """Every file of the packet but the PDF."""
    return {
        "protocol.json": protocol.data(session, found, row),
        "projects.csv": b"".join(exporting.projects_csv(session, found, row)),
        "assessments.csv": write_csv(_assessments(session, found)),
        "turnout.csv": write_csv(_turnout(session, found)),
        "comparison.csv": write_csv(_comparison(session, found, row)),
        "objections.csv": write_csv([("what", "number"), *queries.objections(session, found).items()]),
    }


def assessed(session: Session, found: Round) -> Sequence[tuple[Project, Assessment]]:
    """What departments said of the projects on the ballot, as released, in ballot order."""
    rows = session.execute(
        select(Project, Assessment)
        .join(Assessment, Assessment.proposal_id == Project.proposal_id)
        .join(Screening, Screening.proposal_id == Project.proposal_id)
        .where(
            Project.municipality_id == found.municipality_id,
            Project.round_id == found.id,
            Screening.state == ScreeningState.RELEASED,
            Assessment.verdict.is_not(None),
        )
        .order_by(Project.envelope_id, Project.number, Assessment.department)
    )
    return [(project, assessment) for project, assessment in rows]


def _assessments(session: Session, found: Round) -> Iterator[Line]:
    yield ("project", "department", "verdict", "cost", "currency", "legal_ground", "reason")
    currency = consultation.currency(session, found)
    for project, said in assessed(session, found):
        cost = None if said.cost is None else exporting.amount(said.cost)
        yield (project.code, said.department, said.verdict, cost, currency, said.legal_ground, said.reason)


def _turnout(session: Session, found: Round) -> Iterable[Line]:
    yield ("by", "group", "voters")
    for by, cells in statistics.turnout(session, found).items():
        for name, cell in cells.items():
            yield (by, name, cell.value)


def _comparison(session: Session, found: Round, row: Count) -> Iterable[Line]:
    yield ("envelope", "project", "cost", "won", "would_win_under_the_other_rule")
    results = queries.envelope_results(session, row)
    for envelope in consultation.envelopes(session, found.id):
        if envelope.id not in results:
            continue
        result = results[envelope.id]
        ours, other = set(result.outcome["funded"]), result.figures["other"]
        for project in elections.projects_of(session, envelope):
            theirs = None if other is None else int(project.code in other["funded"])
            yield (
                envelope.position,
                project.code,
                exporting.amount(project.cost),
                int(project.code in ours),
                theirs,
            )
