"""The officers' pages of a vote: open, move, correct, close, seal. Each serious act takes two persons."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.accounts import queries as accounts
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, found, reads_only
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.forms import Form
from pbplatform.foundation.words import SPOKEN, say
from pbplatform.roll import queries as roll
from pbplatform.roll.pepper import pepper
from pbplatform.voting import closing, corrections, joint, opening, paper_corrections, queries, sealing
from pbplatform.voting.desk_forms import MoveForm, OpenForm, PersonActForm, SealForm
from pbplatform.voting.duties import seals_folder
from pbplatform.voting.models import JointKind

pages = Blueprint("vote_desk", __name__)


@pages.get("/rounds/<slug:round_slug>/vote-desk")
@acts(Action.PREPARE_VOTE)
def overview(round_slug: str) -> str:
    """How far the vote is, what can be done now, and what waits for a second person."""
    return _page(this_round(round_slug))


def _page(here: Round, form: Form | None = None) -> str:
    session = door.session()
    box = queries.box(session, here.municipality_id, here.id)
    all_acts = queries.acts(session, here.id)
    people = {act.asked_by for act in all_acts} | {act.confirmed_by for act in all_acts if act.confirmed_by}
    forms: dict[str, Form] = {
        "open": OpenForm(formdata=None),
        "move": MoveForm(formdata=None),
        "person": PersonActForm(formdata=None),
        "seal": SealForm(formdata=None),
    }
    for name, kind in (("open", OpenForm), ("move", MoveForm), ("person", PersonActForm), ("seal", SealForm)):
        if isinstance(form, kind):
            forms[name] = form
    return render_template(
        "voting/desk/overview.html",
        box=box,
        seal=queries.seal(session, here.municipality_id, here.id),
        obstacles=opening.standing_in_the_way(session, here) if box is None else (),
        seal_obstacles=sealing.obstacles(session, box) if box is not None else [],
        roll_size=roll.size(session, here.municipality_id),
        acts=all_acts,
        names=accounts.names_of(session, people),
        forms=forms,
        form=form or Form(formdata=None),
        me=door.actor().account_id,
    )


def _try(round_slug: str, form: Form, act: Callable[[Round], object]) -> BaseResponse | tuple[str, int]:
    here = this_round(round_slug)
    if form.validate():
        with door.attempt(form, SPOKEN) as tried:
            act(here)
        if tried.ok:
            return redirect(url_for("vote_desk.overview", round_slug=round_slug))
    return _page(here, form), 422


@pages.post("/rounds/<slug:round_slug>/vote-desk/open")
@acts(Action.OPEN_VOTE)
def ask_to_open(round_slug: str) -> BaseResponse | tuple[str, int]:
    """The first of two persons asks for the opening."""
    form = OpenForm()
    return _try(
        round_slug,
        form,
        lambda here: opening.ask_to_open(
            door.actor(), door.session(), door.house().secrets, here, form.beacon.data or ""
        ),
    )


@pages.post("/rounds/<slug:round_slug>/vote-desk/move")
@acts(Action.MOVE_CLOSE)
def ask_to_move(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Ask for a later end of the vote."""
    form = MoveForm()

    def act(here: Round) -> None:
        later = clock.from_local(form.closes_at.data, guard.municipality().zone)
        opening.ask_to_move_close(door.actor(), door.session(), here, later, form.reason.data or "")

    return _try(round_slug, form, act)


