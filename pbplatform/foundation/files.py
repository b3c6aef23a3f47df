"""Files on a local disk or in an S3 bucket through one API. Content types are kept in the database, not here."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, S3Store

PASSING = "passing/"
"""Keys that begin so are of files that wait for days at most and hold what nobody may keep; no backup has them."""

log = logging.getLogger(__name__)


class FileMissing(Exception):
    """No file lies under that key."""


class FilesUnavailable(Exception):
    """The place for files does not answer: it is full, cannot be written, or is away."""


@contextmanager
def answering() -> Iterator[None]:
    """What the store, the disk or the network says against it becomes one error; that there is no such file stays another."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise
    except (BaseError, OSError) as problem:
        raise FilesUnavailable(str(problem)) from problem


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place and put it there when it is complete, so that nobody ever finds half of it."""
    if path.exists() and not path.is_file():  # A pipe or a device has no half.
        with path.open("wb") as file:
            yield file
        return
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Files:
    """Put, get and delete bytes by key; keys are made by the platform, never taken from a file name."""

    def __init__(self, url: str) -> None:
        self._store = _store(url)

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes under a key, replacing what was there."""
        with answering():
            obstore.put(self._store, key, content)

    def get(self, key: str) -> bytes:
        """The bytes under a key; raise FileMissing when there are none."""
        try:
            with answering():
                return bytes(obstore.get(self._store, key).bytes())
        except (NotFoundError, FileNotFoundError):
            raise FileMissing(key) from None

    def kept(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The bytes under a key; the first who asks has them made. The key must name everything that they are made of."""
        try:
            return self.get(key)
        except (FileMissing, FilesUnavailable):
            content = make()
            self._keep(lambda: self.put(key, content))
            return content

    def kept_file(self, key: str, make: Callable[[], Iterable[bytes]]) -> IO[bytes]:
        """The same for what is too long for the memory: an open file, at its beginning, for who sends it and closes it."""
        held: IO[bytes] = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
        try:
            self._fill(held, key, make)
        except BaseException:
            held.close()
            raise
        held.seek(0)
        return held

    def _fill(self, held: IO[bytes], key: str, make: Callable[[], Iterable[bytes]]) -> None:
        try:
            held.writelines(self.pieces(key))
        except (FileMissing, FilesUnavailable):
            held.seek(0)
            held.truncate()
            held.writelines(make())
            self.keep_copy(key, held)

    def keep_copy(self, key: str, source: IO[bytes]) -> None:
        """Keep what can be made again at any time; a full disk costs only time then."""
        self._keep(lambda: self.put_from(key, source))

    def _keep(self, put: Callable[[], None]) -> None:
        try:
            put()
        except (FilesUnavailable, FileNotFoundError):
            log.warning("a file that was made could not be kept; it will be made again")

    def put_from(self, key: str, source: IO[bytes]) -> None:
        """Keep what a file holds, from its beginning, without having all of it in memory."""
        source.seek(0)
        with answering():
            obstore.put(self._store, key, source)

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes under a key piece by piece; raise FileMissing, at the first, when there are none."""
        try:
            with answering():
                for piece in obstore.get(self._store, key).stream():
                    yield bytes(piece)
        except (NotFoundError, FileNotFoundError):
            raise FileMissing(key) from None

    def delete(self, key: str) -> None:
        """Forget a key; doing it twice is no error."""
        try:
            with answering():
                obstore.delete(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return

    def all_keys(self, prefix: str = "") -> list[str]:
        """Every key under a prefix, sorted."""
        with answering():
            batches = obstore.list(self._store, prefix or None)
            return sorted(str(found["path"]) for batch in batches for found in batch)


def _store(url: str) -> LocalStore | MemoryStore | S3Store:
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file":
        folder = Path(parts.path)
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(str(folder))
    if parts.scheme == "s3":
        # The library lists the names it knows as a type of its own and refuses others itself; ours come from an address.
        options: Any = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if options.get("endpoint", "").startswith("http://"):
            return S3Store(parts.netloc, config=options, client_options={"allow_http": True})
        return S3Store(parts.netloc, config=options)
    raise ValueError(
        f"files cannot be kept at {url!r}: use file:/a/folder or s3://bucket?region=…&endpoint=…"
    )
