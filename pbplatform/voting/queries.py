"""Questions about the vote. None of them, in any role, gives a count that depends on choices before the seal."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation.crypto import KeyMissing, SecretFolder
from pbplatform.voting import canon, keys
from pbplatform.voting.models import (
    BallotBox,
    BoxState,
    Elector,
    JointAct,
    JointKind,
    Project,
    RoundSeal,
    Turnout,
)

# What every voter's request asks; a statement that is made once costs less than its answer.
_BOX = select(BallotBox).where(
    BallotBox.round_id == bindparam("round_id"), BallotBox.municipality_id == bindparam("municipality_id")
)
_DISTRICT = select(Elector.district_id).where(
    Elector.round_id == bindparam("round_id"),
    Elector.roll_entry_id == bindparam("roll_entry_id"),
    Elector.removed.is_(False),
)


def box(session: Session, municipality_id: int, round_id: int) -> BallotBox | None:
    """The ballot box of a round, from its opening on."""
    return session.scalar(_BOX, {"round_id": round_id, "municipality_id": municipality_id})


def open_since(session: Session, municipality_id: int) -> datetime | None:
    """When the earliest of a municipality's open votes was opened."""
    return session.scalar(
        select(func.min(BallotBox.opened_at)).where(
            BallotBox.municipality_id == municipality_id, BallotBox.state == BoxState.OPEN
        )
    )


def opened(session: Session, municipality_id: int) -> Sequence[tuple[str, BallotBox]]:
    """A municipality's boxes that nobody has closed yet, each with the address of its round."""
    rows = session.execute(
        select(Round.slug, BallotBox)
        .join(BallotBox, BallotBox.round_id == Round.id)
        .where(BallotBox.municipality_id == municipality_id, BallotBox.state == BoxState.OPEN)
        .order_by(BallotBox.round_id)
    )
    return [(slug, box) for slug, box in rows]


def seal(session: Session, municipality_id: int, round_id: int) -> RoundSeal | None:
    """The seal of a round, once there is one."""
    return session.scalar(
        select(RoundSeal).where(RoundSeal.round_id == round_id, RoundSeal.municipality_id == municipality_id)
    )


def projects(session: Session, municipality_id: int, round_id: int) -> Sequence[Project]:
    """The projects on a round's ballot by envelope and number, withdrawn ones too."""
    return session.scalars(
        select(Project)
        .where(Project.municipality_id == municipality_id, Project.round_id == round_id)
        .order_by(Project.envelope_id, Project.number)
    ).all()


def elector_district(session: Session, round_id: int, roll_entry_id: int) -> tuple[int | None] | None:
    """The district in which somebody votes, in a tuple; None for somebody who is not on the frozen roll."""
    row = session.execute(_DISTRICT, {"round_id": round_id, "roll_entry_id": roll_entry_id}).one_or_none()
    return (row.district_id,) if row else None


def waiting_act(session: Session, round_id: int, kind: JointKind) -> JointAct | None:
    """What somebody asked for and nobody has confirmed or withdrawn yet."""
    return session.scalar(
        select(JointAct)
        .where(
            JointAct.round_id == round_id,
            JointAct.kind == kind,
            JointAct.confirmed_at.is_(None),
            JointAct.withdrawn_at.is_(None),
        )
        .order_by(JointAct.id.desc())
        .limit(1)
    )


def acts(session: Session, round_id: int, kind: JointKind | None = None) -> Sequence[JointAct]:
    """Everything that two persons did or are asked to do in a round, oldest first."""
    question = select(JointAct).where(JointAct.round_id == round_id).order_by(JointAct.id)
    if kind is not None:
        question = question.where(JointAct.kind == kind)
    return session.scalars(question).all()


def act(session: Session, municipality_id: int, act_id: int) -> JointAct | None:
    """One act of this municipality."""
    return session.scalar(
        select(JointAct).where(JointAct.id == act_id, JointAct.municipality_id == municipality_id)
    )


def turnout(session: Session, municipality_id: int, round_id: int) -> Turnout | None:
    """The latest published turnout."""
    return session.scalar(
        select(Turnout)
        .where(Turnout.round_id == round_id, Turnout.municipality_id == municipality_id)
        .order_by(Turnout.hour.desc())
        .limit(1)
    )


def bids(
    session: Session, key: bytes, round_id: int, *, removed: bool | None = None
) -> Iterator[tuple[str, int, int | None]]:
    """The keyed name of each elector's ballot, with the elector and the district; in memory only."""
    question = select(Elector.roll_entry_id, Elector.district_id).where(Elector.round_id == round_id)
    if removed is not None:
        question = question.where(Elector.removed.is_(removed))
    for entry_id, district_id in session.execute(question.execution_options(yield_per=10_000)):
        yield canon.ballot_id(key, round_id, entry_id), entry_id, district_id


def roll_changes(session: Session, round_id: int) -> tuple[int, int]:
    """How many were added to the frozen roll after the opening, and how many taken off it."""
    counted = session.execute(
        select(
            func.count().filter(Elector.added_later.is_(True)), func.count().filter(Elector.removed.is_(True))
        ).where(Elector.round_id == round_id)
    ).one()
    return counted[0], counted[1]


def unfinished_boxes(session: Session) -> Sequence[BallotBox]:
    """Every box that is not cleared yet, of every municipality; for duties and the readiness check."""
    return session.scalars(
        select(BallotBox).where(BallotBox.state != BoxState.CLEARED).order_by(BallotBox.round_id)
    ).all()


def keys_whole(session: Session, secrets: SecretFolder) -> bool:
    """Whether every secret that a vote still needs is there and the right one; for the readiness check.

    The seed is needed at the seal only, when it would be too late to look for it; receipts are signed until the end.
    """
    boxes = session.execute(
        select(
            BallotBox.round_id,
            BallotBox.state,
            BallotBox.key_commit,
            BallotBox.receipt_key,
            BallotBox.tie_commitment,
        ).where(BallotBox.state.in_((BoxState.OPEN, BoxState.CLOSED)))
    )
    for box in boxes:
        try:
            keys.round_key(secrets, box.round_id, box.key_commit)
            keys.seed(secrets, box.round_id, box.tie_commitment)
            if box.state is BoxState.OPEN:
                keys.signer(secrets, box.round_id, box.receipt_key)
        except KeyMissing:
            return False
    return True
