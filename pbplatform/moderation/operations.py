"""Reporting, ruling, appealing, deciding the appeal. Nobody decides their own case."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.database import insert_new
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.operations import record
from pbplatform.moderation import queries
from pbplatform.moderation.models import (
    LONGEST_REASON,
    AppealDecision,
    Block,
    Decision,
    Report,
    RuleBroken,
    Ruling,
    RulingState,
)
from pbplatform.moderation.targets import WAITING, Case, case

SHORTEST_REASON = 10
LONGEST_BLOCK_DAYS = 90


class ModerationProblem(StrEnum):
    """Why a report, a ruling or an appeal cannot be like this."""

    ALREADY_REPORTED = "already_reported"
    NO_RULE = "no_rule"
    REASON_TOO_SHORT = "reason_too_short"
    REASON_TOO_LONG = "reason_too_long"
    BLOCK_TOO_LONG = "block_too_long"
    NOTHING_TO_RULE = "nothing_to_rule"
    CHANGED = "changed"


def report(actor: Actor, session: Session, about: Case, rule: RuleBroken, note: str = "") -> None:
    """Say that something breaks a rule. Saying it twice is told, and counts once."""
    require(actor, Action.REPORT, about.subject())
    new = insert_new(
        session,
        Report,
        municipality_id=about.thing.municipality_id,
        round_id=about.round.id,
        target=about.target,
        target_id=about.thing.id,
        reporter_id=_account(actor),
        rule=rule,
        note=note.strip()[:500],
        reported_at=clock.now(),
    )
    if not new:
        raise Invalid(ModerationProblem.ALREADY_REPORTED)


def rule(
    actor: Actor,
    session: Session,
    about: Case,
    decision: Decision,
    *,
    broken: RuleBroken | None = None,
    reason: str = "",
    block_days: int = 0,
    version: int | None = None,
) -> Ruling:
    """Decide what happens to something that was reported, or that waits to be published.

    Hiding names the rule and gives the author a reason; it may also pause the author for a time. Whoever reported or
    wrote it may not rule. Raise Conflict when another moderator was faster, or when it is no longer the `version` that
    the moderator has read: nobody gets words past a moderator by changing them at that moment.
    """
    reports = queries.open_reports(
        session, about.thing.municipality_id, about.target, about.thing.id, lock=True
    )
    require(actor, Action.RULE, about.subject(*(found.reporter_id for found in reports)))
    if not reports and about.state != WAITING:
        raise Conflict(ModerationProblem.NOTHING_TO_RULE)
    if version is not None and version != about.thing.version:
        raise Conflict(ModerationProblem.CHANGED)
    hiding = decision is Decision.HIDE
    if hiding and broken is None:
        raise Invalid(ModerationProblem.NO_RULE, "rule")
    if not 0 <= block_days <= LONGEST_BLOCK_DAYS:
        raise Invalid(ModerationProblem.BLOCK_TOO_LONG, "block_days", most=LONGEST_BLOCK_DAYS)
    ruling = Ruling(
        municipality_id=about.thing.municipality_id,
        round_id=about.round.id,
        target=about.target,
        target_id=about.thing.id,
        author_id=about.author.id,
        moderator_id=_account(actor),
        decision=decision,
        rule=broken if hiding else None,
        reason=_reason(reason, "reason") if hiding else reason.strip()[:LONGEST_REASON],
        language=about.author.language,
        reports=len(reports),
        first_reported_at=reports[0].reported_at if reports else None,
        blocked_until=clock.now() + timedelta(days=block_days) if hiding and block_days else None,
        ruled_at=clock.now(),
    )
    session.add(ruling)
    session.flush()
    _answer_reports(session, ruling)
    _carry_out(session, about, ruling)
    record(
        actor,
        session,
        ruling.municipality_id,
        Action.RULE,
        ruling.target,
        ruling.target_id,
        ruling=ruling.id,
        decision=decision,
        rule=broken if hiding else None,
        block_days=block_days,
    )
    return ruling


def _answer_reports(session: Session, ruling: Ruling) -> None:
    session.execute(
        update(Report)
        .where(
            Report.target == ruling.target, Report.target_id == ruling.target_id, Report.ruling_id.is_(None)
        )
        .values(ruling_id=ruling.id)
    )


def _carry_out(session: Session, about: Case, ruling: Ruling) -> None:
    if ruling.decision is Decision.KEEP:
        about.publish(session)
        return
    about.hide(session)
    if ruling.blocked_until is not None:
        _pause(session, ruling.municipality_id, ruling.author_id)


def _pause(session: Session, municipality_id: int, author_id: int) -> None:
    """Let an author pause as long as the longest of the rulings that stand says, or no more."""
    longest = queries.longest_pause(session, municipality_id, author_id)
    if longest is None:
        session.execute(
            delete(Block).where(Block.municipality_id == municipality_id, Block.account_id == author_id)
        )
        return
    session.merge(
        Block(
            municipality_id=municipality_id,
            account_id=author_id,
            until=longest.blocked_until,
            ruling_id=longest.id,
        )
    )
    session.flush()


def appeal(actor: Actor, session: Session, ruling: Ruling, text: str) -> None:
    """The author disagrees; another moderator will decide."""
    require(actor, Action.APPEAL_RULING, queries.subject(ruling))
    ruling.appeal = _reason(text, "text")
    ruling.appealed_at = clock.now()
    ruling.state = RulingState.APPEALED
    session.flush()
    record(actor, session, ruling.municipality_id, Action.APPEAL_RULING, "ruling", ruling.id)


def decide_appeal(
    actor: Actor, session: Session, ruling: Ruling, decision: AppealDecision, reason: str
) -> None:
    """Another moderator upholds the ruling or undoes it; both texts stay, and the author is told."""
    require(actor, Action.DECIDE_RULING_APPEAL, queries.appeal_subject(ruling))
    ruling.appeal_decision = decision
    ruling.appeal_decided_by = _account(actor)
    ruling.appeal_decision_reason = _reason(reason, "reason")
    ruling.appeal_decided_at = clock.now()
    ruling.state = RulingState.FINAL
    session.flush()
    if decision is AppealDecision.OVERTURNED:
        case(session, ruling.municipality_id, ruling.target, ruling.target_id).publish(session)
        _pause(session, ruling.municipality_id, ruling.author_id)
    record(
        actor,
        session,
        ruling.municipality_id,
        Action.DECIDE_RULING_APPEAL,
        "ruling",
        ruling.id,
        decision=decision,
    )


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise LookupError("the charter lets nobody without an account moderate or report")
    return actor.account_id


def _reason(text: str, field: str) -> str:
    clean = text.strip()
    if len(clean) < SHORTEST_REASON:
        raise Invalid(ModerationProblem.REASON_TOO_SHORT, field, least=SHORTEST_REASON)
    if len(clean) > LONGEST_REASON:
        raise Invalid(ModerationProblem.REASON_TOO_LONG, field, most=LONGEST_REASON)
    return clean
