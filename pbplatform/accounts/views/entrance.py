"""The entrance: registering, signing in and out, a forgotten password, the second factor, proving oneself again."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import credentials, factors, guard, letters, mailbox, operations, queries
from pbplatform.accounts.forms import (
    CodeForm,
    MailboxForm,
    NewPasswordForm,
    PasskeyForm,
    PasswordForm,
    RegisterForm,
    SignInForm,
)
from pbplatform.accounts.models import Account
from pbplatform.accounts.problems import AccountProblem
from pbplatform.accounts.views import shared
from pbplatform.accounts.words import PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.config import Mode
from pbplatform.door import acts, thinks_first
from pbplatform.foundation import clock
from pbplatform.foundation import limits as limit_keys
from pbplatform.foundation.errors import Gone, Invalid

pages = Blueprint("accounts", __name__)

Page = BaseResponse | str | tuple[str, int]


@pages.route("/sign-in", methods=["GET", "POST"])
@acts(Action.SIGN_IN)
@thinks_first
def sign_in() -> Page:
    """Sign in with mailbox and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        shared.count_guess("sign-in", limit_keys.mailbox(form.email.data))
        with door.attempt(form, PROBLEMS) as tried:
            passwords = shared.passwords()
            seen = credentials.sign_in(door.session(), passwords, form.email.data, form.password.data)
            renewed = credentials.renewed_hash(passwords, seen, form.password.data)
            door.start_writing()
            account = credentials.signed_in(door.session(), seen, renewed)
            shared.enter(account)
        if tried.ok:
            if queries.has_factor(door.session(), account):
                return redirect(url_for("accounts.second_factor", next=form.next.data or None))
            return shared.go_on(form.next.data, guard.home_of(account))
    page = render_template(
        "accounts/sign_in.html", form=form, passkey=PasskeyForm(next=form.next.data), site=shared.site()
    )
    return page, 422 if form.is_submitted() else 200


@pages.route("/sign-out", methods=["POST"])
@acts(Action.SIGN_OUT)
def sign_out() -> BaseResponse:
    """End this session at once."""
    shared.leave()
    flash(_("You have signed out."))
    return redirect(url_for("portal.home"))


@pages.route("/register", methods=["GET", "POST"])
@acts(Action.REGISTER)
@thinks_first
def register() -> Page:
    """Ask for an account. The answer is the same whether or not the mailbox has one; the letter tells."""
    form = RegisterForm()
    form.home.choices = shared.homes()
    if form.validate_on_submit():
        shared.count_letter(form.email.data)
        with door.attempt(form, PROBLEMS) as tried:
            wish = mailbox.wish(
                shared.passwords(),
                email=form.email.data,
                name=form.name.data,
                password=form.password.data,
            )
            door.start_writing()
            home = form.home.data or None
            token = mailbox.ask_to_register(
                door.session(), wish, language=door.locale(), home_municipality_id=home
            )
            _post_registration(wish.email, token)
        if tried.ok:
            return render_template("accounts/letter_sent.html")
    return render_template("accounts/register.html", form=form), 422 if form.is_submitted() else 200


def _post_registration(email: str, token: str | None) -> None:
    language = door.locale()
    if token is None:
        shared.post(email, language, letters.HAS_ACCOUNT, shared.address("accounts.sign_in", language))
    else:
        shared.post(
            email, language, letters.CONFIRM, shared.address("accounts.confirm", language, token=token)
        )


@pages.route("/register/again", methods=["GET", "POST"])
@acts(Action.REGISTER)
def send_again() -> Page:
    """Send the confirmation letter once more."""
    form = MailboxForm()
    if form.validate_on_submit():
        shared.count_letter(form.email.data)
        with door.attempt(form, PROBLEMS) as tried:
            email = queries.folded(operations.checked_email(form.email.data))
            token = mailbox.ask_again(door.session(), email)
            if token is None and queries.by_email(door.session(), email) is None:
                link = shared.address("accounts.register", door.locale())
                shared.post(email, door.locale(), letters.NO_ACCOUNT, link)
            else:
                _post_registration(email, token)
        if tried.ok:
            return render_template("accounts/letter_sent.html")
    return render_template("accounts/send_again.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/register/<token>", methods=["GET", "POST"])
@acts(Action.REGISTER)
@thinks_first
def confirm(token: str) -> BaseResponse:
    """Confirm a mailbox: the mailed link and the password together open the account."""
    if queries.registration(door.session(), token) is None:
        raise Gone
    form = PasswordForm()
    if form.validate_on_submit():
        shared.count_guess("confirm", token)
        with door.attempt(form, PROBLEMS) as tried:
            proven = mailbox.prove_wish(door.session(), shared.passwords(), token, form.password.data)
            door.start_writing()
            account = mailbox.finish_registration(door.session(), token, proven)
        if tried.ok:
            shared.enter(account)
            flash(_("Welcome, %(name)s! Your account is open.", name=account.name))
            home = guard.home_of(account)
            return redirect(home or url_for("portal.home"))
    page = render_template("accounts/confirm.html", form=form)
    return shared.quiet(page, 422 if form.is_submitted() else 200)


