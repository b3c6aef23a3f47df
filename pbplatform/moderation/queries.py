"""Reading the queue, rulings, appeals, and the public table of moderation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from pbplatform.charter.policy import Subject
from pbplatform.deliberation.models import Comment, CommentState
from pbplatform.foundation import clock
from pbplatform.moderation.models import (
    AppealDecision,
    Block,
    Decision,
    Report,
    RuleBroken,
    Ruling,
    RulingState,
    Target,
)
from pbplatform.moderation.targets import WAITING, Case, case
from pbplatform.proposals.models import LISTED_STATES, Proposal

MOST_QUEUED = 100


@dataclass(frozen=True)
class Queued:
    """One thing that waits for a ruling: reported, or not yet published at all."""

    case: Case
    reports: int
    since: datetime
    rules: tuple[RuleBroken, ...]

    @property
    def waiting(self) -> bool:
        """Whether it waits to be published, rather than to be looked at after a report."""
        return self.case.state == WAITING and not self.reports


def queue(session: Session, municipality_id: int, most: int = MOST_QUEUED) -> list[Queued]:
    """What waits for a moderator, most reported first and then the oldest."""
    queued = [
        *_reported(session, municipality_id, most),
        *_unpublished_proposals(session, municipality_id, most),
        *_unpublished(session, municipality_id, most),
    ]
    return sorted(queued, key=lambda found: (-found.reports, found.since))[:most]


def queue_length(session: Session, municipality_id: int) -> int:
    """How many things wait for a moderator."""
    reported = (
        select(Report.target, Report.target_id).where(*_answerable(municipality_id)).distinct().subquery()
    )
    waiting = select(func.count()).where(*_waiting_comments(municipality_id))
    proposals = select(func.count()).where(*_hidden_unruled(municipality_id))
    numbers = (select(func.count()).select_from(reported), waiting, proposals)
    return sum(session.scalar(number) or 0 for number in numbers)


def _answerable(municipality_id: int) -> tuple[ColumnElement[bool], ...]:
    """Open reports that a ruling can still answer: what its author has deleted, or a ruling has hidden, waits for nobody."""
    comment = exists().where(
        Comment.id == Report.target_id, Comment.state.in_((CommentState.VISIBLE, CommentState.WAITING))
    )
    proposal = exists().where(Proposal.id == Report.target_id, Proposal.hidden_at.is_(None))
    return (
        Report.municipality_id == municipality_id,
        Report.ruling_id.is_(None),
        or_(
            and_(Report.target == Target.COMMENT, comment),
            and_(Report.target == Target.PROPOSAL, proposal),
        ),
    )


def _waiting_comments(municipality_id: int) -> tuple[ColumnElement[bool], ...]:
    """Comments that wait to be published; what was reported before its author changed it stands among the reports."""
    reported = exists().where(
        Report.target == Target.COMMENT, Report.target_id == Comment.id, Report.ruling_id.is_(None)
    )
    return Comment.municipality_id == municipality_id, Comment.state == CommentState.WAITING, ~reported


def _hidden_unruled(municipality_id: int) -> tuple[ColumnElement[bool], ...]:
    """Proposals that nobody sees yet: hidden when they were handed in, and no ruling has hidden them."""
    ruling = exists().where(
        Ruling.target == Target.PROPOSAL, Ruling.target_id == Proposal.id, Ruling.decision == Decision.HIDE
    )
    return (
        Proposal.municipality_id == municipality_id,
        Proposal.hidden_at.is_not(None),
        Proposal.state.in_(LISTED_STATES),
        ~ruling,
    )


def _reported(session: Session, municipality_id: int, most: int) -> Iterator[Queued]:
    rows = session.execute(
        select(Report.target, Report.target_id, func.count(), func.min(Report.reported_at))
        .where(*_answerable(municipality_id))
        .group_by(Report.target, Report.target_id)
        .order_by(func.count().desc(), func.min(Report.reported_at))
        .limit(most)
    ).all()
    for target, target_id, reports, since in rows:
        rules = tuple(
            sorted({report.rule for report in open_reports(session, municipality_id, target, target_id)})
        )
        yield Queued(case(session, municipality_id, target, target_id), reports, since, rules)


def _unpublished_proposals(session: Session, municipality_id: int, most: int) -> Iterator[Queued]:
    waiting = session.execute(
        select(Proposal.id, Proposal.submitted_at)
        .where(*_hidden_unruled(municipality_id))
        .order_by(Proposal.submitted_at)
        .limit(most)
    ).all()
    for proposal_id, since in waiting:
        assert since is not None
        yield Queued(case(session, municipality_id, Target.PROPOSAL, proposal_id), 0, since, ())


def _unpublished(session: Session, municipality_id: int, most: int) -> Iterator[Queued]:
    waiting = session.scalars(
        select(Comment).where(*_waiting_comments(municipality_id)).order_by(Comment.posted_at).limit(most)
    ).all()
    for comment in waiting:
        yield Queued(case(session, municipality_id, Target.COMMENT, comment.id), 0, comment.posted_at, ())


def open_reports(
    session: Session, municipality_id: int, target: Target, target_id: int, *, lock: bool = False
) -> Sequence[Report]:
    """The reports about a thing that no ruling has answered yet; `lock` holds them until the ruling is written."""
    question = (
        select(Report)
        .where(
            Report.municipality_id == municipality_id,
            Report.target == target,
            Report.target_id == target_id,
            Report.ruling_id.is_(None),
        )
        .order_by(Report.reported_at)
    )
    return session.scalars(question.with_for_update() if lock else question).all()


def has_reported(session: Session, target: Target, target_id: int, account_id: int) -> bool:
    """Whether somebody reported a thing already."""
    mine = and_(Report.target == target, Report.target_id == target_id, Report.reporter_id == account_id)
    return bool(session.scalar(select(exists().where(mine))))


def ruling(session: Session, municipality_id: int, ruling_id: int) -> Ruling | None:
    """A ruling of this municipality."""
    return session.scalar(
        select(Ruling).where(Ruling.id == ruling_id, Ruling.municipality_id == municipality_id)
    )


def subject(found: Ruling) -> Subject:
    """What the charter needs to know to take an appeal: the author owns the ruling."""
    return Subject(found.municipality_id, None, found.state, frozenset({found.author_id}))


def appeal_subject(found: Ruling) -> Subject:
    """And to decide it: neither the author nor the moderator who ruled may."""
    owners = frozenset({found.author_id, found.moderator_id})
    return Subject(found.municipality_id, None, found.state, owners)


def appeals(session: Session, municipality_id: int) -> Sequence[Ruling]:
    """Rulings whose appeal waits for another moderator, the oldest appeal first."""
    return session.scalars(
        select(Ruling)
        .where(Ruling.municipality_id == municipality_id, Ruling.state == RulingState.APPEALED)
        .order_by(Ruling.appealed_at)
    ).all()


def rulings_on(session: Session, municipality_id: int, author_id: int) -> Sequence[Ruling]:
    """Every ruling on what somebody wrote, newest first."""
    return session.scalars(
        select(Ruling)
        .where(
            Ruling.municipality_id == municipality_id,
            Ruling.author_id == author_id,
            Ruling.decision == Decision.HIDE,
        )
        .order_by(Ruling.id.desc())
    ).all()


def ruling_about(session: Session, target: Target, target_id: int) -> Ruling | None:
    """The newest ruling that hid a thing."""
    return session.scalars(
        select(Ruling)
        .where(Ruling.target == target, Ruling.target_id == target_id, Ruling.decision == Decision.HIDE)
        .order_by(Ruling.id.desc())
        .limit(1)
    ).first()


def log(session: Session, municipality_id: int) -> Iterator[Ruling]:
    """All rulings of a municipality in order of time, a few hundred in memory at once."""
    return iter(
        session.scalars(
            select(Ruling)
            .where(Ruling.municipality_id == municipality_id)
            .order_by(Ruling.id)
            .execution_options(yield_per=500)
        )
    )


def longest_pause(session: Session, municipality_id: int, author_id: int) -> Ruling | None:
    """The ruling that pauses an author longest from now on, of those that no appeal has undone."""
    return session.scalars(
        select(Ruling)
        .where(
            Ruling.municipality_id == municipality_id,
            Ruling.author_id == author_id,
            Ruling.blocked_until > clock.now(),
            Ruling.appeal_decision.is_distinct_from(AppealDecision.OVERTURNED),
        )
        .order_by(Ruling.blocked_until.desc())
        .limit(1)
    ).first()


def is_blocked(session: Session, account_id: int, municipality_id: int) -> bool:
    """Whether an account may not contribute in a municipality at the moment."""
    mine = and_(
        Block.municipality_id == municipality_id, Block.account_id == account_id, Block.until > clock.now()
    )
    return bool(session.scalar(select(exists().where(mine))))


@dataclass(frozen=True)
class Line:
    """One line of the public table: a rule, how often it was applied, and what became of appeals."""

    rule: RuleBroken
    hidden: int
    appealed: int
    overturned: int


@dataclass(frozen=True)
class Transparency:
    """What moderation did, in numbers. `median_wait` is from the first report to the ruling; None without rulings."""

    lines: tuple[Line, ...]
    kept: int
    median_wait: timedelta | None


def transparency(session: Session, municipality_id: int) -> Transparency:
    """Count what moderation did in a municipality."""
    lines = {rule: [0, 0, 0] for rule in RuleBroken}
    kept, waits = 0, []
    for found in log(session, municipality_id):
        if found.first_reported_at is not None:
            waits.append((found.ruled_at - found.first_reported_at).total_seconds())
        if found.rule is None or found.decision is Decision.KEEP:
            kept += 1
            continue
        line = lines[found.rule]
        line[0] += 1
        line[1] += found.appealed_at is not None
        line[2] += found.appeal_decision is AppealDecision.OVERTURNED
    return Transparency(
        lines=tuple(Line(rule, *numbers) for rule, numbers in lines.items()),
        kept=kept,
        median_wait=timedelta(seconds=median(waits)) if waits else None,
    )
