"""Who is asking: from the cookie to the account, from the address to the municipality, from both to the actor."""

from collections.abc import Callable

from flask import Response, g, redirect, request, url_for
from flask import session as cookie
from flask_login import UserMixin, current_user
from sqlalchemy.orm import Session

from pbplatform import door
from pbplatform.accounts import queries
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.charter.roles import VISITOR, Actor
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import Municipality

Standing = Callable[[Session, int, int], bool]
"""Answers for an account in a municipality; features above accounts install theirs (resident, blocked)."""

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


def opened(token: str) -> tuple[AccountSession, Account]:
    """The session that was opened a moment ago in this request."""
    found = queries.open_session(door.session(), token)
    if found is None:
        raise LookupError("the session that was just opened is not there")
    return found


def arrive() -> None:
    """Find out municipality and actor of the request; both stand in `g` afterwards."""
    g.municipality = None
    if g.municipality_slug is not None:
        g.municipality = municipalities.by_slug(door.session(), g.municipality_slug)
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


def ask_to_sign_in() -> Response:
    """Send a visitor to the sign-in page and back afterwards."""
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]


def ask_for_second_factor() -> Response:
    """Send an officer to the second factor and back afterwards."""
    return redirect(url_for("accounts.second_factor", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
