"""The voter proves who they are: by a letter's code, a message, the electronic identity. Then this browser may vote."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.accounts.models import Account
from pbplatform.charter.actions import Action
from pbplatform.consultation.place import this_round
from pbplatform.door import acts
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.words import say
from pbplatform.roll import proving, verification
from pbplatform.roll import queries as roll
from pbplatform.roll.forms import CodeForm, LetterForm, MessageForm
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.verification import VerificationProblem
from pbplatform.voting import keeping, queries
from pbplatform.voting.keeping import KEPT, Chosen
from pbplatform.voting.models import BallotBox
from pbplatform.voting.views.pages import is_open, not_open, pages, this_box, this_voter
from pbplatform.voting.voter import PASS

INSTEAD_OF_CODE = "content"
"""A place on the next page, for its address: a browser carries what stood behind the # along where a new address has
nothing there, and behind the # of a letter's picture stands the code."""


@pages.get("/vote")
@acts(Action.VOTE)
def short() -> BaseResponse:
    """The address that a letter has room for: on to the one vote that is open, or to all that the municipality has."""
    boxes = queries.opened(door.session(), guard.municipality().id)
    slugs = [slug for slug, box in boxes if is_open(box)]
    if len(slugs) == 1:
        return redirect(url_for("vote.start", round_slug=slugs[0]))
    if not slugs:
        flash(_("No vote is open here at the moment."), "bad")
    return redirect(url_for("town.overview", _anchor=INSTEAD_OF_CODE))


@pages.route("/rounds/<slug:round_slug>/vote", methods=["GET", "POST"])
@acts(Action.VOTE)
def start(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The door of the vote: proof by letter code, and the ways to the other proofs."""
    found = this_round(round_slug)
    box = queries.box(door.session(), found.municipality_id, found.id)
    if box is None or not is_open(box):
        return not_open(box)
    form = LetterForm()
    if request.method == "GET" and this_voter(found, box) is not None:
        return redirect(url_for("vote.ballot", round_slug=round_slug, _anchor=INSTEAD_OF_CODE))
    if form.validate_on_submit():
        if proving.is_throttled():
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return start_page(form, box), 429
        since = queries.open_since(door.session(), found.municipality_id)
        entry = proving.by_letter(
            form.national_id.data or "", form.birth_date.data, form.code.data or "", again_since=since
        )
        if entry is not None:
            return _welcome(round_slug, entry, Means.LETTER)
        form.add_error(None, say(VerificationProblem.NOT_CONFIRMED))
    return start_page(form, box), 422 if form.is_submitted() else 200


def start_page(form: LetterForm, box: BallotBox, kept: Sequence[Chosen] = ()) -> str:
    """The page of the proof, with the choices that wait for it."""
    return render_template(
        "voting/start.html",
        form=form,
        box=box,
        kept=kept,
        waiting=keeping.waits(door.house().vault, cookie.get(KEPT), box.round_id),
        eid=proving.eid_provider() is not None,
        account=_untied_account(),
    )


def _untied_account() -> Account | None:
    """The account of this browser, while it is tied to nobody on the roll."""
    account = guard.account()
    if account is None or roll.claimed_entry(door.session(), account.id, guard.municipality().id) is not None:
        return None
    return account


def _welcome(round_slug: str, entry: RollEntry, means: Means) -> BaseResponse:
    """Somebody has proved who they are: this browser may vote for a while, and a signed-in account is tied if they wish.

    It is asked, because many help their parents or neighbours in a browser of their own.
    """
    cookie[PASS] = verification.give_pass(door.session(), entry, means)
    account = guard.account()
    if account is not None and request.form.get("mine"):
        try:
            verification.claim(door.session(), entry, account.id, means)
        except Conflict:
            flash(say(VerificationProblem.CLAIMED_BY_OTHER), "bad")
    return redirect(url_for("vote.ballot", round_slug=round_slug))


@pages.route("/rounds/<slug:round_slug>/vote/message", methods=["GET", "POST"])
@acts(Action.VOTE)
def message(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Ask for a code to the phone or mailbox on the roll. The answer is the same whether anybody fits."""
    found = this_round(round_slug)
    box = this_box(found)
    if not is_open(box):
        return not_open(box)
    form = MessageForm()
    if form.validate_on_submit():
        if proving.is_throttled():
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("voting/message.html", form=form), 429
        proving.send_code(form.national_id.data or "", form.birth_date.data, Means(form.means.data))
        return redirect(url_for("vote.code", round_slug=round_slug))
    return render_template("voting/message.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/vote/code", methods=["GET", "POST"])
@acts(Action.VOTE)
def code(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Type the six digits that came."""
    found = this_round(round_slug)
    box = this_box(found)
    if not is_open(box):
        return not_open(box)
    if not proving.awaits_code():
        return redirect(url_for("vote.message", round_slug=round_slug))
    form = CodeForm()
    if form.validate_on_submit():
        proved = proving.by_code(form.code.data or "")
        if proved is not None:
            return _welcome(round_slug, *proved)
        form.add_error("code", say(VerificationProblem.CODE_WRONG))
    answer = render_template("voting/code.html", form=form, account=_untied_account())
    return answer, 422 if form.is_submitted() else 200


@pages.get("/rounds/<slug:round_slug>/vote/eid")
@acts(Action.VOTE)
def eid(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Send the browser to the identity provider; when that is away, say so and show the other ways."""
    box = this_box(this_round(round_slug))
    if not is_open(box):
        return not_open(box)
    address = proving.leave_for_eid(url_for("vote.eid_back", round_slug=round_slug))
    return redirect(address or url_for("vote.start", round_slug=round_slug))


@pages.get("/rounds/<slug:round_slug>/vote/eid/back")
@acts(Action.VOTE)
def eid_back(round_slug: str) -> str:
    """The browser comes back. A page asks for one click, because looking at an address changes nothing here."""
    box = this_box(this_round(round_slug))
    return render_template(
        "voting/eid.html",
        box=box,
        state=request.args.get("state", "")[:200],
        code=request.args.get("code", "")[:2000],
        account=_untied_account(),
    )


@pages.post("/rounds/<slug:round_slug>/vote/eid/confirm")
@acts(Action.VOTE)
def eid_confirm(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Take the provider's word for who this is."""
    box = this_box(this_round(round_slug))
    if not is_open(box):
        return not_open(box)
    entry = proving.by_eid(url_for("vote.eid_back", round_slug=round_slug))
    if entry is None:
        return redirect(url_for("vote.start", round_slug=round_slug))
    return _welcome(round_slug, entry, Means.EID)


@pages.post("/rounds/<slug:round_slug>/vote/leave")
@acts(Action.VOTE)
def leave(round_slug: str) -> BaseResponse:
    """End this browser's pass, for a shared computer; who has just voted is told so once more."""
    this_round(round_slug)
    secret = cookie.pop(PASS, None)
    cookie.pop(KEPT, None)
    if isinstance(secret, str):
        verification.end_pass(door.session(), secret)
    if request.form.get("voted"):
        flash(
            _(
                "Your vote is recorded, and you have left the ballot. On this device nobody can go on in your name."
            )
        )
        return redirect(url_for("rounds.overview", round_slug=round_slug))
    flash(_("You have left the ballot. On this device nobody can go on in your name."))
    return redirect(url_for("vote.start", round_slug=round_slug))
