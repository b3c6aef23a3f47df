"""The desk of the count: count, count again, declare, correct; and what councillors see before and decide after."""

from secrets import token_hex
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, attempt, carries
from pbplatform.foundation.errors import Conflict, Missing
from pbplatform.results import bundle, operations, packet, protocol, queries, showing
from pbplatform.results.desk_forms import DecisionForm, ReasonForm
from pbplatform.results.files_views import download
from pbplatform.results.models import Count, CountState
from pbplatform.results.operations import ResultProblem
from pbplatform.results.place import number
from pbplatform.results.words import PROBLEMS

pages = Blueprint("results_desk", __name__)

LARGEST_ACT = 10 * 1024 * 1024
FINISHED = (CountState.COUNTED, CountState.RECOUNTED, CountState.DECLARED)


def _previewed(round_slug: str) -> Round:
    found = this_round(round_slug)
    require(door.actor(), Action.PREVIEW_RESULT, Subject(found.municipality_id, found.phase))
    return found


def _facts(found: Round, row: Count | None) -> dict[str, Any]:
    """What the desk, the council's page and the packet show alike."""
    session = door.session()
    ready = row is not None and row.state in FINISHED
    return {
        "round": found,
        "count": row,
        "interrupted": row is not None and queries.interrupted(session, row),
        "parts": showing.show(session, found, row, g.locale, number) if ready and row else [],
        "signatures": queries.signatures(session, row) if row else {},
        "seal": queries.seal(session, found),
        "past": queries.past_election(session, found),
        **showing.turnout(session, found, g.locale),
        "decisions": queries.decisions(session, found),
        "objections": queries.objections(session, found),
        "assessed": packet.assessed(session, found) if ready else [],
    }


def _back(found: Round) -> BaseResponse:
    return redirect(url_for("results_desk.count", round_slug=found.slug))


@pages.get("/rounds/<slug:round_slug>/count")
@acts(Action.PREVIEW_RESULT)
def count(round_slug: str) -> str:
    """How far the count is and what comes next."""
    found = _previewed(round_slug)
    row = queries.latest(door.session(), found)
    job = queries.job(door.session(), row) if row else None
    return render_template("results/count.html", form=ReasonForm(), job=job, **_facts(found, row))


@pages.post("/rounds/<slug:round_slug>/count/start")
@acts(Action.ORDER_COUNT)
def start(round_slug: str) -> BaseResponse:
    """Order a count."""
    found = this_round(round_slug)
    row = operations.order_count(door.actor(), door.session(), found)
    operations.queue_count(door.session(), door.house().jobs, row)
    flash(_("The count has begun. You may leave this page."))
    return _back(found)


@pages.post("/rounds/<slug:round_slug>/count/<int:count_number>/again")
@acts(Action.PREVIEW_RESULT)
def again(round_slug: str, count_number: int) -> BaseResponse:
    """Have it counted again."""
    found = this_round(round_slug)
    row = _row(found, count_number)
    operations.order_recount(door.actor(), door.session(), door.house().jobs, row, found.phase)
    flash(_("The second count has begun."))
    return _back(found)


@pages.post("/rounds/<slug:round_slug>/count/<int:count_number>/declare")
@acts(Action.PREVIEW_RESULT)
def declare(round_slug: str, count_number: int) -> BaseResponse:
    """Make it official."""
    found = this_round(round_slug)
    operations.declare(door.actor(), door.session(), found, _row(found, count_number))
    flash(_("The result is declared. Everybody can read it now."))
    return redirect(url_for("results.overview", round_slug=found.slug))


@pages.post("/rounds/<slug:round_slug>/count/correct")
@acts(Action.CORRECT_RESULT)
def correct(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Order a new count of a declared round, with its public reason."""
    found = this_round(round_slug)
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form, PROBLEMS) as tried:
            reasons = {g.locale: str(form.reason.data or "")}
            row = operations.correct(door.actor(), door.session(), found, reasons)
            operations.queue_count(door.session(), door.house().jobs, row)
        if tried.ok:
            return _back(found)
    newest = queries.latest(door.session(), found)
    return render_template("results/count.html", form=form, job=None, **_facts(found, newest)), 422


def _row(found: Round, count_number: int) -> Count:
    for row in queries.counts(door.session(), found):
        if row.number == count_number:
            return row
    raise Missing


@pages.get("/rounds/<slug:round_slug>/council")
@acts(Action.PREVIEW_RESULT)
def council(round_slug: str) -> str:
    """What councillors need to decide: turnout, objections, result, the comparison of rules."""
    found = _previewed(round_slug)
    return render_template("results/council.html", form=DecisionForm(), **_facts(found, _shown_row(found)))


def _shown_row(found: Round) -> Count | None:
    return next((row for row in queries.counts(door.session(), found) if row.state in FINISHED), None)


@pages.post("/rounds/<slug:round_slug>/council")
@acts(Action.RECORD_COUNCIL_DECISION)
@carries(LARGEST_ACT + 64 * 1024)
def decide(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Record the council's decision."""
    found = this_round(round_slug)
    form = DecisionForm()
    if form.validate_on_submit():
        with attempt(form, PROBLEMS) as tried:
            content, document = _document(form)
            operations.record_council_decision(
                door.actor(),
                door.session(),
                found,
                decided_on=form.decided_on.data,
                act_number=str(form.act_number.data or ""),
                texts={g.locale: str(form.text.data)} if form.text.data else {},
                document=document,
            )
            if (
                document is not None
            ):  # A decision that is refused, or a disk that is full, leaves no file behind.
                door.house().files.put(document[0], content)
        if tried.ok:
            flash(_("The decision is recorded."))
            return redirect(url_for("results_desk.council", round_slug=found.slug))
    return render_template("results/council.html", form=form, **_facts(found, _shown_row(found))), 422


def _document(form: DecisionForm) -> tuple[bytes, tuple[str, str] | None]:
    """The uploaded act, and the key and name that it will have; raise Invalid when it is no PDF of a bearable size."""
    sent = form.document.data
    if not sent:
        return b"", None
    content = sent.read(LARGEST_ACT + 1)
    operations.check_act(content, LARGEST_ACT)
    return content, (f"acts/{token_hex(16)}.pdf", str(sent.filename or "")[:255])


@pages.get("/rounds/<slug:round_slug>/council/packet.pdf")
@acts(Action.PREVIEW_RESULT)
def packet_pdf(round_slug: str) -> Response:
    """The council's packet on paper."""
    found = _previewed(round_slug)
    return download(_packet(found), "application/pdf", f"packet-{found.slug}.pdf")


def _packet(found: Round) -> bytes:
    row = _shown_row(found)
    if row is None:
        raise Conflict(ResultProblem.NOT_COUNTED)
    return protocol.pdf(render_template("results/packet_pdf.html", **_facts(found, row)))


@pages.get("/rounds/<slug:round_slug>/council/packet.zip")
@acts(Action.PREVIEW_RESULT)
def packet_zip(round_slug: str) -> Response:
    """The packet with the protocol's data and the tables of the projects."""
    found = _previewed(round_slug)
    row = _shown_row(found)
    if row is None:
        raise Conflict(ResultProblem.NOT_COUNTED)
    parts = packet.files(door.session(), found, row) | {"packet.pdf": _packet(found)}
    return download(bundle.pack(parts), "application/zip", f"packet-{found.slug}.zip")
