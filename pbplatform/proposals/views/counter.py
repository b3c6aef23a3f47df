"""The town hall's counter: a proposal for somebody who came, a table of proposals, signature sheets."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.place import this_round
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.sheet_words import SHEET_PROBLEMS
from pbplatform.foundation.sheets import LARGEST_FILE
from pbplatform.proposals import importing, operations, queries, support
from pbplatform.proposals.forms import BringForm, CounterForm, PlainForm, SheetForm
from pbplatform.proposals.importing import Brought
from pbplatform.proposals.models import SignatureSheet
from pbplatform.proposals.views.pages import attempt, loaded, pages
from pbplatform.proposals.words import PROBLEMS

Answer = BaseResponse | str | tuple[str, int]
SENTENCES: dict[Any, Any] = {**PROBLEMS, **SHEET_PROBLEMS}
LARGEST_TABLE = min(LARGEST_FILE, 10 * 1024 * 1024)


@pages.route("/rounds/<slug:round_slug>/proposals/counter", methods=["GET", "POST"])
@acts(Action.ENTER_FOR_CITIZEN)
def counter(round_slug: str) -> Answer:
    """Begin a proposal for somebody at the town hall."""
    round_ = this_round(round_slug)
    form = CounterForm(language=door.locale())
    if form.validate_on_submit():
        with attempt(form) as tried:
            draft = operations.begin_for_citizen(
                door.actor(), door.session(), round_, form.language.data, form.name.data
            )
        if tried.ok:
            return redirect(url_for("proposals.write", round_slug=round_slug, proposal_id=draft.id))
    account_id = door.actor().account_id
    return render_template(
        "proposals/counter.html",
        form=form,
        drafts=queries.entered_drafts(door.session(), round_.id, account_id or 0),
    ), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/proposals/bring", methods=["GET", "POST"])
@acts(Action.IMPORT_PROPOSALS)
@door.carries(LARGEST_TABLE)
def bring(round_slug: str) -> Answer:
    """Take proposals over from a CSV or XLSX file."""
    round_ = this_round(round_slug)
    form = BringForm()
    brought: Brought | None = None
    if form.validate_on_submit():
        with attempt(form, SENTENCES) as tried:
            brought = importing.bring(door.actor(), door.session(), round_, form.file.data.stream.read())
        if not tried.ok:
            brought = None
    return render_template(
        "proposals/bring.html",
        form=form,
        brought=brought,
        faults=[(line, str(PROBLEMS[fault.reason]) % fault.values) for line, fault in brought.faults]
        if brought
        else [],
    ), 422 if form.is_submitted() and brought is None else 200


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/support")
@acts(Action.SUPPORT_PROPOSAL)
def give_support(round_slug: str, proposal_id: int) -> Answer:
    """Support a proposal."""
    return _change_support(round_slug, proposal_id, support.give, _("Thank you. Your support counts."))


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/support-no-longer")
@acts(Action.SUPPORT_PROPOSAL)
def take_support_back(round_slug: str, proposal_id: int) -> Answer:
    """Support a proposal no longer."""
    return _change_support(round_slug, proposal_id, support.take_back, _("Your support is taken back."))


def _change_support(
    round_slug: str, proposal_id: int, change: Callable[..., object], said: str
) -> BaseResponse:
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    form = PlainForm()
    with attempt(form) as tried:
        change(door.actor(), door.session(), round_, proposal)
    for _field, sentence in form.summary():
        flash(sentence, "bad")
    if tried.ok:
        flash(said)
    return redirect(url_for("proposals.detail", round_slug=round_slug, proposal_id=proposal_id))


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/sheets/new")
@acts(Action.PRINT_SIGNATURE_SHEET)
def new_sheet(round_slug: str, proposal_id: int) -> Answer:
    """Make a signature sheet to print."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    made = support.print_sheet(door.actor(), door.session(), round_, proposal)
    return redirect(
        url_for("proposals.signature_sheet", round_slug=round_slug, proposal_id=proposal_id, code=made.code)
    )


@pages.get("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/sheets/<code>")
@acts(Action.PRINT_SIGNATURE_SHEET)
def signature_sheet(round_slug: str, proposal_id: int, code: str) -> str:
    """The sheet as it is printed."""
    _round, proposal, surroundings = loaded(round_slug, proposal_id)
    return render_template(
        "proposals/signature_sheet.html",
        proposal=proposal,
        surroundings=surroundings,
        sheet=_sheet(proposal.id, code),
        lines=range(1, 16),
    )


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/sheets", methods=["GET", "POST"])
@acts(Action.ENTER_SIGNATURE_SHEET)
def sheets(round_slug: str, proposal_id: int) -> Answer:
    """The proposal's sheets, and the entry of one of them."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    form = SheetForm()
    if form.validate_on_submit():
        with attempt(form, SENTENCES) as tried:
            outcome = support.enter_sheet(
                door.actor(),
                door.session(),
                door.house().secrets,
                round_,
                proposal,
                _sheet(proposal.id, form.code.data.strip().upper()),
                (form.numbers.data or "").splitlines(),
                form.unreadable.data or 0,
            )
        if tried.ok:
            flash(
                _(
                    "Entered: %(accepted)s counted, %(duplicates)s had signed before, %(unknown)s not on the roll, %(unreadable)s unreadable.",
                    **vars(outcome),
                )
            )
            return redirect(url_for("proposals.sheets", round_slug=round_slug, proposal_id=proposal_id))
    return render_template(
        "proposals/sheets.html",
        form=form,
        proposal=proposal,
        rows=queries.signature_sheets(door.session(), proposal.id),
    ), 422 if form.is_submitted() else 200


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/sheets/<code>/received")
@acts(Action.ENTER_SIGNATURE_SHEET)
def receive_sheet(round_slug: str, proposal_id: int, code: str) -> Answer:
    """Note that a sheet was brought."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    support.receive_sheet(door.actor(), door.session(), round_, proposal, _sheet(proposal.id, code))
    flash(_("The sheet is noted. Please enter it before the phase ends."))
    return redirect(url_for("proposals.sheets", round_slug=round_slug, proposal_id=proposal_id))


def _sheet(proposal_id: int, code: str) -> SignatureSheet:
    found = queries.signature_sheet(door.session(), proposal_id, code)
    if found is None or found.municipality_id != g.municipality.id:
        raise Missing
    return found
