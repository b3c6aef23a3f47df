"""Correcting the frozen roll and annulling a ballot unseen: each by two persons, with a reason in the journal."""

from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.foundation.database import insert_new
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.models import RollEntry
from pbplatform.roll.operations import RollProblem
from pbplatform.roll.pepper import Pepper
from pbplatform.roll.verification import subject_of
from pbplatform.voting import joint, queries
from pbplatform.voting.closing import locked_box
from pbplatform.voting.models import BoxState, Elector, JointAct, JointKind


class CorrectionProblem(StrEnum):
    """Why somebody cannot be added to the frozen roll or taken off it."""

    VOTE_OVER = "vote_over"


def ask(
    actor: Actor,
    session: Session,
    pepper: Pepper,
    place: Municipality,
    found: Round,
    kind: JointKind,
    national_id: str,
    reason: str,
    *,
    remove: bool = False,
) -> JointAct:
    """Ask to annul somebody's ballot, or to add somebody to (take somebody off) the frozen roll."""
    box = queries.box(session, found.municipality_id, found.id)
    if box is None or box.state not in (BoxState.OPEN, BoxState.CLOSED):
        raise Conflict
    if kind is JointKind.CHANGE_ELECTOR and box.state is not BoxState.OPEN:
        # Nobody could confirm it, and until somebody withdrew it the ballots could not be sealed.
        raise Invalid(CorrectionProblem.VOTE_OVER, "kind")
    entry_id = session.scalar(
        select(RollEntry.id).where(
            RollEntry.municipality_id == place.id, RollEntry.id_hash == subject_of(place, pepper, national_id)
        )
    )
    if entry_id is None:
        raise Invalid(RollProblem.NO_SUCH_PERSON, "national_id")
    arguments: dict[str, Any] = {"roll_entry_id": entry_id}
    if kind is JointKind.CHANGE_ELECTOR:
        arguments["remove"] = remove
    return joint.ask(actor, session, found, kind, arguments, reason)


def confirm_change_elector(actor: Actor, session: Session, found: Round, act: JointAct) -> None:
    """The second person: the frozen roll is corrected. Whoever is taken off loses their ballot at the seal, unseen."""
    joint.confirm(actor, session, found, act)
    box = locked_box(session, found.id)
    if box.state is not BoxState.OPEN:
        raise Conflict
    entry_id = act.arguments["roll_entry_id"]
    mine = (Elector.round_id == found.id, Elector.roll_entry_id == entry_id)
    if act.arguments.get("remove"):
        session.execute(update(Elector).where(*mine).values(removed=True))
        return
    entry = session.get_one(RollEntry, entry_id)
    new = insert_new(
        session,
        Elector,
        round_id=found.id,
        roll_entry_id=entry_id,
        district_id=entry.district_id,
        added_later=True,
        removed=False,
    )
    if not new:
        session.execute(update(Elector).where(*mine).values(removed=False))