@pages.post("/rounds/<slug:round_slug>/vote-desk/person")
@acts(Action.ANNUL_BALLOT)
def ask_about_person(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Ask to annul a ballot unseen, or to correct the frozen roll."""
    form = PersonActForm()

    def act(here: Round) -> None:
        kind = JointKind.ANNUL if form.kind.data == "annul" else JointKind.CHANGE_ELECTOR
        corrections.ask(
            door.actor(),
            door.session(),
            pepper(door.house().secrets),
            guard.municipality(),
            here,
            kind,
            form.national_id.data or "",
            form.reason.data or "",
            remove=form.kind.data == "remove",
        )

    return _try(round_slug, form, act)


@pages.post("/rounds/<slug:round_slug>/vote-desk/seal")
@acts(Action.SEAL_VOTE)
def ask_to_seal(round_slug: str) -> BaseResponse | tuple[str, int]:
    """The first of two persons asks for the seal."""
    form = SealForm()
    return _try(
        round_slug,
        form,
        lambda here: sealing.ask_to_seal(door.actor(), door.session(), here, form.beacon.data or ""),
    )


@pages.post("/rounds/<slug:round_slug>/vote-desk/acts/<int:act_id>/confirm")
@acts(Action.CONFIRM_JOINT_ACT)
def confirm(round_slug: str, act_id: int) -> BaseResponse | tuple[str, int]:
    """The second person confirms."""
    here, session, actor = this_round(round_slug), door.session(), door.actor()
    act = found(queries.act(session, here.municipality_id, act_id))
    if act.round_id != here.id or act.kind is JointKind.SEAL:
        door.found(None)
    form = Form()
    with door.attempt(form, SPOKEN) as tried:
        if act.kind is JointKind.OPEN_VOTE:
            opening.confirm_opening(actor, session, door.house().secrets, here, act)
        elif act.kind is JointKind.MOVE_CLOSE:
            closing.confirm_move_close(actor, session, here, act)
        elif act.kind is JointKind.CHANGE_ELECTOR:
            corrections.confirm_change_elector(actor, session, here, act)
        elif act.kind is JointKind.TAKE_BACK_TICK:
            paper_corrections.confirm_tick_back(actor, session, here, act)
        elif act.kind is JointKind.TAKE_BACK_SHEET:
            paper_corrections.confirm_sheet_back(actor, session, here, act)
        else:
            joint.confirm(actor, session, here, act)
    if tried.ok:
        flash(_("Confirmed."))
        return redirect(url_for("vote_desk.overview", round_slug=round_slug))
    return _page(here, form), 422


@pages.post("/rounds/<slug:round_slug>/vote-desk/acts/<int:act_id>/seal")
@acts(Action.SEAL_VOTE)
@reads_only
def seal_now(round_slug: str, act_id: int) -> BaseResponse | tuple[str, int]:
    """The second person seals: several transactions of their own, so this request writes nothing itself."""
    here, house = this_round(round_slug), door.house()
    act = found(queries.act(door.session(), here.municipality_id, act_id))
    if act.round_id != here.id or act.kind is not JointKind.SEAL:
        door.found(None)
    form = Form()
    try:
        sealing.confirm_seal(door.actor(), house.database, house.secrets, seals_folder(house), here, act)
    except Invalid as problem:
        form.add_error(None, say(problem.reason, **problem.values))
        return _page(here, form), 422
    flash(_("The ballots are sealed and the key is destroyed."))
    return redirect(url_for("vote_desk.overview", round_slug=round_slug))


@pages.post("/rounds/<slug:round_slug>/vote-desk/acts/<int:act_id>/withdraw")
@acts(Action.PREPARE_VOTE)
def withdraw(round_slug: str, act_id: int) -> BaseResponse:
    """Take back, or decline, what was asked for."""
    here = this_round(round_slug)
    act = found(queries.act(door.session(), here.municipality_id, act_id))
    if act.round_id != here.id:
        door.found(None)
    joint.withdraw(door.actor(), door.session(), here, act)
    return redirect(url_for("vote_desk.overview", round_slug=round_slug))


@pages.post("/rounds/<slug:round_slug>/vote-desk/close")
@acts(Action.CLOSE_VOTE)
@reads_only
def close(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Close a vote whose time is over, where the duty has not done it yet."""
    here, house = this_round(round_slug), door.house()
    form = Form()
    try:
        closing.close(door.actor(), house.database, house.secrets, here.id)
    except Invalid as problem:
        form.add_error(None, say(problem.reason, **problem.values))
        return _page(here, form), 422
    return redirect(url_for("vote_desk.overview", round_slug=round_slug))
