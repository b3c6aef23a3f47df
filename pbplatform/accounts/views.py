"""Signing in and out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard, operations
from pbplatform.accounts.forms import SignInForm
from pbplatform.accounts.passwords import Passwords
from pbplatform.accounts.words import PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.foundation import web

pages = Blueprint("accounts", __name__)
town_pages = Blueprint("members", __name__)


def passwords() -> Passwords:
    """Password hashing with the costs of this installation."""
    return Passwords(cheap=door.house().config.mode == "test")


@pages.route("/sign-in", methods=["GET", "POST"])
@acts(Action.SIGN_IN)
def sign_in() -> BaseResponse | str | tuple[str, int]:
    """Sign in with mailbox and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            account = operations.sign_in(door.session(), passwords(), form.email.data, form.password.data)
            token = operations.open_session(door.session(), account, request.user_agent.string)
        if tried.ok:
            cookie.clear()
            login_user(guard.SignedIn(token, *guard.opened(token)))
            cookie.permanent = True
            return redirect(web.safe_next(form.next.data, url_for("portal.home")))
    return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/sign-out", methods=["POST"])
@acts(Action.SIGN_OUT)
def sign_out() -> BaseResponse:
    """End this session at once."""
    if current_user.is_authenticated:
        operations.close_session(door.session(), current_user.token)
    logout_user()
    cookie.clear()
    flash(_("You have signed out."))
    return redirect(url_for("portal.home"))
