"""Registering, confirming, signing in and out, and giving hats."""

from datetime import timedelta
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.accounts import queries
from pbplatform.accounts.models import Account, AccountSession, Membership
from pbplatform.accounts.passwords import Passwords, is_weak
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import GIVEN, GUARDED, Actor, Role
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record

CITIZEN_SESSION = timedelta(days=30)
GUARDED_SESSION = timedelta(hours=12)
LONGEST_NAME = 100


class AccountProblem(StrEnum):
    """Why an account cannot be made or changed like this."""

    BAD_EMAIL = "bad_email"
    BAD_NAME = "bad_name"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a reason, not a password)
    WRONG_CREDENTIALS = "wrong_credentials"
    ALREADY_MEMBER = "already_member"
    ROLE_NOT_GIVEN = "role_not_given"


def create_account(
    session: Session,
    passwords: Passwords,
    *,
    email: str,
    name: str,
    language: str,
    password: str | None,
    home_municipality_id: int | None = None,
    confirmed: bool = False,
) -> Account:
    """Make an account; raise Invalid for an unusable mailbox, name or password. The mailbox must be free."""
    address = checked_email(email)
    shown = checked_name(name)
    if password is not None and is_weak(password, address, shown):
        raise Invalid(AccountProblem.WEAK_PASSWORD, "password")
    account = Account(
        email=queries.folded(address),
        name=shown,
        language=language,
        password_hash=passwords.hash(password) if password is not None else None,
        home_municipality_id=home_municipality_id,
        registered_at=clock.now(),
        confirmed_at=clock.now() if confirmed else None,
    )
    session.add(account)
    session.flush()
    return account


def checked_email(email: str) -> str:
    """The mailbox in its normal form; raise Invalid when mail could not reach it."""
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise Invalid(AccountProblem.BAD_EMAIL, "email") from None


def checked_name(name: str) -> str:
    """A display name in one line of visible characters; raise Invalid when nothing readable is left."""
    shown = " ".join("".join(letter for letter in name if letter.isprintable()).split())
    if not 2 <= len(shown) <= LONGEST_NAME:
        raise Invalid(AccountProblem.BAD_NAME, "name")
    return shown


def sign_in(session: Session, passwords: Passwords, email: str, password: str) -> Account:
    """The confirmed account that these credentials open; the work and the answer are alike for every failure."""
    account = queries.by_email(session, email)
    fits = passwords.matches(account.password_hash if account else None, password)
    if account is None or not fits or account.confirmed_at is None:
        raise Invalid(AccountProblem.WRONG_CREDENTIALS)
    if account.password_hash and passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    return account


def open_session(session: Session, account: Account, device: str = "") -> str:
    """Open a session for a browser and return the token for its cookie."""
    secret = token()
    guarded = any(membership.role in GUARDED for membership in queries.memberships(session, account.id))
    session.add(
        AccountSession(
            token_hash=digest(secret),
            account_id=account.id,
            opened_at=clock.now(),
            confirmed_at=clock.now(),
            expires_at=clock.now() + (GUARDED_SESSION if guarded else CITIZEN_SESSION),
            device=device[:80],
        )
    )
    session.flush()
    return secret


def close_session(session: Session, secret: str) -> None:
    """End one session at once."""
    session.execute(delete(AccountSession).where(AccountSession.token_hash == digest(secret)))


def close_sessions(session: Session, account_id: int, but: str | None = None) -> None:
    """End every session of an account, but maybe one."""
    question = delete(AccountSession).where(AccountSession.account_id == account_id)
    if but is not None:
        question = question.where(AccountSession.token_hash != digest(but))
    session.execute(question)


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
    close_sessions(session, membership.account_id)
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
