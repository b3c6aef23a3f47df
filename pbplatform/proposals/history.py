"""The history of a proposal: what it said from one submission or edit to the next."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.proposals import queries
from pbplatform.proposals.models import Proposal, ProposalVersion


def keep(actor: Actor, session: Session, proposal: Proposal, note: str = "") -> int:
    """Add what the proposal says now to its history; returns the number of the version."""
    number = latest_number(session, proposal.id) + 1
    session.add(
        ProposalVersion(
            municipality_id=proposal.municipality_id,
            proposal_id=proposal.id,
            number=number,
            said=queries.said_by(proposal),
            changed_by=actor.account_id,
            note=" ".join(note.split())[:300],
            made_at=clock.now(),
        )
    )
    session.flush()
    return number


def begin_with_newest(session: Session, proposal_id: int) -> None:
    """Forget all versions but the newest: what came before it was never public, and nobody has let it through."""
    session.execute(
        delete(ProposalVersion).where(
            ProposalVersion.proposal_id == proposal_id,
            ProposalVersion.number < latest_number(session, proposal_id),
        )
    )


def latest_number(session: Session, proposal_id: int) -> int:
    """The number of the newest version, 0 before the first."""
    return (
        session.scalar(
            select(func.max(ProposalVersion.number)).where(ProposalVersion.proposal_id == proposal_id)
        )
        or 0
    )
