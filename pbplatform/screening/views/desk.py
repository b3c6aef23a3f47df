"""The officers' and departments' work: queues, one case, the release."""

from collections.abc import Callable
from datetime import datetime, time
from functools import wraps
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import queries as people
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.consultation.place import this_currency, this_round, this_settings
from pbplatform.door import acts
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.web import typed_words
from pbplatform.proposals import finding
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import announcing, merges, operations, queries
from pbplatform.screening.forms import (
    AssessmentForm,
    FindingForm,
    FormalForm,
    MergeForm,
    PlainForm,
    RouteForm,
    TextForm,
    defaults,
)
from pbplatform.screening.models import AssessmentState, ScreeningState, Verdict
from pbplatform.screening.operations import Finding
from pbplatform.screening.views.pages import SENTENCES, answers_of, loaded, pages

Answer = BaseResponse | str | tuple[str, int]
ANSWERED = (AssessmentState.WRITTEN, AssessmentState.ACCEPTED)
OPEN = (ScreeningState.WAITING, ScreeningState.CHECKED, ScreeningState.ROUTED, ScreeningState.SIGNED)


@pages.get("/rounds/<slug:round_slug>/screening")
@acts(Action.SEE_SCREENING)
def queue(round_slug: str) -> str:
    """What waits in a round, by state of review, with its deadlines."""
    round_ = this_round(round_slug)
    wanted = request.args.get("state")
    state = ScreeningState(wanted) if wanted in set(OPEN) else None
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    rows, total = queries.queue(door.session(), round_, state, page)
    return render_template(
        "screening/queue.html",
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // queries.QUEUE)),
        state=state,
        states=OPEN,
        counts=queries.queue_counts(door.session(), round_),
        open_appeals=queries.open_appeals(door.session(), round_.id),
        open_conflicts=queries.open_conflicts(door.session(), round_.id),
        departments=queries.departments(door.session(), round_.municipality_id),
        page_address=lambda number: url_for(
            "screening.queue", round_slug=round_slug, page=number, state=state.value if state else None
        ),
        form=PlainForm(),
        release_at=this_settings().assessments_released_at,
        default_due=_default_due(),
    )


@pages.post("/rounds/<slug:round_slug>/screening/route-many")
@acts(Action.CHECK_PROPOSAL)
def route_many(round_slug: str) -> Answer:
    """Send several checked proposals to the same departments at once."""
    round_ = this_round(round_slug)
    form = _route_form(round_)
    chosen = [
        int(value) for value in request.form.getlist("proposal") if value.isdecimal() and len(value) < 18
    ]
    sent = 0
    if form.validate_on_submit():
        for number in chosen[: queries.QUEUE]:
            _round, proposal = loaded(round_slug, number)
            sent += _asked(round_, proposal, form, at_once=False)
    flash(_("Sent to departments: %(number)s.", number=sent))
    for _field, sentence in form.summary():
        flash(sentence, "bad")
    return redirect(url_for("screening.queue", round_slug=round_slug))


def _route_form(round_: Round) -> RouteForm:
    form = RouteForm()
    form.offer(list(queries.departments(door.session(), round_.municipality_id)))
    return form


def _asked(round_: Round, proposal: Proposal, form: RouteForm, *, at_once: bool) -> bool:
    """Ask the chosen departments: by a letter each, or with the next digest where many are asked about much."""
    with door.attempt(form, SENTENCES) as tried:
        asked = operations.route(
            door.actor(),
            door.session(),
            round_,
            proposal,
            form.departments.data,
            _end_of(form.due_on.data),
        )
    if tried.ok:
        tell = announcing.ask if at_once else announcing.ask_in_digest
        for assessment in asked:
            tell(door.session(), g.municipality, round_, proposal, assessment)
    return tried.ok


@pages.get("/rounds/<slug:round_slug>/screening/<int:proposal_id>")
@acts(Action.SEE_SCREENING)
def case(round_slug: str, proposal_id: int) -> str:
    """Everything about one proposal's review."""
    round_, proposal = loaded(round_slug, proposal_id)
    return _case(round_, proposal)


