"""The steps that proposals own: to support, to review, to discussion; and the facts that the vote's opening needs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase, RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as plans
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.steps import Walker
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState, SignatureSheet
from pbplatform.screening import announcing, operations, queries


def facts(session: Session, round_: Round, step: Step) -> RoundFacts:
    """What the checks of a step may know of proposals and their screening."""
    hour_open = operations.hour_of(round_) is None or operations.may_release(session, round_)
    return replace(
        plans.facts_for(session, round_, step),
        undecided_support=unentered_sheets(session, round_.id),
        undecided_assessments=queries.undecided(session, round_.id),
        # Once the set hour has come, the walk itself publishes what is signed.
        unreleased_assessments=0 if hour_open else queries.unreleased(session, round_.id),
        open_appeals=queries.open_appeals(session, round_.id),
        open_conflicts=queries.open_conflicts(session, round_.id),
        list_frozen=proposals.draw_of(session, round_.id) is not None,
    )


def unentered_sheets(session: Session, round_id: int) -> int:
    """How many signature sheets were brought in time and are not entered yet."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SignatureSheet)
            .join(Proposal, Proposal.id == SignatureSheet.proposal_id)
            .where(
                Proposal.round_id == round_id,
                SignatureSheet.received_at.is_not(None),
                SignatureSheet.entered_at.is_(None),
            )
        )
        or 0
    )


def walkers(secrets: SecretFolder) -> Mapping[Step, Walker]:
    """Who walks the steps of proposals; the folder keeps the seed of the draw."""

    def open_support(actor: Actor | None, session: Session, round_: Round) -> None:
        rounds.walk(actor, session, round_, Step.OPEN_SUPPORT, facts(session, round_, Step.OPEN_SUPPORT))

    def open_review(actor: Actor | None, session: Session, round_: Round) -> None:
        supported = round_.phase is Phase.SUPPORT
        rounds.walk(actor, session, round_, Step.OPEN_REVIEW, facts(session, round_, Step.OPEN_REVIEW))
        if supported:
            drop_unsupported(session, round_)
        # The commitment stands before anybody knows what will be on the list.
        rounds.commit_lot(None, session, secrets, round_, rounds.Draw.NUMBERS)

    def open_discussion(actor: Actor | None, session: Session, round_: Round) -> None:
        # Whoever decides about a proposal holds the round first and then the proposal; the release keeps that order.
        round_ = rounds.lock(session, round_)
        known = facts(session, round_, Step.OPEN_DISCUSSION)
        decided: Sequence[Proposal] = ()
        if not known.undecided_assessments and not known.unreleased_assessments:
            decided = operations.release(None, session, round_, at_opening=True)
        rounds.walk(actor, session, round_, Step.OPEN_DISCUSSION, known)
        place = session.get_one(Municipality, round_.municipality_id)
        announcing.released(session, place, round_, decided)

    return {
        step: Walker(partial(facts, step=step), walk)
        for step, walk in (
            (Step.OPEN_SUPPORT, open_support),
            (Step.OPEN_REVIEW, open_review),
            (Step.OPEN_DISCUSSION, open_discussion),
        )
    }


def drop_unsupported(session: Session, round_: Round) -> int:
    """At the end of the support phase: what did not reach its envelope's threshold goes no further."""
    below = session.scalars(
        select(Proposal)
        .join(Envelope, Envelope.id == Proposal.envelope_id)
        .where(
            Proposal.round_id == round_.id,
            Proposal.state == ProposalState.SUBMITTED,
            Envelope.support_threshold.is_not(None),
            Proposal.support < Envelope.support_threshold,
        )
    ).all()
    for proposal in below:
        proposal.state, proposal.changed_at = ProposalState.UNSUPPORTED, clock.now()
    session.flush()
    return len(below)
