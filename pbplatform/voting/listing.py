"""The projects of a ballot from the admitted proposals: title, cost and number are taken over as the drawn list has them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.richtext import plain
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal
from pbplatform.voting.models import Project

LONGEST_SUMMARY = 200


def ready(session: Session, found: Round) -> list[Proposal]:
    """The admitted proposals that have what a line of the ballot needs: an envelope, a drawn number and a cost."""
    return [
        proposal
        for proposal in proposals.admitted(session, found.id)
        if None not in (proposal.envelope_id, proposal.ballot_number, proposal.admitted_cost)
    ]


def take_list(session: Session, found: Round) -> int:
    """Bring the projects in step with the drawn list; return how many were made.

    Whoever asks for the opening takes the list over, and so does whoever confirms it: what was corrected or withdrawn
    in between stands on the ballot as it is now. Projects that came from no proposal are left alone.
    """
    have = {
        project.proposal_id: project
        for project in session.scalars(
            select(Project).where(Project.round_id == found.id, Project.proposal_id.is_not(None))
        )
    }
    positions = {envelope.id: envelope.position for envelope in rounds.envelopes(session, found.id)}
    made = 0
    for proposal in ready(session, found):
        lines = _line(proposal, positions[proposal.envelope_id or 0])
        project = have.pop(proposal.id, None)
        if project is None:
            session.add(
                Project(municipality_id=found.municipality_id, round_id=found.id, details={}, **lines)
            )
            made += 1
            continue
        for name, value in lines.items():
            setattr(project, name, value)
    for gone in have.values():
        gone.withdrawn_at = gone.withdrawn_at or clock.now()
    session.flush()
    return made


def _line(proposal: Proposal, position: int) -> dict[str, Any]:
    return {
        "envelope_id": proposal.envelope_id,
        "proposal_id": proposal.id,
        "code": proposal.imported_code or f"{position}.{proposal.ballot_number}",
        "number": proposal.ballot_number,
        "titles": {proposal.language: proposal.title},
        "summaries": {proposal.language: _summary(proposal.text)},
        "cost": proposal.admitted_cost,
        "category_id": proposal.category_id,
        "latitude": proposal.latitude,
        "longitude": proposal.longitude,
        "conflict_group": proposal.conflict_group,
        "withdrawn_at": None,
    }


def _summary(text: str) -> str:
    first = plain(text)
    return first if len(first) <= LONGEST_SUMMARY else first[:LONGEST_SUMMARY].rsplit(" ", 1)[0] + "…"
