"""What takes two persons: one asks, with a reason where one is due, another confirms. Nobody confirms their own request."""

from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.voting import queries
from pbplatform.voting.models import JointAct, JointKind

ASKING = {
    JointKind.OPEN_VOTE: Action.OPEN_VOTE,
    JointKind.MOVE_CLOSE: Action.MOVE_CLOSE,
    JointKind.CHANGE_ELECTOR: Action.CHANGE_ELECTOR,
    JointKind.ANNUL: Action.ANNUL_BALLOT,
    JointKind.SEAL: Action.SEAL_VOTE,
    JointKind.TAKE_BACK_TICK: Action.CORRECT_PAPER,
    JointKind.TAKE_BACK_SHEET: Action.CORRECT_PAPER,
}
ONE_AT_A_TIME = frozenset({JointKind.OPEN_VOTE, JointKind.MOVE_CLOSE, JointKind.SEAL})
WITHOUT_REASON = frozenset({JointKind.OPEN_VOTE, JointKind.SEAL})
PERSONAL = frozenset({"roll_entry_id", "bid"})
"""Arguments that lead to a person, or to the row of their ballot."""
SHORTEST_REASON = 10


class JointProblem(StrEnum):
    """Why a joint act cannot be asked for or confirmed."""

    REASON_MISSING = "reason_missing"
    ASKED_ALREADY = "asked_already"


def ask(
    actor: Actor, session: Session, found: Round, kind: JointKind, arguments: dict[str, Any], reason: str = ""
) -> JointAct:
    """Ask for something that another person must confirm."""
    require(actor, ASKING[kind], Subject(found.municipality_id, found.phase))
    if kind not in WITHOUT_REASON:
        refuse_short(reason)
    if kind in ONE_AT_A_TIME and queries.waiting_act(session, found.id, kind) is not None:
        raise Invalid(JointProblem.ASKED_ALREADY)
    assert actor.account_id is not None
    act = JointAct(
        municipality_id=found.municipality_id,
        round_id=found.id,
        kind=kind,
        arguments=arguments,
        reason=reason.strip()[:2000],
        asked_by=actor.account_id,
        asked_at=clock.now(),
    )
    session.add(act)
    session.flush()
    said = {"reason": act.reason} if act.reason else {}
    record(actor, session, found.municipality_id, ASKING[kind], "joint_act", act.id, step="asked", **said)
    return act


def refuse_short(reason: str) -> None:
    """Raise Invalid for a reason that says nothing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(JointProblem.REASON_MISSING, "reason")


def forget_person(act: JointAct) -> None:
    """Take out of an act what leads to a person, once nothing needs it any more."""
    act.arguments = {name: value for name, value in act.arguments.items() if name not in PERSONAL}


def confirm(actor: Actor, session: Session, found: Round, act: JointAct) -> JointAct:
    """Confirm what somebody else asked for; raise Refused (OWN_CASE) for one's own, Conflict when it is decided."""
    subject = Subject(found.municipality_id, found.phase, owners=frozenset({act.asked_by}))
    require(actor, Action.CONFIRM_JOINT_ACT, subject)
    require(actor, ASKING[act.kind], Subject(found.municipality_id, found.phase))
    locked = session.scalars(
        select(JointAct)
        .where(JointAct.id == act.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if locked.confirmed_at is not None or locked.withdrawn_at is not None:
        raise Conflict
    locked.confirmed_by, locked.confirmed_at = actor.account_id, clock.now()
    session.flush()
    record(
        actor,
        session,
        found.municipality_id,
        ASKING[act.kind],
        "joint_act",
        act.id,
        step="confirmed",
        asked_by=act.asked_by,
    )
    return locked


def withdraw(actor: Actor, session: Session, found: Round, act: JointAct) -> None:
    """Take back, or decline, what was asked for."""
    require(actor, ASKING[act.kind], Subject(found.municipality_id, found.phase))
    locked = session.scalars(
        select(JointAct)
        .where(JointAct.id == act.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if locked.confirmed_at is not None or locked.withdrawn_at is not None:
        raise Conflict
    locked.withdrawn_at = clock.now()
    forget_person(locked)
    session.flush()
    record(actor, session, found.municipality_id, ASKING[act.kind], "joint_act", act.id, step="withdrawn")
