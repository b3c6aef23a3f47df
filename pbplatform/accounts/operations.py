"""Registering, confirming, signing in and out, and giving hats."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, update
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
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import GIVEN, GUARDED, Actor, Role
from pbplatform.foundation import clock, mail
from pbplatform.foundation.crypto import digest, token
from pbplatform.foundation.errors import Invalid
from pbplatform.journal.operations import record

CITIZEN_SESSION = timedelta(days=30)
GUARDED_SESSION = timedelta(hours=12)
CITIZEN_IDLE = timedelta(days=14)
GUARDED_IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used: more would be a diary of its person."""
KEPT_INVITATION = timedelta(days=90)


class AccountProblem(StrEnum):
    """Why an account cannot be made or changed like this."""

    BAD_EMAIL = "bad_email"
    BAD_NAME = "bad_name"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 (a reason, not a password)
    WRONG_CREDENTIALS = "wrong_credentials"
    ALREADY_MEMBER = "already_member"
    ROLE_NOT_GIVEN = "role_not_given"
    NAME_POSES = "name_poses"
    DEAD_LINK = "dead_link"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    WRONG_CODE = "wrong_code"
    BAD_PASSKEY = "bad_passkey"
    SAME_EMAIL = "same_email"
    EMAIL_TAKEN = "email_taken"
    OTHER_MAILBOX = "other_mailbox"
    LAST_ADMINISTRATOR = "last_administrator"


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


def open_session(session: Session, account: Account, device: str = "", *, factor_shown: bool = False) -> str:
    """Open a session for a browser and return the token for its cookie.

    When the account has a second factor that has not been shown yet, the session opens nothing but the page that asks for it.
    """
    secret = token()
    guarded = any(membership.role in GUARDED for membership in queries.memberships(session, account.id))
    session.add(
        AccountSession(
            token_hash=digest(secret),
            account_id=account.id,
            opened_at=clock.now(),
            confirmed_at=clock.now(),
            expires_at=clock.now() + (GUARDED_SESSION if guarded else CITIZEN_SESSION),
            idle_until=clock.now() + (GUARDED_IDLE if guarded else CITIZEN_IDLE),
            second_factor_at=clock.now() if factor_shown else None,
            factor_due=queries.has_factor(session, account),
            device=device[:80],
        )
    )
    session.flush()
    return secret


def is_drowsy(row: AccountSession) -> bool:
    """Whether it is time to note that a session is still used."""
    left = row.idle_until - clock.now()
    lasts = GUARDED_IDLE if left <= GUARDED_IDLE else CITIZEN_IDLE
    return lasts - left >= NOTED_EVERY


def keep_awake(session: Session, row: AccountSession) -> None:
    """Note that a session is used: it ends of idleness so much later, a guarded hat's sooner than a citizen's."""
    guarded = any(membership.role in GUARDED for membership in queries.memberships(session, row.account_id))
    session.execute(
        update(AccountSession)
        .where(AccountSession.id == row.id)
        .values(idle_until=clock.now() + (GUARDED_IDLE if guarded else CITIZEN_IDLE))
    )


def renew_session(row: AccountSession) -> str:
    """Give a session another token after its person has proven more; whoever copied the old cookie has nothing."""
    secret = token()
    row.token_hash = digest(secret)
    return secret


def close_one_session(session: Session, account_id: int, session_id: int) -> bool:
    """End one session of an account by its number; tell whether there was one."""
    question = delete(AccountSession).where(
        AccountSession.account_id == account_id, AccountSession.id == session_id
    )
    return session.execute(question.returning(AccountSession.id)).first() is not None


def close_session(session: Session, secret: str) -> None:
    """End one session at once."""
    session.execute(delete(AccountSession).where(AccountSession.token_hash == digest(secret)))


def close_sessions(session: Session, account_id: int, but: str | None = None) -> None:
    """End every session of an account, but maybe one."""
    question = delete(AccountSession).where(AccountSession.account_id == account_id)
    if but is not None:
        question = question.where(AccountSession.token_hash != digest(but))
    session.execute(question)


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
    close_sessions(session, account.id)
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
        # A session that was opened as a citizen's may not live a citizen's thirty days with an officer's hat.
        for column, lasts in (
            (AccountSession.expires_at, GUARDED_SESSION),
            (AccountSession.idle_until, GUARDED_IDLE),
        ):
            soon = clock.now() + lasts
            session.execute(
                update(AccountSession)
                .where(AccountSession.account_id == account.id, column > soon)
                .values({column: soon})
            )
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
