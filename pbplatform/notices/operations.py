"""Following, telling what happened, and choosing how to hear of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.policy import Subject, require
from pbplatform.charter.roles import Actor
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import token
from pbplatform.foundation.database import hold
from pbplatform.foundation.errors import Missing
from pbplatform.notices import queries
from pbplatform.notices.models import Follow, Frequency, Happening, HappeningTopic, Mailing, News, Topic

Finder = Callable[[Session, int, int], Mapping[str, str] | None]
"""Answers for a municipality and a number: the titles of what can be followed, or None when it is not there or hidden."""

_finders: dict[Topic, Finder] = {}


def install(finders: Mapping[Topic, Finder]) -> None:
    """Set how each topic's subjects are found; the features that own them are above this one."""
    _finders.clear()
    _finders.update(finders)


def titles_of(
    session: Session, municipality_id: int, topic: Topic, subject_id: int
) -> Mapping[str, str] | None:
    """The titles of something that can be followed, or None."""
    finder = _finders.get(topic)
    return finder(session, municipality_id, subject_id) if finder else None


def telling(municipality_id: int) -> str:
    """What everybody holds, shared, from before a happening gets its number until it is committed."""
    return f"telling|{municipality_id}"


def tell(
    session: Session,
    municipality_id: int,
    news: News,
    about: Iterable[tuple[Topic, int]],
    titles: Mapping[str, str],
    path: str,
    **values: Any,
) -> Happening:
    """Write down what happened, for followers and feeds, in the transaction of the decision it tells of.

    Only public things belong here. `values` are plain JSON for the sentence of the news; a StrEnum member is kept by
    its value.
    """
    hold(session, telling(municipality_id), shared=True)
    happening = _happening(municipality_id, None, news, titles, path, values)
    session.add(happening)
    session.flush()
    for topic, subject_id in sorted(set(about)):
        session.add(HappeningTopic(happening_id=happening.id, topic=topic, subject_id=subject_id))
    session.flush()
    return happening


def tell_person(
    session: Session,
    municipality_id: int,
    account_id: int,
    news: News,
    titles: Mapping[str, str],
    path: str,
    **values: Any,
) -> Happening:
    """Tell one person something that concerns them alone; it comes with their next digest and stands in their list."""
    hold(session, telling(municipality_id), shared=True)
    happening = _happening(municipality_id, account_id, news, titles, path, values)
    session.add(happening)
    ensure_mailing(session, municipality_id, account_id, before=happening)
    session.flush()
    return happening


def tell_people(
    session: Session,
    municipality_id: int,
    account_ids: Collection[int],
    news: News,
    titles: Mapping[str, str],
    path: str,
    **values: Any,
) -> None:
    """Tell each of many people the same with their next digest: few statements, whatever their number."""
    hold(session, telling(municipality_id), shared=True)
    until = queries.newest(session, municipality_id)
    unknown = set(account_ids) - queries.hearing(session, municipality_id)
    session.add_all(_mailing(municipality_id, account_id, until) for account_id in sorted(unknown))
    session.add_all(
        _happening(municipality_id, account_id, news, titles, path, values)
        for account_id in sorted(account_ids)
    )
    session.flush()


def set_withheld(session: Session, topic: Topic, subject_id: int, *, withheld: bool) -> None:
    """Keep all news about something from being read, or let it be read again: they carry its title."""
    about = select(HappeningTopic.happening_id).where(
        HappeningTopic.topic == topic, HappeningTopic.subject_id == subject_id
    )
    session.execute(update(Happening).where(Happening.id.in_(about)).values(withheld=withheld))


def _happening(
    municipality_id: int,
    recipient_id: int | None,
    news: News,
    titles: Mapping[str, str],
    path: str,
    values: Mapping[str, Any],
) -> Happening:
    plain = {name: value.value if isinstance(value, StrEnum) else value for name, value in values.items()}
    return Happening(
        municipality_id=municipality_id,
        recipient_id=recipient_id,
        news=news.value,
        titles=dict(titles),
        values=plain,
        path=path,
        at=clock.now(),
    )


