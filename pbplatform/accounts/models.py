"""Account, Membership, AccountSession, Registration, OneTimeToken, Passkey, RecoveryCode, Invitation."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.charter.roles import Role
from pbplatform.foundation.database import Base, Key, one_of


class Account(Base):
    """A person who signed up. Closing an account empties it; the number stays, because decisions refer to it."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("closed_at is not null or email is not null", name="open_has_email"),
        CheckConstraint(
            "closed_at is null or (email is null and password_hash is null)", name="closed_is_empty"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    """Folded to lower case; two spellings of one mailbox are one account."""
    name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(2))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[str | None] = mapped_column(String(300))
    totp_last_step: Mapped[int] = mapped_column(Key, default=0)
    """The last time step whose code was taken, so that no code is taken twice."""
    home_municipality_id: Mapped[int | None] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    registered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    token_epoch: Mapped[int] = mapped_column(default=0)
    """Raised by every change of e-mail or password: mailed links of an older epoch are dead."""


class Membership(Base):
    """A hat given to an account in one municipality."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", "municipality_id", "role"),
        CheckConstraint(
            "role in ('officer', 'reviewer', 'councillor', 'administrator', 'association')", name="role_given"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    department: Mapped[str] = mapped_column(String(120), default="")
    given_at: Mapped[datetime]


class AccountSession(Base):
    """One signed-in browser; the cookie holds the token, the row its hash. No row, no session."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    """When the session ends if nobody uses it until then; moved on while it is used."""
    second_factor_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime]
    """When the person last proved who they are in this session; sensitive acts ask again after a while."""
    factor_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The account has a second factor: until it is shown, this session opens nothing but the page that asks for it."""
    device: Mapped[str] = mapped_column(String(80), default="")


class Registration(Base):
    """A wish to have an account, not yet one: whoever shows the mailed link and the password gets the account.

    Each wish is a row of its own with its own password, so that a stranger who registers somebody's mailbox first
    gains nothing when its owner confirms.
    """

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(2))
    password_hash: Mapped[str] = mapped_column(String(200))
    home_municipality_id: Mapped[int | None] = mapped_column(Key, ForeignKey("municipality.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Purpose(StrEnum):
    """What a single-use token is good for; it is good for nothing else."""

    RESET_PASSWORD = "reset_password"  # noqa: S105 (a purpose, not a password)
    CHANGE_EMAIL = "change_email"
    ADD_PASSKEY = "add_passkey"
    SHOW_PASSKEY = "show_passkey"


class OneTimeToken(Base):
    """A token that was mailed, or a challenge that a passkey must sign; kept as its hash, gone once it is used."""

    __tablename__ = "one_time_token"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(320))
    """For a change of mailbox: the new one, so that of two parallel changes each confirms only its own."""
    epoch: Mapped[int] = mapped_column(default=0)
    """The account's `token_epoch` when the token was made."""
    expires_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code for the day the telephone is lost; kept as its hash, gone once it is used."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    code_hash: Mapped[str] = mapped_column(String(64))


class Passkey(Base):
    """A WebAuthn credential of an account."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Key, default=0)
    name: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]


class Invitation(Base):
    """A hat offered to a mailbox; the mailed token is kept as its hash."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(
            "role in ('officer', 'reviewer', 'councillor', 'administrator', 'association')", name="role_given"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[Role] = mapped_column(one_of(Role))
    department: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(2))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
