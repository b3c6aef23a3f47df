"""Questions about follows and happenings."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, or_, select, true
from sqlalchemy.orm import Session

from pbplatform.notices.models import Follow, Happening, HappeningTopic, Mailing, News, Topic

PAGE = 30
LONGEST_DIGEST = 50


def follow(session: Session, account_id: int, topic: Topic, subject_id: int) -> Follow | None:
    """What an account follows of this, if it does."""
    return session.scalar(
        select(Follow).where(
            Follow.account_id == account_id, Follow.topic == topic, Follow.subject_id == subject_id
        )
    )


def follows(session: Session, municipality_id: int, account_id: int) -> Sequence[Follow]:
    """Everything an account follows in a municipality, newest first."""
    return session.scalars(
        select(Follow)
        .where(Follow.municipality_id == municipality_id, Follow.account_id == account_id)
        .order_by(Follow.id.desc())
    ).all()


def count_followers(session: Session, municipality_id: int, topic: Topic, subject_id: int) -> int:
    """How many people follow this."""
    return (
        session.scalar(
            select(func.count()).where(
                Follow.municipality_id == municipality_id,
                Follow.topic == topic,
                Follow.subject_id == subject_id,
            )
        )
        or 0
    )


def mailing(session: Session, municipality_id: int, account_id: int) -> Mailing | None:
    """How an account wants to hear from a municipality."""
    return session.scalar(
        select(Mailing).where(Mailing.account_id == account_id, Mailing.municipality_id == municipality_id)
    )


def mailing_by_token(session: Session, municipality_id: int, token: str) -> Mailing | None:
    """The mailing that an unsubscribe link belongs to."""
    return session.scalar(
        select(Mailing).where(Mailing.unsubscribe_token == token, Mailing.municipality_id == municipality_id)
    )


def happenings_for(
    session: Session,
    municipality_id: int,
    account_id: int,
    *,
    after: int = 0,
    until: int | None = None,
    limit: int = PAGE,
) -> Sequence[Happening]:
    """What an account hears of, newest first: told to it alone, or about something it followed at that time."""
    followed = exists().where(
        HappeningTopic.happening_id == Happening.id,
        Follow.topic == HappeningTopic.topic,
        Follow.subject_id == HappeningTopic.subject_id,
        Follow.account_id == account_id,
        Follow.municipality_id == municipality_id,
        Follow.followed_at <= Happening.at,
    )
    return session.scalars(
        select(Happening)
        .where(
            Happening.municipality_id == municipality_id,
            Happening.id > after,
            Happening.id <= until if until is not None else true(),
            Happening.withheld.is_(False),
            or_(Happening.recipient_id == account_id, and_(Happening.recipient_id.is_(None), followed)),
        )
        .order_by(Happening.id.desc())
        .limit(limit)
    ).all()


_PUBLIC = select(Happening).where(
    Happening.municipality_id == bindparam("place"),
    Happening.recipient_id.is_(None),
    Happening.withheld.is_(False),
)
_PUBLIC_NEWS = (
    _PUBLIC.where(Happening.news != News.COMMENT_ADDED.value)
    .order_by(Happening.id.desc())
    .limit(bindparam("most"))
)
_PUBLIC_NEWS_ABOUT = (
    _PUBLIC.join(HappeningTopic, HappeningTopic.happening_id == Happening.id)
    .where(HappeningTopic.topic == bindparam("topic"), HappeningTopic.subject_id == bindparam("subject_id"))
    .order_by(Happening.id.desc())
    .limit(bindparam("most"))
)
"""Every front page asks one of these; to build a statement takes longer than to run it.

That there are new comments is for those who follow their proposal: it would crowd everything else out."""


def public_happenings(
    session: Session,
    municipality_id: int,
    topic: Topic | None = None,
    subject_id: int | None = None,
    limit: int = PAGE,
) -> Sequence[Happening]:
    """What happened in public, newest first: everywhere, or about one thing."""
    asked = {"place": municipality_id, "most": limit}
    if topic is None:
        return session.scalars(_PUBLIC_NEWS, asked).all()
    return session.scalars(_PUBLIC_NEWS_ABOUT, {**asked, "topic": topic, "subject_id": subject_id}).all()


def told_since(session: Session, about: tuple[Topic, int], news: News, since: datetime) -> bool:
    """Whether followers of this have been told of such news at that time or later."""
    topic, subject_id = about
    latest = (
        select(Happening.at)
        .join(HappeningTopic, HappeningTopic.happening_id == Happening.id)
        .where(
            HappeningTopic.topic == topic,
            HappeningTopic.subject_id == subject_id,
            Happening.news == news.value,
        )
        .order_by(Happening.id.desc())
        .limit(1)
    )
    at = session.scalar(latest)
    return at is not None and at >= since


def newest(session: Session, municipality_id: int) -> int:
    """The number of the newest happening of a municipality."""
    return (
        session.scalar(select(func.max(Happening.id)).where(Happening.municipality_id == municipality_id))
        or 0
    )


def mailings(session: Session, frequencies: Iterable[str]) -> Sequence[Mailing]:
    """Everybody who wants a digest of these frequencies and has not been told of the newest happening yet."""
    head = (
        select(func.max(Happening.id))
        .where(Happening.municipality_id == Mailing.municipality_id)
        .correlate(Mailing)
        .scalar_subquery()
    )
    return session.scalars(
        select(Mailing)
        .where(Mailing.frequency.in_(list(frequencies)), Mailing.mailed_until < head)
        .order_by(Mailing.id)
    ).all()


def hearing(session: Session, municipality_id: int) -> set[int]:
    """The accounts that hear from a municipality already."""
    return set(session.scalars(select(Mailing.account_id).where(Mailing.municipality_id == municipality_id)))
