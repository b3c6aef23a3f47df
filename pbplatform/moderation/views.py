"""Reporting for citizens, queue and rulings for moderators, appeals for authors, the table for everybody."""

from collections.abc import Iterator

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from pbplatform import door
from pbplatform.accounts import queries as accounts
from pbplatform.accounts.models import Account
from pbplatform.charter.actions import Action
from pbplatform.consultation.models import Round
from pbplatform.deliberation import queries as discussion
from pbplatform.deliberation.models import Comment
from pbplatform.door import acts
from pbplatform.foundation.errors import Missing
from pbplatform.foundation.forms import typed_number
from pbplatform.foundation.sheets import stream_csv
from pbplatform.foundation.web import piece
from pbplatform.moderation import letters, operations, queries
from pbplatform.moderation.forms import AppealDecisionForm, AppealForm, ReportForm, RulingForm
from pbplatform.moderation.models import AppealDecision, Decision, RuleBroken, Ruling, Target
from pbplatform.moderation.targets import WAITING, Case, case
from pbplatform.moderation.words import PROBLEMS
from pbplatform.proposals.models import Proposal

pages = Blueprint("moderation", __name__)
Page = BaseResponse | str | tuple[str, int]


@pages.route("/report/<target>/<int:target_id>", methods=["GET", "POST"])
@acts(Action.REPORT)
def report(target: str, target_id: int) -> Page:
    """Report a comment or a proposal."""
    about = _case(target, target_id)
    if not about.is_readable(door.session()):
        raise Missing
    form = ReportForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            operations.report(
                door.actor(), door.session(), about, RuleBroken(form.rule.data), form.note.data or ""
            )
        if tried.ok:
            flash(_("Thank you. A moderator will look at it and decide."))
            return redirect(_where(about))
    page = render_template("moderation/report.html", case=about, form=form, back=_where(about))
    return page, 422 if form.is_submitted() else 200


@pages.get("/desk/moderation")
@acts(Action.SEE_REPORTS)
def queue() -> str:
    """What waits for a moderator."""
    session = door.session()
    return render_template(
        "moderation/queue.html",
        queued=queries.queue(session, g.municipality.id),
        waiting=queries.queue_length(session, g.municipality.id),
        appeals=queries.appeals(session, g.municipality.id),
    )


@pages.route("/desk/moderation/<target>/<int:target_id>", methods=["GET", "POST"])
@acts(Action.RULE)
def rule(target: str, target_id: int) -> Page:
    """Decide one case."""
    about = _case(target, target_id)
    reports = queries.open_reports(door.session(), g.municipality.id, about.target, target_id)
    form, unseen = RulingForm(version=str(about.thing.version)), about.state == WAITING
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            ruling = operations.rule(
                door.actor(),
                door.session(),
                about,
                Decision(form.decision.data),
                broken=RuleBroken(form.rule.data) if form.rule.data else None,
                reason=form.reason.data or "",
                block_days=form.block_days.data or 0,
                version=typed_number(form.version.data),
            )
        if tried.ok:
            letters.tell_ruling(door.session(), about.author, ruling, _ruling_address(ruling, about.author))
            if unseen and about.target is Target.PROPOSAL:
                letters.tell_published(door.session(), about.author, ruling, _address(about))
            flash(_("Decided. The author is told in their own language."))
            return redirect(url_for("moderation.queue"))
    page = render_template(
        "moderation/rule.html",
        case=about,
        place=_where(about),
        reports=reports,
        form=form,
        allowed=door.may(Action.RULE, about.subject(*(found.reporter_id for found in reports))),
    )
    return page, 422 if form.is_submitted() else 200


@pages.route("/rulings/<int:ruling_id>", methods=["GET", "POST"])
@acts(Action.APPEAL_RULING)
def ruling(ruling_id: int) -> Page:
    """A ruling as its author sees it, and the appeal against it."""
    found = _ruling(ruling_id)
    if found.author_id != door.actor().account_id:
        raise Missing
    form = AppealForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            operations.appeal(door.actor(), door.session(), found, form.text.data)
        if tried.ok:
            flash(_("Your appeal is in. Another moderator will decide it."))
            return redirect(url_for("moderation.ruling", ruling_id=found.id))
    about = case(door.session(), g.municipality.id, found.target, found.target_id)
    page = render_template("moderation/ruling.html", ruling=found, case=about, place=_where(about), form=form)
    return page, 422 if form.is_submitted() else 200


