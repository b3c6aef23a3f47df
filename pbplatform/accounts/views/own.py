"""One's own account: name, password, mailbox, sessions, everything kept about one, and closing."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import credentials, exports, letters, mailbox, operations, queries
from pbplatform.accounts.forms import ChangePasswordForm, CloseForm, MailboxForm, PlainForm, ProfileForm
from pbplatform.accounts.guard import recently_confirmed
from pbplatform.accounts.sessions import close_one_session, close_sessions
from pbplatform.accounts.views import shared
from pbplatform.accounts.words import PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.door import acts, thinks_first
from pbplatform.foundation.errors import Gone, Missing
from pbplatform.foundation.i18n import LANGUAGE_NAMES
from pbplatform.municipalities import queries as municipalities

pages = Blueprint("own", __name__, url_prefix="/account")

Page = BaseResponse | str | tuple[str, int]


@pages.route("", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
def overview() -> Page:
    """What the account says, and the ways to change it."""
    account = current_user.account
    form = ProfileForm(name=account.name, language=account.language, home=account.home_municipality_id or 0)
    form.language.choices = list(LANGUAGE_NAMES.items())
    form.home.choices = shared.homes()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            operations.change_profile(
                door.actor(),
                door.session(),
                account,
                name=form.name.data,
                language=form.language.data,
                home_municipality_id=form.home.data or None,
            )
        if tried.ok:
            flash(_("Your changes are kept."))
            return redirect(url_for("own.overview"))
    page = render_template(
        "accounts/own/overview.html",
        form=form,
        person=account,
        has_factor=queries.has_factor(door.session(), account),
        session_count=len(queries.sessions(door.session(), account.id)),
        hats=[
            (hat, municipalities.by_id(door.session(), hat.municipality_id))
            for hat in queries.memberships(door.session(), account.id)
        ],
    )
    return page, 422 if form.is_submitted() else 200


@pages.route("/password", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
@thinks_first
def password() -> Page:
    """Change the password: every other session ends, and this one goes on under a new cookie."""
    form = ChangePasswordForm()
    account = current_user.account
    if form.validate_on_submit():
        shared.count_guess("confirm-again", str(account.id))
        factor_shown = current_user.row.second_factor_at is not None
        with door.attempt(form, PROBLEMS) as tried:
            proven = credentials.proven_hash(shared.passwords(), account, form.old.data, "old")
            new = credentials.new_hash(shared.passwords(), account, form.password.data)
            account = shared.start_writing().account
            credentials.change_password(door.actor(), door.session(), account, proven, new)
            shared.post_to(account, letters.PASSWORD_CHANGED)
        if tried.ok:
            shared.enter(account, factor_shown=factor_shown)
            flash(_("Your new password is kept, and you are signed out everywhere else."))
            return redirect(url_for("own.overview"))
    return render_template("accounts/own/password.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/email", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def email() -> Page:
    """Ask to move the account to another mailbox; the answer is the same whether or not that one is free."""
    form = MailboxForm()
    account = current_user.account
    if form.validate_on_submit():
        shared.count_letter(form.email.data)
        with door.attempt(form, PROBLEMS) as tried:
            new, token = mailbox.ask_to_change_email(door.actor(), door.session(), account, form.email.data)
            if token is None:
                shared.post(new, account.language, letters.EMAIL_IN_USE)
            else:
                link = shared.address("own.confirm_email", account.language, token=token)
                shared.post(new, account.language, letters.CONFIRM_NEW_EMAIL, link)
            shared.post_to(account, letters.EMAIL_WILL_CHANGE)
        if tried.ok:
            return render_template("accounts/letter_sent.html")
    return render_template(
        "accounts/own/email.html", form=form, person=account
    ), 422 if form.is_submitted() else 200


@pages.route("/email/<token>", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
def confirm_email(token: str) -> BaseResponse:
    """Confirm the new mailbox, signed in as the account that asked for it."""
    account = current_user.account
    if not mailbox.can_change_email(door.session(), account, token):
        raise Gone
    form = PlainForm()
    if form.validate_on_submit():
        factor_shown = current_user.row.second_factor_at is not None
        with door.attempt(form, PROBLEMS) as tried:
            old = mailbox.change_email(door.actor(), door.session(), account, token)
            shared.post(old, account.language, letters.EMAIL_CHANGED)
        if tried.ok:
            shared.enter(account, factor_shown=factor_shown)
            flash(_("From now on we write to your new address, and you sign in with it."))
            return redirect(url_for("own.overview"))
    page = render_template("accounts/own/confirm_email.html", form=form)
    return shared.quiet(page, 422 if form.is_submitted() else 200)


@pages.get("/sessions")
@acts(Action.KEEP_OWN_ACCOUNT)
def sessions() -> str:
    """Where the account is signed in."""
    rows = queries.sessions(door.session(), current_user.account.id)
    return render_template(
        "accounts/own/sessions.html", rows=rows, present=current_user.row.id, form=PlainForm()
    )


@pages.post("/sessions/<int:session_id>/end")
@acts(Action.KEEP_OWN_ACCOUNT)
def end_session(session_id: int) -> BaseResponse:
    """End one session."""
    if not close_one_session(door.session(), current_user.account.id, session_id):
        raise Missing
    flash(_("That session has ended."))
    if session_id == current_user.row.id:
        shared.leave()
        return redirect(url_for("portal.home"))
    return redirect(url_for("own.sessions"))


@pages.post("/sessions/end")
@acts(Action.KEEP_OWN_ACCOUNT)
def end_sessions() -> BaseResponse:
    """Sign out everywhere, here too."""
    close_sessions(door.session(), current_user.account.id)
    shared.leave()
    flash(_("You have signed out everywhere."))
    return redirect(url_for("portal.home"))


@pages.get("/data")
@acts(Action.KEEP_OWN_ACCOUNT)
def data() -> str:
    """What is kept about one, and the button to have it."""
    return render_template("accounts/own/data.html")


@pages.get("/data.zip")
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def download() -> Response:
    """Everything kept about the person who asks; it is made now and stored nowhere."""
    body = exports.archive(door.actor(), door.session(), current_user.account)
    return Response(
        body,
        mimetype="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-data.zip"', "Cache-Control": "no-store"},
    )


@pages.route("/close", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
@recently_confirmed
def close() -> Page:
    """Close the account for good."""
    form = CloseForm()
    account = current_user.account
    if form.validate_on_submit():
        address, language = account.email, account.language
        with door.attempt(form, PROBLEMS) as tried:
            operations.close_account(door.actor(), door.session(), account, exports.erasers)
        if tried.ok:
            shared.post(address, language, letters.CLOSED)
            shared.leave()
            flash(_("Your account is closed. Thank you for taking part."))
            return redirect(url_for("portal.home"))
    return render_template("accounts/own/close.html", form=form), 422 if form.is_submitted() else 200
