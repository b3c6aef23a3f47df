"""An account's life: what may be said of a person, opening, changing and closing it, and forgetting what has run out."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pbplatform.accounts import names, queries
from pbplatform.accounts.models import (
    Account,
    AccountSession,
    Invitation,
    Membership,
    OneTimeToken,
    Passkey,
    RecoveryCode,
    Registration,
)
from pbplatform.accounts.passwords import Passwords, is_weak
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor, Role
from pbplatform.foundation import clock, mail
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record

KEPT_INVITATION = timedelta(days=90)


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
    if password is not None:
        checked_password(password, address, shown)
    hashed = passwords.hash(password) if password is not None else None
    return open_account(
        session,
        email=address,
        name=shown,
        language=language,
        password_hash=hashed,
        home_municipality_id=home_municipality_id,
        confirmed=confirmed,
    )


def open_account(
    session: Session,
    *,
    email: str,
    name: str,
    language: str,
    password_hash: str | None,
    home_municipality_id: int | None,
    confirmed: bool,
) -> Account:
    """Write the account of a mailbox, name and password that were checked before."""
    account = Account(
        email=queries.folded(email),
        name=name,
        language=language,
        password_hash=password_hash,
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
    """A display name in one line of visible characters; raise Invalid when it is unreadable or poses as an office."""
    shown = names.shown(name)
    if not names.is_readable(shown):
        raise Invalid(AccountProblem.BAD_NAME, "name")
    if names.poses(shown):
        raise Invalid(AccountProblem.NAME_POSES, "name")
    return shown


def checked_password(password: str, *known: str) -> str:
    """The password; raise Invalid when it is too easily guessed."""
    if is_weak(password, *known):
        raise Invalid(AccountProblem.WEAK_PASSWORD, "password")
    return password


def change_profile(
    actor: Actor,
    session: Session,
    account: Account,
    *,
    name: str,
    language: str,
    home_municipality_id: int | None,
) -> None:
    """Change what a person says about themselves."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    account.name = checked_name(name)
    account.language = language
    account.home_municipality_id = home_municipality_id
    session.flush()


def close_account(
    actor: Actor, session: Session, account: Account, erasers: Iterable[Callable[[Session, int], None]]
) -> None:
    """Close one's own account: hats, sessions, factors and everything personal go; the number stays for the journal."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    hats = queries.memberships(session, account.id)
    for hat in hats:
        if hat.role is Role.ADMINISTRATOR and queries.count_administrators(session, hat.municipality_id) < 2:
            raise Invalid(AccountProblem.LAST_ADMINISTRATOR)
    for erase in erasers:
        erase(session, account.id)
    for hat in hats:
        record(
            actor,
            session,
            hat.municipality_id,
            Action.CHANGE_MEMBERSHIP,
            "membership",
            hat.id,
            role=hat.role,
            given=False,
        )
    for model in (AccountSession, OneTimeToken, RecoveryCode, Passkey, Membership):
        session.execute(delete(model).where(model.account_id == account.id))
    session.execute(delete(Registration).where(Registration.email == account.email))
    session.execute(
        delete(Invitation).where(Invitation.email == account.email, Invitation.accepted_at.is_(None))
    )
    session.execute(
        delete(Invitation).where(Invitation.invited_by == account.id, Invitation.accepted_at.is_(None))
    )
    session.execute(update(Invitation).where(Invitation.email == account.email).values(email=""))
    if account.email:
        mail.forget_recipient(session, account.email)
    account.email = account.password_hash = account.totp_sealed = account.home_municipality_id = None
    account.name = ""
    account.token_epoch += 1
    account.closed_at = clock.now()
    session.flush()
    record(actor, session, None, Action.KEEP_OWN_ACCOUNT, "account", account.id, closed=True)


def forget_expired(session: Session) -> int:
    """Delete what has run out: sessions, links, challenges, wishes to register, old invitations; tell how many rows."""
    now = clock.now()
    gone = 0
    for model in (AccountSession, OneTimeToken, Registration):
        found = session.execute(delete(model).where(model.expires_at < now).returning(model.id))
        gone += len(found.all())
    idle = session.execute(
        delete(AccountSession).where(AccountSession.idle_until < now).returning(AccountSession.id)
    )
    old = session.execute(
        delete(Invitation).where(Invitation.expires_at < now - KEPT_INVITATION).returning(Invitation.id)
    )
    return gone + len(idle.all()) + len(old.all())