@pages.route("/password/forgotten", methods=["GET", "POST"])
@acts(Action.SIGN_IN)
def forgotten() -> Page:
    """Ask for a new password. The answer is the same for every mailbox; the letter tells."""
    form = MailboxForm()
    if form.validate_on_submit():
        shared.count_letter(form.email.data)
        with door.attempt(form, PROBLEMS) as tried:
            email = queries.folded(operations.checked_email(form.email.data))
            _post_reset(email, mailbox.ask_for_reset(door.session(), email))
        if tried.ok:
            return render_template("accounts/letter_sent.html")
    return render_template("accounts/forgotten.html", form=form), 422 if form.is_submitted() else 200


def _post_reset(email: str, found: tuple[Account, str] | None) -> None:
    if found is None:
        link = shared.address("accounts.register", door.locale())
        shared.post(email, door.locale(), letters.NO_ACCOUNT, link)
        return
    account, token = found
    link = shared.address("accounts.reset", account.language, token=token)
    shared.post(email, account.language, letters.RESET, link)


@pages.route("/password/<token>", methods=["GET", "POST"])
@acts(Action.SIGN_IN)
@thinks_first
def reset(token: str) -> BaseResponse:
    """Choose a new password with a mailed link; afterwards one signs in with it, second factor and all."""
    try:
        account = mailbox.account_of_reset(door.session(), token)
    except Invalid:
        raise Gone from None
    form = NewPasswordForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            new = credentials.new_hash(shared.passwords(), account, form.password.data)
            door.start_writing()
            account = mailbox.reset_password(door.session(), token, new)
            shared.post_to(account, letters.PASSWORD_CHANGED)
        if tried.ok:
            shared.leave()
            flash(_("Your new password is kept. Please sign in with it."))
            return redirect(url_for("accounts.sign_in"))
    page = render_template("accounts/reset.html", form=form)
    return shared.quiet(page, 422 if form.is_submitted() else 200)


@pages.route("/second-factor", methods=["GET", "POST"])
@acts(Action.SHOW_SECOND_FACTOR)
def second_factor() -> Page:
    """Ask for the second factor; lead to its set-up when there is none."""
    found = guard.half_signed_in()
    if found is None:
        return redirect(url_for("accounts.sign_in", next=request.args.get("next")))
    row, account = found
    if not queries.has_factor(door.session(), account):
        return redirect(url_for("factors.set_up", next=request.args.get("next")))
    form = CodeForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        shared.count_guess("code", str(account.id))
        house = door.house()
        with door.attempt(form, PROBLEMS) as tried:
            recovery = factors.show_code(door.session(), house.vault, row, account, form.code.data)
            if recovery:
                shared.post_to(account, letters.RECOVERY_USED)
        if tried.ok:
            shared.renew(row)
            return shared.go_on(form.next.data, guard.home_of(account))
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        passkey=PasskeyForm(next=form.next.data),
        has_passkey=bool(queries.passkeys(door.session(), account.id)),
        has_app=account.totp_sealed is not None,
        demo_code=_demo_code(account),
        site=shared.site(),
    )
    return page, 422 if form.is_submitted() else 200


def _demo_code(account: Account) -> str | None:
    """The present code for people of the demonstration, whose mailboxes lie under a name that nobody can own."""
    house = door.house()
    if house.config.mode is not Mode.DEVELOPMENT or not (account.email or "").endswith(".example.org"):
        return None
    return factors.next_code(house.vault, account, clock.now())


@pages.route("/passkey/question", methods=["POST"])
@acts(Action.SIGN_IN)
def passkey_question() -> BaseResponse:
    """A challenge for any passkey of this site, as JSON."""
    shared.count_guess("passkey", "question")
    options, challenge = factors.passkey_question(door.session(), shared.site())
    shared.hold_challenge(challenge)
    return shared.json_text(options)


@pages.route("/passkey", methods=["POST"])
@acts(Action.SIGN_IN)
def passkey() -> BaseResponse:
    """Sign in, show the second factor or prove oneself again, with a passkey."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        abort(400)
    account: Account | None = None
    with door.attempt(form, PROBLEMS) as tried:
        account = factors.take_passkey(
            door.session(), shared.site(), shared.take_challenge(), form.answer.data
        )
    present = guard.half_signed_in()
    if not tried.ok or account is None or (present is not None and present[1].id != account.id):
        flash(str(PROBLEMS[AccountProblem.BAD_PASSKEY]), "bad")
        ask = "accounts.sign_in" if present is None else "accounts.second_factor"
        return redirect(url_for(ask, next=form.next.data or None))
    if present is None:
        shared.enter(account, factor_shown=True)
    else:
        factors.mark_shown(door.session(), present[0])
        shared.renew(present[0])
    return shared.go_on(form.next.data, guard.home_of(account))


@pages.route("/confirm", methods=["GET", "POST"])
@acts(Action.KEEP_OWN_ACCOUNT)
@thinks_first
def confirm_again() -> Page:
    """Prove again who one is, before a sensitive act."""
    form = PasswordForm(next=request.args.get("next", ""))
    account = current_user.account
    if form.validate_on_submit():
        shared.count_guess("confirm-again", str(account.id))
        with door.attempt(form, PROBLEMS) as tried:
            proven = credentials.proven_hash(shared.passwords(), account, form.password.data)
            person = shared.start_writing()
            credentials.confirm_person(door.session(), person.row, person.account, proven)
        if tried.ok:
            return shared.go_on(form.next.data, url_for("own.overview"))
    page = render_template(
        "accounts/confirm_again.html",
        form=form,
        passkey=PasskeyForm(next=form.next.data),
        has_passkey=bool(queries.passkeys(door.session(), account.id)),
        site=shared.site(),
    )
    return page, 422 if form.is_submitted() else 200
