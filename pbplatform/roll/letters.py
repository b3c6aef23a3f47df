"""Letters with codes: one page a person, in their own language, as one PDF a district. Codes exist in the file only."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Flask, g, render_template, url_for
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, hold
from pbplatform.foundation.errors import Conflict, Gone
from pbplatform.foundation.files import PASSING, FileMissing, Files
from pbplatform.foundation.jobs import Progress
from pbplatform.foundation.pdf import make_pdf
from pbplatform.journal.operations import record
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.codes import new_letter_code, spelled
from pbplatform.roll.models import LetterBatch, LetterCode, Means, RollEntry
from pbplatform.roll.operations import keep_code
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
    """The job: make the codes, the pages and the file. The codes are kept last of all, because whoever has one gets no
    letter: what breaks off before leaves nobody without.
    """
    seasoning = pepper(secrets)
    with database.read() as session:
        batch = session.get_one(LetterBatch, batch_id)
        place = session.get_one(Municipality, batch.municipality_id)
        letters = [(entry, new_letter_code()) for entry in _without_letter(session, batch)]
    progress.tell(0, max(len(letters), 1))
    if letters:
        key = f"{PASSING}letters/{place.id}/{batch_id}.pdf"
        # Noted before the file is there, so that no crash leaves a file that nothing speaks of.
        with database.transaction() as session:
            session.get_one(LetterBatch, batch_id).file_key = key
        files.put(key, make_pdf(_written(app, place, letters)))
        with database.transaction() as session:
            _keep_codes(session, seasoning, place.id, letters)
            session.get_one(LetterBatch, batch_id).letters = len(letters)
    progress.tell(len(letters), max(len(letters), 1))
    return {"letters": len(letters)}


def _without_letter(session: Session, batch: LetterBatch) -> Sequence[RollEntry]:
    """Who gets a letter of this run, in the order of the addresses."""
    have = select(LetterCode.roll_entry_id).where(
        LetterCode.municipality_id == batch.municipality_id,
        LetterCode.issued_at > clock.now() - LETTER_LIFE,
    )
    question = select(RollEntry).where(
        RollEntry.municipality_id == batch.municipality_id,
        RollEntry.removed_at.is_(None),
        RollEntry.id.not_in(have),
    )
    if batch.district_id is not None:
        question = question.where(RollEntry.district_id == batch.district_id)
    return session.scalars(question.order_by(RollEntry.address, RollEntry.id).limit(MOST_LETTERS)).all()


def _written(app: Flask, place: Municipality, letters: Sequence[tuple[RollEntry, str]]) -> str:
    """The pages of all letters, each in its reader's language."""
    pages = []
    with app.test_request_context(base_url=app.extensions["house"].config.base_url):
        for entry, code in letters:
            with force_locale(entry.language):
                g.locale = entry.language
                address = url_for(
                    "vote.short", locale=entry.language, municipality=place.slug, _external=True
                )
                pages.append(
                    render_template(
                        "roll/letter.html",
                        entry=entry,
                        code=spelled(code),
                        address=address,
                        picture=picture(address, code),
                        place=place,
                        language=entry.language,
                    )
                )
        return render_template("roll/letters.html", pages=pages, language=place.languages[0])


def picture(address: str, code: str) -> str:
    """What a phone's camera reads: the address of the vote, and the code where a browser keeps it to itself.

    Behind the # it is never sent: no server, log or page that is visited next learns it. It is drawn in the page,
    because nothing is fetched while a PDF is made.
    """
    # Letters are printed now and then, so only then is it learnt how to draw one.
    import segno

    drawn = segno.make_qr(f"{address}#code={spelled(code)}", error="m")
    return drawn.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)


def _keep_codes(
    session: Session, seasoning: Pepper, place_id: int, letters: Sequence[tuple[RollEntry, str]]
) -> None:
    hold(session, f"letters|{place_id}")
    twice = session.scalar(
        select(LetterCode.id)
        .where(
            LetterCode.roll_entry_id.in_([entry.id for entry, _code in letters]),
            LetterCode.means == Means.LETTER,
            LetterCode.issued_at > clock.now() - LETTER_LIFE,
        )
        .limit(1)
    )
    if twice is not None:
        # Another run was printing the same letters and was ready first.
        raise Conflict
    for entry, code in letters:
        keep_code(session, seasoning, place_id, entry.id, code, Means.LETTER)


def fetch(actor: Actor, session: Session, files: Files, batch: LetterBatch) -> bytes:
    """The file of a run; raise Gone when it was deleted, or when its codes were never kept."""
    require(actor, Action.PRINT_LETTERS, Subject(batch.municipality_id))
    if batch.file_key is None or not batch.letters:
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
