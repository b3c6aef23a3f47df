"""The pages where a citizen ties their account to the person on the roll. No vote has to be open for that."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.door import acts, found
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.web import safe_next
from pbplatform.foundation.words import say
from pbplatform.roll import proving, queries, verification
from pbplatform.roll.forms import CodeForm, LetterForm, MessageForm, PlainForm
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.verification import VerificationProblem
from pbplatform.roll.views.pages import pages

BACK = "residence_next"


@pages.route("/residence", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence() -> BaseResponse | str | tuple[str, int]:
    """Proof by the code of a letter, and the ways to the other proofs."""
    if request.args.get("next"):
        cookie[BACK] = safe_next(request.args["next"], "")
    form, place = LetterForm(), guard.municipality()
    if form.validate_on_submit():
        if proving.is_throttled():
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return _page(form, resident=False), 429
        entry = proving.by_letter(form.national_id.data or "", form.birth_date.data, form.code.data or "")
        if entry is not None:
            return _tied(entry, Means.LETTER)
        form.add_error(None, say(VerificationProblem.NOT_CONFIRMED))
    account = found(guard.account())
    resident = queries.is_resident(door.session(), account.id, place.id)
    return _page(form, resident=resident), 422 if form.is_submitted() else 200


def _page(form: LetterForm, *, resident: bool) -> str:
    offered = proving.eid_provider() is not None
    return render_template("roll/residence.html", form=form, resident=resident, back=_way_back(), eid=offered)


@pages.route("/residence/message", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_message() -> BaseResponse | str | tuple[str, int]:
    """Ask for a code to the phone or mailbox on the roll. The answer is the same whether anybody fits."""
    form = MessageForm()
    if form.validate_on_submit():
        if proving.is_throttled():
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("roll/residence_message.html", form=form), 429
        proving.send_code(form.national_id.data or "", form.birth_date.data, Means(form.means.data))
        return redirect(url_for("roll.residence_code"))
    return render_template("roll/residence_message.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/residence/code", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_code() -> BaseResponse | str | tuple[str, int]:
    """Type the six digits that came."""
    if not proving.awaits_code():
        return redirect(url_for("roll.residence_message"))
    form = CodeForm()
    if form.validate_on_submit():
        proved = proving.by_code(form.code.data or "")
        if proved is not None:
            return _tied(*proved)
        form.add_error("code", say(VerificationProblem.CODE_WRONG))
    return render_template("roll/residence_code.html", form=form), 422 if form.is_submitted() else 200


@pages.get("/residence/eid")
@acts(Action.PROVE_RESIDENCE)
def residence_eid() -> BaseResponse:
    """Send the browser to the identity provider; when that is away, say so and show the other ways."""
    return redirect(proving.leave_for_eid(url_for("roll.residence_eid_back")) or url_for("roll.residence"))


@pages.route("/residence/eid/back", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_eid_back() -> BaseResponse | str:
    """The browser comes back. A page asks for one click, because looking at an address changes nothing here."""
    found(proving.eid_provider())
    form = PlainForm()
    if not form.validate_on_submit():
        brought = {name: request.args.get(name, "")[:2000] for name in ("state", "code")}
        return render_template("roll/residence_eid.html", form=form, **brought)
    entry = proving.by_eid(url_for("roll.residence_eid_back"))
    return redirect(url_for("roll.residence")) if entry is None else _tied(entry, Means.EID)


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
