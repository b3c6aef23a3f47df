"""Looking after one's second factors: authenticator app, passkeys, recovery codes."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import factors, letters, queries
from pbplatform.accounts.forms import CodeForm, PasskeyForm, PlainForm
from pbplatform.accounts.guard import recently_confirmed
from pbplatform.accounts.views import shared
from pbplatform.accounts.words import PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import GUARDED
from pbplatform.door import acts, found
from pbplatform.foundation import web

pages = Blueprint("factors", __name__, url_prefix="/account/second-factor")

Page = BaseResponse | str | tuple[str, int]


@pages.get("")
@acts(Action.KEEP_OWN_ACCOUNT)
def overview() -> str:
    """The second factors of the account."""
    account = current_user.account
    session = door.session()
    hats = {hat.role for hat in queries.memberships(session, account.id)}
    return render_template(
        "accounts/factors/overview.html",
        has_app=account.totp_sealed is not None,
        passkeys=queries.passkeys(session, account.id),
        codes_left=queries.recovery_codes_left(session, account.id),
        needed=bool(hats & GUARDED),
        form=PlainForm(),
        passkey=PasskeyForm(),
        site=shared.site(),
        by_name=shared.by_name(),
    )


@pages.route("/app", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def set_up() -> Page:
    """Tie an authenticator app to the account: the QR code, then the first right code."""
    account = current_user.account
    form = CodeForm(next=request.args.get("next", ""))
    if account.totp_sealed is not None:
        return redirect(url_for("factors.overview"))
    vault = door.house().vault
    secret = _pending_secret()
    if form.validate_on_submit():
        shared.count_guess("code", str(account.id))
        with door.attempt(form, PROBLEMS) as tried:
            codes = factors.begin_totp(door.actor(), door.session(), vault, account, secret, form.code.data)
            _has_new_factor()
        if tried.ok:
            onward = web.safe_next(form.next.data, url_for("factors.overview"))
            return shared.quiet(
                render_template("accounts/factors/recovery_codes.html", codes=codes, onward=onward)
            )
    address = factors.totp_address(secret, account.email or "", shared.site().name)
    # Few people ask for such a picture, so only then is it learnt how to draw one.
    import segno

    picture = segno.make(address, error="m").svg_data_uri(scale=6, border=2)
    page = render_template("accounts/factors/set_up.html", form=form, secret=secret, picture=picture)
    return page, 422 if form.is_submitted() else 200


def _pending_secret() -> str:
    """The secret on offer, sealed in the cookie until a code has shown that an app holds it."""
    vault = door.house().vault
    mark = f"{current_user.account.id}:"
    try:
        offered = vault.open(str(cookie.get("totp_offer", "")))
    except ValueError:
        offered = ""
    if offered.startswith(mark):
        return offered.removeprefix(mark)
    secret = factors.new_totp_secret()
    cookie["totp_offer"] = vault.seal(mark + secret)
    return secret


def _has_new_factor() -> None:
    """This session has just shown the new factor; every other session must show it too, so they end."""
    factors.mark_shown(door.session(), current_user.row)
    shared.end_others(current_user.account.id, current_user.token)
    shared.renew(current_user.row)
    shared.post_to(current_user.account, letters.FACTOR_ADDED)


@pages.post("/app/remove")
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def remove_app() -> BaseResponse:
    """Untie the authenticator app."""
    factors.end_totp(door.actor(), door.session(), current_user.account)
    _has_lost_factor()
    return redirect(url_for("factors.overview"))


def _has_lost_factor() -> None:
    if not queries.has_factor(door.session(), current_user.account):
        current_user.row.second_factor_at = None
        current_user.row.factor_due = False
    shared.post_to(current_user.account, letters.FACTOR_REMOVED)
    flash(_("The second factor is removed."))


@pages.post("/codes")
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def new_codes() -> BaseResponse:
    """Fresh recovery codes; they are shown once."""
    account = current_user.account
    if not queries.has_factor(door.session(), account):
        abort(409)
    codes = factors.renew_recovery_codes(door.actor(), door.session(), account)
    page = render_template(
        "accounts/factors/recovery_codes.html", codes=codes, onward=url_for("factors.overview")
    )
    return shared.quiet(page)


@pages.post("/passkeys/question")
@acts(Action.KEEP_OWN_ACCOUNT)
def passkey_question() -> BaseResponse:
    """What the browser needs to make a passkey, as JSON."""
    options, challenge = factors.passkey_creation(door.session(), current_user.account, shared.site())
    shared.hold_challenge(challenge)
    return shared.json_text(options)


@pages.post("/passkeys")
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def add_passkey() -> BaseResponse:
    """Keep a passkey that the browser made."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        abort(400)
    account = current_user.account
    first = not queries.has_factor(door.session(), account)
    codes: list[str] = []
    with door.attempt(form, PROBLEMS) as tried:
        factors.add_passkey(
            door.actor(),
            door.session(),
            account,
            shared.site(),
            shared.take_challenge(),
            form.answer.data,
            form.name.data or "",
        )
        if first:
            codes = list(factors.renew_recovery_codes(door.actor(), door.session(), account))
        _has_new_factor()
    if not tried.ok:
        flash(" ".join(text for _field, text in form.summary()))
        return redirect(url_for("factors.overview"))
    flash(_("The passkey is kept. From now on you can sign in with it."))
    if codes:
        onward = web.safe_next(form.next.data, url_for("factors.overview"))
        return shared.quiet(
            render_template("accounts/factors/recovery_codes.html", codes=codes, onward=onward)
        )
    return shared.go_on(form.next.data, url_for("factors.overview"))


@pages.post("/passkeys/<int:passkey_id>/remove")
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def remove_passkey(passkey_id: int) -> BaseResponse:
    """Forget a passkey."""
    account = current_user.account
    key = found(queries.passkey(door.session(), account.id, passkey_id))
    factors.end_passkey(door.actor(), door.session(), account, key)
    _has_lost_factor()
    return redirect(url_for("factors.overview"))
