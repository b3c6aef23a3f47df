"""Writing together: inviting co-authors, who count only once they have accepted."""

from sqlalchemy.orm import Session

from pbplatform.accounts import operations as accounts
from pbplatform.accounts import queries as people
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.consultation.settings import MOST_CO_AUTHORS
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.notices import operations as notices
from pbplatform.notices.models import News
from pbplatform.proposals import operations, queries
from pbplatform.proposals.models import CoAuthor, CoAuthorState, Proposal
from pbplatform.proposals.problems import ProposalProblem

STANDING = (CoAuthorState.INVITED, CoAuthorState.ACCEPTED)


def invite(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, email: str
) -> tuple[CoAuthor, str]:
    """Ask a mailbox to join; returns the row and the token for the letter, which is kept only as its hash.

    Whether the mailbox has an account here is not told to anybody.
    """
    operations.require_editable(actor, session, round_, proposal)
    address = people.folded(accounts.checked_email(email))
    asked = queries.co_authors(session, proposal.id)
    standing = [row for row in asked if row.state in STANDING]
    if len(standing) >= MOST_CO_AUTHORS:
        raise Invalid(ProposalProblem.TOO_MANY_CO_AUTHORS, "email", most=MOST_CO_AUTHORS)
    known = people.by_email(session, address)
    if (
        known is not None
        and known.id in (proposal.author_id, actor.account_id)
        and proposal.author_id is not None
    ):
        raise Invalid(ProposalProblem.OWN_INVITATION, "email")
    taken = any(row.email == address or (known and row.account_id == known.id) for row in standing)
    if taken:
        raise Invalid(ProposalProblem.ALREADY_INVITED, "email")
    secret = token()
    former = next((row for row in asked if known is not None and row.account_id == known.id), None)
    row = former or CoAuthor(municipality_id=proposal.municipality_id, proposal_id=proposal.id)
    row.email, row.token_hash, row.state = address, digest(secret), CoAuthorState.INVITED
    row.invited_at, row.answered_at = clock.now(), None
    session.add(row)
    session.flush()
    return row, secret


def uninvite(actor: Actor, session: Session, round_: Round, proposal: Proposal, co_author: CoAuthor) -> None:
    """Take an unanswered invitation back."""
    operations.require_editable(actor, session, round_, proposal)
    if co_author.state is not CoAuthorState.INVITED or co_author.proposal_id != proposal.id:
        raise Conflict
    session.delete(co_author)
    session.flush()


def answer(actor: Actor, session: Session, invitation: CoAuthor, *, accept: bool) -> None:
    """Say yes or no to an invitation; whoever holds the mailed link answers with their own account."""
    require(actor, Action.ANSWER_CO_AUTHOR_INVITATION)
    if invitation.state is not CoAuthorState.INVITED:
        raise Invalid(ProposalProblem.INVITATION_OVER)
    proposal = queries.by_id(session, invitation.municipality_id, invitation.proposal_id)
    if accept and proposal is not None and proposal.author_id == actor.account_id:
        raise Invalid(ProposalProblem.OWN_INVITATION)
    former = next(
        (
            row
            for row in queries.co_authors(session, invitation.proposal_id)
            if row.account_id == actor.account_id and row.id != invitation.id
        ),
        None,
    )
    if accept and former is not None:
        raise Invalid(ProposalProblem.ALREADY_INVITED)
    invitation.state = CoAuthorState.ACCEPTED if accept else CoAuthorState.DECLINED
    invitation.account_id = actor.account_id if accept else invitation.account_id
    invitation.email, invitation.token_hash = None, None
    invitation.answered_at = clock.now()
    session.flush()
    if proposal is not None and proposal.author_id is not None:
        round_ = session.get_one(Round, proposal.round_id)
        notices.tell_person(
            session,
            proposal.municipality_id,
            proposal.author_id,
            News.CO_AUTHOR_ANSWERED,
            {proposal.language: proposal.title},
            f"{queries.path(round_, proposal)}/co-authors",
        )


def leave(actor: Actor, session: Session, proposal: Proposal) -> None:
    """Stop being a co-author."""
    require(actor, Action.ANSWER_CO_AUTHOR_INVITATION)
    for row in queries.co_authors(session, proposal.id):
        if row.account_id == actor.account_id and row.state is CoAuthorState.ACCEPTED:
            row.state = CoAuthorState.LEFT
            row.answered_at = clock.now()
    session.flush()
