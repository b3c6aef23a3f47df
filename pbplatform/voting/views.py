"""The voter's way: prove who you are, one guided ballot, review, receipt. With or without an account and JavaScript."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import guard
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, reads_only
from pbplatform.foundation.crypto import token
from pbplatform.foundation.database import database_now
from pbplatform.foundation.errors import Conflict, Gone, Invalid, Missing
from pbplatform.foundation.i18n import localised, money
from pbplatform.foundation.words import say
from pbplatform.municipalities import queries as municipalities
from pbplatform.roll import verification
from pbplatform.roll.delivery import SEND_JOB
from pbplatform.roll.eid import EidAway, EidRefused, Provider, Question
from pbplatform.roll.models import Means, RollEntry
from pbplatform.roll.pepper import pepper
from pbplatform.roll.verification import Person, VerificationProblem
from pbplatform.voting import ballots, canon, casting, keys, queries
from pbplatform.voting.ballots import Marks, Trouble
from pbplatform.voting.forms import CastForm, CodeForm, LetterForm, MessageForm
from pbplatform.voting.models import BallotBox, BoxState, Channel
from pbplatform.voting.rules import FrozenEnvelope, read
from pbplatform.voting.voter import PASS, Voter, entry_here, has_voted, voter

pages = Blueprint("vote", __name__)

FLOW = "code_flow"
EID = "eid_question"
REVIEW = "review"


def this_box(found: Round) -> BallotBox:
    """The round's ballot box; raise Missing before the vote has opened."""
    box = queries.box(door.session(), found.municipality_id, found.id)
    if box is None:
        raise Missing
    return box


def is_open(box: BallotBox) -> bool:
    """Whether ballots are taken at this moment by the database's clock."""
    return box.state is BoxState.OPEN and max(database_now(door.session()), box.high_water) < box.closes_at


def this_voter(found: Round, box: BallotBox) -> Voter | None:
    """The voter of this browser, if it has proved to be one on this vote's roll."""
    entry_id = entry_here(door.session(), door.actor(), found.municipality_id)
    if entry_id is None:
        return None
    return voter(door.session(), door.house().secrets, box, entry_id)


def here() -> str:
    """The network of the request."""
    return verification.network_of(request.remote_addr)


