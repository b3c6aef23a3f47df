"""Letters with codes: one page a person, in their own language, as one PDF a district. Codes exist in the file only."""

from datetime import timedelta

from flask import Flask, g, render_template
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Gone
from pbplatform.foundation.files import PASSING, FileMissing, Files
from pbplatform.foundation.jobs import Progress
from pbplatform.foundation.pdf import make_pdf
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.codes import new_letter_code, spelled
from pbplatform.roll.models import LetterBatch, LetterCode, Means, RollEntry
from pbplatform.roll.pepper import Pepper, pepper

LETTERS_JOB = "letters"
MOST_LETTERS = 2_000
"""In one file; a larger district is printed in several."""
FILE_LIFE = timedelta(days=2)
LETTER_LIFE = timedelta(days=180)
"""For so long nobody gets a second letter; a later vote writes to everybody again."""


def order_letters(actor: Actor, session: Session, place_id: int, district_id: int | None) -> LetterBatch:
    """Ask for letters to everybody of a district who got none lately, at most MOST_LETTERS in one run."""
    require(actor, Action.PRINT_LETTERS, Subject(place_id))
    batch = LetterBatch(
        municipality_id=place_id,
        district_id=district_id,
        account_id=actor.account_id,
        job_id=None,
        file_key=None,
        made_at=clock.now(),
        fetched_at=None,
    )
    session.add(batch)
    session.flush()
    record(actor, session, place_id, Action.PRINT_LETTERS, "letter_batch", batch.id)
    return batch


def print_letters(
    app: Flask, database: Database, secrets: SecretFolder, files: Files, progress: Progress, batch_id: int
) -> dict[str, int]:
    """The job: make the codes, the pages and the file."""
    seasoning = pepper(secrets)
    with database.transaction() as session:
        batch = session.get_one(LetterBatch, batch_id)
        place = session.get_one(Municipality, batch.municipality_id)
        letters = _make_codes(session, seasoning, place.id, batch.district_id)
        batch.letters = len(letters)
    key = f"{PASSING}letters/{place.id}/{batch_id}.pdf"
    progress.tell(0, max(len(letters), 1))
    if letters:
        pages = []
        with app.test_request_context(base_url=app.extensions["house"].config.base_url):
            for entry, code in letters:
                with force_locale(entry.language):
                    g.locale = entry.language
                    pages.append(
                        render_template(
                            "roll/letter.html",
                            entry=entry,
                            code=spelled(code),
                            place=place,
                            language=entry.language,
                        )
                    )
            html = render_template("roll/letters.html", pages=pages, language=place.languages[0])
        files.put(key, make_pdf(html))
    with database.transaction() as session:
        session.get_one(LetterBatch, batch_id).file_key = key if letters else None
    progress.tell(len(letters), max(len(letters), 1))
    return {"letters": len(letters)}


def _make_codes(
    session: Session, seasoning: Pepper, place_id: int, district_id: int | None
) -> list[tuple[RollEntry, str]]:
    have = select(LetterCode.roll_entry_id).where(
        LetterCode.municipality_id == place_id, LetterCode.issued_at > clock.now() - LETTER_LIFE
    )
    question = select(RollEntry).where(
        RollEntry.municipality_id == place_id, RollEntry.removed_at.is_(None), RollEntry.id.not_in(have)
    )
    if district_id is not None:
        question = question.where(RollEntry.district_id == district_id)
    made = []
    for entry in session.scalars(question.order_by(RollEntry.address, RollEntry.id).limit(MOST_LETTERS)):
        code = new_letter_code()
        session.add(
            LetterCode(
                municipality_id=place_id,
                roll_entry_id=entry.id,
                code_hash=seasoning.of_code(place_id, code),
                means=Means.LETTER,
                issued_at=clock.now(),
                used_at=None,
            )
        )
        made.append((entry, code))
    session.flush()
    return made


def fetch(actor: Actor, session: Session, files: Files, batch: LetterBatch) -> bytes:
    """The file of a run; raise Gone when it was deleted."""
    require(actor, Action.PRINT_LETTERS, Subject(batch.municipality_id))
    if batch.file_key is None:
        raise Gone
    try:
        content = files.get(batch.file_key)
    except FileMissing:
        # A restored database may speak of letters that no backup has.
        raise Gone from None
    batch.fetched_at = batch.fetched_at or clock.now()
    record(
        actor, session, batch.municipality_id, Action.PRINT_LETTERS, "letter_batch", batch.id, step="fetched"
    )
    return content


def forget_files(database: Database, files: Files) -> int:
    """The duty: delete letter files some time after they were made; return how many."""
    with database.transaction() as session:
        old = session.scalars(
            select(LetterBatch).where(
                LetterBatch.file_key.is_not(None), LetterBatch.made_at < clock.now() - FILE_LIFE
            )
        ).all()
        for batch in old:
            files.delete(batch.file_key or "")
            batch.file_key = None
    return len(old)
