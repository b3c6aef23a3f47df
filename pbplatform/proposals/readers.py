"""Who may open the pages of a proposal: everybody while it can be read, and a few people what others cannot."""

from flask import g

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.proposals import queries
from pbplatform.proposals.models import Proposal


def owned(proposal: Proposal) -> bool:
    """Whether the reader is an author, or the officer who types the draft in."""
    account_id = door.actor().account_id
    if account_id is None or proposal.municipality_id != g.municipality.id:
        return False
    if account_id in (proposal.author_id, proposal.entered_by):
        return True
    return account_id in queries.owners(door.session(), proposal)


def may_open(proposal: Proposal) -> bool:
    """Whether the reader may see what it says, or what was said about it."""
    if queries.is_readable(proposal):
        return True
    # A moderator reads what is hidden: nobody can rule on what they cannot see.
    inside = queries.is_public(proposal) and proposal.hidden_at is not None and door.may(Action.SEE_REPORTS)
    return inside or owned(proposal)
