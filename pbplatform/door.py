"""The door: who is asking, where, in which language, with which session; and the word of the charter on it.

Views name their Action with `@acts`; the application refuses to start when one does not. Three places read the same
table: the door (here, before the view), the desk (`charter.policy.require` in operations), the sign (`may` in templates).
"""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

from flask import abort, current_app, g, request
from flask import session as cookie
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, decide
from pbplatform.charter.roles import Actor
from pbplatform.config import Config
from pbplatform.foundation.crypto import SecretFolder, Vault
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import Files, FilesUnavailable
from pbplatform.foundation.generation import Generations
from pbplatform.foundation.jobs import Jobs
from pbplatform.foundation.limits import Limits
from pbplatform.foundation.recent import Recent

View = TypeVar("View", bound=Callable[..., Any])
Thing = TypeVar("Thing")


class House:
    """The installed parts that views reach: kept in `app.extensions["house"]`."""

    def __init__(
        self,
        config: Config,
        database: Database,
        jobs: Jobs,
        files: Files,
        secrets: SecretFolder,
        vault: Vault,
        limits: Limits,
    ) -> None:
        self.config = config
        self.database = database
        self.generations = Generations(database, config.data_dir / "generation.json")
        self.jobs = jobs
        self.files = files
        self.secrets = secrets
        self.vault = vault
        self.limits = limits
        # What citizens may be shown of municipalities and rounds is as old as the pages that are kept for visitors.
        self.recent = Recent(config.page_cache_seconds)


def acts(action: Action) -> Callable[[View], View]:
    """Name the Action of a view, for the door and for the route × role matrix."""

    def mark(view: View) -> View:
        vars(view)["action"] = action
        return view

    return mark


def reads_only(view: View) -> View:
    """Mark a view that answers a POST without writing through the request's session.

    It gets a reading session: on SQLite a writing one would hold the lock that the view's own short transaction needs,
    and nothing that the request writes may share a transaction with a ballot.
    """
    vars(view)["reads_only"] = True
    return view


def remembers(view: View) -> View:
    """Mark a view that thousands open at the same moment: its municipality and round may be as old as a kept page.

    Nothing may be decided by them, and nothing of them changed.
    """
    vars(view)["remembers"] = True
    return view


def remembered(key: Hashable, ask: Callable[[Session], Thing | None]) -> Thing | None:
    """What `ask` finds; in a view that remembers, what it found some seconds ago, free of any session."""
    recent = house().recent
    if not g.get("remembers") or not recent.seconds:
        return ask(session())

    def fresh() -> Thing | None:
        with house().database.read() as own:
            return ask(own)

    return recent.get(key, fresh)


def gives_back(**instead: str) -> Callable[[View], View]:
    """Mark a view whose form nobody should have to fill in twice: the page of an error gives it back with a button.

    `instead` replaces fields where the form itself had expired, because then nobody knows yet who really sent it.
    """

    def mark(view: View) -> View:
        vars(view)["gives_back"] = instead
        return view

    return mark


def thinks_first(view: View) -> View:
    """Mark a view that works hard before it writes, as hashing a password is hard work.

    Its session is a reading one until it calls `start_writing`, so that on SQLite nobody waits for the write lock while
    it thinks. What it has read by then may have changed and is asked for again.
    """
    vars(view)["thinks_first"] = True
    return view


def start_writing() -> None:
    """End the thinking: from here the request's session is a writing one, committed by the application as always."""
    if g.get("writing", True):
        return
    reading = g.pop("session", None)
    if reading is not None:
        reading.close()
    # Who is signed in was read by the session that has just ended.
    g.pop("_login_user", None)
    g.writing = True


def carries(most: int) -> Callable[[View], View]:
    """Let a view take a larger body than others, in bytes, from a browser that is signed in: for uploads."""

    def mark(view: View) -> View:
        vars(view)["largest_body"] = most
        return view

    return mark


def house() -> House:
    """The parts of the running application."""
    return cast(House, current_app.extensions["house"])


def session() -> Session:
    """The request's one database session: reading for GET and HEAD, writing otherwise; committed by the application."""
    if "session" not in g:
        g.session = _opened(house().database)
    return cast(Session, g.session)


def _opened(database: Database) -> Session:
    return database.write() if g.get("writing", True) else _reading(database)


def _reading(database: Database) -> Session:
    # Who has just signed in or written something must find it; strangers who only look may be shown what a replica knows.
    strangers_look = request.method in ("GET", "HEAD") and not cookie
    return database.replica() if strangers_look else database.read()


class Streamed:
    """The pieces of a long answer; whoever sends it closes it."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        try:
            # What cannot even be begun is answered with its status, before anything has left.
            self._first: bytes | None = next(pieces, b"")
        except OSError as problem:  # There is no room for a temporary file.
            raise FilesUnavailable(str(problem)) from problem

    def __iter__(self) -> Iterator[bytes]:
        """Piece by piece."""
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        return next(self._pieces) if first is None else first

    def close(self) -> None:
        """Let go of the database and of temporary files, also when nobody reads to the end."""
        self._pieces.close()


def streamed(pieces: Callable[[Session], Iterable[bytes]]) -> Streamed:
    """A long answer made piece by piece, from a reading session of its own that lives as long as the stream."""
    database = house().database

    def run() -> Generator[bytes]:
        with _reading(database) as own:
            yield from pieces(own)

    return Streamed(run())


def actor() -> Actor:
    """Who is asking."""
    return cast(Actor, g.actor)


def locale() -> str:
    """The reader's language."""
    return cast(str, g.locale)


def may(action: Action | str, subject: Subject | None = None) -> bool:
    """The sign: whether a button should show."""
    return decide(actor(), Action(action), subject) is None


class Erroneous(Protocol):
    """What `attempt` needs of a form."""

    errors: Any

    def add_error(self, field: str | None, text: str) -> None:
        """Show a sentence beside a field, or above the form."""


class Attempt:
    """How an attempted decision went."""

    ok = False
    reason: StrEnum | None = None


@contextmanager
def attempt(form: Erroneous, sentences: Mapping[Any, Any]) -> Iterator[Attempt]:
    """Try a decision: what it wrote is undone when it turns out Invalid, and the form gets the reason's sentence."""
    tried = Attempt()
    try:
        with _undoable():
            yield tried
        tried.ok = True
    except Invalid as problem:
        tried.reason = problem.reason
        form.add_error(problem.field, str(sentences[problem.reason]) % problem.values)


@contextmanager
def _undoable() -> Iterator[None]:
    """Undo what was written when the decision fails; a view that thinks first has written nothing before it."""
    if g.get("writing", True):
        with session().begin_nested():
            yield
        return
    try:
        yield
    except Invalid:
        if g.writing:
            session().rollback()
        raise


def found(thing: Thing | None) -> Thing:
    """The thing, or 404."""
    if thing is None:
        abort(404)
    return thing
