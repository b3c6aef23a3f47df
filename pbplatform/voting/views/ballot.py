"""The guided ballot: one page an envelope, a review, the cast and its receipt. With or without JavaScript."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, reads_only, remembers
from pbplatform.foundation.crypto import token
from pbplatform.foundation.errors import Conflict, Gone, Invalid
from pbplatform.foundation.i18n import localised, money
from pbplatform.foundation.words import say
from pbplatform.voting import ballots, casting
from pbplatform.voting.ballots import Marks, Trouble
from pbplatform.voting.forms import CastForm
from pbplatform.voting.models import BallotBox, Channel
from pbplatform.voting.rules import FrozenEnvelope
from pbplatform.voting.views.pages import is_open, not_open, pages, this_box, this_voter
from pbplatform.voting.views.receipt import receipt_page
from pbplatform.voting.voter import Voter, entry_here, has_voted, proof_here

REVIEW = "review"


@pages.route("/rounds/<slug:round_slug>/vote/ballot", methods=["GET", "POST"])
@acts(Action.VOTE)
@reads_only
@remembers
def ballot(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The guided ballot: one page an envelope, a review, and the cast. Nothing is kept before that."""
    found = this_round(round_slug)
    if request.form.get("go") == "cast":
        return _cast(found, round_slug)
    box = this_box(found)
    if not is_open(box):
        return not_open(box)
    mine = this_voter(found, box)
    if mine is None:
        return _stranger(found, round_slug)
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


def _stranger(found: Round, round_slug: str) -> BaseResponse | tuple[str, int]:
    if entry_here(door.session(), door.actor(), found.municipality_id) is not None:
        raise Conflict(casting.CastProblem.NOT_AN_ELECTOR)
    if request.method == "POST":
        flash(
            _(
                "Your time to vote on this page is over. Please confirm once more who you are; your ballot was not cast."
            ),
            "bad",
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


def _cast(found: Round, round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """Cast in one go; only a ballot that cannot be taken is put together as a page again, with the voter's choices."""
    house, proof = door.house(), proof_here(door.actor())
    try:
        receipt = casting.vote(
            house.database, house.secrets, found.municipality_id, found.id, proof, request.form
        )
    except casting.Stranger:
        return _stranger(found, round_slug)
    except Gone:
        return not_open(this_box(found))
    except (casting.Unfit, Invalid) as problem:
        return _once_more(found, round_slug, problem)
    return receipt_page(found, receipt)


def _once_more(
    found: Round, round_slug: str, problem: casting.Unfit | Invalid
) -> BaseResponse | tuple[str, int]:
    box = this_box(found)
    mine = this_voter(found, box)
    if mine is None:
        return _stranger(found, round_slug)
    guide = Guide(box, mine)
    form, marks, troubles = guide.read()
    form.validate()
    if isinstance(problem, Invalid):
        form.add_error(problem.field, say(problem.reason, **problem.values))
    else:
        troubles = list(problem.troubles)
    return guide.show(form, marks, REVIEW, troubles), 422
