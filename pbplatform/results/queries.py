"""Questions about counts and results. One rule decides what is public when, for pages, interface and files alike."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.consultation.models import Round
from pbplatform.foundation.database import database_now
from pbplatform.foundation.jobs import Job, JobState
from pbplatform.results.models import CouncilDecision, Count, CountState, EnvelopeResult, PastElection
from pbplatform.voting.models import RoundSeal, SealedBallot, Turnout

OFFICIAL = frozenset({CountState.DECLARED, CountState.CORRECTED})
CONFIRMED = frozenset({CountState.RECOUNTED, CountState.DECLARED})


def counts(session: Session, found: Round) -> Sequence[Count]:
    """Every count of a round, the newest first."""
    return session.scalars(
        select(Count)
        .where(Count.municipality_id == found.municipality_id, Count.round_id == found.id)
        .order_by(Count.number.desc())
    ).all()


def latest(session: Session, found: Round) -> Count | None:
    """The newest count of a round, whatever became of it."""
    return next(iter(counts(session, found)), None)


def public_count(session: Session, found: Round) -> Count | None:
    """The count that everybody may see: the declared one; of a past election the newest that a recount confirmed.

    This is the rule that pages, the programming interface and files all follow.
    """
    allowed = CONFIRMED if found.imported_from else frozenset({CountState.DECLARED})
    return session.scalars(
        select(Count)
        .where(
            Count.municipality_id == found.municipality_id,
            Count.round_id == found.id,
            Count.state.in_(allowed),
        )
        .order_by(Count.number.desc())
        .limit(1)
    ).one_or_none()


def corrected(session: Session, found: Round) -> Sequence[Count]:
    """The counts that were declared once and corrected later, the newest first."""
    return [row for row in counts(session, found) if row.state is CountState.CORRECTED]


def envelope_results(session: Session, row: Count) -> dict[int, EnvelopeResult]:
    """The results of a count by envelope."""
    found = session.scalars(
        select(EnvelopeResult).where(
            EnvelopeResult.municipality_id == row.municipality_id, EnvelopeResult.count_id == row.id
        )
    )
    return {result.envelope_id: result for result in found}


def past_election(session: Session, found: Round) -> PastElection | None:
    """What the file of a past election said; none for the platform's own rounds."""
    return session.get(PastElection, found.id)


def seal(session: Session, found: Round) -> RoundSeal | None:
    """What was fixed when the vote was sealed; none for a past election."""
    return session.get(RoundSeal, found.id)


def ballot_by_tracker(session: Session, found: Round, tracker: str) -> SealedBallot | None:
    """The sealed ballot that a tracker names in this round."""
    return session.scalars(
        select(SealedBallot).where(SealedBallot.round_id == found.id, SealedBallot.tracker == tracker)
    ).one_or_none()


def turnout(session: Session, found: Round) -> dict[str, int]:
    """Counted ballots by channel."""
    rows = session.execute(
        select(SealedBallot.channel, func.count())
        .where(SealedBallot.round_id == found.id)
        .group_by(SealedBallot.channel)
    )
    return {channel.value: number for channel, number in rows}


def decisions(session: Session, found: Round) -> Sequence[CouncilDecision]:
    """The council's decisions on a round's result in the order of their dates."""
    return session.scalars(
        select(CouncilDecision)
        .where(CouncilDecision.municipality_id == found.municipality_id, CouncilDecision.round_id == found.id)
        .order_by(CouncilDecision.decided_on, CouncilDecision.id)
    ).all()


def signatures(session: Session, row: Count) -> dict[str, str]:
    """The names of the officers who counted, counted again and declared, by what they did."""
    people = {"ordered": row.ordered_by, "recounted": row.recounted_by, "declared": row.declared_by}
    wanted = [number for number in people.values() if number is not None]
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    names = {row[0]: row[1] for row in rows}
    return {what: names[who] for what, who in people.items() if who is not None and who in names}


def rounds_with_results(session: Session, municipality_id: int) -> list[tuple[Round, Count]]:
    """The rounds whose result is public, with the count that is, the newest round first."""
    found = session.execute(
        select(Round, Count)
        .join(Count, Count.round_id == Round.id)
        .where(
            Round.municipality_id == municipality_id,
            or_(
                Count.state == CountState.DECLARED,
                (Count.state == CountState.RECOUNTED) & Round.imported_from.is_not(None),
            ),
        )
        .order_by(Round.created_at.desc(), Round.id.desc(), Count.number.desc())
    )
    newest: dict[int, tuple[Round, Count]] = {}
    for round_, row in found:
        newest.setdefault(round_.id, (round_, row))
    return list(newest.values())


INTERRUPTED_AFTER = timedelta(minutes=10)
"""No count of the platform takes so long; what still runs then, runs no more."""


def interrupted(session: Session, row: Count) -> bool:
    """Whether a count that is said to run has lost its worker, so that it may be ordered anew."""
    if row.state is not CountState.RUNNING:
        return False
    work = job(session, row)
    if work is not None and work.state in (JobState.DONE, JobState.FAILED):
        return True
    return database_now(session) - row.ordered_at > INTERRUPTED_AFTER


def job(session: Session, row: Count) -> Job | None:
    """The background work of a count, with its progress."""
    return session.get(Job, row.job_id) if row.job_id is not None else None


def turnout_by_district(session: Session, found: Round) -> dict[str, Any]:
    """The last published figures of the turnout, in steps of ten; empty where there are none."""
    figures = session.scalar(
        select(Turnout.figures).where(Turnout.round_id == found.id).order_by(Turnout.hour.desc()).limit(1)
    )
    return dict(figures or {})


def objections(session: Session, found: Round) -> dict[str, int]:
    """How many entries were annulled after objections, as published at the seal."""
    fixed = seal(session, found)
    counts_ = fixed.counts if fixed else {}
    return {"annulled": int(counts_.get("annulled", 0)), "superseded": int(counts_.get("superseded", 0))}
