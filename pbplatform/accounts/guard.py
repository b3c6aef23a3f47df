"""Who is asking: from the cookie to the account, from the address to the municipality, from both to the actor."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_login import UserMixin, current_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import queries, sessions
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.charter.roles import VISITOR, Actor
from pbplatform.foundation import clock
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality

log = logging.getLogger(__name__)

Standing = Callable[[Session, int, int], bool]
"""Answers for an account in a municipality; features above accounts install theirs (resident, blocked)."""

View = TypeVar("View", bound=Callable[..., Any])

CONFIRMED_FOR = timedelta(minutes=15)

resident_standing: list[Standing] = []
blocked_standing: list[Standing] = []


class SignedIn(UserMixin):
    """What flask-login keeps of a request: the account and its session row."""

    def __init__(self, token: str, row: AccountSession, account: Account) -> None:
        self.token = token
        self.row = row
        self.account = account

    def get_id(self) -> str:
        """The session's token, which is all that the cookie carries."""
        return self.token


def load(token: str) -> SignedIn | None:
    """The signed-in person of a cookie's token, or None when that session has ended."""
    found = queries.open_session(door.session(), token)
    return SignedIn(token, *found) if found else None


def arrive() -> None:
    """Find out municipality and actor of the request; both stand in `g` afterwards."""
    g.municipality = None
    slug = g.municipality_slug
    if slug is not None:
        g.municipality = door.remembered(
            ("municipality", slug), lambda own: municipalities.by_slug(own, slug)
        )
    g.actor = _actor(g.municipality)


def nobody() -> Actor:
    """A visitor."""
    return VISITOR


def municipality() -> Municipality:
    """The municipality of the address; views under a municipality's address always have one."""
    found: Municipality = g.municipality
    return found


def account() -> Account | None:
    """The signed-in account."""
    return current_user.account if current_user and current_user.is_authenticated else None


def _actor(place: Municipality | None) -> Actor:
    # A browser without our cookie has no session to look up.
    if "_user_id" not in cookie or not current_user.is_authenticated:
        return Actor(municipality_id=place.id) if place else VISITOR
    person: Account = current_user.account
    _stay_awake(current_user.row)
    place_id = place.id if place else None
    session = door.session()
    return queries.actor_for(
        person,
        queries.roles_in(session, person.id, place_id),
        place_id,
        second_factor=current_user.row.second_factor_at is not None,
        resident=place_id is not None
        and any(standing(session, person.id, place_id) for standing in resident_standing),
        blocked=place_id is not None
        and any(standing(session, person.id, place_id) for standing in blocked_standing),
    )


def _stay_awake(row: AccountSession) -> None:
    """Note now and then that a session is used; never near a ballot, because when somebody voted is nobody's business."""
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "reads_only", False) or not sessions.is_drowsy(row):
        return
    if g.writing:
        sessions.keep_awake(door.session(), row)
        return
    try:
        with door.house().database.transaction() as own:
            sessions.keep_awake(own, row)
    except OperationalError:
        # A page is not refused because this could not be noted; the next page tries again.
        log.warning("the use of a session could not be noted")


def half_signed_in() -> tuple[AccountSession, Account] | None:
    """The session of the cookie, also when its second factor is still to be shown."""
    token = cookie.get("_user_id")
    return queries.open_session(door.session(), token, half=True) if isinstance(token, str) else None


def recently_confirmed(view: View) -> View:
    """For sensitive acts: let the view run only when its person proved a short while ago who they are, else ask first."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        # Who was asked when the page came is not asked again for what was typed into it.
        patience = CONFIRMED_FOR if request.method == "GET" else 2 * CONFIRMED_FOR
        if not current_user.is_authenticated:
            return ask_to_sign_in()
        if clock.now() - current_user.row.confirmed_at > patience:
            return redirect(url_for("accounts.confirm_again", next=_back()))
        return view(*args, **kwargs)

    return cast(View, asked)


def ask_to_sign_in() -> BaseResponse:
    """Send a visitor to the sign-in page (or to the second factor, when only that is missing) and back afterwards."""
    if half_signed_in() is not None:
        return ask_for_second_factor()
    return redirect(url_for("accounts.sign_in", next=_back()))


def ask_for_second_factor() -> BaseResponse:
    """Send an officer to the second factor and back afterwards."""
    return redirect(url_for("accounts.second_factor", next=_back()))


def home_of(person: Account) -> str | None:
    """The front page of the municipality that a person named as theirs."""
    place = municipalities.by_id(door.session(), person.home_municipality_id or 0)
    return url_for("town.overview", municipality=place.slug) if place else None


def _back() -> str | None:
    """Where to go on afterwards: this page, or for a sent form the page it stood on."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else None
