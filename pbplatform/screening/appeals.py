"""Appeals against a refusal: made by the authors, decided by somebody who had no part in it, both texts public."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.consultation import settings
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.notices.models import News
from pbplatform.proposals import operations as changes
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import operations, queries
from pbplatform.screening.models import AppealState, ScreeningAppeal
from pbplatform.screening.problems import ScreeningProblem


def make(
    actor: Actor, session: Session, round_: Round, proposal: Proposal, text: str, language: str
) -> ScreeningAppeal:
    """Appeal once, within the round's days after the release."""
    owners = proposals.owners(session, proposal)
    require(actor, Action.APPEAL_ASSESSMENT, proposals.subject(proposal, round_, owners))
    if queries.appeal_of(session, proposal.id) is not None:
        raise Invalid(ScreeningProblem.APPEAL_TWICE)
    if changes.list_is_fixed(session, round_) or not in_time(session, round_, proposal):
        raise Invalid(ScreeningProblem.APPEAL_LATE)
    appeal = ScreeningAppeal(
        municipality_id=proposal.municipality_id,
        proposal_id=proposal.id,
        account_id=actor.account_id,
        text=operations.checked_reason(text, "text"),
        language=language,
        made_at=clock.now(),
    )
    session.add(appeal)
    record(actor, session, proposal.municipality_id, Action.APPEAL_ASSESSMENT, "proposal", proposal.id)
    session.flush()
    return appeal


def in_time(session: Session, round_: Round, proposal: Proposal) -> bool:
    """Whether the days for an appeal against a proposal's refusal still run."""
    screening = queries.screening(session, proposal.id)
    if screening is None or screening.released_at is None:
        return False
    return database_now(session) < screening.released_at + _days(round_)


def possible_until(session: Session, round_: Round) -> datetime | None:
    """Until when some author may still appeal; None when nobody can any more."""
    released_at = queries.latest_refusal(session, round_.id)
    if released_at is None or database_now(session) >= released_at + _days(round_):
        return None
    return released_at + _days(round_)


def _days(round_: Round) -> timedelta:
    return timedelta(days=settings.read(round_.settings).appeal_days)


def decide(
    actor: Actor,
    session: Session,
    round_: Round,
    proposal: Proposal,
    appeal: ScreeningAppeal,
    *,
    uphold: bool,
    answer: str,
    cost: int | None,
    version: int,
) -> None:
    """Decide an appeal; upheld, the proposal is admitted with the cost named here."""
    owners = operations.subject(session, round_, proposal).owners | queries.involved(session, proposal.id)
    require(actor, Action.DECIDE_ASSESSMENT_APPEAL, proposals.subject(proposal, round_, owners))
    if appeal.state is not AppealState.OPEN or appeal.version != version:
        raise Conflict
    appeal.answer = operations.checked_reason(answer, "answer")
    if uphold:
        appeal.cost = operations.checked_cost(session, proposal, cost)
        proposal.state = ProposalState.ADMITTED
        proposal.admitted_cost = appeal.cost
        proposal.changed_at = clock.now()
    appeal.state = AppealState.UPHELD if uphold else AppealState.DISMISSED
    appeal.decided_by, appeal.decided_at = actor.account_id, clock.now()
    record(
        actor,
        session,
        proposal.municipality_id,
        Action.DECIDE_ASSESSMENT_APPEAL,
        "proposal",
        proposal.id,
        upheld=uphold,
    )
    changes.tell(session, round_, proposal, News.APPEAL_DECIDED, upheld=uphold)
    session.flush()
