"""The daily letter "a vote was recorded in your name": no choice, no receipt, no hour, and no list of who got one.

Who was ticked off for paper is written to as well: nobody else would notice a sheet that was handed out to a stranger.

It goes straight to the mail server and is kept in no outbox. What is kept is a mark for each ballot that was told of, made
with the round's key: without the key it leads to nobody, and at the seal it goes with the ballots.
"""

import hashlib
import hmac
import logging
import secrets as chance
from dataclasses import dataclass
from functools import cache, partial

from flask import Flask
from flask_babel import gettext
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import KeyMissing, SecretFolder, token
from pbplatform.foundation.database import Database, insert_new
from pbplatform.foundation.i18n import localised, moment
from pbplatform.foundation.letters import Button, Part, set_out, speaking
from pbplatform.foundation.mail import Letter, Post, compose
from pbplatform.municipalities.models import Municipality
from pbplatform.roll.models import RollEntry
from pbplatform.voting import keys, queries
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Channel, ToldBallot

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipient:
    """Somebody whose ballot was not told of yet."""

    mark: str
    email: str
    language: str
    channel: Channel


def tell_voters(app: Flask, database: Database, secrets: SecretFolder, post: Post, sender: str) -> int:
    """The duty: write to everybody whose ballot came in or changed since the last day; return how many letters went out."""
    told = 0
    with database.read() as session:
        boxes = session.scalars(
            select(BallotBox).where(BallotBox.state.in_((BoxState.OPEN, BoxState.CLOSED)))
        ).all()
    for box in boxes:
        try:
            with database.read() as session:
                waiting = recipients(session, secrets, box)
                found = session.get_one(Round, box.round_id)
                place = session.get_one(Municipality, box.municipality_id)
        except KeyMissing:
            log.error(
                "the key of a vote is missing; its voters are not written to", extra={"round": box.round_id}
            )
            continue
        # Tens of thousands get one of a handful of letters, so each is set out once.
        worded = cache(partial(_worded, app, box, found, place))
        for one in waiting:
            told += _send(database, post, sender, box.round_id, one, worded(one.language, one.channel))
    return told


def recipients(session: Session, secrets: SecretFolder, box: BallotBox) -> list[Recipient]:
    """Everybody with a mailbox on the roll whose ballot or sheet has no mark yet, in an order that means nothing."""
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    rows = session.execute(
        select(Ballot.bid, Ballot.sealed, Ballot.channel).where(Ballot.round_id == box.round_id)
    )
    cast = {row.bid: (row.sealed or b"", row.channel) for row in rows}
    marked = set(session.scalars(select(ToldBallot.mark).where(ToldBallot.round_id == box.round_id)))
    found: list[Recipient] = []
    waiting = {
        entry_id: (mark, cast[bid][1])
        for bid, entry_id, _district in queries.bids(session, key, box.round_id)
        if bid in cast and (mark := _mark(key, bid, cast[bid][0])) not in marked
    }
    numbers = sorted(waiting)
    for start in range(0, len(numbers), 500):
        people = session.execute(
            select(RollEntry.id, RollEntry.email, RollEntry.language).where(
                RollEntry.id.in_(numbers[start : start + 500]), RollEntry.email.is_not(None)
            )
        )
        for row in people:
            mark, channel = waiting[row.id]
            found.append(Recipient(mark, row.email, row.language, channel))
    chance.SystemRandom().shuffle(found)
    return found


def _mark(key: bytes, bid: str, kept: bytes) -> str:
    return hmac.new(key, f"told|{bid}|".encode() + kept, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Worded:
    """What one kind of this letter says in one language."""

    subject: str
    body: str
    html: str


def _worded(
    app: Flask, box: BallotBox, found: Round, place: Municipality, language: str, channel: Channel
) -> Worded:
    base = app.extensions["house"].config.base_url
    address = f"{base}/{language}/{place.slug}/rounds/{found.slug}/vote"
    until = moment(box.closes_at, language, place.zone) if box.state is BoxState.OPEN else None
    with app.app_context(), speaking(language):
        named = {
            "place": localised(place.names, language).text,
            "title": localised(found.titles, language).text,
        }
        subject, parts = (_of_paper if channel is Channel.PAPER else _of_vote)(named, until, address)
        return Worded(subject, *set_out(language, subject, [gettext("Hello,"), *parts]))


def _of_paper(named: dict[str, str], _until: str | None, _address: str) -> tuple[str, list[Part]]:
    return gettext("%(place)s: a paper ballot was handed out in your name", place=named["place"]), [
        gettext("a paper ballot was handed out in your name: %(title)s, %(place)s.", **named),
        gettext(
            "If it was you, there is nothing to do. If it was not you, please tell the municipality’s desk at once."
        ),
    ]


def _of_vote(named: dict[str, str], until: str | None, address: str) -> tuple[str, list[Part]]:
    parts: list[Part] = [
        gettext(
            "a vote was recorded in your name: %(title)s, %(place)s. How you voted is not in this letter; nobody here knows it.",
            **named,
        )
    ]
    if until is None:
        parts.append(
            gettext(
                "If it was not you, please tell the municipality’s desk while objections are still possible."
            )
        )
    else:
        parts += [
            gettext(
                "If it was you, there is nothing to do. If it was not you, vote again: only the last ballot counts, until %(when)s.",
                when=until,
            ),
            Button(gettext("To the vote"), address),
        ]
    return gettext("%(place)s: a vote was recorded in your name", place=named["place"]), parts


def _send(database: Database, post: Post, sender: str, round_id: int, one: Recipient, said: Worded) -> bool:
    """Mark first and send then, so that a crash in between loses a letter rather than sending it every day."""
    with database.transaction() as session:
        if not insert_new(session, ToldBallot, round_id=round_id, mark=one.mark):
            return False
    letter = Letter(
        message_id=f"<{token(18)}@pbplatform>",
        recipient=one.email,
        language=one.language,
        written_at=clock.now(),
        subject=said.subject,
        body=said.body,
        html=said.html,
    )
    try:
        post.deliver(compose(letter, sender))
    except OSError:
        log.warning("a mail server does not answer; some voters are written to tomorrow")
        with database.transaction() as session:
            session.execute(
                delete(ToldBallot).where(ToldBallot.round_id == round_id, ToldBallot.mark == one.mark)
            )
        return False
    return True
