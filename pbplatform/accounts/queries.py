"""Questions about accounts, hats and sessions."""

from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import (
    Account,
    AccountSession,
    Invitation,
    Membership,
    OneTimeToken,
    Passkey,
    Purpose,
    RecoveryCode,
    Registration,
)
from pbplatform.charter.roles import Actor, Role
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import digest


def folded(email: str) -> str:
    """One spelling per mailbox."""
    return email.strip().casefold()


def by_email(session: Session, email: str) -> Account | None:
    """The open account of a mailbox."""
    return session.scalar(select(Account).where(Account.email == folded(email)))


def open_session(
    session: Session, token: str, *, half: bool = False
) -> tuple[AccountSession, Account] | None:
    """The living session of a cookie's token with its account.

    `half` finds also a session whose second factor is still to be shown; such a session counts for nothing else.
    """
    row = session.execute(
        select(AccountSession, Account)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.token_hash == digest(token),
            AccountSession.expires_at > clock.now(),
            AccountSession.idle_until > clock.now(),
            Account.closed_at.is_(None),
            *(
                []
                if half
                else [AccountSession.factor_due.is_(False) | AccountSession.second_factor_at.is_not(None)]
            ),
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


def has_factor(session: Session, account: Account) -> bool:
    """Whether the account has an authenticator app or a passkey."""
    if account.totp_sealed is not None:
        return True
    return bool(session.scalar(select(exists().where(Passkey.account_id == account.id))))


def sessions(session: Session, account_id: int) -> Sequence[AccountSession]:
    """The living sessions of an account, newest first."""
    return session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.expires_at > clock.now(),
            AccountSession.idle_until > clock.now(),
        )
        .order_by(AccountSession.opened_at.desc(), AccountSession.id.desc())
    ).all()


def passkeys(session: Session, account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def passkey(session: Session, account_id: int, passkey_id: int) -> Passkey | None:
    """One passkey of an account."""
    return session.scalar(select(Passkey).where(Passkey.account_id == account_id, Passkey.id == passkey_id))


def passkey_by_credential(session: Session, credential_id: bytes) -> tuple[Passkey, Account] | None:
    """The passkey that a browser shows, with its open account."""
    row = session.execute(
        select(Passkey, Account)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_id == credential_id, Account.closed_at.is_(None))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def recovery_codes_left(session: Session, account_id: int) -> int:
    """How many recovery codes are unused."""
    found = session.scalar(select(func.count()).where(RecoveryCode.account_id == account_id))
    return found or 0


def registration(session: Session, token: str) -> Registration | None:
    """The living wish to register that a mailed link stands for."""
    return session.scalar(
        select(Registration).where(
            Registration.token_hash == digest(token), Registration.expires_at > clock.now()
        )
    )


def newest_registration(session: Session, email: str) -> Registration | None:
    """The newest living wish to register a mailbox."""
    return session.scalar(
        select(Registration)
        .where(Registration.email == folded(email), Registration.expires_at > clock.now())
        .order_by(Registration.id.desc())
        .limit(1)
    )


def members(session: Session, municipality_id: int) -> Sequence[tuple[Membership, Account]]:
    """Everybody with a hat in a municipality, by name."""
    rows = session.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.municipality_id == municipality_id)
        .order_by(Account.name, Account.id, Membership.role)
    )
    return [(row[0], row[1]) for row in rows]


def membership(session: Session, municipality_id: int, membership_id: int) -> Membership | None:
    """One hat, looked up inside its municipality."""
    return session.scalar(
        select(Membership).where(
            Membership.municipality_id == municipality_id, Membership.id == membership_id
        )
    )


def member(session: Session, municipality_id: int, account_id: int) -> Account | None:
    """An account that wears some hat in a municipality."""
    return session.scalar(
        select(Account).where(
            Account.id == account_id,
            exists().where(
                Membership.account_id == account_id, Membership.municipality_id == municipality_id
            ),
        )
    )


def count_administrators(session: Session, municipality_id: int) -> int:
    """How many administrators a municipality has."""
    found = session.scalar(
        select(func.count()).where(
            Membership.municipality_id == municipality_id, Membership.role == Role.ADMINISTRATOR
        )
    )
    return found or 0


def open_invitations(session: Session, municipality_id: int) -> Sequence[Invitation]:
    """The invitations of a municipality that wait for an answer, newest first."""
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.municipality_id == municipality_id,
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.id.desc())
    ).all()


def open_invitation(session: Session, municipality_id: int, invitation_id: int) -> Invitation | None:
    """One waiting invitation, looked up inside its municipality."""
    return session.scalar(
        select(Invitation).where(
            Invitation.municipality_id == municipality_id,
            Invitation.id == invitation_id,
            Invitation.accepted_at.is_(None),
        )
    )


def invitation(session: Session, token: str) -> Invitation | None:
    """The waiting invitation that a mailed link stands for."""
    return session.scalar(
        select(Invitation).where(
            Invitation.token_hash == digest(token),
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
    )


def living_token(session: Session, purpose: Purpose, token: str) -> OneTimeToken | None:
    """The unused token of a purpose; looking does not use it."""
    return session.scalar(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == digest(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.expires_at > clock.now(),
        )
    )
