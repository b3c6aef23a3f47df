"""On a proposal's page: what became of it, with its money and the way to its delivery."""

from flask import g
from markupsafe import Markup

from pbplatform import door
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.delivery import queries
from pbplatform.foundation.web import piece
from pbplatform.proposals.models import Proposal


def panel(round_: Round, proposal: Proposal, _owners: frozenset[int]) -> Markup | str:
    """The standing of the project that a proposal became; nothing before its delivery."""
    if round_.phase not in (Phase.IMPLEMENTATION, Phase.CLOSED):
        return ""
    standing = queries.of_proposal(door.session(), g.municipality, round_, proposal.id)
    if standing is None:
        return ""
    return piece("delivery/_panel.html", round=round_, standing=standing)
