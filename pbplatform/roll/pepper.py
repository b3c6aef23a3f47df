"""The pepper: the key under which national ids and codes are hashed. It lies outside the database and its backups."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import KeyMissing, SecretFolder, keyed_hash
from pbplatform.roll.models import RollEntry

NAME = "roll-pepper"


class Pepper:
    """The hashes that the roll keeps instead of what people typed. Raises KeyMissing when the file is away."""

    def __init__(self, secrets: SecretFolder) -> None:
        self._key = secrets.read(NAME)

    def of_id(self, municipality_id: int, national_id: str) -> str:
        """A national id within one municipality."""
        return keyed_hash(self._key, "id", str(municipality_id), national_id)

    def of_code(self, municipality_id: int, code: str) -> str:
        """A letter's or message's code."""
        return keyed_hash(self._key, "code", str(municipality_id), code)

    def of_network(self, municipality_id: int, prefix: str) -> str:
        """A network address prefix, short: enough to see that two are the same."""
        return keyed_hash(self._key, "network", str(municipality_id), prefix)[:16]

    def of_phone(self, municipality_id: int, phone: str) -> str:
        """A phone number, short."""
        return keyed_hash(self._key, "phone", str(municipality_id), phone)[:16]


def pepper(secrets: SecretFolder) -> Pepper:
    """The pepper of this installation; raise KeyMissing when it is not there."""
    return Pepper(secrets)


def first_pepper(session: Session, secrets: SecretFolder) -> Pepper:
    """The pepper, made at the very first import; where a roll exists already, a lost pepper is never made anew."""
    if not secrets.exists(NAME):
        if session.scalar(select(RollEntry.id).limit(1)) is not None:
            raise KeyMissing(NAME)
        secrets.ensure(NAME)
    return Pepper(secrets)
