"""Decisions that a mailed link proves: registering, choosing a new password, moving to another mailbox.

Every link is good once, for one purpose, for a while, and dies when the account's mailbox or password changes.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pbplatform.accounts import credentials, operations, queries, sessions
from pbplatform.accounts.models import Account, OneTimeToken, Purpose, Registration
from pbplatform.accounts.passwords import Passwords
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Invalid

REGISTRATION_LIVES = timedelta(hours=48)
RESET_LIVES = timedelta(hours=1)
CHANGE_LIVES = timedelta(hours=24)


@dataclass(frozen=True)
class Wish:
    """Who wants an account, checked, with the password hashed already."""

    email: str
    name: str
    password_hash: str


def wish(passwords: Passwords, *, email: str, name: str, password: str) -> Wish:
    """Check and hash what a newcomer typed; raise Invalid for what cannot be.

    The database is not asked: the work is the same whether or not the mailbox has an account, and no writer waits for it.
    """
    address = queries.folded(operations.checked_email(email))
    shown = operations.checked_name(name)
    return Wish(address, shown, passwords.hash(operations.checked_password(password, address, shown)))


def ask_to_register(
    session: Session, wish: Wish, *, language: str, home_municipality_id: int | None = None
) -> str | None:
    """Keep a wish to register; return the token to mail, or None when the mailbox has an account.

    The wish is written in both cases, so that time tells nothing; one whose token nobody learns is good for nothing.
    """
    known = queries.by_email(session, wish.email) is not None
    secret = token()
    session.add(
        Registration(
            email=wish.email,
            name=wish.name,
            language=language,
            password_hash=wish.password_hash,
            home_municipality_id=home_municipality_id,
            token_hash=digest(secret),
            asked_at=clock.now(),
            expires_at=clock.now() + REGISTRATION_LIVES,
        )
    )
    session.flush()
    return None if known else secret


def ask_again(session: Session, email: str) -> str | None:
    """A new token for the newest wish to register a mailbox; the link of the earlier letter dies."""
    wish = queries.newest_registration(session, email)
    if wish is None or queries.by_email(session, email) is not None:
        return None
    secret = token()
    wish.token_hash = digest(secret)
    wish.expires_at = clock.now() + REGISTRATION_LIVES
    session.flush()
    return secret


def prove_wish(session: Session, passwords: Passwords, secret: str, password: str) -> str:
    """The hash kept with the wish of a mailed link, when the typed password fits it; raise Invalid otherwise."""
    wish = queries.registration(session, secret)
    if wish is None:
        raise Invalid(AccountProblem.DEAD_LINK)
    if not passwords.matches(wish.password_hash, password):
        raise Invalid(AccountProblem.WRONG_PASSWORD, "password")
    return wish.password_hash


def finish_registration(session: Session, secret: str, proven: str) -> Account:
    """Make the account that a mailed link asks for, once the password chosen with it has been proven."""
    wish = queries.registration(session, secret)
    if wish is None or wish.password_hash != proven or queries.by_email(session, wish.email) is not None:
        raise Invalid(AccountProblem.DEAD_LINK)
    account = Account(
        email=wish.email,
        name=wish.name,
        language=wish.language,
        password_hash=wish.password_hash,
        home_municipality_id=wish.home_municipality_id,
        registered_at=clock.now(),
        confirmed_at=clock.now(),
    )
    session.add(account)
    session.execute(delete(Registration).where(Registration.email == wish.email))
    session.flush()
    return account


def make_token(
    session: Session,
    purpose: Purpose,
    account: Account | None,
    lives: timedelta,
    email: str | None = None,
    secret: str | None = None,
) -> str:
    """A single-use token for one purpose, bound to the account as it is now; return what to mail."""
    secret = secret or token()
    session.add(
        OneTimeToken(
            purpose=purpose,
            token_hash=digest(secret),
            account_id=account.id if account else None,
            email=email,
            epoch=account.token_epoch if account else 0,
            expires_at=clock.now() + lives,
        )
    )
    session.flush()
    return secret


def use_token(session: Session, purpose: Purpose, secret: str, account: Account | None) -> OneTimeToken:
    """Take a token out of the world and return what it said; raise Invalid when it is not good for this.

    Taking is one DELETE, so that of two parallel uses one finds nothing.
    """
    taken = session.execute(
        delete(OneTimeToken)
        .where(
            OneTimeToken.token_hash == digest(secret),
            OneTimeToken.purpose == purpose,
            OneTimeToken.expires_at > clock.now(),
            OneTimeToken.account_id.is_(None)
            if account is None
            else (OneTimeToken.account_id == account.id) & (OneTimeToken.epoch == account.token_epoch),
        )
        .returning(OneTimeToken)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        raise Invalid(AccountProblem.DEAD_LINK)
    session.expunge(taken)
    return taken


def ask_for_reset(session: Session, email: str) -> tuple[Account, str] | None:
    """The account of a mailbox and the token for its reset letter; None when there is no account.

    A token is written in both cases, so that time tells nothing; nobody's token opens nothing.
    """
    account = queries.by_email(session, email)
    secret = make_token(session, Purpose.RESET_PASSWORD, account, RESET_LIVES)
    return None if account is None else (account, secret)


def account_of_reset(session: Session, secret: str) -> Account:
    """The account that a living reset link belongs to; raise Invalid when the link is dead."""
    row = queries.living_token(session, Purpose.RESET_PASSWORD, secret)
    account = session.get(Account, row.account_id) if row is not None else None
    if row is None or account is None or account.closed_at is not None or row.epoch != account.token_epoch:
        raise Invalid(AccountProblem.DEAD_LINK)
    return account


def reset_password(session: Session, secret: str, password_hash: str) -> Account:
    """Choose a new password with a mailed link; every session ends. A second factor stays and is asked for as before."""
    account = account_of_reset(session, secret)
    use_token(session, Purpose.RESET_PASSWORD, secret, account)
    credentials.set_password(session, account, password_hash)
    return account


def ask_to_change_email(
    actor: Actor, session: Session, account: Account, email: str
) -> tuple[str, str | None]:
    """The new mailbox and the token to mail there; None for a mailbox that has an account already."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    address = queries.folded(operations.checked_email(email))
    if address == account.email:
        raise Invalid(AccountProblem.SAME_EMAIL, "email")
    if queries.by_email(session, address) is not None:
        return address, None
    return address, make_token(session, Purpose.CHANGE_EMAIL, account, CHANGE_LIVES, address)


def change_email(actor: Actor, session: Session, account: Account, secret: str) -> str:
    """Move the account to the mailbox whose letter carried the token; return the old one. Other pending changes die."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    wish = use_token(session, Purpose.CHANGE_EMAIL, secret, account)
    old = account.email or ""
    account.email = wish.email
    account.token_epoch += 1
    try:
        session.flush()
    except IntegrityError:
        raise Invalid(AccountProblem.EMAIL_TAKEN) from None
    sessions.close_sessions(session, account.id)
    return old


def can_change_email(session: Session, account: Account, secret: str) -> bool:
    """Whether a mailed link would still move this account; looking does not use it."""
    row = queries.living_token(session, Purpose.CHANGE_EMAIL, secret)
    return row is not None and (row.account_id, row.epoch) == (account.id, account.token_epoch)
