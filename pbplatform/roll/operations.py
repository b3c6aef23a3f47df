"""Importing the roll, printing letters, helping at the desk, forgetting what is no longer needed."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.files import PASSING, Files
from pbplatform.foundation.jobs import Progress
from pbplatform.journal.operations import record
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality
from pbplatform.roll import intake, reading
from pbplatform.roll.codes import new_letter_code
from pbplatform.roll.models import (
    LetterCode,
    Means,
    RollEntry,
    RollImport,
    SentCode,
    VerificationTry,
    VoterPass,
)
from pbplatform.roll.pepper import Pepper, first_pepper
from pbplatform.roll.reading import NEEDED, Column
from pbplatform.roll.verification import subject_of

IMPORT_JOB = "roll_import"
TRY_LIFE = timedelta(days=30)
FILE_LIFE = timedelta(days=2)
"""A roll file whose columns nobody confirms, or whose reading broke off, is deleted after this."""
PREFIX = "pb-roll-"
MOST_DIGITS = 5
"""In a heading; a personal number, a date and a phone number have more."""
BYTES_A_LINE = 90
"""About as long as a line of a roll is, for showing how far a file has been read."""


class RollProblem(StrEnum):
    """Why a file or a request about the roll cannot be taken."""

    UNREADABLE = "unreadable"
    COLUMNS_MISSING = "columns_missing"
    COLUMN_TWICE = "column_twice"
    NO_HEADINGS = "no_headings"
    NO_SUCH_PERSON = "no_such_person"
    ALREADY_READ = "already_read"


def prepare_import(
    actor: Actor, session: Session, files: Files, file_name: str, content: bytes
) -> RollImport:
    """Keep an uploaded file until its columns are confirmed; raise Invalid when it cannot be read."""
    with _as_file(content) as path:
        try:
            headers = reading.headers(path)
        except reading.Unreadable:
            raise Invalid(RollProblem.UNREADABLE, "file") from None
    waiting = begin_import(actor, session, file_name, headers)
    waiting.file_key = f"{PASSING}roll/{waiting.municipality_id}/{waiting.id}"
    files.put(waiting.file_key, content)
    return waiting


def begin_import(
    actor: Actor, session: Session, file_name: str, headers: list[str], *, complete: bool = False
) -> RollImport:
    """Note that a file with these headings is going to be read."""
    require(actor, Action.IMPORT_ROLL, Subject(actor.municipality_id))
    assert actor.municipality_id is not None
    if any(sum(letter.isdecimal() for letter in heading) > MOST_DIGITS for heading in headers):
        # It is somebody's line: the headings are kept, and a personal number must not be.
        raise Invalid(RollProblem.NO_HEADINGS, "file")
    waiting = RollImport(
        municipality_id=actor.municipality_id,
        account_id=actor.account_id,
        file_name=file_name[:200],
        file_key=None,
        columns={"headers": headers, "guess": reading.guess(headers)},
        complete=complete,
        uploaded_at=clock.now(),
        ended_at=None,
        counts=None,
    )
    session.add(waiting)
    session.flush()
    return waiting


def confirm_columns(
    actor: Actor, session: Session, waiting: RollImport, columns: Mapping[str, str], *, complete: bool
) -> None:
    """Fix which column holds what, so that the import can run."""
    require(actor, Action.IMPORT_ROLL, Subject(waiting.municipality_id))
    if waiting.file_key is None or waiting.ended_at is not None or "columns" in waiting.columns:
        raise Invalid(RollProblem.ALREADY_READ)
    chosen = {number: Column(name).value for number, name in columns.items() if name}
    if len(set(chosen.values())) != len(chosen):
        raise Invalid(RollProblem.COLUMN_TWICE)
    if any(needed.value not in chosen.values() for needed in NEEDED):
        raise Invalid(RollProblem.COLUMNS_MISSING)
    waiting.columns = {**waiting.columns, "columns": chosen}
    waiting.complete = complete
    session.flush()
    record(
        actor,
        session,
        waiting.municipality_id,
        Action.IMPORT_ROLL,
        "roll_import",
        waiting.id,
        complete=complete,
    )


def run_import(
    database: Database, secrets: SecretFolder, files: Files, progress: Progress, import_id: int
) -> dict[str, int]:
    """The job: read the waiting file into the roll and forget the file."""
    with database.read() as session:
        waiting = session.get_one(RollImport, import_id)
        key, columns = waiting.file_key, waiting.columns["columns"]
        place_id, complete = waiting.municipality_id, waiting.complete
    if key is None:
        raise LookupError("the file of this import is gone")
    with _as_file(files.get(key)) as path:
        lines = max(path.stat().st_size // BYTES_A_LINE, 1)
        counts = import_file(
            database,
            secrets,
            path,
            place_id,
            columns,
            import_id,
            complete=complete,
            tell=lambda done: progress.tell(done, max(lines, done)),
        )
    files.delete(key)
    with database.transaction() as session:
        session.get_one(RollImport, import_id).file_key = None
    return counts


def forget_files(database: Database, files: Files) -> int:
    """The duty: delete roll files that were read, or that waited too long; return how many.

    The row loses its key after the file is gone, so that no crash leaves a file that nothing speaks of.
    """
    with database.read() as session:
        old = session.execute(
            select(RollImport.id, RollImport.file_key).where(
                RollImport.file_key.is_not(None),
                RollImport.ended_at.is_not(None) | (RollImport.uploaded_at < clock.now() - FILE_LIFE),
            )
        ).all()
    for import_id, key in old:
        files.delete(key or "")
        with database.transaction() as session:
            session.get_one(RollImport, import_id).file_key = None
    _sweep_leftovers()
    return len(old)


def _sweep_leftovers() -> None:
    """Remove what a killed reader left in the folder for temporary files."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.stat().st_mtime < clock.now().timestamp() - FILE_LIFE.total_seconds():
                path.unlink()


