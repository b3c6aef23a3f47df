"""Who works for a municipality here: hats given and taken, invitations sent and accepted."""

from collections.abc import Iterable

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import hats, invitations, letters, mailbox, queries
from pbplatform.accounts.forms import GiveRoleForm, InvitationForm, NewcomerForm, PlainForm
from pbplatform.accounts.guard import recently_confirmed
from pbplatform.accounts.models import Account, Invitation, Membership
from pbplatform.accounts.views import shared
from pbplatform.accounts.words import PROBLEMS
from pbplatform.charter.actions import Action
from pbplatform.charter.roles import GUARDED, Role
from pbplatform.door import acts, found, thinks_first
from pbplatform.foundation.errors import Gone
from pbplatform.foundation.i18n import LANGUAGE_NAMES
from pbplatform.foundation.words import say
from pbplatform.municipalities import queries as municipalities

pages = Blueprint("members", __name__, url_prefix="/members")
invited = Blueprint("invitations", __name__, url_prefix="/invitation")

Page = BaseResponse | str | tuple[str, int]

OFFERED = (Role.OFFICER, Role.REVIEWER, Role.COUNCILLOR, Role.ADMINISTRATOR, Role.ASSOCIATION)


@pages.route("", methods=["GET", "POST"])
@acts(Action.INVITE_MEMBER)
@recently_confirmed
def overview() -> Page:
    """The people with a hat, the invitations on their way, and the form for another."""
    place = g.municipality
    form = InvitationForm(language=place.languages[0])
    form.role.choices = [(role.value, say(role)) for role in OFFERED]
    form.language.choices = [(code, LANGUAGE_NAMES[code]) for code in place.languages]
    if form.validate_on_submit():
        door.house().limits.take("invitation", shared.INVITATIONS_PER_ACCOUNT, str(door.actor().account_id))
        with door.attempt(form, PROBLEMS) as tried:
            invitation, token = invitations.invite(
                door.actor(),
                door.session(),
                place.id,
                email=form.email.data,
                role=Role(form.role.data),
                department=form.department.data or "",
                language=form.language.data,
            )
            _post(invitation, token)
        if tried.ok:
            flash(_("The invitation is on its way."))
            return redirect(url_for("members.overview"))
    page = render_template(
        "accounts/members/overview.html",
        form=form,
        plain=PlainForm(),
        people=_by_person(queries.members(door.session(), place.id)),
        invitations=queries.open_invitations(door.session(), place.id),
    )
    return page, 422 if form.is_submitted() else 200


def _by_person(rows: Iterable[tuple[Membership, Account]]) -> list[tuple[Account, list[Membership]]]:
    people: dict[int, tuple[Account, list[Membership]]] = {}
    for hat, account in rows:
        people.setdefault(account.id, (account, []))[1].append(hat)
    return list(people.values())


def _post(invitation: Invitation, token: str) -> None:
    place = g.municipality
    names = place.names
    shared.post(
        invitation.email,
        invitation.language,
        letters.INVITATION,
        shared.address("invitations.show", invitation.language, token=token),
        municipality=names.get(invitation.language) or next(iter(names.values())),
        role=_Said(invitation.role),
    )


class _Said:
    """A role's word, chosen when the letter is written, in the letter's language."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __str__(self) -> str:
        return say(self.role)


@pages.route("/<int:account_id>", methods=["GET", "POST"])
@acts(Action.CHANGE_MEMBERSHIP)
@recently_confirmed
def person(account_id: int) -> Page:
    """Give a further hat to somebody who wears one here."""
    place = g.municipality
    account = found(queries.member(door.session(), place.id, account_id))
    form = GiveRoleForm()
    form.role.choices = [(role.value, say(role)) for role in OFFERED]
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            hats.give_role(
                door.actor(),
                door.session(),
                account,
                place.id,
                Role(form.role.data),
                form.department.data or "",
            )
        if tried.ok:
            flash(_("The role is given."))
            return redirect(url_for("members.overview"))
    page = render_template("accounts/members/person.html", form=form, person=account)
    return page, 422 if form.is_submitted() else 200


@pages.post("/hats/<int:membership_id>/take")
@acts(Action.CHANGE_MEMBERSHIP)
@recently_confirmed
def take(membership_id: int) -> BaseResponse:
    """Take a hat away; the person is signed out everywhere at once."""
    hat = found(queries.membership(door.session(), g.municipality.id, membership_id))
    hats.take_role(door.actor(), door.session(), hat)
    flash(_("The role is taken away, and the person has been signed out."))
    return redirect(url_for("members.overview"))


@pages.post("/invitations/<int:invitation_id>/again")
@acts(Action.INVITE_MEMBER)
@recently_confirmed
def invite_again(invitation_id: int) -> BaseResponse:
    """Send an invitation once more."""
    invitation = found(queries.open_invitation(door.session(), g.municipality.id, invitation_id))
    shared.count_letter(invitation.email)
    _post(invitation, invitations.invite_again(door.actor(), door.session(), invitation))
    flash(_("The invitation is on its way again."))
    return redirect(url_for("members.overview"))


@pages.post("/invitations/<int:invitation_id>/withdraw")
@acts(Action.INVITE_MEMBER)
def withdraw(invitation_id: int) -> BaseResponse:
    """Take an invitation back."""
    invitation = found(queries.open_invitation(door.session(), g.municipality.id, invitation_id))
    invitations.withdraw(door.actor(), door.session(), invitation)
    flash(_("The invitation is withdrawn."))
    return redirect(url_for("members.overview"))


@invited.route("/<token>", methods=["GET", "POST"])
@acts(Action.REGISTER)
@thinks_first
def show(token: str) -> BaseResponse:
    """An invitation: whoever holds the link sees what is offered, and accepts as the invited mailbox."""
    invitation = queries.invitation(door.session(), token)
    if invitation is None:
        raise Gone
    place = found(municipalities.by_id(door.session(), invitation.municipality_id))
    known = queries.by_email(door.session(), invitation.email) is not None
    signed_in = current_user.account if current_user.is_authenticated else None
    form = NewcomerForm() if signed_in is None and not known else PlainForm()
    if form.validate_on_submit() and (signed_in is not None or not known):
        with door.attempt(form, PROBLEMS) as tried:
            if isinstance(form, NewcomerForm):
                newcomer = mailbox.wish(
                    shared.passwords(),
                    email=invitation.email,
                    name=form.name.data,
                    password=form.password.data,
                )
                door.start_writing()
                signed_in = invitations.accept_as_newcomer(door.session(), token, newcomer)
                shared.enter(signed_in)
            elif signed_in is not None:
                signed_in = shared.start_writing().account
                invitations.accept(door.actor(), door.session(), token, signed_in)
        if tried.ok:
            flash(_("Welcome! The role is yours now."))
            onward = url_for("town.overview", municipality=place.slug)
            if invitation.role in GUARDED:
                return redirect(url_for("accounts.second_factor", next=onward))
            return redirect(onward)
    page = render_template(
        "accounts/members/invitation.html",
        form=form,
        invitation=invitation,
        place=place,
        known=known,
        person=signed_in,
    )
    return shared.quiet(page, 422 if form.is_submitted() else 200)
