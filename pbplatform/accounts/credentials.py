"""Passwords: proving who one is with one, and choosing another. Hashing is done before anything is written."""

from sqlalchemy.orm import Session

from pbplatform.accounts import queries, sessions
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.accounts.operations import checked_password
from pbplatform.accounts.passwords import Passwords
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Invalid


def sign_in(session: Session, passwords: Passwords, email: str, password: str) -> Account:
    """The confirmed account that these credentials open; the work and the answer are alike for every failure.

    It only reads, so that no writer waits while the password is judged.
    """
    account = queries.by_email(session, email)
    fits = passwords.matches(account.password_hash if account else None, password)
    if account is None or not fits or account.confirmed_at is None:
        raise Invalid(AccountProblem.WRONG_CREDENTIALS)
    return account


def renewed_hash(passwords: Passwords, account: Account, password: str) -> str | None:
    """A right password hashed under today's costs, or None when it is kept under them already."""
    if account.password_hash and passwords.is_outdated(account.password_hash):
        return passwords.hash(password)
    return None


def signed_in(session: Session, seen: Account, renewed: str | None) -> Account:
    """The account whose password was judged a moment ago, if that password still holds; keep its renewed hash."""
    account = session.get(Account, seen.id)
    if account is None or account.password_hash != seen.password_hash or account.closed_at is not None:
        raise Invalid(AccountProblem.WRONG_CREDENTIALS)
    if renewed is not None:
        account.password_hash = renewed
        session.flush()
    return account


def new_hash(passwords: Passwords, account: Account, password: str) -> str:
    """The hash of a password that an account may have; raise Invalid when it is too easily guessed. Nothing is written."""
    return passwords.hash(checked_password(password, account.email or "", account.name))


def proven_hash(passwords: Passwords, account: Account, password: str, field: str = "password") -> str:
    """The hash that the typed password fits: the proof of who one is. Raise Invalid beside the field when it does not."""
    if account.password_hash is None or not passwords.matches(account.password_hash, password):
        raise Invalid(AccountProblem.WRONG_PASSWORD, field)
    return account.password_hash


def set_password(session: Session, account: Account, password_hash: str) -> None:
    """Give an account another password: every session ends and every mailed link dies."""
    account.password_hash = password_hash
    account.token_epoch += 1
    sessions.close_sessions(session, account.id)
    session.flush()


def change_password(actor: Actor, session: Session, account: Account, proven: str, new: str) -> None:
    """Change one's own password: the hash that the old one was proven to fit gives way to the hash of the new one."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    if account.password_hash != proven:
        raise Invalid(AccountProblem.WRONG_PASSWORD, "old")
    set_password(session, account, new)


def confirm_person(session: Session, row: AccountSession, account: Account, proven: str) -> None:
    """Note in a session that its person has just proven who they are; the proof must still hold."""
    if account.password_hash != proven:
        raise Invalid(AccountProblem.WRONG_PASSWORD, "password")
    row.confirmed_at = clock.now()
    session.flush()
