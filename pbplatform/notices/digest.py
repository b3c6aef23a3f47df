"""The digest: one letter a day or a week to each person and municipality, in the person's language.

Who wants to hear at once gets what has happened since the last walk of this duty, still in one letter.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.foundation import clock, letters
from pbplatform.foundation.database import Database, hold
from pbplatform.foundation.i18n import localised, moment
from pbplatform.foundation.letters import Item, Unsubscribing
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import operations, queries
from pbplatform.notices.models import Frequency, Happening, Mailing
from pbplatform.notices.saying import sentence

PERIODS = {
    Frequency.AT_ONCE: timedelta(0),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}


def send_digests(app: Flask, database: Database, base_url: str, now: datetime | None = None) -> int:
    """Write every digest that is due and return how many were written; each in its own transaction.

    A digest and the mark of how far it told are one transaction, and it tells up to a happening before which none can
    appear any more, so nothing is told twice or passed over. Of very much news it tells the newest; a person's list has all.
    """
    now = now or clock.now()
    written = 0
    with database.read() as session:
        due = [
            (mailing.id, mailing.municipality_id)
            for mailing in queries.mailings(session, PERIODS)
            if _is_due(mailing, now)
        ]
    heads = {place: _head(database, place) for place in sorted({place for _number, place in due})}
    for mailing_id, place in due:
        with database.transaction() as session:
            mailing = session.get(Mailing, mailing_id, with_for_update=True)
            if mailing is not None and mailing.frequency in PERIODS and _is_due(mailing, now):
                written += _send(app, session, mailing, heads[place], base_url, now)
    return written


def _head(database: Database, municipality_id: int) -> int:
    """The newest happening of a municipality, once everybody has come to an end who is telling of an older one.

    A happening has its number before its transaction is committed, so a lower number can appear after a higher one.
    """
    with database.transaction() as session:
        hold(session, operations.telling(municipality_id))
        return queries.newest(session, municipality_id)


def _is_due(mailing: Mailing, now: datetime) -> bool:
    return mailing.last_mailed_at is None or now - mailing.last_mailed_at >= PERIODS[mailing.frequency]


def _send(app: Flask, session: Session, mailing: Mailing, until: int, base_url: str, now: datetime) -> bool:
    account = session.get_one(Account, mailing.account_id)
    news = queries.happenings_for(
        session,
        mailing.municipality_id,
        mailing.account_id,
        after=mailing.mailed_until,
        until=until,
        limit=queries.LONGEST_DIGEST,
    )
    mailing.mailed_until = max(mailing.mailed_until, until)
    if not news or account.email is None or account.confirmed_at is None:
        return False
    mailing.last_mailed_at = now
    place = session.get_one(Municipality, mailing.municipality_id)
    with app.app_context(), letters.speaking(account.language):
        _write(session, account, account.email, place, mailing, news, base_url)
    return True


def _write(
    session: Session,
    account: Account,
    recipient: str,
    place: Municipality,
    mailing: Mailing,
    news: Sequence[Happening],
    base_url: str,
) -> None:
    language, zone = account.language, place.zone
    home = f"{base_url}/{language}/{place.slug}"
    name = localised(place.names, language).text
    parts = [
        gettext("Hello %(name)s,", name=account.name),
        gettext("this is new in %(place)s about what you follow or take part in:", place=name),
        *(Item(sentence(one), f"{home}/{one.path}", moment(one.at, language, zone)) for one in news),
    ]
    letters.write(
        session,
        recipient,
        language,
        ngettext("%(place)s: one piece of news", "%(place)s: %(num)s pieces of news", len(news), place=name),
        parts,
        Unsubscribing(f"{home}/notices", f"{home}/unsubscribe/{mailing.unsubscribe_token}"),
    )
