"""Second factors: authenticator apps (TOTP), passkeys (WebAuthn), recovery codes.

A code is taken once: the account keeps the last time step it accepted, and accepting a newer one is a single UPDATE, so that
the same code sent twice at the same moment is taken once.
"""

import base64
import json
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pbplatform.accounts import mailbox, queries
from pbplatform.accounts.models import Account, AccountSession, Passkey, Purpose, RecoveryCode
from pbplatform.accounts.problems import AccountProblem
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import Vault, digest, same
from pbplatform.foundation.errors import Invalid

log = logging.getLogger(__name__)

STEP_SECONDS = 30
RECOVERY_CODES = 10
MOST_PASSKEYS = 20
CHALLENGE_LIVES = timedelta(minutes=5)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_totp_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def totp_address(secret: str, email: str, issuer: str) -> str:
    """What the QR code says: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def code_at(secret: str, step: int) -> str:
    """The six digits of one time step."""
    return pyotp.TOTP(secret).generate_otp(step)


def step_at(moment: datetime) -> int:
    """The time step of a moment."""
    return int(moment.timestamp()) // STEP_SECONDS


def next_code(vault: Vault, account: Account, moment: datetime) -> str | None:
    """The code that would be taken next; the demonstration shows it, nothing else may."""
    if account.totp_sealed is None:
        return None
    return code_at(vault.open(account.totp_sealed), max(step_at(moment), account.totp_last_step + 1))


def begin_totp(
    actor: Actor, session: Session, vault: Vault, account: Account, secret: str, code: str
) -> Sequence[str]:
    """Tie an authenticator app to the account once it has shown a right code; return fresh recovery codes."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    step = _matching_step(secret, code, 0)
    if step is None:
        raise Invalid(AccountProblem.WRONG_CODE, "code")
    account.totp_sealed = vault.seal(secret)
    account.totp_last_step = step
    session.flush()
    return renew_recovery_codes(actor, session, account)


def seed_totp(session: Session, vault: Vault, account: Account, secret: str) -> None:
    """Give a demonstration account a known secret."""
    account.totp_sealed = vault.seal(secret)
    session.flush()


def end_totp(actor: Actor, session: Session, account: Account) -> None:
    """Untie the authenticator app."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    account.totp_sealed = None
    session.flush()
    _forget_codes_without_factor(session, account)


def renew_recovery_codes(actor: Actor, session: Session, account: Account) -> Sequence[str]:
    """Ten new codes, shown once; the old ones are void."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["-".join(_group() for _ in range(4)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, code_hash=_recovery_hash(account.id, code)) for code in codes
    )
    session.flush()
    return codes


def show_code(session: Session, vault: Vault, row: AccountSession, account: Account, code: str) -> bool:
    """Take a code of the app or a recovery code for this session; tell whether it was a recovery code."""
    typed = "".join(code.split())
    if typed.isdecimal() and len(typed) == 6:
        _take_totp(session, vault, account, typed)
        recovery = False
    else:
        _take_recovery(session, account, typed)
        recovery = True
    mark_shown(session, row)
    return recovery


def mark_shown(session: Session, row: AccountSession) -> None:
    """Note that this session has shown its second factor just now."""
    row.second_factor_at = row.confirmed_at = clock.now()
    session.flush()


def _take_totp(session: Session, vault: Vault, account: Account, code: str) -> None:
    step = None
    sealed = account.totp_sealed
    if sealed is not None:
        try:
            step = _matching_step(vault.open(sealed), code, account.totp_last_step)
        except ValueError:
            # The key that sealed it has been taken away: the recovery codes still work.
            log.warning("a second factor is sealed with a key that is no longer configured")
    if step is None or sealed is None:
        raise Invalid(AccountProblem.WRONG_CODE, "code")
    taken = session.execute(
        update(Account)
        .where(Account.id == account.id, Account.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Account.id)
    ).first()
    if taken is None:
        raise Invalid(AccountProblem.WRONG_CODE, "code")
    account.totp_sealed = vault.renewed(sealed)


def _take_recovery(session: Session, account: Account, typed: str) -> None:
    taken = session.execute(
        delete(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _recovery_hash(account.id, typed),
        )
        .returning(RecoveryCode.id)
    ).first()
    if taken is None:
        raise Invalid(AccountProblem.WRONG_CODE, "code")


