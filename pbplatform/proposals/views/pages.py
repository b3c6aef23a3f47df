"""The blueprint of all pages of proposals, and what their views share."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Blueprint

from pbplatform import door
from pbplatform.charter.policy import Refusal, Refused
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.words import say
from pbplatform.proposals import queries
from pbplatform.proposals.models import Proposal
from pbplatform.proposals.problems import ProposalProblem
from pbplatform.proposals.queries import Surroundings
from pbplatform.proposals.readers import owned
from pbplatform.proposals.words import PROBLEMS

pages = Blueprint("proposals", __name__)

CLOSED = (Refusal.WRONG_PHASE, Refusal.WRONG_STATE)


def loaded(round_slug: str, proposal_id: int) -> tuple[Round, Proposal, Surroundings]:
    """The round and the proposal of an address; a draft exists for its owners only."""
    round_ = this_round(round_slug)
    found = queries.in_round(door.session(), round_, proposal_id)
    if found is None:
        raise Missing
    proposal, surroundings = found
    if not queries.is_public(proposal) and not owned(proposal):
        raise Missing
    return round_, proposal, surroundings


@contextmanager
def attempt(form: door.Erroneous, sentences: Mapping[Any, Any] = PROBLEMS) -> Iterator[door.Attempt]:
    """Try a decision; when the phase is over, what was typed is given back with the reason instead of an error page."""
    outcome = door.Attempt()
    try:
        with door.attempt(form, sentences) as tried:
            yield outcome
        outcome.ok, outcome.reason = tried.ok, tried.reason
    except Refused as refused:
        if refused.refusal not in CLOSED:
            raise
        form.add_error(None, say(ProposalProblem.CLOSED))