@pages.route("/rounds/<slug:round_slug>/vote", methods=["GET", "POST"])
@acts(Action.VOTE)
def start(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The door of the vote: proof by letter code, and the ways to the other proofs."""
    found = this_round(round_slug)
    box = queries.box(door.session(), found.municipality_id, found.id)
    if box is None or not is_open(box):
        return _not_open(box)
    form = LetterForm()
    if request.method == "GET" and this_voter(found, box) is not None:
        return redirect(url_for("vote.ballot", round_slug=round_slug))
    if form.validate_on_submit():
        person = Person(form.national_id.data or "", form.birth_date.data, here())
        place = guard.municipality()
        seasoning = pepper(door.house().secrets)
        if verification.network_is_throttled(door.session(), place, seasoning, person.network):
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("voting/start.html", form=form, box=box, eid=_provider() is not None), 429
        entry = verification.verify_letter(door.session(), seasoning, place, person, form.code.data or "")
        if entry is not None:
            return _welcome(round_slug, entry, Means.LETTER)
        form.add_error(None, say(VerificationProblem.NOT_CONFIRMED))
    return render_template(
        "voting/start.html", form=form, box=box, eid=_provider() is not None
    ), 422 if form.is_submitted() else 200


def _not_open(box: BallotBox | None) -> tuple[str, int]:
    over = box is not None
    return render_template("voting/not_open.html", box=box), 410 if over and request.method == "POST" else 200


def _welcome(round_slug: str, entry: RollEntry, means: Means) -> BaseResponse:
    """Somebody has proved who they are: this browser may vote for a while; a signed-in account is tied for good."""
    cookie[PASS] = verification.give_pass(door.session(), entry, means)
    account = guard.account()
    if account is not None:
        try:
            verification.claim(door.session(), entry, account.id, means)
        except Conflict:
            flash(say(VerificationProblem.CLAIMED_BY_OTHER))
    return redirect(url_for("vote.ballot", round_slug=round_slug))


@pages.route("/rounds/<slug:round_slug>/vote/message", methods=["GET", "POST"])
@acts(Action.VOTE)
def message(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Ask for a code to the phone or mailbox on the roll. The answer is the same whether anybody fits."""
    found = this_round(round_slug)
    box = this_box(found)
    if not is_open(box):
        return _not_open(box)
    form = MessageForm()
    if form.validate_on_submit():
        person = Person(form.national_id.data or "", form.birth_date.data, here())
        house, place = door.house(), guard.municipality()
        seasoning = pepper(house.secrets)
        if verification.network_is_throttled(door.session(), place, seasoning, person.network):
            form.add_error(None, say(VerificationProblem.TOO_MANY_FROM_HERE))
            return render_template("voting/message.html", form=form), 429
        flow, sent_id = verification.send_code(
            door.session(), seasoning, house.vault, place, person, Means(form.means.data), g.locale
        )
        house.jobs.enqueue(door.session(), SEND_JOB, {"sent_id": sent_id}, place.id)
        cookie[FLOW] = flow
        return redirect(url_for("vote.code", round_slug=round_slug))
    return render_template("voting/message.html", form=form), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/vote/code", methods=["GET", "POST"])
@acts(Action.VOTE)
def code(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Type the six digits that came."""
    found = this_round(round_slug)
    box = this_box(found)
    if not is_open(box):
        return _not_open(box)
    flow = cookie.get(FLOW)
    if not isinstance(flow, str):
        return redirect(url_for("vote.message", round_slug=round_slug))
    form = CodeForm()
    if form.validate_on_submit():
        seasoning = pepper(door.house().secrets)
        entry = verification.verify_code(
            door.session(), seasoning, guard.municipality(), flow, form.code.data or "", here()
        )
        if entry is not None:
            cookie.pop(FLOW, None)
            return _welcome(round_slug, entry, Means.PHONE)
        form.add_error("code", say(VerificationProblem.CODE_WRONG))
    return render_template("voting/code.html", form=form), 422 if form.is_submitted() else 200


def _provider() -> Provider | None:
    config = door.house().config
    if not (config.oidc_issuer and config.oidc_client_id and config.oidc_client_secret):
        return None
    return Provider(
        config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret, config.oidc_id_claim
    )


def _return_address(round_slug: str) -> str:
    return door.house().config.base_url + url_for("vote.eid_back", round_slug=round_slug)


@pages.get("/rounds/<slug:round_slug>/vote/eid")
@acts(Action.VOTE)
def eid(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Send the browser to the identity provider; when that is away, say so and show the other ways."""
    box = this_box(this_round(round_slug))
    if not is_open(box):
        return _not_open(box)
    provider = door.found(_provider())
    try:
        address, question = provider.begin(_return_address(round_slug))
    except EidAway:
        flash(
            _(
                "The electronic identity does not answer at the moment. Please use a code or go to the desk; both work."
            )
        )
        return redirect(url_for("vote.start", round_slug=round_slug))
    cookie[EID] = question.kept()
    return redirect(address)


@pages.get("/rounds/<slug:round_slug>/vote/eid/back")
@acts(Action.VOTE)
def eid_back(round_slug: str) -> str:
    """The browser comes back. A page asks for one click, because looking at an address changes nothing here."""
    box = this_box(this_round(round_slug))
    return render_template(
        "voting/eid.html",
        box=box,
        state=request.args.get("state", "")[:200],
        code=request.args.get("code", "")[:2000],
    )


@pages.post("/rounds/<slug:round_slug>/vote/eid/confirm")
@acts(Action.VOTE)
def eid_confirm(round_slug: str) -> BaseResponse | tuple[str, int]:
    """Take the provider's word for who this is."""
    box = this_box(this_round(round_slug))
    if not is_open(box):
        return _not_open(box)
    provider = door.found(_provider())
    kept = cookie.pop(EID, None)
    entry = None
    try:
        if isinstance(kept, dict):
            national_id = provider.finish(
                _return_address(round_slug),
                Question(**kept),
                request.form.get("state", ""),
                request.form.get("code", ""),
            )
            seasoning = pepper(door.house().secrets)
            entry = verification.verify_eid(
                door.session(), seasoning, guard.municipality(), national_id, here()
            )
    except EidAway:
        flash(
            _(
                "The electronic identity does not answer at the moment. Please use a code or go to the desk; both work."
            )
        )
        return redirect(url_for("vote.start", round_slug=round_slug))
    except EidRefused:
        entry = None
    if entry is None:
        flash(
            _("We could not confirm you with your electronic identity. Please use a code or go to the desk.")
        )
        return redirect(url_for("vote.start", round_slug=round_slug))
    return _welcome(round_slug, entry, Means.EID)


@pages.post("/rounds/<slug:round_slug>/vote/leave")
@acts(Action.VOTE)
def leave(round_slug: str) -> BaseResponse:
    """End this browser's pass, for a shared computer."""
    this_round(round_slug)
    secret = cookie.pop(PASS, None)
    if isinstance(secret, str):
        verification.end_pass(door.session(), secret)
    flash(_("You have left the ballot. On this device nobody can go on in your name."))
    return redirect(url_for("vote.start", round_slug=round_slug))


@pages.route("/rounds/<slug:round_slug>/vote/ballot", methods=["GET", "POST"])
@acts(Action.VOTE)
@reads_only
def ballot(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The guided ballot: one page an envelope, a review, and the cast. Nothing is kept before that."""
    found = this_round(round_slug)
    box = this_box(found)
    casts = request.form.get("go") == "cast"
    # Casting asks for time and earlier ballots itself, inside its own transaction.
    if not casts and not is_open(box):
        return _not_open(box)
    mine = this_voter(found, box)
    if mine is None:
        return _stranger(found, box, round_slug) if is_open(box) else _not_open(box)
    if casts:
        return _cast(Guide(box, mine))
    channel = has_voted(door.session(), box, mine)
    if channel is Channel.PAPER:
        raise Conflict(casting.CastProblem.VOTED_ON_PAPER)
    guide = Guide(box, mine, voted=channel is not None)
    if request.method == "GET":
        return guide.show(
            CastForm(formdata=None, rules=box.rules_hash, submission=token(18)), {}, guide.first
        )
    form, marks, troubles = guide.read()
    if not form.validate():
        return guide.show(form, marks, REVIEW, troubles), 422
    if form.rules.data != box.rules_hash:
        raise Conflict(casting.CastProblem.STALE_PAGE)
    return guide.step(form, marks, request.form.get("go", ""), request.form.get("step", ""), troubles)


def _stranger(found: Round, box: BallotBox, round_slug: str) -> BaseResponse | tuple[str, int]:
    if entry_here(door.session(), door.actor(), found.municipality_id) is not None:
        raise Conflict(casting.CastProblem.NOT_AN_ELECTOR)
    if request.method == "POST":
        flash(
            _(
                "Your time to vote on this page is over. Please confirm once more who you are; your ballot was not cast."
            )
        )
    return redirect(url_for("vote.start", round_slug=round_slug))


class Guide:
    """The pages of one voter's ballot."""

    def __init__(self, box: BallotBox, mine: Voter, *, voted: bool = False) -> None:
        self.box = box
        self.voter = mine
        self.voted = voted
        self.steps = [str(envelope.position) for envelope in mine.envelopes] + [REVIEW]

    @property
    def first(self) -> str:
        """The page that the ballot begins with."""
        return self.steps[0]

    def read(self) -> tuple[CastForm, dict[int, Marks], list[Trouble]]:
        """What was sent: the form beside the choices, the choices, and fields that are not on this ballot."""
        marks = ballots.read_marks(request.form, self.voter.envelopes)
        return CastForm(), marks, ballots.strangers(request.form, self.voter.envelopes)

    def envelope(self, step: str) -> FrozenEnvelope | None:
        """The envelope of a page; none for the review."""
        return next((e for e in self.voter.envelopes if str(e.position) == step), None)

    def step(
        self, form: CastForm, marks: dict[int, Marks], go: str, at: str, troubles: Sequence[Trouble]
    ) -> str | tuple[str, int]:
        """Go on to a page, unless the present one has a problem; "stay" measures again, "language" only speaks another."""
        if go == "language":
            return self.show(form, marks, at if at in self.steps else self.first)
        present = self.envelope(at)
        found = list(troubles)
        if present is not None:
            found += ballots.check_envelope(self.voter.rules, present, marks[present.position])
        back = go in self.steps and at in self.steps and self.steps.index(go) < self.steps.index(at)
        if (found and not back) or go not in self.steps:
            step = at if at in self.steps else self.first
            return self.show(form, marks, step, found), 422 if found else 200
        return self.show(form, marks, go, [])

    def show(
        self, form: CastForm, marks: dict[int, Marks], step: str, troubles: Sequence[Trouble] = ()
    ) -> str:
        """One page of the ballot."""
        for trouble in troubles:
            form.add_error(None, self.sentence(trouble))
        place = self.steps.index(step)
        return render_template(
            "voting/review.html" if step == REVIEW else "voting/envelope.html",
            box=self.box,
            form=form,
            guide=self,
            voter=self.voter,
            envelope=self.envelope(step),
            marks={position: marks.get(position, Marks()) for position in map(int, self.steps[:-1])},
            meters={
                e.position: ballots.meter(e, marks.get(e.position, Marks())) for e in self.voter.envelopes
            },
            field_name=ballots.field_name,
            step=step,
            number=place + 1,
            previous=self.steps[place - 1] if place else None,
            following=self.steps[place + 1] if step != REVIEW else None,
        )

    def sentence(self, trouble: Trouble) -> str:
        """A problem in words, with the name of its envelope where there are several."""
        values: dict[str, Any] = dict(trouble.values)
        if "category" in values:
            values["category"] = _localised(self.voter.rules.category_names.get(values["category"], {}))
        if "currency" in values:
            values["over"] = _money(values["over"], values["currency"])
        text = say(trouble.problem, **values) if values else say(trouble.problem)
        envelope = next((e for e in self.voter.envelopes if e.position == trouble.position), None)
        if envelope is None or len(self.voter.envelopes) == 1:
            return text
        return f"{_localised(envelope.names)}: {text}"


def _localised(texts: Any) -> str:
    return str(localised(texts, g.locale))


def _money(amount: Any, currency: Any) -> str:
    return money(int(amount), str(currency), g.locale)


def _cast(guide: Guide) -> str | tuple[str, int]:
    mine, box, house = guide.voter, guide.box, door.house()
    form, marks, troubles = guide.read()
    found = [*troubles, *ballots.check(mine.rules, mine.envelopes, marks)]
    if not form.validate() or found:
        return guide.show(form, marks, REVIEW, found), 422
    payload = canon.canonical_payload(
        {position: mark.choices() for position, mark in marks.items()}, mine.rules.ranked
    )
    try:
        receipt = casting.cast(
            house.database,
            house.secrets,
            box.round_id,
            mine.rules.name,
            mine.roll_entry_id,
            rules_hash=form.rules.data or "",
            payload=payload,
            word=form.word.data or "",
            submission_id=form.submission.data or "",
        )
    except Gone:
        return _not_open(box)
    except Invalid as problem:
        form.add_error(problem.field, say(problem.reason, **problem.values))
        return guide.show(form, marks, REVIEW), 422
    return render_template("voting/receipt.html", receipt=receipt, box=box, word=bool(form.word.data))


@pages.post("/rounds/<slug:round_slug>/vote/receipt.txt")
@acts(Action.VOTE)
@reads_only
def receipt_file(round_slug: str) -> Response:
    """The receipt as a text file; made from what the page holds, kept nowhere."""
    found = this_round(round_slug)
    box = this_box(found)
    tracker = canon.spoken_tracker(request.form.get("tracker", ""))
    signature = request.form.get("signature", "")[:200]
    name = read(box.rules).name
    if not keys.is_receipt(box.receipt_key, name, box.rules_hash, tracker, signature):
        raise Missing
    text = render_template("voting/receipt.txt", tracker=tracker, signature=signature, box=box, name=name)
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{tracker[:4]}.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/rounds/<slug:round_slug>/vote/check")
@acts(Action.READ_VOTE)
def check(round_slug: str) -> str | tuple[str, int]:
    """Check a receipt's signature, at any time and without telling anything about the ballot."""
    found = this_round(round_slug)
    box = this_box(found)
    tracker = canon.spoken_tracker(request.args.get("tracker", "")[:60])
    signature = "".join(request.args.get("signature", "").split())[:200]
    asked = bool(tracker or signature)
    right = asked and keys.is_receipt(
        box.receipt_key, read(box.rules).name, box.rules_hash, tracker, signature
    )
    return render_template(
        "voting/check.html", box=box, tracker=tracker, signature=signature, asked=asked, right=right
    )


@pages.get("/rounds/<slug:round_slug>/vote/protection")
@acts(Action.READ_VOTE)
def protection(round_slug: str) -> str:
    """How the vote is protected, in plain words: what is promised, what is not, and the figures to hold it to."""
    found = this_round(round_slug)
    box = queries.box(door.session(), found.municipality_id, found.id)
    session = door.session()
    sealed = queries.seal(session, found.municipality_id, found.id)
    # After the seal the frozen roll is gone, and the manifest of the close tells.
    closed = box.close_manifest if box else None
    changes = queries.roll_changes(session, found.id) if closed is None else None
    if closed is not None and "electors_added" in closed:
        changes = (closed["electors_added"], closed["electors_removed"])
    return render_template("voting/protection.html", box=box, seal=sealed, changes=changes)


@pages.get("/rounds/<slug:round_slug>/vote/turnout")
@acts(Action.READ_VOTE)
def turnout(round_slug: str) -> str:
    """How many have voted, by channel and district, in steps of ten."""
    found = this_round(round_slug)
    box = this_box(found)
    latest = queries.turnout(door.session(), found.municipality_id, found.id)
    districts = {
        str(district.id): district.names
        for district in municipalities.districts(door.session(), found.municipality_id)
    }
    return render_template("voting/turnout.html", box=box, turnout=latest, districts=districts)