def _matching_step(secret: str, code: str, after: int) -> int | None:
    """The time step that a code belongs to: the present one, or the one before or after for clocks that differ."""
    typed = "".join(code.split())
    present = step_at(clock.now())
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if step > after and same(code_at(secret, step), typed)
    ]
    return fitting[-1] if fitting else None


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _recovery_hash(account_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return digest(f"recovery\x1f{account_id}\x1f{plain}")


def _forget_codes_without_factor(session: Session, account: Account) -> None:
    if not queries.has_factor(session, account):
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


class Site:
    """What a passkey is bound to: the host and origin of the site's own address, never those of a request."""

    def __init__(self, base_url: str, name: str) -> None:
        self.origin = base_url
        self.host = base_url.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
        self.name = name

    @property
    def can_have_passkeys(self) -> bool:
        """Browsers make passkeys for names only, not for bare addresses such as 127.0.0.1."""
        return not self.host.replace(".", "").isdecimal() and not self.host.startswith("[")


def passkey_creation(session: Session, account: Account, site: Site) -> tuple[str, str]:
    """The options for a browser to make a passkey, as JSON, and the challenge to remember."""
    # The library costs a third of a second to import, and most processes never see a passkey.
    import webauthn
    from webauthn.helpers import structs

    challenge = secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=f"account-{account.id}".encode(),
        user_name=account.email or "",
        user_display_name=account.name,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=key.credential_id)
            for key in queries.passkeys(session, account.id)
        ],
    )
    remembered = _remember(session, Purpose.ADD_PASSKEY, account, challenge)
    return webauthn.options_to_json(options), remembered


def add_passkey(
    actor: Actor, session: Session, account: Account, site: Site, challenge: str, answer: str, name: str
) -> Passkey:
    """Keep a passkey that the browser made for our challenge."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    mailbox.use_token(session, Purpose.ADD_PASSKEY, challenge, account)
    if len(queries.passkeys(session, account.id)) >= MOST_PASSKEYS:
        raise Invalid(AccountProblem.BAD_PASSKEY)
    try:
        made = webauthn.verify_registration_response(
            credential=_answer(answer),
            expected_challenge=_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise Invalid(AccountProblem.BAD_PASSKEY) from None
    if queries.passkey_by_credential(session, made.credential_id) is not None:
        raise Invalid(AccountProblem.BAD_PASSKEY)
    key = Passkey(
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=" ".join(name.split())[:80] or "Passkey",
        added_at=clock.now(),
    )
    session.add(key)
    session.flush()
    return key


def end_passkey(actor: Actor, session: Session, account: Account, key: Passkey) -> None:
    """Forget a passkey."""
    require(actor, Action.KEEP_OWN_ACCOUNT)
    session.delete(key)
    session.flush()
    _forget_codes_without_factor(session, account)


def passkey_question(session: Session, site: Site) -> tuple[str, str]:
    """The options for a browser to show any passkey of this site, as JSON, and the challenge to remember."""
    import webauthn
    from webauthn.helpers import structs

    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), _remember(session, Purpose.SHOW_PASSKEY, None, challenge)


def take_passkey(session: Session, site: Site, challenge: str, answer: str) -> Account:
    """The account whose passkey signed our challenge, with the device's own check of its person: two factors in one."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    mailbox.use_token(session, Purpose.SHOW_PASSKEY, challenge, None)
    shown = _answer(answer)
    found = queries.passkey_by_credential(session, _bytes(str(shown.get("id", ""))))
    if found is None:
        raise Invalid(AccountProblem.BAD_PASSKEY)
    key, account = found
    try:
        verified = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise Invalid(AccountProblem.BAD_PASSKEY) from None
    key.sign_count = verified.new_sign_count
    session.flush()
    return account


def _remember(session: Session, purpose: Purpose, account: Account | None, challenge: bytes) -> str:
    text = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    return mailbox.make_token(session, purpose, account, CHALLENGE_LIVES, secret=text)


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Invalid(AccountProblem.BAD_PASSKEY) from None


def _answer(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(AccountProblem.BAD_PASSKEY) from None
    if not isinstance(found, dict):
        raise Invalid(AccountProblem.BAD_PASSKEY)
    return found
