"""A ballot as it lies in the box while the vote runs: encrypted under the round's key, every one of the same length.

A copy of the database may tell in which order rows were written, and who proved to be a voter in which order. Without
the key outside the database neither choices nor trackers can be read from it, and once the key is destroyed not even
from a backup that was made while the vote was open. A ballot is tied to its row: moved to another it does not open.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pbplatform.voting import canon

STEP = 512
"""Ballots are filled up to whole steps of so many bytes, so that their size tells nothing of the choices."""
_NONCE = 12


class Broken(Exception):
    """A stored ballot was changed, moved to another row, or sealed under another key."""


@dataclass(frozen=True)
class Said:
    """What a voter said, with all that its tracker was made from."""

    payload: str
    nonce: str
    word_hash: str
    tracker: str


def close(key: bytes, round_id: int, bid: str, said: Said) -> bytes:
    """The bytes that the box keeps."""
    plain = canon.canonical(asdict(said)).encode()
    plain += b" " * (-len(plain) % STEP)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(key).encrypt(nonce, plain, _place(round_id, bid))


def open_(key: bytes, round_id: int, bid: str, kept: bytes) -> Said:
    """What a voter said; raise Broken when these bytes were not put into this row under this key."""
    try:
        plain = _cipher(key).decrypt(kept[:_NONCE], kept[_NONCE:], _place(round_id, bid))
    except (InvalidTag, ValueError) as problem:
        raise Broken from problem
    return Said(**json.loads(plain))


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.new(key, b"ballots at rest", hashlib.sha256).digest())


def _place(round_id: int, bid: str) -> bytes:
    return f"{round_id}|{bid}".encode()
