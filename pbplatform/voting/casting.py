"""Casting a ballot: one short transaction that touches nothing but `ballot` and `superseded`.

Sessions, last-seen times, the journal, limits and mail are written in other transactions, because rows written together
share a hidden transaction number that would join them again.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, DatabaseClock, hold, insert_new
from pbplatform.foundation.errors import Conflict, Gone, Invalid
from pbplatform.voting import canon, keys, secrecy
from pbplatform.voting.ballots import BallotProblem
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Channel, Superseded
from pbplatform.voting.secrecy import Said

LONGEST_WORD = 40
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{16,64}")


class CastProblem(StrEnum):
    """Why a ballot was not taken although it is valid."""

    VOTED_ON_PAPER = "voted_on_paper"
    VOTED_ONLINE = "voted_online"
    STALE_PAGE = "stale_page"
    NOT_AN_ELECTOR = "not_an_elector"


@dataclass(frozen=True)
class Receipt:
    """Proof that a ballot was recorded."""

    round_name: str
    rules_hash: str
    tracker: str
    signature: str
    replaced: bool = False


def box_lock(round_id: int) -> str:
    """The name under which casting and closing keep out of each other's way."""
    return f"ballot_box|{round_id}"


_BOX = select(
    BallotBox.rules_hash,
    BallotBox.key_commit,
    BallotBox.receipt_key,
    BallotBox.state,
    BallotBox.closes_at,
    BallotBox.high_water,
    DatabaseClock().label("now"),
).where(BallotBox.round_id == bindparam("round_id"))
_BEFORE = (
    select(Ballot.submission_id, Ballot.sealed, Ballot.channel)
    .where(Ballot.round_id == bindparam("round_id"), Ballot.bid == bindparam("bid"))
    .with_for_update()
)


def open_box(session: Session, round_id: int) -> "Row[str, str, str, BoxState, datetime, datetime, datetime]":
    """The box, if ballots may go in at this very moment by the database's clock; raise Gone when it is over.

    The caller holds the lock. The time counts as over also when a later time than `closes_at` was seen before.
    """
    box = session.execute(_BOX, {"round_id": round_id}).one_or_none()
    if box is None:
        raise Conflict
    if box.state is not BoxState.OPEN or max(box.now, box.high_water) >= box.closes_at:
        raise Gone
    return box


def cast(
    database: Database,
    secrets: SecretFolder,
    round_id: int,
    round_name: str,
    roll_entry_id: int,
    *,
    rules_hash: str,
    payload: str,
    word: str,
    submission_id: str,
) -> Receipt:
    """Put a checked ballot into the box, in place of the voter's earlier one; the last vote counts.

    The same submission gives the same receipt however often it comes. Raise Gone after the close, Conflict for a page
    of other rules or a voter who took paper, KeyMissing without the right key, OperationalError without a database.
    """
    if not _SUBMISSION.fullmatch(submission_id):
        raise Invalid(BallotProblem.BAD_SUBMISSION)
    if len(word) > LONGEST_WORD:
        raise Invalid(BallotProblem.LONG_WORD, "word", most=LONGEST_WORD)
    with database.write() as session, session.begin():
        hold(session, box_lock(round_id), shared=True)
        box = open_box(session, round_id)
        if box.rules_hash != rules_hash:
            raise Conflict(CastProblem.STALE_PAGE)
        key = keys.round_key(secrets, round_id, box.key_commit)
        bid = canon.ballot_id(key, round_id, roll_entry_id)
        word_hash = canon.word_hash(word)
        nonce = canon.nonce(key, bid, submission_id, word_hash, payload)
        tracker = canon.tracker(round_name, rules_hash, nonce, word_hash, payload)
        put = _put(session, key, round_id, bid, Said(payload, nonce, word_hash, tracker), submission_id)
        signature = keys.sign_receipt(secrets, round_id, round_name, rules_hash, put.tracker)
    return Receipt(round_name, rules_hash, put.tracker, signature, put.replaced)


@dataclass(frozen=True)
class _Put:
    tracker: str
    replaced: bool


def _put(session: Session, key: bytes, round_id: int, bid: str, said: Said, submission_id: str) -> _Put:
    kept = secrecy.close(key, round_id, bid, said)
    values = {"sealed": kept, "submission_id": submission_id}
    if insert_new(session, Ballot, round_id=round_id, bid=bid, channel=Channel.ONLINE, **values):
        return _Put(said.tracker, replaced=False)
    before = session.execute(_BEFORE, {"round_id": round_id, "bid": bid}).one()
    if before.channel is Channel.PAPER:
        raise Conflict(CastProblem.VOTED_ON_PAPER)
    standing = secrecy.open_(key, round_id, bid, before.sealed).tracker
    if standing == said.tracker:
        return _Put(standing, replaced=False)
    if _was_replaced(session, round_id, said.tracker):
        # A retry of an earlier submission came in late: the voter's later ballot stands.
        return _Put(standing, replaced=False)
    session.execute(update(Ballot).where(Ballot.round_id == round_id, Ballot.bid == bid).values(**values))
    insert_new(session, Superseded, round_id=round_id, tracker=standing)
    return _Put(said.tracker, replaced=True)


def _was_replaced(session: Session, round_id: int, tracker: str) -> bool:
    found = session.scalar(
        select(Superseded.tracker).where(Superseded.round_id == round_id, Superseded.tracker == tracker)
    )
    return found is not None


def tick_paper(
    database: Database, secrets: SecretFolder, round_id: int, roll_entry_id: int, station_id: int
) -> bool:
    """Note that a voter was handed a paper ballot, so that the same key blocks online; whether it was the first tick.

    Raise Conflict for somebody who has voted online, Gone after the close.
    """
    with database.write() as session, session.begin():
        hold(session, box_lock(round_id), shared=True)
        box = open_box(session, round_id)
        key = keys.round_key(secrets, round_id, box.key_commit)
        bid = canon.ballot_id(key, round_id, roll_entry_id)
        if insert_new(
            session, Ballot, round_id=round_id, bid=bid, channel=Channel.PAPER, station_id=station_id
        ):
            return True
        before = session.scalar(select(Ballot.channel).where(Ballot.round_id == round_id, Ballot.bid == bid))
    if before is Channel.ONLINE:
        raise Conflict(CastProblem.VOTED_ONLINE)
    return False
