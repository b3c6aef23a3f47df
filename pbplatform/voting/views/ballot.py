"""The guided ballot: one page an envelope, a review, the cast and its receipt. With or without JavaScript."""

from collections.abc import Sequence

from flask import g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_round
from pbplatform.door import acts, gives_back, reads_only, remembers
from pbplatform.foundation.crypto import token
from pbplatform.foundation.errors import Conflict, Gone, Invalid
from pbplatform.foundation.words import say
from pbplatform.roll.forms import LetterForm
from pbplatform.voting import ballots, casting, keeping, rules
from pbplatform.voting.ballots import Marks, Trouble
from pbplatform.voting.forms import CastForm
from pbplatform.voting.keeping import KEPT
from pbplatform.voting.models import BallotBox, Channel
from pbplatform.voting.rules import FrozenEnvelope
from pbplatform.voting.troubles import in_words
from pbplatform.voting.views.pages import is_open, not_open, pages, this_box, this_voter
from pbplatform.voting.views.proof import start_page
from pbplatform.voting.views.receipt import receipt_page
from pbplatform.voting.voter import Voter, entry_here, has_voted, proof_here

REVIEW = "review"


@pages.route("/rounds/<slug:round_slug>/vote/ballot", methods=["GET", "POST"])
@acts(Action.VOTE)
@reads_only
@remembers
@gives_back(go=REVIEW, step=REVIEW)
def ballot(round_slug: str) -> BaseResponse | str | tuple[str, int]:
    """The guided ballot: one page an envelope, a review, and the cast. Nothing is kept before that."""
    found = this_round(round_slug)
    if request.form.get("go") == "cast":
        return _cast(found)
    box = this_box(found)
    if not is_open(box):
        return not_open(box)
    mine = this_voter(found, box)
    if request.method == "GET":
        return _begin(found, box, mine)
    if mine is None:
        return _stranger(found, box)
    if request.form.get("voter", "") not in ("", mine.mark):
        return _prove_again(box, OTHER)
    channel = has_voted(door.session(), box, mine)
    if channel is Channel.PAPER:
        return _not_taken(box, casting.CastProblem.VOTED_ON_PAPER)
    guide = Guide(box, mine, voted=channel is not None)
    form, marks, troubles = guide.read(request.form)
    if not form.validate():
        return guide.show(form, marks, REVIEW, troubles), 422
    if form.rules.data != box.rules_hash:
        return _stale(guide)
    cookie.pop(KEPT, None)
    return guide.step(form, marks, request.form.get("go", ""), request.form.get("step", ""), troubles)


def _begin(found: Round, box: BallotBox, mine: Voter | None) -> BaseResponse | str:
    """The first page; or, after a new proof, the choices that could not be taken before."""
    if mine is None:
        if entry_here(door.session(), door.actor(), found.municipality_id) is not None:
            raise Conflict(casting.CastProblem.NOT_AN_ELECTOR)
        return redirect(url_for("vote.start", round_slug=found.slug))
    channel = has_voted(door.session(), box, mine)
    if channel is Channel.PAPER:
        raise Conflict(casting.CastProblem.VOTED_ON_PAPER)
    guide = Guide(box, mine, voted=channel is not None)
    kept = keeping.take_up(door.house().vault, cookie.get(KEPT), box.round_id, mine.mark)
    if kept is None:
        return guide.show(guide.fresh_form(), {}, guide.first)
    form, marks, _strangers = guide.read(kept)
    guide.brought_back = True
    return guide.show(guide.fresh_form(form.word.data), marks, REVIEW)


EXPIRED = _l("Your time to vote on this page is over. Please confirm once more who you are.")
OTHER = _l(
    "Since this page was opened, somebody else has confirmed in this browser who they are. "
    "So that nobody’s vote gets mixed up, please confirm once more who you are."
)


def _stranger(found: Round, box: BallotBox) -> tuple[str, int]:
    """Somebody sends a ballot whose time to vote in this browser is over, or who was not on the roll."""
    if entry_here(door.session(), door.actor(), found.municipality_id) is not None:
        return _not_taken(box, casting.CastProblem.NOT_AN_ELECTOR)
    return _prove_again(box, EXPIRED)


def _prove_again(box: BallotBox, sentence: LazyString) -> tuple[str, int]:
    """The page of the proof. The choices stand on it, and the browser brings them to the ballot afterwards."""
    kept = keeping.put_aside(door.house().vault, box.round_id, request.form.items(multi=True))
    if kept is not None:
        cookie[KEPT] = kept
    form = LetterForm(formdata=None)
    form.add_error(None, str(sentence))
    return start_page(form, box, keeping.chosen(rules.read(box.rules), request.form)), 403


