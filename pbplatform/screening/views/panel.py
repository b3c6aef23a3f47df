"""What the screening shows on a proposal's own page."""

from markupsafe import Markup

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.foundation.web import piece
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal
from pbplatform.screening import queries
from pbplatform.screening.models import MergeState


def panel(round_: Round, proposal: Proposal, owners: frozenset[int]) -> Markup | str:
    """The reason of the decision; for authors, a suggested merge; for insiders, the way to the desk."""
    desk = door.may(Action.SEE_SCREENING)
    mine = door.actor().account_id in owners
    if not proposal.decision_reason and not mine and not desk:
        return ""
    asked = mine and proposals.draw_of(door.session(), round_.id) is None
    merges = (
        [one for one in queries.merges_of(door.session(), proposal.id) if one.state is MergeState.SUGGESTED]
        if asked
        else []
    )
    return piece("screening/panel.html", proposal=proposal, round=round_, merges=merges, desk=desk)
