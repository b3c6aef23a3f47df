"""The officers' pages above single projects: the desk of delivery, the table that goes out and comes back, amendments."""

from typing import Any

from flask import Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from pbplatform import door
from pbplatform.accounts import queries as accounts
from pbplatform.budget import adoption
from pbplatform.charter.actions import Action
from pbplatform.consultation.place import this_currency
from pbplatform.delivery import bulk, corrections, queries, showing
from pbplatform.delivery.forms import AmendForm, SheetForm
from pbplatform.delivery.models import DeliverySheet, Fact, MilestoneKind
from pbplatform.delivery.overview import sums
from pbplatform.delivery.problems import DeliveryProblem, SheetFault
from pbplatform.delivery.sheet import HEADINGS, HELP, Column, columns, table
from pbplatform.delivery.views.pages import Answer, delivered_round, pages
from pbplatform.delivery.words import ADOPTION_PROBLEMS, MILESTONES, PROBLEMS, SHEET_FAULTS
from pbplatform.door import acts, carries, found
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.foundation.sheet_words import SHEET_PROBLEMS
from pbplatform.foundation.sheets import LARGEST_FILE, XLSX_TYPE, write_csv, write_xlsx

_SENTENCES: dict[Any, Any] = {**PROBLEMS, **SHEET_PROBLEMS}
_BY_VALUE: dict[str, Any] = {
    member.value: sentence
    for words in (PROBLEMS, SHEET_FAULTS)
    for member, sentence in words.items()
    if isinstance(member, DeliveryProblem | SheetFault)
}


@pages.get("/desk/delivery")
@acts(Action.RECORD_DELIVERY)
def desk() -> str:
    """Every round that is being delivered, what is late in it, and its table."""
    session, town = door.session(), g.municipality
    running = queries.running(session, town.id)
    boards = {one.id: queries.board(session, town, one) for one in running}
    late = sorted(
        (standing for board in boards.values() for standing in board if standing.missed),
        key=lambda standing: min(milestone.due_on for milestone in standing.missed),
    )
    return render_template(
        "delivery/desk.html",
        running=running,
        boards=boards,
        late=late,
        by_id={one.id: one for one in running},
        delivered=queries.delivered,
        sums=lambda board: sums([one.money for one in board]),
    )


@pages.get("/rounds/<slug:round_slug>/delivery/table.<any(csv,xlsx):form>")
@acts(Action.RECORD_DELIVERY)
def take_table(round_slug: str, form: str) -> Response:
    """Every fact of every project, to be filled in and brought back."""
    session, town = door.session(), g.municipality
    standings = queries.board(session, town, delivered_round(round_slug))
    rows = table(town, standings)
    name = f"{town.slug}-{round_slug}-delivery.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if form == "csv":
        return Response(write_csv(rows), mimetype="text/csv", headers=headers)
    guide = [[_("How to fill in the table")], *([str(sentence)] for sentence in HELP)]
    body = write_xlsx([(_("Delivery"), rows), (_("Help"), guide)])
    return Response(body, mimetype=XLSX_TYPE, headers=headers)


@pages.route("/rounds/<slug:round_slug>/delivery/table", methods=["GET", "POST"])
@acts(Action.RECORD_DELIVERY)
@carries(LARGEST_FILE + 1024 * 1024)
def bring_table(round_slug: str) -> Answer:
    """Take the table away, bring it back, and see what was brought before."""
    round_, session = delivered_round(round_slug), door.session()
    form = SheetForm()
    if form.validate_on_submit():
        with door.attempt(form, _SENTENCES) as tried:
            brought = bulk.bring(
                door.actor(),
                session,
                g.municipality,
                round_,
                form.file.data.filename or "",
                form.file.data.stream.read(LARGEST_FILE + 1),
            )
        if tried.ok:
            return redirect(url_for("delivery.differences", round_slug=round_slug, sheet_id=brought.id))
    return render_template(
        "delivery/table.html",
        form=form,
        brought=bulk.sheets_of(session, round_),
        help=HELP,
        shown=[HEADINGS[column] for column in columns(g.municipality)],
    ), 422 if form.is_submitted() else 200


def _brought(round_slug: str, sheet_id: int) -> DeliverySheet:
    round_ = delivered_round(round_slug)
    return found(bulk.sheet_here(door.session(), round_, sheet_id) if sheet_id < 2**63 else None)