def _case(round_: Round, proposal: Proposal, *, overtaken: bool = False, **failed: Any) -> str:
    session = door.session()
    screening = queries.screening(session, proposal.id)
    written = queries.assessments(session, proposal.id)
    mine = queries.departments_of(session, proposal.municipality_id, door.actor().account_id)
    ours = next((one for one in written if one.department in mine), None)
    notes = queries.notes(session, proposal.id)
    interests = queries.interests(session, proposal.id)
    accounts = {note.author_id for note in notes} | {one.account_id for one in interests}
    accounts |= {one.written_by for one in written if one.written_by is not None}
    route = RouteForm(formdata=None, due_on=clock.local(_default_due(), g.municipality.zone).date())
    route.offer(list(queries.departments(session, proposal.municipality_id)))
    forms: dict[str, Any] = {
        "formal": FormalForm(formdata=None, **_formal_defaults(screening)),
        "route": route,
        "assess": AssessmentForm(formdata=None, **(defaults(ours) | ours.criteria)) if ours else None,
        "sign": FindingForm(formdata=None, **_sign_defaults(screening, written)),
        "send_back": TextForm(formdata=None, prefix="back"),
        "note": TextForm(formdata=None, prefix="note"),
        "interest": TextForm(formdata=None, prefix="interest"),
        "merge": MergeForm(formdata=None),
    } | failed
    join = request.values.get("join", "")
    return render_template(
        "screening/case.html",
        proposal=proposal,
        join=join,
        joinable=[
            row for row in finding.named(session, round_, join, merges.MERGEABLE) if row.id != proposal.id
        ],
        subject=operations.subject(session, round_, proposal),
        screening=screening,
        state=screening.state if screening else ScreeningState.WAITING,
        assessments=written,
        ours=ours,
        notes=notes,
        interests=interests,
        names=people.names_of(session, accounts),
        merges=queries.merges_of(session, proposal.id),
        draw=proposals.draw_of(session, round_.id),
        answers_of=answers_of,
        missing_answers=not written or any(one.state not in ANSWERED for one in written),
        forms=forms,
        failed=next(iter(failed.values()), None),
        overtaken=overtaken,
        typed=typed_words() if overtaken else [],
        currency=this_currency(),
    )