def _not_taken(box: BallotBox, problem: casting.CastProblem) -> tuple[str, int]:
    """A ballot that this person cannot cast at all; what they chose stands on the page."""
    kept = keeping.chosen(rules.read(box.rules), request.form)
    return render_template("voting/not_taken.html", sentence=say(problem), kept=kept), 409


def _stale(guide: "Guide") -> tuple[str, int]:
    """The choices of a page of other rules, under the rules in force, to be looked at and cast again."""
    form, marks, troubles = guide.read(request.form)
    fresh = guide.fresh_form(form.word.data)
    fresh.add_error(None, say(casting.CastProblem.STALE_PAGE))
    return guide.show(fresh, marks, REVIEW, troubles), 409


class Guide:
    """The pages of one voter's ballot."""

    def __init__(self, box: BallotBox, mine: Voter, *, voted: bool = False) -> None:
        self.box = box
        self.voter = mine
        self.voted = voted
        self.brought_back = False
        """Whether the choices were made before a new proof."""
        self.steps = [str(envelope.position) for envelope in mine.envelopes] + [REVIEW]

    @property
    def first(self) -> str:
        """The page that the ballot begins with."""
        return self.steps[0]

    def fresh_form(self, word: str | None = None) -> CastForm:
        """What stands beside the choices on a page that is opened anew."""
        values = {"rules": self.box.rules_hash, "submission": token(18), "voter": self.voter.mark}
        return CastForm(formdata=None, word=word or "", **values)

    def read(self, sent: MultiDict[str, str]) -> tuple[CastForm, dict[int, Marks], list[Trouble]]:
        """What was sent: the form beside the choices, the choices, and fields that are not on this ballot."""
        marks = ballots.read_marks(sent, self.voter.envelopes)
        return CastForm(formdata=sent), marks, ballots.strangers(sent, self.voter.envelopes)

    def envelope(self, step: str) -> FrozenEnvelope | None:
        """The envelope of a page; none for the review."""
        return next((e for e in self.voter.envelopes if str(e.position) == step), None)

    def in_another_language(self, envelope: FrozenEnvelope) -> bool:
        """Whether a project of an envelope has no title in the reader's language."""
        return any(g.locale not in project.titles for project in envelope.projects)

    def step(
        self, form: CastForm, marks: dict[int, Marks], go: str, at: str, troubles: Sequence[Trouble]
    ) -> str | tuple[str, int]:
        """Go on to a page, unless the present one has a problem; "stay" measures again, "language" only speaks another.

        Each page gets a submission number of its own. With the number of an earlier page, choices that were cast, changed
        and made again would be taken for a late retry of the first cast.
        """
        form.submission.data = token(18)
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
        return self.show(form, marks, go, [], to_review=at == REVIEW)

    def show(
        self,
        form: CastForm,
        marks: dict[int, Marks],
        step: str,
        troubles: Sequence[Trouble] = (),
        *,
        to_review: bool = False,
    ) -> str:
        """One page of the ballot; whoever came from the review to change something goes straight back there."""
        for trouble in troubles:
            form.add_error(None, in_words(self.voter.rules, self.voter.envelopes, trouble))
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
            following=None if step == REVIEW else REVIEW if to_review else self.steps[place + 1],
        )


def _cast(found: Round) -> BaseResponse | str | tuple[str, int]:
    """Cast in one go; only a ballot that cannot be taken is put together as a page again, with the voter's choices."""
    house, proof = door.house(), proof_here(door.actor())
    try:
        receipt = casting.vote(
            house.database, house.secrets, found.municipality_id, found.id, proof, request.form
        )
    except casting.Stranger:
        return _stranger(found, this_box(found))
    except casting.OtherVoter:
        return _prove_again(this_box(found), OTHER)
    except Gone:
        return not_open(this_box(found))
    except (casting.Unfit, Conflict, Invalid) as problem:
        return _once_more(found, problem)
    cookie.pop(KEPT, None)
    return receipt_page(found, receipt)


def _once_more(found: Round, problem: casting.Unfit | Conflict | Invalid) -> tuple[str, int]:
    box = this_box(found)
    mine = this_voter(found, box)
    if mine is None:
        return _stranger(found, box)
    if isinstance(problem, Conflict) and problem.reason is casting.CastProblem.VOTED_ON_PAPER:
        return _not_taken(box, problem.reason)
    guide = Guide(box, mine)
    if isinstance(problem, Conflict):
        return _stale(guide)
    form, marks, troubles = guide.read(request.form)
    form.validate()
    if not isinstance(problem, Invalid):
        troubles = list(problem.troubles)
    elif problem.field not in form.errors:
        form.add_error(problem.field, say(problem.reason, **problem.values))
    return guide.show(form, marks, REVIEW, troubles), 422
