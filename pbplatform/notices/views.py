"""My notices, following, the one-click unsubscribe and the feeds."""

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.door import acts
from pbplatform.foundation import clock, web
from pbplatform.foundation.words import say
from pbplatform.notices import operations, queries
from pbplatform.notices.forms import FollowForm, FrequencyForm
from pbplatform.notices.models import Follow, Frequency, Topic
from pbplatform.notices.saying import sentence

pages = Blueprint("notices", __name__)


@pages.get("/notices")
@acts(Action.FOLLOW)
def mine() -> str:
    """What I hear of, what I follow, and how often mail comes."""
    account = door.found(guard.account())
    session, place_id = door.session(), g.municipality.id
    mailing = queries.mailing(session, place_id, account.id)
    followed = queries.follows(session, place_id, account.id)
    form = FrequencyForm(frequency=(mailing.frequency if mailing else Frequency.DAILY).value)
    form.frequency.choices = _choices()
    return render_template(
        "notices/mine.html",
        form=form,
        happenings=queries.happenings_for(session, place_id, account.id),
        seen_until=mailing.seen_until if mailing else 0,
        followed=[(follow, _titles(follow)) for follow in followed],
        sentence=sentence,
    )


def _choices() -> list[tuple[str, str]]:
    return [(frequency.value, say(frequency)) for frequency in Frequency]


def _titles(follow: Follow) -> dict[str, str]:
    found = operations.titles_of(door.session(), g.municipality.id, follow.topic, follow.subject_id)
    return dict(found or {})


@pages.post("/notices")
@acts(Action.FOLLOW)
def choose() -> BaseResponse:
    """Choose how often the digest comes."""
    form = FrequencyForm()
    form.frequency.choices = _choices()
    if not form.validate_on_submit():
        abort(422)
    operations.choose_frequency(
        door.actor(), door.session(), g.municipality.id, Frequency(form.frequency.data)
    )
    flash(_("Your choice is saved."))
    return redirect(url_for("notices.mine"))


@pages.post("/notices/seen")
@acts(Action.FOLLOW)
def seen() -> BaseResponse:
    """Mark everything as seen."""
    operations.mark_seen(door.actor(), door.session(), g.municipality.id)
    return redirect(url_for("notices.mine"))


def _asked() -> tuple[Topic, int, str]:
    form = FollowForm()
    if not form.validate_on_submit() or form.topic.data not in {topic.value for topic in Topic}:
        abort(422)
    return (
        Topic(form.topic.data),
        form.subject_id.data,
        web.safe_next(form.next.data, url_for("notices.mine")),
    )


@pages.post("/follow")
@acts(Action.FOLLOW)
def follow() -> BaseResponse:
    """Begin to follow."""
    topic, subject_id, target = _asked()
    operations.follow(door.actor(), door.session(), g.municipality.id, topic, subject_id)
    flash(_("You will hear when something happens here."))
    return redirect(target)


@pages.post("/unfollow")
@acts(Action.FOLLOW)
def unfollow() -> BaseResponse:
    """Stop following."""
    topic, subject_id, target = _asked()
    operations.unfollow(door.actor(), door.session(), g.municipality.id, topic, subject_id)
    flash(_("You no longer follow this."))
    return redirect(target)


@pages.route("/unsubscribe/<token>", methods=["GET", "POST"])
@acts(Action.READ_PUBLIC)
def unsubscribe(token: str) -> str:
    """Stop the digests by the link in the mail: no sign-in; a mail program may post here by itself (RFC 8058)."""
    mailing = door.found(queries.mailing_by_token(door.session(), g.municipality.id, token[:64]))
    done = request.method == "POST"
    if done:
        operations.unsubscribe(door.session(), mailing)
    return render_template("notices/unsubscribe.html", done=done, token=token)


@pages.get("/feed.atom", defaults={"topic": None, "subject_id": None})
@pages.get("/feeds/<topic>/<int:subject_id>.atom")
@acts(Action.READ_PUBLIC)
def feed(topic: str | None, subject_id: int | None) -> Response:
    """What happened in public, for feed readers: everywhere in the municipality, or about one thing."""
    session, place_id = door.session(), g.municipality.id
    about: dict[str, str] = {}
    chosen: Topic | None = None
    if topic is not None and subject_id is not None:
        if topic not in {member.value for member in Topic}:
            abort(404)
        chosen = Topic(topic)
        about = dict(door.found(operations.titles_of(session, place_id, chosen, subject_id)))
    happenings = queries.public_happenings(session, place_id, chosen, subject_id)
    body = render_template(
        "notices/feed.xml",
        happenings=happenings,
        about=about,
        address=request.path,
        updated=happenings[0].at
        if happenings
        else clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
        sentence=sentence,
    )
    return Response(body, mimetype="application/atom+xml")


def follows(topic: str, subject_id: int) -> bool:
    """Whether the signed-in person follows this; for the button of components/follow.html. One statement a page."""
    account = guard.account()
    if account is None:
        return False
    if "followed" not in g:
        found = queries.follows(door.session(), g.municipality.id, account.id)
        g.followed = {(follow.topic.value, follow.subject_id) for follow in found}
    return (topic, subject_id) in g.followed
