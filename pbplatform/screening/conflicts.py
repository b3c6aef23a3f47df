"""Pairs of proposals that may exclude each other: found by place, declared by people, decided before the ballot."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock, geometry
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.proposals import operations as changes
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import operations, queries
from pbplatform.screening.models import ConflictKind, ConflictState, ProposalConflict
from pbplatform.screening.problems import ScreeningProblem

SAME_PLACE_METRES = 30
CELL_DEGREES = 0.001
STANDING = (ProposalState.SUBMITTED, ProposalState.RETURNED, ProposalState.ADMITTED)


def find(session: Session, round_: Round) -> int:
    """Note every new pair of standing proposals at one place; returns how many were new."""
    if changes.list_is_fixed(session, round_):
        raise Conflict
    points: Sequence[Any] = session.execute(
        select(Proposal.id, Proposal.latitude, Proposal.longitude).where(
            Proposal.round_id == round_.id, Proposal.state.in_(STANDING), Proposal.latitude.is_not(None)
        )
    ).all()
    cells: dict[tuple[int, int], list[tuple[int, float, float]]] = defaultdict(list)
    for number, latitude, longitude in points:
        cells[int(latitude / CELL_DEGREES), int(longitude / CELL_DEGREES)].append(
            (number, latitude, longitude)
        )
    known = {(row.first_id, row.second_id) for row in queries.conflicts(session, round_)}
    fresh = set()
    for (north, east), here in cells.items():
        around = [
            point
            for dn in (-1, 0, 1)
            for de in (-1, 0, 1)
            for point in cells.get((north + dn, east + de), ())
        ]
        for number, latitude, longitude in here:
            for other, other_latitude, other_longitude in around:
                near = geometry.metres(latitude, longitude, other_latitude, other_longitude)
                if number < other and near <= SAME_PLACE_METRES and (number, other) not in known:
                    fresh.add((number, other))
    for first, second in sorted(fresh):
        _note(session, round_, first, second, ConflictKind.SAME_PLACE)
    session.flush()
    return len(fresh)


def declare(
    actor: Actor, session: Session, round_: Round, one: Proposal, other: Proposal
) -> ProposalConflict:
    """Say that two proposals may not both be possible, wherever they lie."""
    require(actor, Action.DECIDE_CONFLICT, Subject(round_.municipality_id, round_.phase))
    if changes.list_is_fixed(session, round_):
        raise Conflict
    if one.id == other.id:
        raise Invalid(ScreeningProblem.SAME_PROPOSAL, "other")
    if one.round_id != round_.id or other.round_id != round_.id:
        raise Invalid(ScreeningProblem.NOT_IN_ROUND, "other")
    first, second = sorted((one.id, other.id))
    if any((row.first_id, row.second_id) == (first, second) for row in queries.conflicts(session, round_)):
        raise Conflict
    row = _note(session, round_, first, second, ConflictKind.DECLARED)
    session.flush()
    return row


def decide(
    actor: Actor,
    session: Session,
    round_: Round,
    conflict: ProposalConflict,
    state: ConflictState,
    reason: str,
) -> None:
    """Decide that both can be built, or that at most one can win; the reason is public."""
    pair = proposals.titles(session, {conflict.first_id, conflict.second_id})
    owners = frozenset(
        owner for found in pair.values() for owner in operations.subject(session, round_, found).owners
    )
    require(actor, Action.DECIDE_CONFLICT, Subject(round_.municipality_id, round_.phase, owners=owners))
    if state is ConflictState.OPEN or changes.list_is_fixed(session, round_):
        raise Conflict
    conflict.reason = operations.checked_reason(reason, "reason")
    conflict.state, conflict.decided_by, conflict.decided_at = state, actor.account_id, clock.now()
    session.flush()
    _group(session, round_)
    record(
        actor,
        session,
        round_.municipality_id,
        Action.DECIDE_CONFLICT,
        "round",
        round_.id,
        first=conflict.first_id,
        second=conflict.second_id,
        decided=state,
    )
    session.flush()


def _note(session: Session, round_: Round, first: int, second: int, kind: ConflictKind) -> ProposalConflict:
    row = ProposalConflict(
        municipality_id=round_.municipality_id,
        round_id=round_.id,
        first_id=first,
        second_id=second,
        kind=kind,
        found_at=clock.now(),
    )
    session.add(row)
    return row


def _group(session: Session, round_: Round) -> None:
    """Give the proposals that exclude each other one group name, the number of the first of them."""
    pairs = [
        (row.first_id, row.second_id)
        for row in queries.conflicts(session, round_)
        if row.state is ConflictState.EXCLUSIVE
    ]
    head: dict[int, int] = {number: number for pair in pairs for number in pair}
    for _round in pairs:
        for first, second in pairs:
            head[first] = head[second] = min(head[first], head[second])
    for proposal in session.scalars(
        select(Proposal).where(
            Proposal.round_id == round_.id,
            Proposal.id.in_(head) | Proposal.conflict_group.is_not(None),
        )
    ):
        proposal.conflict_group = f"c{head[proposal.id]}" if proposal.id in head else None


def groups_of(found: list[Proposal]) -> dict[str, list[Proposal]]:
    """Proposals by the group in which they exclude each other."""
    ordered = sorted(
        (one for one in found if one.conflict_group), key=lambda one: (one.conflict_group or "", one.id)
    )
    grouped: dict[str, list[Proposal]] = defaultdict(list)
    for one in ordered:
        grouped[one.conflict_group or ""].append(one)
    return dict(grouped)
