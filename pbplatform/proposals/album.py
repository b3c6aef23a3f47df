"""The photos and documents of a proposal."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Invalid, Missing
from pbplatform.foundation.files import Files
from pbplatform.proposals import operations, queries
from pbplatform.proposals.models import Proposal, ProposalFile
from pbplatform.uploads import operations as uploads
from pbplatform.uploads.models import Upload, UploadKind
from pbplatform.uploads.problems import UploadProblem

MOST_FILES = 6


def add(
    actor: Actor,
    session: Session,
    files: Files,
    round_: Round,
    proposal: Proposal,
    *,
    name: str,
    content: bytes,
    alt: str,
    scanner_at: str | None = None,
) -> Upload:
    """Take a file and put it last; it becomes public with its proposal."""
    operations.require_editable(actor, session, round_, proposal)
    present = queries.uploads_of(session, proposal.id)
    if len(present) >= MOST_FILES:
        raise Invalid(UploadProblem.TOO_MANY, "file", most=MOST_FILES)
    upload = uploads.take(
        actor,
        session,
        files,
        proposal.municipality_id,
        name=name,
        content=content,
        alt=alt,
        language=proposal.language,
        scanner_at=scanner_at,
    )
    last = session.scalar(
        select(ProposalFile.position)
        .where(ProposalFile.proposal_id == proposal.id)
        .order_by(ProposalFile.position.desc())
        .limit(1)
    )
    session.add(ProposalFile(upload_id=upload.id, proposal_id=proposal.id, position=(last or 0) + 1))
    session.flush()
    if queries.is_readable(proposal):
        uploads.publish(session, upload)
    _choose_cover(session, proposal)
    return upload


def remove(
    actor: Actor, session: Session, files: Files, round_: Round, proposal: Proposal, token: str
) -> None:
    """Take a file away for good."""
    operations.require_editable(actor, session, round_, proposal)
    upload = next((one for one in queries.uploads_of(session, proposal.id) if one.token == token), None)
    if upload is None:
        raise Missing
    session.execute(delete(ProposalFile).where(ProposalFile.upload_id == upload.id))
    uploads.forget(session, files, upload)
    _choose_cover(session, proposal)


def _choose_cover(session: Session, proposal: Proposal) -> None:
    pictures = [one for one in queries.uploads_of(session, proposal.id) if one.kind is UploadKind.PICTURE]
    proposal.cover = pictures[0].token if pictures else None
    proposal.changed_at = clock.now()
    session.flush()