@pages.route("/desk/appeals/<int:ruling_id>", methods=["GET", "POST"])
@acts(Action.DECIDE_RULING_APPEAL)
def appeal(ruling_id: int) -> Page:
    """Decide an appeal against a ruling of somebody else."""
    found = _ruling(ruling_id)
    form = AppealDecisionForm()
    if form.validate_on_submit():
        with door.attempt(form, PROBLEMS) as tried:
            operations.decide_appeal(
                door.actor(), door.session(), found, AppealDecision(form.decision.data), form.reason.data
            )
        if tried.ok:
            author = door.session().get_one(Account, found.author_id)
            letters.tell_appeal(door.session(), author, found, _ruling_address(found, author))
            flash(_("Decided. The author is told in their own language."))
            return redirect(url_for("moderation.queue"))
    about = case(door.session(), g.municipality.id, found.target, found.target_id)
    names = accounts.names_of(door.session(), {found.moderator_id})
    page = render_template(
        "moderation/appeal.html", ruling=found, case=about, place=_where(about), names=names, form=form
    )
    return page, 422 if form.is_submitted() else 200


@pages.get("/moderation")
@acts(Action.READ_PUBLIC)
def transparency() -> str:
    """What moderation did, in numbers, for everybody."""
    return render_template(
        "moderation/transparency.html",
        table=queries.transparency(door.session(), g.municipality.id),
        rules=tuple(RuleBroken),
    )


@pages.get("/desk/moderation/log.csv")
@acts(Action.EXPORT_RULINGS)
def log() -> Response:
    """All rulings as a file, without names."""
    place = g.municipality.id
    pieces = door.streamed(lambda session: stream_csv(_rows(queries.log(session, place))))
    headers = {"Content-Disposition": "attachment; filename=moderation.csv"}
    return Response(pieces, mimetype="text/csv", headers=headers)


def _rows(rulings: Iterator[Ruling]) -> Iterator[list[object]]:
    head = "ruling target target_id decision rule reason reports first_reported_at ruled_at state".split()
    yield [*head, "appeal", "appealed_at", "appeal_decision", "appeal_reason", "appeal_decided_at"]
    for found in rulings:
        yield [
            found.id,
            found.target.value,
            found.target_id,
            found.decision.value,
            found.rule.value if found.rule else "",
            found.reason,
            found.reports,
            found.first_reported_at or "",
            found.ruled_at,
            found.state.value,
            found.appeal,
            found.appealed_at or "",
            found.appeal_decision.value if found.appeal_decision else "",
            found.appeal_decision_reason,
            found.appeal_decided_at or "",
        ]


def _case(target: str, target_id: int) -> Case:
    kind = next((known for known in Target if known.value == target), None)
    if kind is None:
        raise Missing
    return case(door.session(), g.municipality.id, kind, target_id)


def _ruling(ruling_id: int) -> Ruling:
    found = queries.ruling(door.session(), g.municipality.id, ruling_id)
    if found is None:
        raise Missing
    return found


def _where(about: Case) -> str:
    if about.target is Target.PROPOSAL:
        return url_for("proposals.detail", round_slug=about.round.slug, proposal_id=about.proposal_id)
    assert isinstance(about.thing, Comment)
    return url_for(
        "deliberation.thread",
        round_slug=about.round.slug,
        proposal_id=about.proposal_id,
        sort=discussion.Sort.OLDEST.value,
        page=discussion.place_in_thread(door.session(), about.thing),
        _anchor=f"comment-{about.thing.id}",
    )


def _address(about: Case) -> str:
    path = url_for(
        "proposals.detail",
        round_slug=about.round.slug,
        proposal_id=about.proposal_id,
        locale=about.author.language,
    )
    return door.house().config.base_url + path


def panel(_round: Round, proposal: Proposal, owners: frozenset[int]) -> Markup | str:
    """On the page of a hidden proposal, for those who may open it: whether it waits, or which ruling hid it."""
    if proposal.hidden_at is None:
        return ""
    ruling = queries.ruling_about(door.session(), Target.PROPOSAL, proposal.id)
    answerable = proposal.author_id or proposal.entered_by
    mine = ruling is not None and door.actor().account_id == answerable
    return piece(
        "moderation/panel.html",
        proposal=proposal,
        ruling=ruling,
        mine=mine,
        moderator=door.may(Action.SEE_REPORTS) and door.actor().account_id not in owners,
    )


def _ruling_address(found: Ruling, author: Account) -> str:
    path = url_for("moderation.ruling", ruling_id=found.id, locale=author.language)
    return door.house().config.base_url + path
