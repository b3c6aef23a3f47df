"""Keys, keyed hashes and encryption at rest.

Secrets live in files of a folder outside the database and its backups. A key that should be there and is not stops
the work that needs it; no key is ever made anew in its place.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class KeyMissing(Exception):
    """A secret file is absent or of the wrong size."""


class SecretFolder:
    """The folder of secrets: one file a key, mode 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str, size: int = 32) -> bytes:
        """The key of that name; raise KeyMissing when the file is absent or not `size` bytes."""
        try:
            with (self.folder / name).open("rb", buffering=0) as file:
                key = file.read(size + 1)
        except OSError:
            raise KeyMissing(name) from None
        if len(key) != size:
            raise KeyMissing(name)
        return key

    def create(self, name: str, size: int = 32) -> bytes:
        """Make a new key on disk, durably, and return it; raise FileExistsError when it is there already."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = secrets.token_bytes(size)
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        self._sync_folder()
        return key

    def ensure(self, name: str, size: int = 32) -> bytes:
        """The installation's own long-lived key, made at the first start."""
        try:
            return self.create(name, size)
        except FileExistsError:
            return self.read(name, size)

    def exists(self, name: str) -> bool:
        """Whether the file of that name is there."""
        return (self.folder / name).exists()

    def destroy(self, name: str) -> None:
        """Overwrite and remove a key; doing it twice is no error."""
        path = self.folder / name
        if path.exists():
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(max(path.stat().st_size, 32)))
                file.flush()
                os.fsync(file.fileno())
            path.unlink(missing_ok=True)
            self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA-256 over the parts with an unambiguous separator, as 64 hexadecimal digits."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def digest(value: str | bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(left.encode(), right.encode())


def token(size: int = 32) -> str:
    """A random, URL-safe token of `size` bytes."""
    return secrets.token_urlsafe(size)


class Vault:
    """Reversible encryption of small values at rest (TOTP secrets, contact data), keys newest first."""

    def __init__(self, *keys: bytes) -> None:
        self._fernet = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"vault" + key).digest())) for key in keys]
        )

    def seal(self, value: str) -> str:
        """Encrypt a text."""
        return self._fernet.encrypt(value.encode()).decode()

    def renewed(self, sealed: str) -> str:
        """The same value sealed with today's key, so that the older keys can be taken away one day."""
        return self._fernet.rotate(sealed.encode()).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` gave; raise ValueError when it was changed or the key is another."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ValueError("sealed value cannot be opened with the present keys") from None
