"""Merging two proposals: only with the consent of both sides. Support never moves by itself; supporters are told."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.notices.models import News
from pbplatform.proposals import operations as changes
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import CoAuthor, CoAuthorState, Proposal, ProposalState
from pbplatform.screening import operations, queries
from pbplatform.screening.models import Merge, MergeState
from pbplatform.screening.problems import ScreeningProblem

MERGEABLE = (ProposalState.SUBMITTED, ProposalState.RETURNED, ProposalState.ADMITTED)


def suggest(
    actor: Actor, session: Session, round_: Round, source: Proposal, target: Proposal, reason: str
) -> Merge:
    """Suggest that one proposal joins another of the same round."""
    require(actor, Action.SUGGEST_MERGE, Subject(round_.municipality_id, round_.phase))
    if changes.list_is_fixed(session, round_):
        raise Conflict
    if source.id == target.id:
        raise Invalid(ScreeningProblem.SAME_PROPOSAL, "target")
    if target.round_id != source.round_id:
        raise Invalid(ScreeningProblem.NOT_IN_ROUND, "target")
    if source.state not in MERGEABLE or target.state not in MERGEABLE:
        raise Invalid(ScreeningProblem.WRONG_STATE, "target")
    if queries.open_merge(session, source.id, target.id) is not None:
        raise Invalid(ScreeningProblem.ALREADY_SUGGESTED, "target")
    if not proposals.owners(session, source) or not proposals.owners(session, target):
        raise Invalid(ScreeningProblem.NOBODY_TO_ASK, "target")
    merge = Merge(
        municipality_id=source.municipality_id,
        source_id=source.id,
        target_id=target.id,
        reason=operations.checked_reason(reason, "reason"),
        suggested_by=actor.account_id,
        suggested_at=clock.now(),
    )
    session.add(merge)
    session.flush()
    return merge


def answer(actor: Actor, session: Session, round_: Round, merge: Merge, *, agree: bool, version: int) -> bool:
    """One side's yes or no; with the second yes the merge is carried out. Returns whether it was carried out now."""
    fixed = changes.list_is_fixed(session, round_)
    source = _standing(session, merge.source_id)
    target = _standing(session, merge.target_id)
    of_source, of_target = proposals.owners(session, source), proposals.owners(session, target)
    require(
        actor, Action.ANSWER_MERGE, Subject(merge.municipality_id, round_.phase, owners=of_source | of_target)
    )
    if merge.state is not MergeState.SUGGESTED or merge.version != version:
        raise Conflict
    if not agree:
        merge.state, merge.decided_at = MergeState.DECLINED, clock.now()
        session.flush()
        return False
    if fixed:
        raise Conflict
    if actor.account_id in of_source and merge.source_consent_by is None:
        merge.source_consent_by = actor.account_id
    if actor.account_id in of_target and merge.target_consent_by is None:
        merge.target_consent_by = actor.account_id
    if merge.source_consent_by is None or merge.target_consent_by is None:
        session.flush()
        return False
    _carry_out(actor, session, merge, source, target, of_source - of_target)
    changes.tell(session, round_, source, News.PROPOSALS_MERGED, into=target.id)
    return True


def _carry_out(
    actor: Actor, session: Session, merge: Merge, source: Proposal, target: Proposal, joining: frozenset[int]
) -> None:
    if source.state not in MERGEABLE or target.state not in MERGEABLE:
        raise Conflict
    source.state, source.merged_into_id, source.changed_at = ProposalState.MERGED, target.id, clock.now()
    merge.state, merge.decided_at = MergeState.MERGED, clock.now()
    known = {row.account_id: row for row in proposals.co_authors(session, target.id)}
    for account_id in sorted(joining):
        row = known.get(account_id) or CoAuthor(
            municipality_id=target.municipality_id,
            proposal_id=target.id,
            account_id=account_id,
            invited_at=clock.now(),
        )
        row.state, row.answered_at = CoAuthorState.ACCEPTED, clock.now()
        session.add(row)
    record(actor, session, source.municipality_id, Action.ANSWER_MERGE, "proposal", source.id, into=target.id)
    session.flush()


def _standing(session: Session, proposal_id: int) -> Proposal:
    # Two sides may agree at the same moment; the second waits here and then sees what the first wrote.
    return session.scalars(
        select(Proposal)
        .where(Proposal.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
