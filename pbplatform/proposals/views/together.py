"""Files and co-authors of a proposal."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts.words import PROBLEMS as ACCOUNT_PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.consultation.place import this_round
from pbplatform.door import acts
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Gone, Missing
from pbplatform.proposals import album, letters, queries, sharing
from pbplatform.proposals.forms import FileForm, InviteForm, PlainForm
from pbplatform.proposals.models import CoAuthor
from pbplatform.proposals.readers import owned
from pbplatform.proposals.views.pages import attempt, loaded, pages
from pbplatform.proposals.words import PROBLEMS
from pbplatform.uploads.operations import LARGEST
from pbplatform.uploads.words import PROBLEMS as FILE_PROBLEMS

Answer = BaseResponse | str | tuple[str, int]
SENTENCES: dict[Any, Any] = {**PROBLEMS, **FILE_PROBLEMS, **ACCOUNT_PROBLEMS}


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/files", methods=["GET", "POST"])
@acts(Action.EDIT_PROPOSAL)
@door.carries(LARGEST + 64 * 1024)
def files(round_slug: str, proposal_id: int) -> Answer:
    """Photos and documents."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    form = FileForm()
    if form.validate_on_submit():
        house = door.house()
        with attempt(form, SENTENCES) as tried:
            album.add(
                door.actor(),
                door.session(),
                house.files,
                round_,
                proposal,
                name=form.file.data.filename or "",
                content=form.file.data.stream.read(LARGEST + 1),
                alt=form.alt.data,
                scanner_at=house.config.clamd,
            )
        if tried.ok:
            flash(_("The file is added."))
            return redirect(url_for("proposals.files", round_slug=round_slug, proposal_id=proposal_id))
    elif not owned(proposal):
        raise Missing
    return render_template(
        "proposals/files.html",
        form=form,
        proposal=proposal,
        company=queries.company(door.session(), proposal.id),
        most=album.MOST_FILES,
    ), 422 if form.is_submitted() else 200


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/files/<token>/remove")
@acts(Action.EDIT_PROPOSAL)
def remove_file(round_slug: str, proposal_id: int, token: str) -> Answer:
    """Take a file away."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    album.remove(door.actor(), door.session(), door.house().files, round_, proposal, token)
    flash(_("The file is removed."))
    return redirect(url_for("proposals.files", round_slug=round_slug, proposal_id=proposal_id))


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/co-authors", methods=["GET", "POST"])
@acts(Action.EDIT_PROPOSAL)
def co_authors(round_slug: str, proposal_id: int) -> Answer:
    """Who is asked to join, and who has answered."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    form = InviteForm()
    if form.validate_on_submit():
        with attempt(form, SENTENCES) as tried:
            invitation, secret = sharing.invite(
                door.actor(), door.session(), round_, proposal, form.email.data
            )
        if tried.ok:
            letters.invite(door.session(), g.municipality, round_, proposal, invitation, secret)
            flash(_("The invitation is on its way."))
            return redirect(url_for("proposals.co_authors", round_slug=round_slug, proposal_id=proposal_id))
    elif not owned(proposal):
        raise Missing
    asked = queries.co_authors(door.session(), proposal.id)
    return render_template(
        "proposals/co_authors.html",
        form=form,
        proposal=proposal,
        asked=asked,
        names=queries.names(door.session(), asked),
    ), 422 if form.is_submitted() else 200


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/co-authors/<int:co_author_id>/remove")
@acts(Action.EDIT_PROPOSAL)
def uninvite(round_slug: str, proposal_id: int, co_author_id: int) -> Answer:
    """Take an invitation back."""
    round_, proposal, _surroundings = loaded(round_slug, proposal_id)
    asked = {row.id: row for row in queries.co_authors(door.session(), proposal.id)}
    co_author = door.found(asked.get(co_author_id))
    sharing.uninvite(door.actor(), door.session(), round_, proposal, co_author)
    flash(_("The invitation is taken back."))
    return redirect(url_for("proposals.co_authors", round_slug=round_slug, proposal_id=proposal_id))


@pages.post("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/leave")
@acts(Action.ANSWER_CO_AUTHOR_INVITATION)
def leave(round_slug: str, proposal_id: int) -> Answer:
    """Stop being a co-author."""
    _round, proposal, _surroundings = loaded(round_slug, proposal_id)
    sharing.leave(door.actor(), door.session(), proposal)
    flash(_("You are no longer a co-author."))
    return redirect(url_for("proposals.listed", round_slug=round_slug))


@pages.route("/rounds/<slug:round_slug>/co-author/<token>", methods=["GET", "POST"])
@acts(Action.ANSWER_CO_AUTHOR_INVITATION)
def invitation(round_slug: str, token: str) -> Answer:
    """The page behind a mailed invitation: what it is about, yes or no."""
    round_ = this_round(round_slug)
    asked = _asked(token)
    found = queries.in_round(door.session(), round_, asked.proposal_id)
    if found is None:
        raise Missing
    form = PlainForm()
    if form.validate_on_submit():
        accept = request.form.get("answer") == "yes"
        with attempt(form, SENTENCES) as tried:
            sharing.answer(door.actor(), door.session(), asked, accept=accept)
        if tried.ok:
            flash(_("You are a co-author now.") if accept else _("You have declined."))
            if accept:
                return redirect(url_for("proposals.detail", round_slug=round_slug, proposal_id=found[0].id))
            return redirect(url_for("proposals.listed", round_slug=round_slug))
    return render_template("proposals/invitation.html", form=form, proposal=found[0]), (
        422 if form.is_submitted() else 200
    )


def _asked(token: str) -> CoAuthor:
    asked = queries.invitation(door.session(), digest(token))
    if asked is None or asked.municipality_id != g.municipality.id:
        raise Gone
    return asked
