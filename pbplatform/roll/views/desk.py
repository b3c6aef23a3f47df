"""The officers' pages of the voter roll: import, letters, the desk, clusters."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.door import acts, carries, found
from pbplatform.foundation.jobs import Job
from pbplatform.municipalities import queries as municipalities
from pbplatform.roll import clusters as roll_clusters
from pbplatform.roll import letters as roll_letters
from pbplatform.roll import operations, queries
from pbplatform.roll.codes import spelled
from pbplatform.roll.forms import (
    ColumnsForm,
    LettersForm,
    PersonForm,
    UploadForm,
)
from pbplatform.roll.models import RollImport
from pbplatform.roll.pepper import pepper
from pbplatform.roll.reading import Column
from pbplatform.roll.verification import ALARM_TRIES
from pbplatform.roll.views.pages import pages
from pbplatform.roll.words import ROLL_PROBLEMS

LARGEST_FILE = 120 * 1024 * 1024


@pages.route("/desk/roll", methods=["GET", "POST"])
@acts(Action.SEE_ROLL)
@carries(LARGEST_FILE)
def overview() -> BaseResponse | str | tuple[str, int]:
    """How the roll stands; upload a file."""
    form = UploadForm()
    if form.validate_on_submit():
        file = form.file.data
        with door.attempt(form, ROLL_PROBLEMS) as tried:
            waiting = operations.prepare_import(
                door.actor(), door.session(), door.house().files, file.filename or "", file.read()
            )
        if tried.ok:
            return redirect(url_for("roll.one_import", import_id=waiting.id))
    session, place = door.session(), guard.municipality()
    imports, batches = queries.imports(session, place.id), queries.batches(session, place.id)
    answer = render_template(
        "roll/overview.html",
        form=form,
        letters_form=_letters_form(),
        size=queries.size(session, place.id),
        by_district=queries.by_district(session, place.id),
        districts=municipalities.districts(session, place.id),
        imports=imports,
        batches=batches,
        broken_off=queries.broken_off(session, [*imports, *batches]),
        codes=queries.codes_by_state(session, place.id),
        failed=queries.failed_tries(session, place.id),
        alarm=ALARM_TRIES,
    )
    return answer, 422 if form.is_submitted() else 200


def _letters_form() -> LettersForm:
    form = LettersForm()
    districts = municipalities.districts(door.session(), guard.municipality().id)
    form.district.choices = [SelectChoice("0", _("All districts"))] + [
        SelectChoice(str(district.id), str(next(iter(district.names.values())))) for district in districts
    ]
    return form


@pages.route("/desk/roll/imports/<int:import_id>", methods=["GET", "POST"])
@acts(Action.IMPORT_ROLL)
def one_import(import_id: int) -> BaseResponse | str | tuple[str, int]:
    """Say what the columns hold; then watch, then see what was not taken."""
    session, place = door.session(), guard.municipality()
    waiting = found(queries.roll_import(session, place.id, import_id))
    form = ColumnsForm()
    if form.validate_on_submit():
        columns = {
            name.removeprefix("column-"): value
            for name, value in request.form.items()
            if name.startswith("column-")
        }
        known = {column.value for column in Column}
        columns = {
            number: value for number, value in columns.items() if value in known and number.isdecimal()
        }
        with door.attempt(form, ROLL_PROBLEMS) as tried:
            operations.confirm_columns(
                door.actor(), session, waiting, columns, complete=bool(form.complete.data)
            )
        if tried.ok:
            job = door.house().jobs.enqueue(
                session, operations.IMPORT_JOB, {"import_id": waiting.id}, place.id, door.actor().account_id
            )
            waiting.job_id = job.id
            return redirect(url_for("roll.one_import", import_id=waiting.id))
    return render_template(
        "roll/import.html", **_import_page(waiting, form)
    ), 422 if form.is_submitted() else 200


def _import_page(waiting: RollImport, form: ColumnsForm) -> dict[str, Any]:
    session = door.session()
    return {
        "waiting": waiting,
        "form": form,
        "columns": tuple(Column),
        "headers": waiting.columns["headers"],
        "guess": waiting.columns["guess"],
        "job": session.get(Job, waiting.job_id) if waiting.job_id else None,
        "broken_off": bool(queries.broken_off(session, [waiting])),
        "faults": queries.faults(session, waiting.id, request.args.get("after", 0, int)),
        "fault_counts": queries.fault_counts(session, waiting.id),
    }


@pages.post("/desk/roll/letters")
@acts(Action.PRINT_LETTERS)
def order_letters() -> BaseResponse | tuple[str, int]:
    """Print letters with codes for a district."""
    form, session, place = _letters_form(), door.session(), guard.municipality()
    if form.validate_on_submit():
        batch = roll_letters.order_letters(door.actor(), session, place.id, int(form.district.data) or None)
        job = door.house().jobs.enqueue(
            session, roll_letters.LETTERS_JOB, {"batch_id": batch.id}, place.id, door.actor().account_id
        )
        batch.job_id = job.id
    return redirect(url_for("roll.overview"))


@pages.post("/desk/roll/letters/<int:batch_id>.pdf")
@acts(Action.PRINT_LETTERS)
def letters_file(batch_id: int) -> Response:
    """The printed letters; each fetch stands in the journal."""
    batch = found(queries.batch(door.session(), guard.municipality().id, batch_id))
    content = roll_letters.fetch(door.actor(), door.session(), door.house().files, batch)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="letters-{batch.id}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.route("/desk/voter", methods=["GET", "POST"])
@acts(Action.HELP_AT_DESK)
def desk() -> str | tuple[str, int]:
    """Find the person who shows a document, and print a code for them."""
    form = PersonForm()
    entry = code = None
    if form.validate_on_submit():
        seasoning = pepper(door.house().secrets)
        session, place = door.session(), guard.municipality()
        with door.attempt(form, ROLL_PROBLEMS):
            entry = operations.find_at_desk(
                door.actor(), session, seasoning, place, form.national_id.data or ""
            )
            if request.form.get("give"):
                code = spelled(operations.give_desk_code(door.actor(), session, seasoning, entry))
    answer = render_template("roll/desk.html", form=form, entry=entry, code=code)
    return answer, 422 if form.is_submitted() and entry is None else 200


@pages.get("/desk/roll/clusters")
@acts(Action.SEE_ROLL)
def clusters() -> str:
    """Verifications that look like one hand acting for many."""
    session, place = door.session(), guard.municipality()
    return render_template(
        "roll/clusters.html",
        clusters=roll_clusters.clusters(session, place.id),
        failed=queries.failed_tries(session, place.id),
        alarm=ALARM_TRIES,
    )
