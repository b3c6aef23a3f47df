"""The thread of a proposal."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.deliberation import operations, queries
from pbplatform.deliberation.forms import CommentForm, WordsForm
from pbplatform.deliberation.models import Comment, CommentState, Side
from pbplatform.deliberation.queries import Sort
from pbplatform.deliberation.words import PROBLEMS
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.web import piece
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal
from pbplatform.proposals.readers import may_open

pages = Blueprint("deliberation", __name__)

THREAD = "/rounds/<slug:round_slug>/proposals/<int:proposal_id>/discussion"
COMMENT = "/rounds/<slug:round_slug>/comments/<int:comment_id>"
PANEL = 5
Page = Response | str | tuple[str, int]
Kind = TypeVar("Kind", bound=StrEnum)


@pages.get(THREAD)
@acts(Action.READ_PUBLIC)
def thread(round_slug: str, proposal_id: int) -> str:
    """What people say about a proposal."""
    round_ = this_round(round_slug)
    return _thread_page(round_, _proposal(round_, proposal_id), CommentForm())


@pages.post(THREAD)
@acts(Action.COMMENT)
def comment(round_slug: str, proposal_id: int) -> Page:
    """Say something."""
    round_ = this_round(round_slug)
    proposal = _proposal(round_, proposal_id)
    form = CommentForm()
    if form.validate_on_submit():
        quotes = (
            queries.by_id(door.session(), round_.municipality_id, form.quotes.data)
            if form.quotes.data
            else None
        )
        with door.attempt(form, PROBLEMS) as tried:
            said = operations.comment(
                door.actor(),
                door.session(),
                round_,
                proposal,
                text=form.text.data,
                language=door.locale(),
                side=Side(form.side.data),
                quotes=quotes,
            )
        if tried.ok:
            _thank(said)
            return redirect(_address(round_, said))
    return _thread_page(round_, proposal, form), 422


def _thank(said: Comment) -> None:
    if said.state is CommentState.WAITING:
        flash(_("Thank you. A moderator looks at your comment before others can read it."))
    else:
        flash(_("Thank you, your comment is published."))


@pages.route(f"{THREAD}/official", methods=["GET", "POST"])
@acts(Action.ANSWER_OFFICIALLY)
def answer(round_slug: str, proposal_id: int) -> Page:
    """Answer for the municipality."""
    round_ = this_round(round_slug)
    proposal = _proposal(round_, proposal_id)
    form = WordsForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            said = operations.answer_officially(
                door.actor(), door.session(), round_, proposal, text=form.text.data, language=door.locale()
            )
        if tried.ok:
            flash(_("The official answer is published."))
            return redirect(_address(round_, said))
    page = render_template("deliberation/answer.html", proposal=proposal, form=form)
    return page, 422 if form.is_submitted() else 200


@pages.route(f"{COMMENT}/edit", methods=["GET", "POST"])
@acts(Action.EDIT_COMMENT)
def edit(round_slug: str, comment_id: int) -> Page:
    """Change the words of one's own comment."""
    round_ = this_round(round_slug)
    said = _comment(round_, comment_id)
    form = WordsForm(text=said.text)
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            operations.edit(door.actor(), door.session(), round_, said, form.text.data)
        if tried.ok:
            if said.state is CommentState.WAITING:
                flash(_("Thank you. A moderator looks at your comment before others can read it."))
            else:
                flash(_("Your comment has new words. The earlier ones stay readable."))
            return redirect(_address(round_, said))
    page = render_template("deliberation/edit.html", said=said, form=form, back=_address(round_, said))
    return page, 422 if form.is_submitted() else 200


@pages.post(f"{COMMENT}/delete")
@acts(Action.DELETE_COMMENT)
def delete(round_slug: str, comment_id: int) -> Response:
    """Take one's own comment back."""
    round_ = this_round(round_slug)
    # One's own words can be taken back also where they cannot be read.
    said = _said(round_, comment_id)
    operations.remove(door.actor(), door.session(), round_, said)
    flash(_("Your comment is deleted. A mark stays in its place."))
    return redirect(_address(round_, said))


