"""The root, health checks, the home pages and the charter."""

from datetime import timedelta

from flask import Blueprint, Response, abort, g, redirect, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import TRACKS, Phase
from pbplatform.charter.policy import POLICY
from pbplatform.charter.roles import Role
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.place import this_round
from pbplatform.door import acts
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.municipalities import queries as municipalities

bare = Blueprint("bare", __name__)
house_pages = Blueprint("portal", __name__)
town_pages = Blueprint("town", __name__)
round_pages = Blueprint("rounds", __name__)


@bare.get("/")
@acts(Action.READ_PUBLIC)
def root() -> BaseResponse:
    """Send a reader to their language."""
    response = redirect(url_for("portal.home", locale=g.locale))
    response.vary.update(["Accept-Language", "Cookie"])
    return response


@bare.get("/healthz")
@acts(Action.READ_PUBLIC)
def healthz() -> Response:
    """The process lives."""
    return Response("ok\n", mimetype="text/plain")


@bare.get("/readyz")
@acts(Action.READ_PUBLIC)
def readyz() -> Response:
    """The process can serve: the database answers and is the one it opened."""
    try:
        door.session().execute(text("select 1"))
    except DBAPIError:
        return Response("database away\n", 503, {"Retry-After": "10"}, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@bare.get("/robots.txt")
@acts(Action.READ_PUBLIC)
def robots() -> Response:
    """Everything public may be found."""
    return Response("User-agent: *\nDisallow: /*/sign-in\n", mimetype="text/plain")


@bare.get("/.well-known/security.txt")
@acts(Action.READ_PUBLIC)
def security_txt() -> Response:
    """Whom to tell about a weakness (RFC 9116)."""
    config = door.house().config
    expires = clock.now() + timedelta(days=180)
    lines = [
        f"Contact: mailto:{config.security_contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(LANGUAGES)}",
        f"Canonical: {config.base_url}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@house_pages.get("/")
@acts(Action.READ_PUBLIC)
def home() -> str:
    """The municipalities of this installation."""
    return render_template("portal/home.html", municipalities=municipalities.everyone(door.session()))


@house_pages.get("/charter")
@acts(Action.READ_PUBLIC)
def charter() -> str:
    """The rules of participation, from the very tables that decide."""
    return render_template(
        "charter/charter.html", policy=POLICY, tracks=TRACKS, all_roles=tuple(Role), all_phases=tuple(Phase)
    )


@house_pages.get("/accessibility")
@acts(Action.READ_PUBLIC)
def accessibility() -> str:
    """What works for whom, what does not yet, and whom to tell."""
    return render_template("portal/accessibility.html", contact=door.house().config.security_contact)


@house_pages.get("/styleguide")
@acts(Action.USE_STYLEGUIDE)
def styleguide() -> str:
    """Every component in this language; development only."""
    if door.house().config.production:
        abort(404)
    return render_template("portal/styleguide.html")


@town_pages.get("/")
@acts(Action.READ_PUBLIC)
def overview() -> str:
    """A municipality's front page: what runs now, what comes next."""
    found = rounds.public_rounds(door.session(), g.municipality.id)
    return render_template("town/overview.html", rounds=found)


@round_pages.get("/rounds/<slug:round_slug>/", endpoint="overview")
@acts(Action.READ_PUBLIC)
def round_overview(round_slug: str) -> str:
    """What a round is, how far along, and what can be done now."""
    found = this_round(round_slug)
    return render_template("rounds/overview.html", envelopes=rounds.envelopes(door.session(), found.id))
