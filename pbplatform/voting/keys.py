"""The secrets of one vote: the round key, the receipts' signing key, the seed of the lot. Files outside the database.

They are made once, before the vote opens. Whoever finds one missing afterwards answers 503 and writes nothing.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pbplatform.foundation.crypto import KeyMissing, SecretFolder, same
from pbplatform.voting import canon


def _name(round_id: int, kind: str) -> str:
    return f"round-{round_id}.{kind}"


def make_keys(secrets: SecretFolder, round_id: int) -> tuple[str, str]:
    """Make the round key and the signing key; return the key's commitment and the receipts' public key.

    Called before the box exists: keys left by an opening that did not come through are taken up again.
    """
    key = secrets.ensure(_name(round_id, "key"))
    signer = Ed25519PrivateKey.from_private_bytes(secrets.ensure(_name(round_id, "receipts")))
    return canon.key_commitment(key), signer.public_key().public_bytes_raw().hex()


def make_seed(secrets: SecretFolder, round_id: int) -> str:
    """Draw the seed that orders ties, once; return its commitment."""
    return canon.tie_commitment(secrets.ensure(_name(round_id, "seed")).hex())


def round_key(secrets: SecretFolder, round_id: int, commitment: str) -> bytes:
    """The key of a round; raise KeyMissing when it is absent or not the one that was committed to."""
    key = secrets.read(_name(round_id, "key"))
    if not same(canon.key_commitment(key), commitment):
        raise KeyMissing(_name(round_id, "key"))
    return key


def seed(secrets: SecretFolder, round_id: int, commitment: str) -> str:
    """The seed of the lot; raise KeyMissing when it is absent or not the one that was committed to."""
    found = secrets.read(_name(round_id, "seed")).hex()
    if not same(canon.tie_commitment(found), commitment):
        raise KeyMissing(_name(round_id, "seed"))
    return found


def signer(secrets: SecretFolder, round_id: int, public_key: str) -> Ed25519PrivateKey:
    """The key that signs receipts; raise KeyMissing when it is absent or not the one whose public half was published."""
    found = Ed25519PrivateKey.from_private_bytes(secrets.read(_name(round_id, "receipts")))
    if found.public_key().public_bytes_raw().hex() != public_key:
        raise KeyMissing(_name(round_id, "receipts"))
    return found


def sign_receipt(
    secrets: SecretFolder, round_id: int, public_key: str, round_name: str, rules_hash: str, tracker: str
) -> str:
    """The Ed25519 signature of a receipt in hexadecimal."""
    message = canon.receipt_message(round_name, rules_hash, tracker)
    return signer(secrets, round_id, public_key).sign(message).hex()


def is_receipt(public_key: str, round_name: str, rules_hash: str, tracker: str, signature: str) -> bool:
    """Whether a receipt was signed by this vote."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), canon.receipt_message(round_name, rules_hash, tracker)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def destroy(secrets: SecretFolder, round_id: int) -> None:
    """Destroy the round key and the signing key for good; doing it twice is no error."""
    secrets.destroy(_name(round_id, "key"))
    secrets.destroy(_name(round_id, "receipts"))


def destroyed(secrets: SecretFolder, round_id: int) -> bool:
    """Whether nothing is left of them."""
    return not secrets.exists(_name(round_id, "key")) and not secrets.exists(_name(round_id, "receipts"))