@pages.post(f"{COMMENT}/endorse")
@acts(Action.ENDORSE_COMMENT)
def endorse(round_slug: str, comment_id: int) -> Response:
    """Agree with a comment, or take that back."""
    round_ = this_round(round_slug)
    said = _comment(round_, comment_id)
    act = operations.unendorse if request.form.get("undo") else operations.endorse
    act(door.actor(), door.session(), round_, said)
    return redirect(_address(round_, said))


@pages.get(f"{COMMENT}/wordings")
@acts(Action.READ_PUBLIC)
def wordings(round_slug: str, comment_id: int) -> str:
    """What an edited comment said before."""
    round_ = this_round(round_slug)
    said = _comment(round_, comment_id)
    if said.state is not CommentState.VISIBLE:
        raise Missing
    return render_template(
        "deliberation/wordings.html",
        said=said,
        wordings=queries.wordings(door.session(), said.id),
        back=_address(round_, said),
    )


def panel(round_: Round, proposal: Proposal, owners: frozenset[int]) -> Markup:
    """The newest of the discussion on the proposal's own page."""
    newest = queries.newest(door.session(), proposal.id, door.actor().account_id, PANEL)
    shown = "visible" if proposals.is_readable(proposal) else "hidden"
    return piece(
        "deliberation/panel.html",
        round=round_,
        proposal=proposal,
        thread=newest,
        shown=newest.comments,
        subject_of=lambda said: queries.subject(said, round_.phase),
        proposal_subject=Subject(proposal.municipality_id, round_.phase, shown, owners),
        thread_subject=queries.thread_subject(proposal, round_.phase),
    )


def _thread_page(round_: Round, proposal: Proposal, form: CommentForm) -> str:
    sort = _choice(Sort, request.args.get("sort")) or Sort.NEWEST
    side = _choice(Side, request.args.get("side"))
    quoted = _quoted(round_, proposal, form)
    return render_template(
        "deliberation/thread.html",
        proposal=proposal,
        thread=queries.thread(
            door.session(),
            proposal.id,
            door.actor().account_id,
            sort=sort,
            side=side,
            page=_page(request.args.get("page")),
        ),
        form=form,
        quoted=quoted,
        sort=sort,
        side=side,
        sorts=tuple(Sort),
        sides=tuple(Side),
        subject_of=lambda said: queries.subject(said, round_.phase),
        thread_subject=queries.thread_subject(proposal, round_.phase),
    )


def _quoted(round_: Round, proposal: Proposal, form: CommentForm) -> Comment | None:
    """The comment that a reader wants to answer, from the address or from the form that came back."""
    number = form.quotes.data or request.args.get("quotes", type=int)
    found = queries.by_id(door.session(), round_.municipality_id, number) if number else None
    if found is None or found.proposal_id != proposal.id or found.state is not CommentState.VISIBLE:
        return None
    form.quotes.data = found.id
    return found


def _choice(kind: type[Kind], value: str | None) -> Kind | None:
    return next((member for member in kind if member.value == value), None)


def _page(value: str | None) -> int:
    return min(int(value), 1_000_000) if value and value.isdecimal() and len(value) < 8 else 1


def _proposal(round_: Round, proposal_id: int) -> Proposal:
    found = proposals.by_id(door.session(), round_.municipality_id, proposal_id)
    if found is None or found.round_id != round_.id or not may_open(found):
        raise Missing
    return found


def _comment(round_: Round, comment_id: int) -> Comment:
    found = _said(round_, comment_id)
    _proposal(round_, found.proposal_id)
    return found


def _said(round_: Round, comment_id: int) -> Comment:
    found = queries.by_id(door.session(), round_.municipality_id, comment_id)
    mine = found is not None and found.author_id == door.actor().account_id
    if found is None or found.round_id != round_.id or (found.state is CommentState.WAITING and not mine):
        raise Missing
    return found


def _address(round_: Round, said: Comment) -> str:
    return url_for(
        "deliberation.thread",
        round_slug=round_.slug,
        proposal_id=said.proposal_id,
        sort=Sort.OLDEST if not said.official else None,
        page=queries.place_in_thread(door.session(), said) if not said.official else None,
        _anchor=f"comment-{said.id}",
    )
