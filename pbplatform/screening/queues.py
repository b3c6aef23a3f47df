"""What proposals and their screening put on the desks: the officers', the departments' and the authors'."""

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import decide
from pbplatform.charter.roles import Actor
from pbplatform.consultation.desks import SHOWN, Item, Queue
from pbplatform.consultation.models import Round
from pbplatform.foundation.words import say
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import queries
from pbplatform.screening.models import ScreeningState

WORKING = (Phase.SUBMISSION, Phase.SUPPORT, Phase.REVIEW, Phase.DISCUSSION)
OFFICERS = (
    (ScreeningState.WAITING, _l("Waiting for the formal check")),
    (ScreeningState.CHECKED, _l("Waiting to be sent to departments")),
    (ScreeningState.ROUTED, _l("With departments, or waiting for a signature")),
)


def officers(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """The officers' queues of every round at work, with appeals and pairs."""
    if decide(actor, Action.CHECK_PROPOSAL) is not None:
        return
    rounds = session.scalars(
        select(Round)
        .where(Round.municipality_id == municipality_id, Round.phase.in_(WORKING))
        .order_by(Round.id)
    )
    for found in rounds:
        for state, label in OFFICERS:
            yield from _of_state(session, found, state, label)
        yield from _appeals(session, found)
        if pairs := queries.open_conflicts(session, found.id):
            yield Queue(
                f"pairs-{found.id}",
                _l("Pairs that may exclude each other"),
                pairs,
                (),
                "screening.conflict_list",
                {"round_slug": found.slug},
                round_titles=found.titles,
            )


def _of_state(session: Session, found: Round, state: ScreeningState, label: str) -> Iterator[Queue]:
    rows, total = queries.queue(session, found, state)
    if total:
        items = [
            Item(
                {row.proposal.language: row.proposal.title},
                "screening.case",
                {"round_slug": found.slug, "proposal_id": row.proposal.id},
                due_at=row.earliest_due,
            )
            for row in rows[:SHOWN]
        ]
        yield Queue(
            f"screening-{found.id}-{state.value}",
            label,
            total,
            items,
            "screening.queue",
            {"round_slug": found.slug, "state": state.value},
            round_titles=found.titles,
        )


def _appeals(session: Session, found: Round) -> Iterator[Queue]:
    waiting = [proposal for appeal, proposal in queries.appeals(session, found) if appeal.state == "open"]
    if waiting:
        items = [
            Item(
                {proposal.language: proposal.title},
                "screening.appeal",
                {"round_slug": found.slug, "proposal_id": proposal.id},
            )
            for proposal in waiting[:SHOWN]
        ]
        yield Queue(
            f"appeals-{found.id}",
            _l("Appeals against a refusal"),
            len(waiting),
            items,
            "screening.appeal_list",
            {"round_slug": found.slug},
            urgent=True,
            round_titles=found.titles,
        )


def departments(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """What waits for the actor's departments."""
    mine = queries.departments_of(session, municipality_id, actor.account_id)
    if not mine:
        return
    rows = queries.department_queue(session, municipality_id, mine)
    yield Queue(
        "assessments",
        _l("To be assessed by your department"),
        len(rows),
        [
            Item(
                {proposal.language: proposal.title},
                "screening.case",
                {"round_slug": found.slug, "proposal_id": proposal.id},
                due_at=assessment.due_at,
            )
            for assessment, proposal, found in rows[:SHOWN]
        ],
        "screening.mine",
    )


def authors(session: Session, actor: Actor, municipality_id: int) -> Iterator[Queue]:
    """The actor's own drafts, corrections and proposals."""
    if actor.account_id is None:
        return
    mine = proposals.mine(session, municipality_id, actor.account_id)
    rounds = proposals.rounds_by_id(session, {proposal.round_id for proposal in mine})
    yield from _merges(session, mine, rounds)
    for state, label, endpoint in (
        (ProposalState.RETURNED, _l("To be corrected by you"), "proposals.write"),
        (ProposalState.DRAFT, _l("Your drafts"), "proposals.write"),
        (None, _l("Your proposals"), "proposals.detail"),
    ):
        rows = [
            proposal
            for proposal in mine
            if (
                proposal.state is state
                if state
                else proposal.state not in (ProposalState.DRAFT, ProposalState.RETURNED)
            )
        ]
        if rows:
            yield Queue(
                f"own-{state.value if state else 'submitted'}",
                label,
                len(rows),
                [
                    Item(
                        {proposal.language: proposal.title or "…"},
                        endpoint,
                        {"round_slug": rounds[proposal.round_id].slug, "proposal_id": proposal.id},
                        say(proposal.state) if state is None else "",
                        proposal.correction_until if state is ProposalState.RETURNED else None,
                    )
                    for proposal in rows[:SHOWN]
                ],
                "proposals.mine",
                urgent=state is ProposalState.RETURNED,
                note_label=_l("Where it stands"),
            )


def _merges(session: Session, mine: Sequence[Proposal], rounds: Mapping[int, Round]) -> Iterator[Queue]:
    """Whether the actor's proposals may join others."""
    by_id = {proposal.id: proposal for proposal in mine}
    asked = queries.merges_to_answer(session, list(by_id)) if by_id else ()
    items = []
    for merge in asked:
        proposal = by_id.get(merge.source_id) or by_id[merge.target_id]
        address = {"round_slug": rounds[proposal.round_id].slug, "merge_id": merge.id}
        items.append(Item({proposal.language: proposal.title}, "screening.merge", address))
    yield Queue("merges", _l("Shall they join another proposal?"), len(items), items, urgent=True)
