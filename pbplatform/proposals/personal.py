"""What proposals keep about one person, for “my data”, and how it is forgotten when the account is closed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.foundation.files import Files
from pbplatform.proposals import operations, queries
from pbplatform.proposals.models import (
    CoAuthor,
    CoAuthorState,
    Proposal,
    ProposalFile,
    ProposalState,
    ProposalSupport,
    ProposalVersion,
)
from pbplatform.uploads.models import Upload


def export(session: Session, account_id: int) -> dict[str, Any]:
    """The person's proposals with what they said, the proposals stood behind together, and those supported."""
    own = session.scalars(
        select(Proposal).where(Proposal.author_id == account_id).order_by(Proposal.id)
    ).all()
    together = session.scalars(
        select(CoAuthor).where(CoAuthor.account_id == account_id).order_by(CoAuthor.id)
    ).all()
    supported = session.scalars(
        select(ProposalSupport.proposal_id)
        .where(ProposalSupport.account_id == account_id)
        .order_by(ProposalSupport.proposal_id)
    ).all()
    return {
        "written": [_plain(session, proposal) for proposal in own],
        "together_with_others": [
            {
                "proposal": row.proposal_id,
                "state": row.state,
                "invited_at": row.invited_at,
                "answered_at": row.answered_at,
            }
            for row in together
        ],
        "supported": list(supported),
    }


def _plain(session: Session, proposal: Proposal) -> dict[str, Any]:
    versions = session.scalars(
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal.id)
        .order_by(ProposalVersion.number)
    )
    return {
        "number": proposal.id,
        "municipality": proposal.municipality_id,
        "round": proposal.round_id,
        "state": proposal.state,
        "author_name": proposal.author_name,
        "language": proposal.language,
        "title": proposal.title,
        "text": proposal.text,
        "beneficiaries": proposal.beneficiaries,
        "address": proposal.address,
        "latitude": proposal.latitude,
        "longitude": proposal.longitude,
        "cost_estimate_in_hundredths": proposal.cost_estimate,
        "cost_reasoning": proposal.cost_reasoning,
        "submitted_at": proposal.submitted_at,
        "decision": proposal.decision_reason,
        "files": [upload.name for upload in queries.uploads_of(session, proposal.id)],
        "versions": [
            {"number": row.number, "made_at": row.made_at, "note": row.note, "said": row.said}
            for row in versions
        ],
    }


def eraser(files: Files) -> Callable[[Session, int], None]:
    """Forgets a person: drafts go, what was submitted stays without the name, support stays counted but is nobody's."""

    def erase(session: Session, account_id: int) -> None:
        email = session.get_one(Account, account_id).email
        session.execute(
            delete(CoAuthor).where(or_(CoAuthor.account_id == account_id, CoAuthor.email == email))
        )
        own = session.scalars(select(Proposal).where(Proposal.author_id == account_id)).all()
        for proposal in own:
            _hand_over(session, files, proposal)
        session.execute(
            update(ProposalSupport).where(ProposalSupport.account_id == account_id).values(account_id=None)
        )
        session.flush()

    return erase


def _hand_over(session: Session, files: Files, proposal: Proposal) -> None:
    """Give a proposal to the co-author who accepted first; without one a draft is nobody's and goes."""
    heir = session.scalar(
        select(CoAuthor)
        .where(CoAuthor.proposal_id == proposal.id, CoAuthor.state == CoAuthorState.ACCEPTED)
        .order_by(CoAuthor.answered_at, CoAuthor.id)
        .limit(1)
    )
    if heir is not None and heir.account_id is not None:
        proposal.author_id = heir.account_id
        proposal.author_name = session.get_one(Account, heir.account_id).name
        session.delete(heir)
    elif proposal.state is ProposalState.DRAFT:
        operations.throw_away(session, files, proposal)
    else:
        proposal.author_name = ""
    session.flush()


def held_uploads(session: Session, account_id: int) -> frozenset[int]:
    """The files of a person that stand in proposals."""
    question = (
        select(Upload.id)
        .join(ProposalFile, ProposalFile.upload_id == Upload.id)
        .where(Upload.owner_id == account_id)
    )
    return frozenset(session.scalars(question))
