"""Writing proposals: begin, write, add files and co-authors, check, hand in, edit, withdraw."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_currency, this_round
from pbplatform.door import acts
from pbplatform.foundation.i18n import localised, money
from pbplatform.municipalities import queries as municipalities
from pbplatform.proposals import finding, operations, queries, wording
from pbplatform.proposals.forms import BeginForm, PlainForm, ProposalForm, degrees_or_none
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.proposals.readers import owned
from pbplatform.proposals.views.pages import attempt, loaded, pages
from pbplatform.proposals.wording import Words
from pbplatform.proposals.words import PROBLEMS

Answer = BaseResponse | str | tuple[str, int]
FIELDS = tuple(Words.__dataclass_fields__)


@pages.route("/rounds/<slug:round_slug>/proposals/new", methods=["GET", "POST"])
@acts(Action.START_PROPOSAL)
def new(round_slug: str) -> Answer:
    """The rules in short, and the beginning of a draft."""
    round_ = this_round(round_slug)
    form = BeginForm(language=door.locale())
    if form.validate_on_submit():
        with attempt(form) as tried:
            account = door.found(guard.account())
            draft = operations.begin(door.actor(), door.session(), round_, form.language.data, account.name)
        if tried.ok:
            return redirect(url_for("proposals.write", round_slug=round_slug, proposal_id=draft.id))
    return render_template(
        "proposals/new.html",
        form=form,
        envelopes=rounds.envelopes(door.session(), round_.id),
        open_now=door.may(Action.START_PROPOSAL, Subject(round_.municipality_id, round_.phase)),
    ), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/write", methods=["GET", "POST"])
@acts(Action.EDIT_PROPOSAL)
def write(round_slug: str, proposal_id: int) -> Answer:
    """The words, place and cost of a draft, or of a submitted proposal while it may change."""
    round_, proposal, _surroundings = _own(round_slug, proposal_id)
    form = ProposalForm(obj=None if request.method == "POST" else proposal)
    _offer(form, round_)
    if form.validate_on_submit():
        with attempt(form) as tried:
            _keep(round_, proposal, form)
        if tried.ok:
            return redirect(_after(round_slug, proposal))
    return render_template(
        "proposals/write.html", form=form, proposal=proposal, **_surrounding(round_, proposal, form)
    ), 422 if form.is_submitted() else 200


def _own(round_slug: str, proposal_id: int) -> tuple[Round, Proposal, queries.Surroundings]:
    found = loaded(round_slug, proposal_id)
    if not owned(found[1]):
        # Others learn no more than that they are not its authors.
        operations.require_editable(door.actor(), door.session(), found[0], found[1])
    return found


def _keep(round_: Round, proposal: Proposal, form: ProposalForm) -> None:
    words = _words(form)
    if proposal.state is ProposalState.DRAFT:
        operations.write(door.actor(), door.session(), round_, proposal, words)
    else:
        operations.edit(door.actor(), door.session(), round_, proposal, words, form.note.data or "")


def _words(form: ProposalForm) -> Words:
    said: dict[str, Any] = {name: form[name].data for name in FIELDS}
    for name in ("title", "text", "beneficiaries", "address", "cost_reasoning"):
        said[name] = (said[name] or "").replace("\r\n", "\n")
    if said["latitude"] is None or said["longitude"] is None:
        said["latitude"] = said["longitude"] = None
    return Words(**said)


def _after(round_slug: str, proposal: Proposal) -> str:
    if request.form.get("then") == "files":
        return url_for("proposals.files", round_slug=round_slug, proposal_id=proposal.id)
    if proposal.state is ProposalState.RETURNED:
        return url_for("proposals.check", round_slug=round_slug, proposal_id=proposal.id)
    if proposal.state is not ProposalState.DRAFT:
        flash(_("Your changes are public now. The former words stand in the history."))
        return url_for("proposals.detail", round_slug=round_slug, proposal_id=proposal.id)
    flash(_("The draft is saved. Only you and your co-authors see it."))
    return url_for("proposals.write", round_slug=round_slug, proposal_id=proposal.id)


def _offer(form: ProposalForm, round_: Round) -> None:
    session = door.session()
    form.offer(
        [
            (
                envelope.id,
                f"{_local(envelope.names)} – {money(envelope.amount, envelope.currency, door.locale())}",
            )
            for envelope in rounds.envelopes(session, round_.id)
        ],
        [(category.id, _local(category.names)) for category in rounds.categories(session, round_.id)],
        [
            (place.id, _local(place.names))
            for place in municipalities.districts(session, round_.municipality_id)
        ],
    )


def _local(names: dict[str, str]) -> str:
    return localised(names, door.locale()).text


def _surrounding(round_: Round, proposal: Proposal, form: ProposalForm) -> dict[str, Any]:
    return {
        "similar": finding.similar(
            door.session(),
            round_,
            title=form.title.data or "",
            latitude=form.latitude.data if isinstance(form.latitude.data, float) else None,
            longitude=form.longitude.data if isinstance(form.longitude.data, float) else None,
            but=proposal.id,
        ),
        "currency": this_currency(),
    }


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/keep")
@acts(Action.EDIT_PROPOSAL)
def keep(round_slug: str, proposal_id: int) -> tuple[Response, int]:
    """What a page that saves as one writes sends: kept as far as it can be, with the sentence of what cannot."""
    round_, proposal, _surroundings = _own(round_slug, proposal_id)
    form = ProposalForm()
    _offer(form, round_)
    if proposal.state is ProposalState.DRAFT and form.validate_on_submit():
        with attempt(form) as tried:
            operations.write(door.actor(), door.session(), round_, proposal, _words(form))
        if tried.ok:
            return jsonify(saved=True, words=_("Saved.")), 200
    said = [text for _field, text in form.summary()]
    return jsonify(saved=False, words=said[0] if said else _("This could not be saved.")), 422


@pages.get("/rounds/<slug:round_slug>/proposals/similar")
@acts(Action.READ_PUBLIC)
def similar(round_slug: str) -> str:
    """Proposals that a title or a place resembles, as a piece of the page on which one writes."""
    round_ = this_round(round_slug)
    found = finding.similar(
        door.session(),
        round_,
        title=request.args.get("title", "")[:200],
        latitude=degrees_or_none(request.args.get("latitude")),
        longitude=degrees_or_none(request.args.get("longitude")),
        but=request.args.get("but", type=int),
    )
    return render_template("proposals/similar.html", similar=found)


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/check", methods=["GET", "POST"])
@acts(Action.SUBMIT_PROPOSAL)
def check(round_slug: str, proposal_id: int) -> Answer:
    """The whole draft once more, what it still lacks, what resembles it; and the button that hands it in."""
    round_, proposal, surroundings = _own(round_slug, proposal_id)
    form = PlainForm()
    if form.validate_on_submit():
        with attempt(form) as tried:
            operations.submit(door.actor(), door.session(), round_, proposal)
        if tried.ok:
            flash(_("Your proposal is submitted. Thank you for taking part."))
            return redirect(url_for("proposals.detail", round_slug=round_slug, proposal_id=proposal.id))
    lacking = wording.lacking(door.session(), round_, proposal)
    return render_template(
        "proposals/check.html",
        form=form,
        proposal=proposal,
        surroundings=surroundings,
        company=queries.company(door.session(), proposal.id),
        waiting=[row for row in queries.co_authors(door.session(), proposal.id) if row.state == "invited"],
        lacking=[(problem.field, str(PROBLEMS[problem.reason]) % problem.values) for problem in lacking],
        similar=finding.similar(
            door.session(),
            round_,
            title=proposal.title,
            latitude=proposal.latitude,
            longitude=proposal.longitude,
            but=proposal.id,
        ),
        currency=this_currency(),
    ), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/discard", methods=["GET", "POST"])
@acts(Action.DISCARD_DRAFT)
def discard(round_slug: str, proposal_id: int) -> Answer:
    """Throw a draft away, after asking once."""
    round_, proposal, _surroundings = _own(round_slug, proposal_id)
    form = PlainForm()
    if form.validate_on_submit():
        operations.discard(door.actor(), door.session(), door.house().files, round_, proposal)
        flash(_("The draft is gone."))
        return redirect(url_for("proposals.listed", round_slug=round_slug))
    return render_template("proposals/discard.html", form=form, proposal=proposal)


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/withdraw", methods=["GET", "POST"])
@acts(Action.WITHDRAW_PROPOSAL)
def withdraw(round_slug: str, proposal_id: int) -> Answer:
    """Take a proposal back, after asking once."""
    round_, proposal, _surroundings = _own(round_slug, proposal_id)
    form = PlainForm()
    if form.validate_on_submit():
        with attempt(form) as tried:
            operations.withdraw(door.actor(), door.session(), round_, proposal)
        if tried.ok:
            flash(_("Your proposal is withdrawn."))
            return redirect(url_for("proposals.listed", round_slug=round_slug))
    return render_template("proposals/withdraw.html", form=form, proposal=proposal), (
        422 if form.is_submitted() else 200
    )
