"""Hats: a role that an account is given in a municipality, and the end of it. Both stand in the journal."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account, Invitation, Membership
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import GIVEN, GUARDED, Actor, Role
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record


def give_role(
    actor: Actor, session: Session, account: Account, municipality_id: int, role: Role, department: str = ""
) -> Membership:
    """Give an account a hat in a municipality."""
    require(actor, Action.CHANGE_MEMBERSHIP, Subject(municipality_id, owners=frozenset({account.id})))
    if role not in GIVEN:
        raise Invalid(AccountProblem.ROLE_NOT_GIVEN, "role")
    same = (
        Membership.account_id == account.id,
        Membership.municipality_id == municipality_id,
        Membership.role == role,
    )
    if session.scalar(select(Membership.id).where(*same)) is not None:
        raise Invalid(AccountProblem.ALREADY_MEMBER, "role")
    membership = Membership(
        account_id=account.id,
        municipality_id=municipality_id,
        role=role,
        department=department,
        given_at=clock.now(),
    )
    session.add(membership)
    if role in GUARDED:
        sessions.shorten_sessions(session, account.id)
    session.flush()
    record(
        actor,
        session,
        municipality_id,
        Action.CHANGE_MEMBERSHIP,
        "membership",
        membership.id,
        role=role,
        given=True,
    )
    return membership


def take_role(actor: Actor, session: Session, membership: Membership) -> None:
    """Take a hat away; every session of the account ends at once."""
    owners = frozenset({membership.account_id})
    require(actor, Action.CHANGE_MEMBERSHIP, Subject(membership.municipality_id, owners=owners))
    sessions.close_sessions(session, membership.account_id)
    session.execute(
        delete(Invitation).where(
            Invitation.municipality_id == membership.municipality_id,
            Invitation.invited_by == membership.account_id,
            Invitation.accepted_at.is_(None),
        )
    )
    record(
        actor,
        session,
        membership.municipality_id,
        Action.CHANGE_MEMBERSHIP,
        "membership",
        membership.id,
        role=membership.role,
        given=False,
    )
    session.delete(membership)
    session.flush()
