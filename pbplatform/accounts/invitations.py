"""Invitations: a hat offered to a mailbox, accepted with or without an existing account."""

from datetime import timedelta

from sqlalchemy.orm import Session

from pbplatform.accounts import hats, operations, queries
from pbplatform.accounts.mailbox import Wish
from pbplatform.accounts.models import Account, Invitation, Membership
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import GIVEN, Actor, Role, operator
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record

INVITATION_LIVES = timedelta(days=14)


def invite(
    actor: Actor,
    session: Session,
    municipality_id: int,
    *,
    email: str,
    role: Role,
    department: str,
    language: str,
) -> tuple[Invitation, str]:
    """Offer a hat to a mailbox; return the invitation and the token to mail."""
    require(actor, Action.INVITE_MEMBER, Subject(municipality_id))
    if role not in GIVEN:
        raise Invalid(AccountProblem.ROLE_NOT_GIVEN, "role")
    address = queries.folded(operations.checked_email(email))
    account = queries.by_email(session, address)
    if account is not None:
        require(actor, Action.CHANGE_MEMBERSHIP, Subject(municipality_id, owners=frozenset({account.id})))
    if account is not None and role in queries.roles_in(session, account.id, municipality_id):
        raise Invalid(AccountProblem.ALREADY_MEMBER, "email")
    secret = token()
    invitation = Invitation(
        municipality_id=municipality_id,
        email=address,
        role=role,
        department=department.strip()[:120],
        language=language,
        token_hash=digest(secret),
        invited_by=actor.account_id,
        invited_at=clock.now(),
        expires_at=clock.now() + INVITATION_LIVES,
    )
    session.add(invitation)
    session.flush()
    _record(actor, session, invitation, "sent")
    return invitation, secret


def invite_again(actor: Actor, session: Session, invitation: Invitation) -> str:
    """A new letter for an invitation: another token, a fresh fortnight; the earlier link dies."""
    require(actor, Action.INVITE_MEMBER, Subject(invitation.municipality_id))
    secret = token()
    invitation.token_hash = digest(secret)
    invitation.expires_at = clock.now() + INVITATION_LIVES
    session.flush()
    return secret


def withdraw(actor: Actor, session: Session, invitation: Invitation) -> None:
    """Take an offer back; its link dies."""
    require(actor, Action.INVITE_MEMBER, Subject(invitation.municipality_id))
    _record(actor, session, invitation, "withdrawn")
    session.delete(invitation)
    session.flush()


def accept(actor: Actor, session: Session, secret: str, account: Account) -> Membership | None:
    """Take the offered hat; only the invited mailbox may. None when the account wears it already."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    invitation = _living(session, secret)
    if account.email != invitation.email:
        raise Invalid(AccountProblem.OTHER_MAILBOX)
    return _take(session, invitation, account)


def accept_as_newcomer(session: Session, secret: str, newcomer: Wish) -> Account:
    """Make an account for the invited mailbox, which the link has proven, and take the offered hat."""
    invitation = _living(session, secret)
    if queries.by_email(session, invitation.email) is not None:
        raise Invalid(AccountProblem.EMAIL_TAKEN)
    account = operations.open_account(
        session,
        email=invitation.email,
        name=newcomer.name,
        language=invitation.language,
        password_hash=newcomer.password_hash,
        home_municipality_id=invitation.municipality_id,
        confirmed=True,
    )
    _take(session, invitation, account)
    return account


def _living(session: Session, secret: str) -> Invitation:
    invitation = queries.invitation(session, secret)
    if invitation is None:
        raise Invalid(AccountProblem.DEAD_LINK)
    return invitation


def _take(session: Session, invitation: Invitation, account: Account) -> Membership | None:
    invitation.accepted_at = clock.now()
    session.flush()
    if invitation.role in queries.roles_in(session, account.id, invitation.municipality_id):
        return None
    return hats.give_role(
        _who_decided(invitation),
        session,
        account,
        invitation.municipality_id,
        invitation.role,
        invitation.department,
    )


def _who_decided(invitation: Invitation) -> Actor:
    """Whoever invited has decided: an administrator (whose invitations end with the hat), or the command line."""
    if invitation.invited_by is None:
        return operator(invitation.municipality_id)
    roles = frozenset({Role.VISITOR, Role.CITIZEN, Role.ADMINISTRATOR})
    return Actor(invitation.invited_by, invitation.municipality_id, roles, second_factor=True)


def _record(actor: Actor, session: Session, invitation: Invitation, what: str) -> None:
    record(
        actor,
        session,
        invitation.municipality_id,
        Action.INVITE_MEMBER,
        "invitation",
        invitation.id,
        role=invitation.role,
        what=what,
    )
