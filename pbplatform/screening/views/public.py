"""What becomes public of the screening, the authors' answers to it, and the ballot's list."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.charter.actions import Action
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.place import this_currency, this_round, this_settings
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.forms import typed_number
from pbplatform.proposals import finding
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal
from pbplatform.screening import announcing, appeals, ballot, conflicts, merges, operations, queries
from pbplatform.screening.forms import (
    AppealDecisionForm,
    ConflictForm,
    DeclareConflictForm,
    PlainForm,
    TextForm,
)
from pbplatform.screening.models import ConflictState, Merge, ScreeningState
from pbplatform.screening.problems import ScreeningProblem
from pbplatform.screening.views.pages import SENTENCES, answers_of, loaded, pages

Answer = BaseResponse | str | tuple[str, int]


@pages.route("/rounds/<slug:round_slug>/proposals/<int:proposal_id>/assessment", methods=["GET", "POST"])
@acts(Action.READ_PUBLIC)
def result(round_slug: str, proposal_id: int) -> Answer:
    """The released assessment: every department's criteria, cost, ground and reason; the appeal and its answer."""
    round_, proposal = loaded(round_slug, proposal_id)
    session = door.session()
    screening = queries.screening(session, proposal.id)
    if screening is None or screening.state is not ScreeningState.RELEASED or proposal.hidden_at is not None:
        raise Missing
    subject = proposals.subject(proposal, round_, proposals.owners(session, proposal))
    form = TextForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            appeals.make(door.actor(), session, round_, proposal, form.text.data, door.locale())
        if tried.ok:
            flash(_("Your appeal is in. Somebody who had no part in the decision will look at it."))
            return redirect(url_for("screening.result", round_slug=round_slug, proposal_id=proposal_id))
    return render_template(
        "screening/result.html",
        proposal=proposal,
        screening=screening,
        assessments=queries.assessments(session, proposal.id),
        appeal=queries.appeal_of(session, proposal.id),
        subject=subject,
        form=form,
        days=this_settings().appeal_days,
        in_time=appeals.in_time(session, round_, proposal),
        answers_of=answers_of,
        currency=this_currency(),
    ), 422 if form.is_submitted() else 200


@pages.get("/rounds/<slug:round_slug>/appeals")
@acts(Action.SEE_SCREENING)
def appeal_list(round_slug: str) -> str:
    """The appeals of a round, open ones first."""
    round_ = this_round(round_slug)
    return render_template("screening/appeals.html", rows=queries.appeals(door.session(), round_))


@pages.route("/rounds/<slug:round_slug>/appeals/<int:proposal_id>", methods=["GET", "POST"])
@acts(Action.DECIDE_ASSESSMENT_APPEAL)
def appeal(round_slug: str, proposal_id: int) -> Answer:
    """One appeal, to be decided by somebody who had no part in the refusal."""
    round_, proposal = loaded(round_slug, proposal_id)
    session = door.session()
    found = door.found(queries.appeal_of(session, proposal.id))
    form = AppealDecisionForm(version=str(found.version))
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            appeals.decide(
                door.actor(),
                session,
                round_,
                proposal,
                found,
                uphold=form.outcome.data == "uphold",
                answer=form.answer.data or "",
                cost=form.cost.data,
                version=typed_number(form.version.data) or 0,
            )
        if tried.ok:
            announcing.appeal_decided(session, g.municipality, round_, proposal)
            flash(_("The appeal is decided, and both texts are public."))
            return redirect(url_for("screening.appeal_list", round_slug=round_slug))
    owners = operations.subject(session, round_, proposal).owners | queries.involved(session, proposal.id)
    return render_template(
        "screening/appeal.html",
        proposal=proposal,
        appeal=found,
        screening=queries.screening(session, proposal.id),
        assessments=queries.assessments(session, proposal.id),
        allowed=door.may(Action.DECIDE_ASSESSMENT_APPEAL, proposals.subject(proposal, round_, owners)),
        form=form,
        currency=this_currency(),
    ), 422 if form.is_submitted() else 200


@pages.route("/rounds/<slug:round_slug>/merges/<int:merge_id>", methods=["GET", "POST"])
@acts(Action.ANSWER_MERGE)
def merge(round_slug: str, merge_id: int) -> Answer:
    """The suggestion that two proposals join, for the authors of both."""
    round_ = this_round(round_slug)
    session = door.session()
    found = door.found(session.get(Merge, merge_id))
    pair = proposals.titles(session, {found.source_id, found.target_id})
    source, target = pair[found.source_id], pair[found.target_id]
    sides = ((source, found.source_consent_by), (target, found.target_consent_by))
    mine = [consent for proposal, consent in sides if _is_mine(proposal)]
    if source.round_id != round_.id or not mine:
        raise Missing
    form = PlainForm()
    said = request.form.get("answer")
    if said in ("yes", "no") and form.validate_on_submit():
        done = merges.answer(
            door.actor(),
            session,
            round_,
            found,
            agree=said == "yes",
            version=typed_number(request.form.get("version")) or 0,
        )
        if done:
            announcing.merged(session, g.municipality, round_, source, target)
        elif said == "no":
            announcing.merge_declined(
                session, g.municipality, round_, found, (source, target), door.actor().account_id
            )
        flash(_("The two are one proposal now.") if done else _("Your answer is kept."))
        return redirect(url_for("proposals.detail", round_slug=round_slug, proposal_id=target.id))
    return render_template(
        "screening/merge.html",
        merge=found,
        sides=sides,
        asked=None in mine,
        draw=proposals.draw_of(session, round_.id),
        form=form,
    ), 422 if form.is_submitted() else 200


