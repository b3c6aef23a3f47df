"""Sessions: a browser that has shown who it belongs to, how long that holds, and the end of it."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pbplatform.accounts import queries
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.charter.roles import GUARDED
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest, token

CITIZEN_SESSION = timedelta(days=30)
GUARDED_SESSION = timedelta(hours=12)
CITIZEN_IDLE = timedelta(days=14)
GUARDED_IDLE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used: more would be a diary of its person."""


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


def shorten_sessions(session: Session, account_id: int) -> None:
    """Let no session that was opened as a citizen's live a citizen's thirty days with an officer's hat."""
    for column, lasts in (
        (AccountSession.expires_at, GUARDED_SESSION),
        (AccountSession.idle_until, GUARDED_IDLE),
    ):
        soon = clock.now() + lasts
        session.execute(
            update(AccountSession)
            .where(AccountSession.account_id == account_id, column > soon)
            .values({column: soon})
        )