def ensure_mailing(
    session: Session, municipality_id: int, account_id: int, before: Happening | None = None
) -> Mailing:
    """How an account hears from a municipality; a daily digest unless it chose otherwise.

    A new mailing begins at the newest happening: nobody gets the news of months ago.
    """
    found = queries.mailing(session, municipality_id, account_id)
    if found is None:
        with session.no_autoflush:
            newest = queries.newest(session, municipality_id)
        if before is not None and before.id is not None:
            newest = min(newest, before.id - 1)
        found = _mailing(municipality_id, account_id, newest)
        session.add(found)
        session.flush()
    return found


def _mailing(municipality_id: int, account_id: int, until: int) -> Mailing:
    return Mailing(
        municipality_id=municipality_id,
        account_id=account_id,
        frequency=Frequency.DAILY,
        unsubscribe_token=token(24),
        mailed_until=until,
        seen_until=until,
        last_mailed_at=None,
    )


def follow(actor: Actor, session: Session, municipality_id: int, topic: Topic, subject_id: int) -> Follow:
    """Begin to follow something; doing it twice is no error."""
    require(actor, Action.FOLLOW, Subject(municipality_id))
    assert actor.account_id is not None
    if titles_of(session, municipality_id, topic, subject_id) is None:
        raise Missing
    known = queries.follow(session, actor.account_id, topic, subject_id)
    if known is not None:
        return known
    ensure_mailing(session, municipality_id, actor.account_id)
    begun = Follow(
        municipality_id=municipality_id,
        account_id=actor.account_id,
        topic=topic,
        subject_id=subject_id,
        followed_at=clock.now(),
    )
    session.add(begun)
    session.flush()
    return begun


def follow_own(
    session: Session, municipality_id: int, account_id: int, topic: Topic, subject_id: int
) -> None:
    """Let people follow what they have made or taken part in; called by the feature that owns it."""
    if queries.follow(session, account_id, topic, subject_id) is None:
        ensure_mailing(session, municipality_id, account_id)
        session.add(
            Follow(
                municipality_id=municipality_id,
                account_id=account_id,
                topic=topic,
                subject_id=subject_id,
                followed_at=clock.now(),
            )
        )
        session.flush()


def unfollow(actor: Actor, session: Session, municipality_id: int, topic: Topic, subject_id: int) -> None:
    """Stop following; doing it twice is no error."""
    require(actor, Action.FOLLOW, Subject(municipality_id))
    assert actor.account_id is not None
    known = queries.follow(session, actor.account_id, topic, subject_id)
    if known is not None and known.municipality_id == municipality_id:
        session.delete(known)
        session.flush()


def choose_frequency(actor: Actor, session: Session, municipality_id: int, frequency: Frequency) -> None:
    """Choose how often the digest comes."""
    require(actor, Action.FOLLOW, Subject(municipality_id))
    assert actor.account_id is not None
    found = ensure_mailing(session, municipality_id, actor.account_id)
    if found.frequency is Frequency.NEVER:
        found.mailed_until = queries.newest(session, municipality_id)
    found.frequency = frequency
    session.flush()


def mark_seen(actor: Actor, session: Session, municipality_id: int) -> None:
    """Remember that the person has looked at everything that is there now."""
    require(actor, Action.FOLLOW, Subject(municipality_id))
    assert actor.account_id is not None
    found = ensure_mailing(session, municipality_id, actor.account_id)
    found.seen_until = queries.newest(session, municipality_id)
    session.flush()


def unsubscribe(session: Session, mailing: Mailing) -> None:
    """Send no more digests; the link in the mail is the right to do this, no sign-in is asked for."""
    mailing.frequency = Frequency.NEVER
    session.flush()
