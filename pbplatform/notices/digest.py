"""The digest: one letter a day or a week to each person and municipality, in the person's language.

Who wants to hear at once gets what has happened since the last walk of this duty, still in one letter.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask, g, render_template
from flask_babel import force_locale, ngettext
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.mail import write_letter
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import queries
from pbplatform.notices.models import Frequency, Happening, Mailing
from pbplatform.notices.saying import sentence

PERIODS = {
    Frequency.AT_ONCE: timedelta(0),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}


def send_digests(app: Flask, database: Database, base_url: str, now: datetime | None = None) -> int:
    """Write every digest that is due and return how many were written; each in its own transaction.

    A digest and the mark of how far it told are one transaction, so nothing is told twice or lost.
    """
    now = now or clock.now()
    written = 0
    with database.read() as session:
        due = [mailing.id for mailing in queries.mailings(session, PERIODS) if _is_due(mailing, now)]
    for mailing_id in due:
        with database.transaction() as session:
            mailing = session.get(Mailing, mailing_id, with_for_update=True)
            if mailing is not None and mailing.frequency in PERIODS and _is_due(mailing, now):
                written += _send(app, session, mailing, base_url, now)
    return written


def _is_due(mailing: Mailing, now: datetime) -> bool:
    return mailing.last_mailed_at is None or now - mailing.last_mailed_at >= PERIODS[mailing.frequency]


def _send(app: Flask, session: Session, mailing: Mailing, base_url: str, now: datetime) -> bool:
    account = session.get_one(Account, mailing.account_id)
    news = queries.happenings_for(
        session,
        mailing.municipality_id,
        mailing.account_id,
        after=mailing.mailed_until,
        limit=queries.LONGEST_DIGEST,
    )
    mailing.mailed_until = queries.newest(session, mailing.municipality_id)
    if not news or account.email is None or account.confirmed_at is None:
        return False
    mailing.last_mailed_at = now
    place = session.get_one(Municipality, mailing.municipality_id)
    subject, body, html, unsubscribe = _words(app, account, place, mailing, news, base_url)
    write_letter(session, account.email, account.language, subject, body, html, unsubscribe_url=unsubscribe)
    return True


def _words(
    app: Flask,
    account: Account,
    place: Municipality,
    mailing: Mailing,
    news: Sequence[Happening],
    base_url: str,
) -> tuple[str, str, str, str]:
    home = f"{base_url}/{account.language}/{place.slug}"
    unsubscribe = f"{home}/unsubscribe/{mailing.unsubscribe_token}"
    with app.app_context(), force_locale(account.language):
        g.locale = account.language
        name = localised(place.names, account.language).text
        subject = ngettext(
            "%(place)s: one piece of news", "%(place)s: %(num)s pieces of news", len(news), place=name
        )
        said = {
            "name": account.name,
            "place": name,
            "items": [(sentence(happening), f"{home}/{happening.path}", happening.at) for happening in news],
            "settings": f"{home}/notices",
            "unsubscribe": unsubscribe,
        }
        body = render_template("mail/notices_digest.txt", **said)
        html = render_template(
            "mail/notices_digest.html", subject=subject, language=account.language, zone=place.zone, **said
        )
    return subject, body, html, unsubscribe
