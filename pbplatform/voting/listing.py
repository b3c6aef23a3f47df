"""The projects of a ballot from the admitted proposals: title, cost and number are frozen as the drawn list has them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.proposals import queries as proposals
from pbplatform.voting.models import Project

LONGEST_SUMMARY = 200


def take_list(session: Session, found: Round) -> int:
    """Make a project of every admitted proposal with a drawn number that has none yet; return how many were made."""
    have = set(session.scalars(select(Project.proposal_id).where(Project.round_id == found.id)))
    positions = {envelope.id: envelope.position for envelope in rounds.envelopes(session, found.id)}
    made = 0
    for proposal in proposals.admitted(session, found.id):
        fitting = proposal.ballot_number is not None and proposal.admitted_cost is not None
        if proposal.id in have or proposal.envelope_id is None or not fitting:
            continue
        session.add(
            Project(
                municipality_id=found.municipality_id,
                round_id=found.id,
                envelope_id=proposal.envelope_id,
                proposal_id=proposal.id,
                code=proposal.imported_code or f"{positions[proposal.envelope_id]}.{proposal.ballot_number}",
                number=proposal.ballot_number,
                titles={proposal.language: proposal.title},
                summaries={proposal.language: _summary(proposal.text)},
                cost=proposal.admitted_cost,
                category_id=proposal.category_id,
                latitude=proposal.latitude,
                longitude=proposal.longitude,
                conflict_group=proposal.conflict_group,
                withdrawn_at=None,
                details={},
            )
        )
        made += 1
    session.flush()
    return made


def _summary(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= LONGEST_SUMMARY else first[:LONGEST_SUMMARY].rsplit(" ", 1)[0] + "…"
