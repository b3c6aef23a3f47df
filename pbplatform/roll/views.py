"""The officers' pages of the voter roll: import, letters, the desk, clusters; and the page where one proves to live here."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.door import acts, found
from pbplatform.foundation import limits
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.jobs import Job
from pbplatform.foundation.web import refuse_large, safe_next
from pbplatform.foundation.words import say
from pbplatform.municipalities import queries as municipalities
from pbplatform.roll import clusters as roll_clusters
from pbplatform.roll import letters as roll_letters
from pbplatform.roll import operations, queries, verification
from pbplatform.roll.codes import spelled
from pbplatform.roll.delivery import SEND_JOB
from pbplatform.roll.forms import (
    CodeForm,
    ColumnsForm,
    LetterForm,
    LettersForm,
    MessageForm,
    PersonForm,
    UploadForm,
)
from pbplatform.roll.models import Means, RollEntry, RollImport
from pbplatform.roll.pepper import pepper
from pbplatform.roll.reading import Column
from pbplatform.roll.verification import ALARM_TRIES, MESSAGES_FROM_A_NETWORK, Person, VerificationProblem
from pbplatform.roll.words import ROLL_PROBLEMS

pages = Blueprint("roll", __name__)

LARGEST_FILE = 120 * 1024 * 1024
FLOW = "residence_flow"
BACK = "residence_next"


@pages.route("/desk/roll", methods=["GET", "POST"])
@acts(Action.SEE_ROLL)
def overview() -> BaseResponse | str | tuple[str, int]:
    """How the roll stands; upload a file."""
    if request.method == "POST":
        refuse_large(request, LARGEST_FILE)
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
    answer = render_template(
        "roll/overview.html",
        form=form,
        letters_form=_letters_form(),
        size=queries.size(session, place.id),
        by_district=queries.by_district(session, place.id),
        districts=municipalities.districts(session, place.id),
        imports=queries.imports(session, place.id),
        batches=queries.batches(session, place.id),
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


@pages.route("/residence", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence() -> BaseResponse | str | tuple[str, int]:
    """Tie the account to the person on the roll, by the code of a letter. No vote has to be open for that."""
    if request.args.get("next"):
        cookie[BACK] = safe_next(request.args["next"], "")
    form, place = LetterForm(), guard.municipality()
    if form.validate_on_submit():
        person = Person(form.national_id.data or "", form.birth_date.data, _network())
        seasoning = pepper(door.house().secrets)
        if verification.network_is_throttled(door.session(), place, seasoning, person.network):
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("roll/residence.html", form=form, resident=False), 429
        entry = verification.verify_letter(door.session(), seasoning, place, person, form.code.data or "")
        if entry is not None:
            return _tied(entry, Means.LETTER)
        form.add_error(None, say(VerificationProblem.NOT_CONFIRMED))
    account = found(guard.account())
    resident = queries.is_resident(door.session(), account.id, place.id)
    page = render_template("roll/residence.html", form=form, resident=resident, back=_way_back())
    return page, 422 if form.is_submitted() else 200


@pages.route("/residence/message", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_message() -> BaseResponse | str | tuple[str, int]:
    """Ask for a code to the phone or mailbox on the roll. The answer is the same whether anybody fits."""
    form, house, place = MessageForm(), door.house(), guard.municipality()
    if form.validate_on_submit():
        person = Person(form.national_id.data or "", form.birth_date.data, _network())
        # One bucket with the vote's own page: whoever sends messages spends the same money.
        house.limits.take("vote-message", MESSAGES_FROM_A_NETWORK, limits.network(request))
        seasoning = pepper(house.secrets)
        if verification.network_is_throttled(door.session(), place, seasoning, person.network):
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("roll/residence_message.html", form=form), 429
        flow, sent_id = verification.send_code(
            door.session(), seasoning, house.vault, place, person, Means(form.means.data), g.locale
        )
        house.jobs.enqueue(door.session(), SEND_JOB, {"sent_id": sent_id}, place.id)
        cookie[FLOW] = flow
        return redirect(url_for("roll.residence_code"))
    return render_template("roll/residence_message.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/residence/code", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_code() -> BaseResponse | str | tuple[str, int]:
    """Type the six digits that came."""
    flow = cookie.get(FLOW)
    if not isinstance(flow, str):
        return redirect(url_for("roll.residence_message"))
    form = CodeForm()
    if form.validate_on_submit():
        seasoning = pepper(door.house().secrets)
        proved = verification.verify_code(
            door.session(), seasoning, guard.municipality(), flow, form.code.data or "", _network()
        )
        if proved is not None:
            cookie.pop(FLOW, None)
            return _tied(*proved)
        form.add_error("code", say(VerificationProblem.CODE_WRONG))
    return render_template("roll/residence_code.html", form=form), 422 if form.is_submitted() else 200


def _network() -> str:
    return verification.network_of(request.remote_addr)


def _tied(entry: RollEntry, means: Means) -> BaseResponse:
    """The account is tied to the entry, and the person goes back to what they wanted to do."""
    try:
        verification.claim(door.session(), entry, found(guard.account()).id, means)
    except Conflict:
        flash(say(VerificationProblem.CLAIMED_BY_OTHER), "bad")
        return redirect(url_for("roll.residence"))
    flash(_("Thank you. It is confirmed that you live here."))
    back = _way_back()
    cookie.pop(BACK, None)
    return redirect(back)


def _way_back() -> str:
    back: str = cookie.get(BACK, "")
    return safe_next(back, url_for("town.overview"))