def import_file(
    database: Database,
    secrets: SecretFolder,
    path: Path,
    place_id: int,
    columns: Mapping[str, str],
    import_id: int,
    *,
    complete: bool,
    tell: Callable[[int], None] = lambda _done: None,
) -> dict[str, int]:
    """Read one file into one municipality's roll; return the counts. Rows that are bad are listed, not taken.

    `tell` hears after every batch how many lines are done.
    """
    with database.transaction() as session:
        pepper = first_pepper(session, secrets)
    with database.read() as session:
        place = session.get_one(Municipality, place_id)
        checker = intake.Checker(place, municipalities.districts(session, place_id), pepper)
    work = intake.Intake(database, checker, import_id)
    try:
        taken = work.take(reading.rows(path, columns), tell)
        if complete and taken.tells_who_left:
            taken.counts["removed"] = intake.remove_missing(database, place_id, taken, clock.now())
        elif complete:
            taken.counts["nobody_removed"] = 1
    except reading.Unreadable:
        work.taken.counts["broken"] = 1
        taken = work.taken
    counts = intake.summary(taken.counts)
    with database.transaction() as session:
        done = session.get_one(RollImport, import_id)
        done.counts = {
            **counts,
            "broken": taken.counts["broken"],
            "nobody_removed": taken.counts["nobody_removed"],
        }
        done.ended_at = clock.now()
        record(None, session, place_id, Action.IMPORT_ROLL, "roll_import", import_id, **counts)
    return counts


class _as_file:
    """Bytes as a temporary file, because a spreadsheet is read from a path."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __enter__(self) -> Path:
        with tempfile.NamedTemporaryFile(prefix=PREFIX, delete=False) as file:
            file.write(self._content)
        self._path = Path(file.name)
        return self._path

    def __exit__(self, *_error: object) -> None:
        self._path.unlink(missing_ok=True)


def keep_code(
    session: Session, pepper: Pepper, place_id: int, entry_id: int, code: str, means: Means
) -> None:
    """Note the hash of a code that is printed on paper for an entry; the code itself is kept nowhere."""
    session.add(
        LetterCode(
            municipality_id=place_id,
            roll_entry_id=entry_id,
            code_hash=pepper.of_code(place_id, code),
            means=means,
            issued_at=clock.now(),
            used_at=None,
        )
    )


def issue_code(session: Session, pepper: Pepper, entry_id: int, place_id: int, means: Means) -> str:
    """A new code for an entry, to be printed at once."""
    code = new_letter_code()
    keep_code(session, pepper, place_id, entry_id, code, means)
    session.flush()
    return code


def find_at_desk(
    actor: Actor, session: Session, pepper: Pepper, place: Municipality, national_id: str
) -> RollEntry:
    """The entry of a person who shows their document at the desk; raise Invalid when there is none."""
    require(actor, Action.HELP_AT_DESK, Subject(place.id))
    entry = session.scalar(
        select(RollEntry).where(
            RollEntry.municipality_id == place.id,
            RollEntry.id_hash == subject_of(place, pepper, national_id),
            RollEntry.removed_at.is_(None),
        )
    )
    if entry is None:
        raise Invalid(RollProblem.NO_SUCH_PERSON, "national_id")
    return entry


def give_desk_code(actor: Actor, session: Session, pepper: Pepper, entry: RollEntry) -> str:
    """Print a code for somebody whose document a clerk has seen; the journal notes that it happened, not for whom."""
    require(actor, Action.HELP_AT_DESK, Subject(entry.municipality_id))
    code = issue_code(session, pepper, entry.id, entry.municipality_id, Means.DESK)
    record(actor, session, entry.municipality_id, Action.HELP_AT_DESK, "roll_entry", None)
    return code


def forget_old(database: Database) -> int:
    """The duty: drop expired passes, sent codes and tries; return how many rows went."""
    now = clock.now()
    with database.transaction() as session:
        gone = [
            session.execute(
                delete(VoterPass).where(VoterPass.expires_at < now).returning(VoterPass.token_hash)
            ),
            session.execute(
                delete(SentCode).where(SentCode.expires_at < now - timedelta(days=1)).returning(SentCode.id)
            ),
            session.execute(
                delete(VerificationTry)
                .where(VerificationTry.at < now - TRY_LIFE)
                .returning(VerificationTry.id)
            ),
        ]
        return sum(len(result.all()) for result in gone)