def _is_mine(proposal: Proposal) -> bool:
    return door.actor().account_id in proposals.owners(door.session(), proposal)


@pages.route("/rounds/<slug:round_slug>/conflicts", methods=["GET", "POST"])
@acts(Action.DECIDE_CONFLICT)
def conflict_list(round_slug: str) -> Answer:
    """Pairs that may exclude each other: found by place, declared, decided."""
    round_ = this_round(round_slug)
    session = door.session()
    form = DeclareConflictForm()
    if request.form.get("do", "") == "find":
        new = conflicts.find(session, round_)
        flash(_("New pairs found: %(number)s.", number=new))
        return redirect(url_for("screening.conflict_list", round_slug=round_slug))
    if form.validate_on_submit():
        one, other = (_proposal(round_.id, value) for value in (form.one.data, form.other.data))
        if one is None or other is None:
            raise Missing
        with door.attempt(form, SENTENCES) as tried:
            conflicts.declare(door.actor(), session, round_, one, other)
        if tried.ok:
            flash(_("The pair is noted."))
            return redirect(url_for("screening.conflict_list", round_slug=round_slug))
    found = queries.conflicts(session, round_)
    numbers = {number for row in found for number in (row.first_id, row.second_id)}
    asked = [request.values.get(name, "") for name in ("first", "second")]
    return render_template(
        "screening/conflicts.html",
        form=form,
        rows=found,
        draw=proposals.draw_of(session, round_.id),
        proposals=proposals.titles(session, numbers),
        asked=asked,
        named=[finding.named(session, round_, words, conflicts.STANDING) for words in asked],
    ), 422 if form.is_submitted() else 200


def _proposal(round_id: int, number: int) -> Proposal | None:
    found = proposals.by_id(door.session(), g.municipality.id, number)
    return found if found is not None and found.round_id == round_id else None


@pages.route("/rounds/<slug:round_slug>/conflicts/<int:conflict_id>", methods=["GET", "POST"])
@acts(Action.DECIDE_CONFLICT)
def conflict(round_slug: str, conflict_id: int) -> Answer:
    """Decide about one pair."""
    round_ = this_round(round_slug)
    session = door.session()
    found = {row.id: row for row in queries.conflicts(session, round_)}
    row = door.found(found.get(conflict_id))
    form = ConflictForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            conflicts.decide(
                door.actor(), session, round_, row, ConflictState(form.state.data), form.reason.data
            )
        if tried.ok:
            flash(_("The decision is kept and public."))
            return redirect(url_for("screening.conflict_list", round_slug=round_slug))
    return render_template(
        "screening/conflict.html",
        form=form,
        row=row,
        draw=proposals.draw_of(session, round_.id),
        proposals=proposals.titles(session, {row.first_id, row.second_id}),
        currency=this_currency(),
    ), 422 if form.is_submitted() else 200


@pages.get("/rounds/<slug:round_slug>/ballot-list")
@acts(Action.READ_PUBLIC)
def ballot_list(round_slug: str) -> str:
    """The list on the ballot: the commitment, then the frozen list with its numbers and the seed that drew them."""
    round_ = this_round(round_slug)
    session = door.session()
    admitted = list(proposals.admitted(session, round_.id))
    decided = [row for row in queries.conflicts(session, round_) if row.state is not ConflictState.OPEN]
    return render_template(
        "screening/ballot_list.html",
        draw=proposals.draw_of(session, round_.id),
        admitted=admitted,
        by_id={proposal.id: proposal for proposal in admitted},
        envelopes=rounds.envelopes(session, round_.id),
        conflicts=decided,
        form=PlainForm(),
        obstacles={
            "appeals": queries.open_appeals(session, round_.id),
            "conflicts": queries.open_conflicts(session, round_.id),
        },
        appeals_until=(
            appeals.possible_until(session, round_) if door.may(Action.FREEZE_BALLOT_LIST) else None
        ),
        appeals_possible=ScreeningProblem.APPEALS_POSSIBLE,
    )


@pages.post("/rounds/<slug:round_slug>/ballot-list/freeze")
@acts(Action.FREEZE_BALLOT_LIST)
def freeze(round_slug: str) -> Answer:
    """Draw the numbers and fix the list."""
    round_ = this_round(round_slug)
    form = PlainForm()
    with door.attempt(form, SENTENCES) as tried:
        ballot.freeze(door.actor(), door.session(), door.house().secrets, round_)
    if tried.ok:
        flash(_("The list is fixed and the numbers are drawn."))
    for _field, sentence in form.summary():
        flash(sentence, "bad")
    return redirect(url_for("screening.ballot_list", round_slug=round_slug))
