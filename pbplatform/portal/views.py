"""The root, health checks, the home pages and the charter."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, g, redirect, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.charter.phases import ENDS, TRACKS, Phase
from pbplatform.charter.policy import POLICY
from pbplatform.charter.roles import Role
from pbplatform.consultation import queries as rounds
from pbplatform.consultation import settings
from pbplatform.consultation.desks import Desk, queues
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round, this_settings
from pbplatform.consultation.timeline import Timeline, timeline
from pbplatform.consultation.words import TURNS
from pbplatform.door import acts
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import LANGUAGES
from pbplatform.municipalities import queries as municipalities
from pbplatform.notices import queries as notices
from pbplatform.notices.models import Topic
from pbplatform.notices.saying import sentence
from pbplatform.portal.forms import SampleForm
from pbplatform.portal.samples import PLACE, samples
from pbplatform.voting import queries as voting

bare = Blueprint("bare", __name__)
house_pages = Blueprint("portal", __name__)
town_pages = Blueprint("town", __name__)
round_pages = Blueprint("rounds", __name__)
desk_pages = Blueprint("desk", __name__)


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
    if not voting.keys_whole(door.session(), door.house().secrets):
        return Response(
            "a secret of an open vote is missing\n", 503, {"Retry-After": "10"}, mimetype="text/plain"
        )
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
    """The municipalities of this installation, each with what citizens can take part in now."""
    session = door.session()
    open_rounds: dict[int, list[tuple[Round, datetime | None]]] = {}
    in_turn = rounds.in_phases(session, CITIZENS_TURN)
    for found, closes_at in sorted(in_turn, key=lambda one: CITIZENS_TURN.index(one[0].phase)):
        open_rounds.setdefault(found.municipality_id, []).append((found, closes_at))
    return render_template(
        "portal/home.html", municipalities=municipalities.everyone(session), open_rounds=open_rounds
    )


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
    g.municipality_slug = PLACE
    form = SampleForm(data={}, meta={"csrf": False})
    form.validate()
    return render_template(
        "portal/styleguide.html",
        samples=samples(g.locale),
        form=form,
        sentence=sentence,
        # Nobody follows a sample, which belongs to no municipality that could be asked.
        follows=lambda _topic, _number: False,
    )


@town_pages.get("/")
@acts(Action.READ_PUBLIC)
def overview() -> str:
    """A municipality's front page: what runs now, what can be done until when, what comes next."""
    found = rounds.public_rounds(door.session(), g.municipality.id)
    ways = _ways(found)
    running = [one for one in found if one.phase not in ENDS and one.phase is not Phase.DRAFT]
    acting = sorted(
        (one for one in running if one.phase in CITIZENS_TURN), key=lambda one: CITIZENS_TURN.index(one.phase)
    )
    return render_template(
        "town/overview.html",
        acting=acting,
        waiting=[one for one in running if one.phase not in CITIZENS_TURN],
        announced=[one for one in found if one.phase is Phase.DRAFT],
        past=[one for one in found if one.phase in ENDS],
        ways=ways,
        turns=TURNS,
        news=notices.public_happenings(door.session(), g.municipality.id, limit=6),
        sentence=sentence,
    )


CITIZENS_TURN = (Phase.VOTING, Phase.SUBMISSION, Phase.SUPPORT, Phase.DISCUSSION)
"""The phases in which citizens themselves act, the most pressing first."""


def _ways(found: Sequence[Round]) -> dict[int, Timeline]:
    windows = rounds.windows_of(door.session(), g.municipality.id, [one.id for one in found])
    return {one.id: timeline(one, settings.read(one.settings), windows[one.id]) for one in found}


@round_pages.get("/rounds/<slug:round_slug>/", endpoint="overview")
@acts(Action.READ_PUBLIC)
def round_overview(round_slug: str) -> str:
    """What a round is, how far along, what can be done now, and what happened lately."""
    found = this_round(round_slug)
    session = door.session()
    own = this_settings()
    envelopes = rounds.envelopes(session, found.id)
    return render_template(
        "rounds/overview.html",
        envelopes=envelopes,
        total=sum(envelope.amount for envelope in envelopes),
        categories=rounds.categories(session, found.id),
        news=notices.public_happenings(session, g.municipality.id, Topic.ROUND, found.id, limit=5),
        sentence=sentence,
        own=own,
    )


@desk_pages.get("/desk")
@acts(Action.SEE_DESK)
def officer() -> str:
    """The officer's desk: everything that waits, with its deadlines."""
    return _desk(Desk.OFFICER)


@desk_pages.get("/desk/department")
@acts(Action.SEE_DESK)
def department() -> str:
    """The department's desk: what was routed to it."""
    return _desk(Desk.DEPARTMENT)


def _desk(desk: Desk) -> str:
    waiting = queues(desk, door.session(), door.actor(), g.municipality.id)
    return render_template("desk/desk.html", desk=desk, desks=(Desk.OFFICER, Desk.DEPARTMENT), queues=waiting)


@desk_pages.get("/mine")
@acts(Action.KEEP_OWN_ACCOUNT)
def mine() -> str:
    """My participation: what waits for me, what I made, what I follow."""
    account = door.found(guard.account())
    session, place_id = door.session(), g.municipality.id
    return render_template(
        "desk/mine.html",
        queues=queues(Desk.AUTHOR, session, door.actor(), place_id),
        news=notices.happenings_for(session, place_id, account.id, limit=10),
        follows_count=len(notices.follows(session, place_id, account.id)),
        sentence=sentence,
    )
