"""Questions about accounts, hats and sessions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account, AccountSession, Membership
from pbplatform.charter.roles import Actor, Role
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest


def folded(email: str) -> str:
    """One spelling per mailbox."""
    return email.strip().casefold()


def by_email(session: Session, email: str) -> Account | None:
    """The open account of a mailbox."""
    return session.scalar(select(Account).where(Account.email == folded(email)))


def open_session(session: Session, token: str) -> tuple[AccountSession, Account] | None:
    """The living session of a cookie's token with its account."""
    row = session.execute(
        select(AccountSession, Account)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.token_hash == digest(token),
            AccountSession.expires_at > clock.now(),
            Account.closed_at.is_(None),
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def roles_in(session: Session, account_id: int, municipality_id: int | None) -> frozenset[Role]:
    """The hats given to an account in a municipality."""
    if municipality_id is None:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Membership.role).where(
                Membership.account_id == account_id, Membership.municipality_id == municipality_id
            )
        )
    )


def actor_for(
    account: Account,
    given: frozenset[Role],
    municipality_id: int | None,
    *,
    second_factor: bool,
    resident: bool,
    blocked: bool,
) -> Actor:
    """The actor that an account is in one municipality."""
    roles = {Role.VISITOR, Role.CITIZEN, *given}
    if resident:
        roles.add(Role.RESIDENT)
    return Actor(account.id, municipality_id, frozenset(roles), second_factor, blocked)


def memberships(session: Session, account_id: int) -> Sequence[Membership]:
    """Every hat of an account, everywhere."""
    return session.scalars(
        select(Membership)
        .where(Membership.account_id == account_id)
        .order_by(Membership.municipality_id, Membership.role)
    ).all()


def names_of(session: Session, account_ids: set[int]) -> dict[int, str]:
    """The display names of accounts by number; closed accounts have an empty name."""
    if not account_ids:
        return {}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row.id: row.name for row in rows}
