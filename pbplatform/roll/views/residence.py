"""The pages where a citizen ties their account to the person on the roll. No vote has to be open for that."""

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.door import acts, found
from pbplatform.foundation import limits
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.web import safe_next
from pbplatform.foundation.words import say
from pbplatform.roll import eid, queries, verification
from pbplatform.roll.delivery import SEND_JOB
from pbplatform.roll.forms import CodeForm, LetterForm, MessageForm, PlainForm
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.pepper import pepper
from pbplatform.roll.verification import MESSAGES_FROM_A_NETWORK, Person, VerificationProblem
from pbplatform.roll.views.pages import pages

FLOW = "residence_flow"
BACK = "residence_next"
QUESTION = "residence_eid"


@pages.route("/residence", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence() -> BaseResponse | str | tuple[str, int]:
    """Proof by the code of a letter, and the ways to the other proofs."""
    if request.args.get("next"):
        cookie[BACK] = safe_next(request.args["next"], "")
    form, place = LetterForm(), guard.municipality()
    if form.validate_on_submit():
        person = Person(form.national_id.data or "", form.birth_date.data, _network())
        seasoning = pepper(door.house().secrets)
        if verification.network_is_throttled(door.session(), place, seasoning, person.network):
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return _page(form, resident=False), 429
        entry = verification.verify_letter(door.session(), seasoning, place, person, form.code.data or "")
        if entry is not None:
            return _tied(entry, Means.LETTER)
        form.add_error(None, say(VerificationProblem.NOT_CONFIRMED))
    account = found(guard.account())
    resident = queries.is_resident(door.session(), account.id, place.id)
    return _page(form, resident=resident), 422 if form.is_submitted() else 200


def _page(form: LetterForm, *, resident: bool) -> str:
    offered = eid.provider_of(door.house().config) is not None
    return render_template("roll/residence.html", form=form, resident=resident, back=_way_back(), eid=offered)


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


@pages.get("/residence/eid")
@acts(Action.PROVE_RESIDENCE)
def residence_eid() -> BaseResponse:
    """Send the browser to the identity provider; when that is away, say so and show the other ways."""
    provider = found(eid.provider_of(door.house().config))
    try:
        address, question = provider.begin(_return_address())
    except eid.EidAway:
        return _not_by_eid(away=True)
    cookie[QUESTION] = question.kept()
    return redirect(address)


@pages.route("/residence/eid/back", methods=["GET", "POST"])
@acts(Action.PROVE_RESIDENCE)
def residence_eid_back() -> BaseResponse | str:
    """The browser comes back. A page asks for one click, because looking at an address changes nothing here."""
    provider = found(eid.provider_of(door.house().config))
    form = PlainForm()
    if not form.validate_on_submit():
        brought = {name: request.args.get(name, "")[:2000] for name in ("state", "code")}
        return render_template("roll/residence_eid.html", form=form, **brought)
    kept = cookie.pop(QUESTION, None)
    if not isinstance(kept, dict):
        return _not_by_eid()
    brought = {name: request.form.get(name, "") for name in ("state", "code")}
    try:
        national_id = provider.finish(_return_address(), eid.Question(**kept), **brought)
    except eid.EidAway:
        return _not_by_eid(away=True)
    except eid.EidRefused:
        return _not_by_eid()
    place, seasoning = guard.municipality(), pepper(door.house().secrets)
    entry = verification.verify_eid(door.session(), seasoning, place, national_id, _network())
    return _not_by_eid() if entry is None else _tied(entry, Means.EID)


def _return_address() -> str:
    return door.house().config.base_url + url_for("roll.residence_eid_back")


def _not_by_eid(*, away: bool = False) -> BaseResponse:
    if away:
        said = _(
            "The electronic identity does not answer at the moment. Please use a code or go to the desk; both work."
        )
    else:
        said = _(
            "We could not confirm you with your electronic identity. Please use a code or go to the desk."
        )
    flash(said, "bad")
    return redirect(url_for("roll.residence"))


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