@pages.get("/rounds/<slug:round_slug>/delivery/table/<int:sheet_id>")
@acts(Action.RECORD_DELIVERY)
def differences(round_slug: str, sheet_id: int) -> str:
    """What a brought table would change or did change, old beside new, and what is wrong with it."""
    brought = _brought(round_slug, sheet_id)
    names = accounts.names_of(
        door.session(), {who for who in (brought.brought_by, brought.applied_by) if who}
    )
    return render_template(
        "delivery/differences.html",
        brought=brought,
        names=names,
        rows=[_shown(change) for change in brought.changes],
        faults=[_fault(fault) for fault in brought.faults],
    )


def _shown(change: dict[str, Any]) -> dict[str, Any]:
    """A change as the page shows it: each field that differs by its heading, old and new in the reader's words."""
    before, after, currency = change["before"], change["after"], change["currency"]
    shown = [
        (
            HEADINGS[column],
            showing.value(name, before, currency),
            showing.value(name, after, currency),
        )
        for name, column in showing.COLUMNS.items()
        if name in after
    ]
    fields = [field for field in shown if field[1] != field[2]]
    kind = MILESTONES[MilestoneKind(after["kind"])] if "kind" in after else ""
    return {**change, "fact": Fact(change["fact"]), "kind": kind, "fields": fields, "new": not before}


def _fault(fault: dict[str, Any]) -> dict[str, Any]:
    """A fault with its sentence in the reader's language."""
    values = showing.spoken(fault["values"])
    if isinstance(values.get("now"), dict):
        values["now"] = showing.line(values["now"], this_currency())
    heading = str(HEADINGS[Column(fault["heading"])]) if fault["heading"] else ""
    return {**fault, "heading": heading, "sentence": str(_BY_VALUE[fault["problem"]]) % values}


@pages.post("/rounds/<slug:round_slug>/delivery/table/<int:sheet_id>/apply")
@acts(Action.RECORD_DELIVERY)
def apply_table(round_slug: str, sheet_id: int) -> Answer:
    """Apply a table whole, or not at all."""
    brought = _brought(round_slug, sheet_id)
    try:
        applied = bulk.apply(door.actor(), door.session(), g.municipality, brought)
    except (Conflict, Invalid) as problem:
        values = problem.values if isinstance(problem, Invalid) else {}
        flash(str(PROBLEMS[DeliveryProblem(str(problem.reason))]) % values, "bad")
    else:
        if applied:
            flash(_("The table is applied. Everything in it is public now."))
        else:
            flash(
                _(
                    "Nothing was applied: something has changed since you looked. See what stands against it below."
                ),
                "bad",
            )
    return redirect(url_for("delivery.differences", round_slug=round_slug, sheet_id=sheet_id))


@pages.post("/rounds/<slug:round_slug>/delivery/table/<int:sheet_id>/discard")
@acts(Action.RECORD_DELIVERY)
def discard_table(round_slug: str, sheet_id: int) -> Answer:
    """Give a table up."""
    brought = _brought(round_slug, sheet_id)
    bulk.discard(door.actor(), door.session(), brought)
    flash(_("The table is given up. Nothing of it was recorded."))
    return redirect(url_for("delivery.bring_table", round_slug=round_slug))


@pages.route("/rounds/<slug:round_slug>/delivery/amend", methods=["GET", "POST"])
@acts(Action.AMEND_LINES)
def amend(round_slug: str) -> Answer:
    """Let the budget lines follow a corrected result."""
    round_, session = delivered_round(round_slug), door.session()
    form = AmendForm()
    if form.validate_on_submit():
        with door.attempt(form, ADOPTION_PROBLEMS) as tried:
            corrections.fund_again(door.actor(), session, round_, form.texts("reason"))
        if tried.ok:
            flash(_("The budget lines follow the corrected result now."))
            return redirect(url_for("delivery.board", round_slug=round_slug))
    differing = adoption.differences(session, round_)
    titles = queries.titles_of(session, [line.project_id for line in differing.surplus])
    abandoned = queries.abandoned(session, [project.id for project in differing.missing])
    return render_template(
        "delivery/amend.html", form=form, differing=differing, titles=titles, abandoned=abandoned
    ), 422 if form.is_submitted() else 200