def shows_what_stands(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Where somebody else was quicker, show the case as it stands now, and give back what was written."""

    @wraps(view)
    def shown(round_slug: str, proposal_id: int, **more: int) -> Answer:
        try:
            return view(round_slug, proposal_id, **more)
        except (Conflict, StaleDataError):
            door.session().rollback()
            round_, proposal = loaded(round_slug, proposal_id)
            return _case(round_, proposal, overtaken=True), 409

    return shown


def _formal_defaults(screening: Any) -> dict[str, Any]:
    if screening is None or not screening.formal:
        return {}
    return {name: "yes" if met else "no" for name, met in screening.formal.items()} | {
        "note": screening.formal_note
    }


def _sign_defaults(screening: Any, written: Any) -> dict[str, Any]:
    """The coordinator begins from what the departments wrote: the dearest cost, the first refusal's reason."""
    if screening is not None and screening.verdict is not None:
        return defaults(screening)
    found = [one for one in written if one.verdict is not None]
    refusing = [one for one in found if one.verdict is Verdict.INFEASIBLE]
    source = (refusing or found or [None])[0]
    suggested = defaults(source) if source is not None else {}
    if found and not refusing:
        suggested["cost"] = max(one.cost or 0 for one in found)
    return suggested | {"version": str(screening.version) if screening else "0"}


def _back(round_slug: str, proposal_id: int, said: str) -> BaseResponse:
    flash(said)
    return redirect(url_for("screening.case", round_slug=round_slug, proposal_id=proposal_id))


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/check")
@acts(Action.CHECK_PROPOSAL)
@shows_what_stands
def check(round_slug: str, proposal_id: int) -> Answer:
    """The formal check."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = FormalForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            row = operations.check(
                door.actor(), door.session(), round_, proposal, form.answers(), form.note.data or ""
            )
        if tried.ok and proposal.state is ProposalState.RETURNED:
            announcing.returned(door.session(), g.municipality, round_, proposal, row.formal_note)
            return _back(round_slug, proposal_id, _("The proposal is returned to its authors."))
        if tried.ok:
            return _back(round_slug, proposal_id, _("The formal check is done."))
    return _case(round_, proposal, formal=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/route")
@acts(Action.CHECK_PROPOSAL)
@shows_what_stands
def route(round_slug: str, proposal_id: int) -> Answer:
    """Ask departments."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = _route_form(round_)
    if form.validate_on_submit() and _asked(round_, proposal, form, at_once=True):
        return _back(round_slug, proposal_id, _("The departments are asked."))
    return _case(round_, proposal, route=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/assess")
@acts(Action.ASSESS_PROPOSAL)
@shows_what_stands
def assess(round_slug: str, proposal_id: int) -> Answer:
    """A department's view."""
    round_, proposal = loaded(round_slug, proposal_id)
    mine = queries.departments_of(door.session(), proposal.municipality_id, door.actor().account_id)
    ours = next(
        (one for one in queries.assessments(door.session(), proposal.id) if one.department in mine), None
    )
    assessment = door.found(ours)
    form = AssessmentForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            operations.assess(
                door.actor(),
                door.session(),
                round_,
                proposal,
                assessment,
                form.answers(),
                _finding(form),
                form.seen(),
            )
        if tried.ok:
            return _back(round_slug, proposal_id, _("Your assessment is with the coordinator."))
    return _case(round_, proposal, assess=form), 422


def _finding(form: FindingForm) -> Finding:
    return Finding(
        Verdict(form.verdict.data), form.reason.data or "", form.cost.data, form.legal_ground.data or ""
    )


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/send-back/<int:assessment_id>")
@acts(Action.SIGN_ASSESSMENT)
@shows_what_stands
def send_back(round_slug: str, proposal_id: int, assessment_id: int) -> Answer:
    """Ask a department to look again."""
    round_, proposal = loaded(round_slug, proposal_id)
    found = {one.id: one for one in queries.assessments(door.session(), proposal.id)}
    assessment = door.found(found.get(assessment_id))
    form = TextForm(prefix="back")
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            operations.send_back(door.actor(), door.session(), round_, proposal, assessment, form.text.data)
        if tried.ok:
            announcing.ask(door.session(), g.municipality, round_, proposal, assessment)
            return _back(round_slug, proposal_id, _("The assessment is returned to the department."))
    return _case(round_, proposal, send_back=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/sign")
@acts(Action.SIGN_ASSESSMENT)
@shows_what_stands
def sign(round_slug: str, proposal_id: int) -> Answer:
    """The coordinator's signature."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = FindingForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            operations.sign(door.actor(), door.session(), round_, proposal, _finding(form), form.seen())
        if tried.ok:
            return _back(
                round_slug, proposal_id, _("Signed. It becomes public together with all other results.")
            )
    return _case(round_, proposal, sign=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/unsign")
@acts(Action.SIGN_ASSESSMENT)
@shows_what_stands
def unsign(round_slug: str, proposal_id: int) -> Answer:
    """Take a signature back."""
    round_, proposal = loaded(round_slug, proposal_id)
    operations.unsign(door.actor(), door.session(), round_, proposal)
    return _back(round_slug, proposal_id, _("The signature is taken back."))


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/note")
@acts(Action.NOTE_ON_PROPOSAL)
def note(round_slug: str, proposal_id: int) -> Answer:
    """An internal note."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = TextForm(prefix="note")
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            operations.note(door.actor(), door.session(), proposal, form.text.data)
        if tried.ok:
            return _back(round_slug, proposal_id, _("The note is kept."))
    return _case(round_, proposal, note=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/interest")
@acts(Action.DECLARE_INTEREST)
def interest(round_slug: str, proposal_id: int) -> Answer:
    """Declare that the proposal touches one's own interests."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = TextForm(prefix="interest")
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            operations.declare_interest(door.actor(), door.session(), proposal, form.text.data)
        if tried.ok:
            return _back(
                round_slug, proposal_id, _("Thank you. You decide nothing on this proposal from now on.")
            )
    return _case(round_, proposal, interest=form), 422


@pages.post("/rounds/<slug:round_slug>/screening/<int:proposal_id>/merge")
@acts(Action.SUGGEST_MERGE)
@shows_what_stands
def suggest_merge(round_slug: str, proposal_id: int) -> Answer:
    """Suggest that it joins another one."""
    round_, proposal = loaded(round_slug, proposal_id)
    form = MergeForm()
    if form.validate_on_submit():
        target = proposals.by_id(door.session(), g.municipality.id, form.target.data)
        with door.attempt(form, SENTENCES) as tried:
            merge = merges.suggest(
                door.actor(), door.session(), round_, proposal, target or proposal, form.reason.data or ""
            )
        if tried.ok and target is not None:
            announcing.suggest_merge(door.session(), g.municipality, round_, merge, proposal, target)
            return _back(round_slug, proposal_id, _("The authors of both are asked."))
    return _case(round_, proposal, merge=form), 422


@pages.get("/my-assessments")
@acts(Action.SEE_SCREENING)
def mine() -> str:
    """The department's desk: what waits for its view, the nearest deadline first."""
    session = door.session()
    mine = queries.departments_of(session, g.municipality.id, door.actor().account_id)
    return render_template(
        "screening/mine.html",
        departments=sorted(mine),
        rows=queries.department_queue(session, g.municipality.id, mine),
        returned=AssessmentState.RETURNED,
        at=clock.now(),
    )


@pages.route("/rounds/<slug:round_slug>/screening/release", methods=["GET", "POST"])
@acts(Action.RELEASE_ASSESSMENTS)
def release(round_slug: str) -> Answer:
    """What is ready, what is missing, and the button that publishes all results at once."""
    round_ = this_round(round_slug)
    form = PlainForm()
    if form.validate_on_submit():
        with door.attempt(form, SENTENCES) as tried:
            decided = operations.release(door.actor(), door.session(), round_)
        if tried.ok:
            announcing.released(door.session(), g.municipality, round_, decided)
            flash(_("The results are public."))
            return redirect(url_for("screening.queue", round_slug=round_slug))
    return render_template(
        "screening/release.html",
        form=form,
        undecided=queries.undecided(door.session(), round_.id),
        unreleased=queries.unreleased(door.session(), round_.id),
        release_at=this_settings().assessments_released_at,
        due=operations.may_release(door.session(), round_),
    ), 422 if form.is_submitted() else 200


def _end_of(day: Any) -> datetime:
    return clock.from_local(datetime.combine(day, time(23, 59, 59)), g.municipality.zone)


def _default_due() -> datetime:
    return clock.now() + operations.ASSESSMENT_TIME
