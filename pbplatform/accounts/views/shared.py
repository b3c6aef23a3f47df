"""What the pages of accounts share: entering, limits, letters."""

from functools import cache
from typing import Any, cast

from flask import Response, g, make_response, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import sessions
from pbplatform.accounts.factors import Site
from pbplatform.accounts.guard import SignedIn
from pbplatform.accounts.models import Account, AccountSession
from pbplatform.accounts.passwords import Passwords
from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Refusal, Refused
from pbplatform.config import Mode
from pbplatform.foundation import letters, limits, web
from pbplatform.foundation.letters import LetterText
from pbplatform.municipalities import queries as municipalities

PER_NETWORK = "60 per 15 minutes"
"""A library's kiosk or a whole block of flats may share one address."""

PER_MAILBOX = "10 per 15 minutes"
LETTERS_PER_MAILBOX = "4 per hour"
LETTERS_PER_NETWORK = "60 per hour"
CODES_PER_ACCOUNT = "8 per 10 minutes"
INVITATIONS_PER_ACCOUNT = "100 per hour"


@cache
def _hashing(cheap: bool) -> Passwords:
    return Passwords(cheap=cheap)


def passwords() -> Passwords:
    """Password hashing with the costs of this installation."""
    return _hashing(door.house().config.mode is Mode.TEST)


def site() -> Site:
    """What passkeys are bound to."""
    config = door.house().config
    base = config.base_url
    # A developer's machine has a name of its own, and browsers make passkeys for it even without encryption.
    if config.mode is Mode.DEVELOPMENT and request.host.split(":")[0] == "localhost":
        base = f"{request.scheme}://{request.host}"
    return Site(base, base.split("://", 1)[-1])


def by_name() -> str | None:
    """Where this page can be had under a name, when the site is looked at by a bare address on the developer's machine."""
    if door.house().config.mode is not Mode.DEVELOPMENT or not request.host.startswith("127.0.0.1"):
        return None
    return f"{request.scheme}://{request.host.replace('127.0.0.1', 'localhost', 1)}{request.path}"


def count_guess(what: str, key: str) -> None:
    """Count a try to guess a secret, before it is judged: for the account or mailbox it aims at, and for its network."""
    house = door.house()
    house.limits.take(f"{what}-network", PER_NETWORK, limits.network(request))
    house.limits.take(f"{what}-target", CODES_PER_ACCOUNT if what == "code" else PER_MAILBOX, key)


def count_letter(email: str) -> None:
    """Count a request that makes us write to a mailbox."""
    house = door.house()
    house.limits.take("letter-network", LETTERS_PER_NETWORK, limits.network(request))
    house.limits.take("letter-mailbox", LETTERS_PER_MAILBOX, limits.mailbox(email))


def address(endpoint: str, language: str, **values: Any) -> str:
    """A whole address for a letter. It begins with the configured address of the site, whatever host a request names."""
    return door.house().config.base_url + url_for(endpoint, locale=language, **values)


def post(email: str, language: str, letter: LetterText, link: str | None = None, **values: Any) -> None:
    """Write a letter in this request's transaction."""
    letters.send(door.session(), email, language, letter, link=link, **values)


def post_to(account: Account, letter: LetterText) -> None:
    """Write a notice to an account's own mailbox."""
    if account.email:
        post(account.email, account.language, letter)


def start_writing() -> SignedIn:
    """End the thinking of a view and return who is signed in, asked anew; whoever was signed out meanwhile is refused."""
    door.start_writing()
    if not current_user.is_authenticated:
        raise Refused(Refusal.SIGN_IN, Action.KEEP_OWN_ACCOUNT)
    return cast(SignedIn, current_user)


def enter(account: Account, *, factor_shown: bool = False) -> None:
    """Sign an account in here: the old session ends, and nothing that the cookie held before stays in it."""
    session = door.session()
    leave()
    token = sessions.open_session(session, account, device(), factor_shown=factor_shown)
    remember(token)


def remember(token: str) -> None:
    """Let the cookie carry a session's token and nothing else."""
    _empty_cookie()
    cookie["_user_id"] = token
    cookie["_fresh"] = True
    cookie.permanent = True


def renew(row: AccountSession) -> None:
    """Give the present session a new token."""
    remember(sessions.renew_session(row))


def leave() -> None:
    """End the session that the cookie names, whole or half, and empty the cookie."""
    token = cookie.get("_user_id")
    if isinstance(token, str):
        sessions.close_session(door.session(), token)
    _empty_cookie()


def _empty_cookie() -> None:
    """Forget all that the cookie holds, and the form token that was made from it earlier in this request."""
    cookie.clear()
    g.pop("csrf_token", None)


def go_on(target: str | None, fallback: str | None = None) -> BaseResponse:
    """Continue where the person was going, if that is a page of ours."""
    return redirect(web.safe_next(target, fallback or url_for("portal.home")))


def quiet(page: Any, status: int = 200) -> BaseResponse:
    """A page whose address is a secret: no other page may learn it, and nobody keeps it."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def homes() -> list[tuple[int, str]]:
    """The municipalities to choose from, and none."""
    found = [
        (place.id, place.names.get(door.locale()) or next(iter(place.names.values()), place.slug))
        for place in municipalities.everyone(door.session())
    ]
    return [(0, _("Another one, or I would rather not say")), *sorted(found, key=lambda item: item[1])]


_BROWSERS = (
    ("Firefox", "Firefox"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device() -> str:
    """A browser and its system in two words, so that a person can recognise a session; no more is kept."""
    agent = request.user_agent.string
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def hold_challenge(challenge: str) -> None:
    """Let only the browser that asked for a challenge answer it."""
    cookie["challenge"] = challenge


def take_challenge() -> str:
    """The challenge that this browser was given; it is given once."""
    return str(cookie.pop("challenge", ""))


def json_text(text: str) -> BaseResponse:
    """JSON that was made by a library, not to be kept."""
    return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})


def end_others(account_id: int, token: str) -> None:
    """End every session of the account but the one with this token."""
    sessions.close_sessions(door.session(), account_id, but=token)
