"""Casting a ballot: one short transaction that touches nothing but `ballot` and `superseded`.

Sessions, last-seen times, the journal, limits and mail are written in other transactions, because rows written together
share a hidden transaction number that would join them again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Executable, Row, and_, bindparam, select, true, update

from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, DatabaseClock, insert_new
from pbplatform.foundation.errors import Conflict, Gone, Invalid
from pbplatform.roll.queries import PROVED, Proof
from pbplatform.voting import ballots, canon, keys, rules, secrecy
from pbplatform.voting.ballots import BallotProblem, Trouble
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Channel, Elector, Superseded
from pbplatform.voting.secrecy import Said

LONGEST_WORD = 40
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{16,64}")


class CastProblem(StrEnum):
    """Why a ballot was not taken although it is valid."""

    VOTED_ON_PAPER = "voted_on_paper"
    VOTED_ONLINE = "voted_online"
    STALE_PAGE = "stale_page"
    NOT_AN_ELECTOR = "not_an_elector"


class Stranger(Exception):
    """Nobody has proved to be a voter in this browser, or the time for it is over."""


class OtherVoter(Exception):
    """The page was made for another voter than the one who has proved to be here in this browser since."""


class Unfit(Exception):
    """A ballot that breaks a limit; nothing was written."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(", ".join(trouble.problem for trouble in troubles))
        self.troubles = troubles


@dataclass(frozen=True)
class Receipt:
    """Proof that a ballot was recorded, with what its page says beside it."""

    round_name: str
    rules_hash: str
    tracker: str
    signature: str
    public_key: str
    closes_at: datetime
    replaced: bool = False
    overtaken: bool = False
    """Whether a page was sent anew that a later ballot had replaced: this receipt is of the later one, which stands."""


def box_lock(round_id: int) -> str:
    """The name under which casting and closing keep out of each other's way."""
    return f"ballot_box|{round_id}"


_BOX = select(
    BallotBox.round_id,
    BallotBox.rules_hash,
    BallotBox.key_commit,
    BallotBox.receipt_key,
    BallotBox.state,
    BallotBox.closes_at,
    BallotBox.high_water,
    DatabaseClock().label("now"),
).where(BallotBox.round_id == bindparam("round_id"))
_proved = PROVED.subquery()
_BOX_AND_VOTER = (
    _BOX.add_columns(_proved.c.entry_id, Elector.roll_entry_id.label("elector_id"), Elector.district_id)
    .where(BallotBox.municipality_id == bindparam("municipality_id"))
    .join_from(BallotBox, _proved, true())
    .outerjoin(
        Elector,
        and_(
            Elector.round_id == BallotBox.round_id,
            Elector.roll_entry_id == _proved.c.entry_id,
            Elector.removed.is_(False),
        ),
    )
)
"""The box, and who is asking for it with which ballot, in one look."""
_BEFORE = (
    select(Ballot.sealed, Ballot.channel)
    .where(Ballot.round_id == bindparam("round_id"), Ballot.bid == bindparam("bid"))
    .with_for_update()
)


def _open(connection: Connection, question: Executable, values: dict[str, object]) -> "Row[Any]":
    """The box, if ballots may go in at this very moment by the database's clock; raise Gone when it is over.

    The caller holds the lock. The time counts as over also when a later time than `closes_at` was seen before.
    """
    box = connection.execute(question, values).one_or_none()
    if box is None:
        raise Conflict
    if box.state is not BoxState.OPEN or max(box.now, box.high_water) >= box.closes_at:
        raise Gone
    return box


class Sent(ballots.Form, Protocol):
    """What a voter sends: choices, and fields of one value beside them."""

    def get(self, key: str, default: str) -> str:
        """The first value of a field."""


def vote(
    database: Database, secrets: SecretFolder, municipality_id: int, round_id: int, proof: Proof, sent: Sent
) -> Receipt:
    """Take what a browser sends as its voter's ballot: who it is, what may be chosen and the box, in one transaction.

    Raise Stranger, OtherVoter, Unfit or Invalid when there is nothing to take, and what `cast` raises. What is read here
    is read under the lock of the box; what is written is the ballot alone.
    """
    if proof.empty:
        raise Stranger
    submission_id, word = sent.get("submission", ""), sent.get("word", "").strip()
    _refuse_malformed(submission_id, word)
    asked = {**proof.values(municipality_id), "round_id": round_id}
    with database.side_by_side(box_lock(round_id)) as connection:
        box = _open(connection, _BOX_AND_VOTER, asked)
        if box.entry_id is None:
            raise Stranger
        if box.elector_id is None:
            raise Conflict(CastProblem.NOT_AN_ELECTOR)
        key = keys.round_key(secrets, round_id, box.key_commit)
        bid = canon.ballot_id(key, round_id, box.entry_id)
        if sent.get("voter", "") not in ("", canon.page_mark(key, bid)):
            raise OtherVoter
        if box.rules_hash != sent.get("rules", ""):
            raise Conflict(CastProblem.STALE_PAGE)
        frozen = _rules(connection, box)
        envelopes = frozen.for_district(box.district_id)
        marks = ballots.read_marks(sent, envelopes)
        troubles = [*ballots.strangers(sent, envelopes), *ballots.check(frozen, envelopes, marks)]
        if troubles:
            raise Unfit(troubles)
        choices = {position: mark.choices() for position, mark in marks.items()}
        payload = canon.canonical_payload(choices, frozen.ranked)
        cast_ = _Cast(frozen.name, key, bid, payload, word, submission_id)
        return _record(connection, secrets, box, cast_)


def _rules(connection: Connection, box: "Row[Any]") -> rules.FrozenRules:
    """The rules of a hash never change, so their text is fetched once."""
    known = rules.known(box.rules_hash)
    if known is not None:
        return known
    text = connection.scalar(select(BallotBox.rules).where(BallotBox.round_id == box.round_id))
    return rules.read(text or "")


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
    _refuse_malformed(submission_id, word)
    with database.side_by_side(box_lock(round_id)) as connection:
        box = _open(connection, _BOX, {"round_id": round_id})
        if box.rules_hash != rules_hash:
            raise Conflict(CastProblem.STALE_PAGE)
        key = keys.round_key(secrets, round_id, box.key_commit)
        bid = canon.ballot_id(key, round_id, roll_entry_id)
        return _record(connection, secrets, box, _Cast(round_name, key, bid, payload, word, submission_id))


def _refuse_malformed(submission_id: str, word: str) -> None:
    if not _SUBMISSION.fullmatch(submission_id):
        raise Invalid(BallotProblem.BAD_SUBMISSION)
    if len(word) > LONGEST_WORD:
        raise Invalid(BallotProblem.LONG_WORD, "word", most=LONGEST_WORD)


@dataclass(frozen=True)
class _Cast:
    """A checked ballot on its way into the box."""

    round_name: str
    key: bytes
    bid: str
    payload: str
    word: str
    submission_id: str


def _record(connection: Connection, secrets: SecretFolder, box: "Row[Any]", made: _Cast) -> Receipt:
    round_id, rules_hash = box.round_id, box.rules_hash
    word_hash = canon.word_hash(made.word)
    nonce = canon.nonce(made.key, made.bid, made.submission_id, word_hash, made.payload)
    tracker = canon.tracker(made.round_name, rules_hash, nonce, word_hash, made.payload)
    put = _put(connection, made.key, round_id, made.bid, Said(made.payload, nonce, word_hash, tracker))
    signature = keys.sign_receipt(
        secrets, round_id, box.receipt_key, made.round_name, rules_hash, put.tracker
    )
    return Receipt(
        made.round_name,
        rules_hash,
        put.tracker,
        signature,
        box.receipt_key,
        box.closes_at,
        put.replaced,
        put.overtaken,
    )


@dataclass(frozen=True)
class _Put:
    tracker: str
    replaced: bool = False
    overtaken: bool = False


def _put(connection: Connection, key: bytes, round_id: int, bid: str, said: Said) -> _Put:
    kept = secrecy.close(key, round_id, bid, said)
    if insert_new(connection, Ballot, round_id=round_id, bid=bid, channel=Channel.ONLINE, sealed=kept):
        return _Put(said.tracker)
    before = connection.execute(_BEFORE, {"round_id": round_id, "bid": bid}).one()
    if before.channel is Channel.PAPER:
        raise Conflict(CastProblem.VOTED_ON_PAPER)
    standing = secrecy.open_(key, round_id, bid, before.sealed).tracker
    if standing == said.tracker:
        return _Put(standing)
    if _was_replaced(connection, round_id, said.tracker):
        # A retry of an earlier submission came in late: the voter's later ballot stands. Every page of the ballot has a
        # submission number of its own, so a voter whose mind went back and forth is not taken for one.
        return _Put(standing, overtaken=True)
    connection.execute(
        update(Ballot).where(Ballot.round_id == round_id, Ballot.bid == bid).values(sealed=kept)
    )
    insert_new(connection, Superseded, round_id=round_id, tracker=standing)
    return _Put(said.tracker, replaced=True)


def _was_replaced(connection: Connection, round_id: int, tracker: str) -> bool:
    found = connection.scalar(
        select(Superseded.tracker).where(Superseded.round_id == round_id, Superseded.tracker == tracker)
    )
    return found is not None


def tick_paper(
    database: Database, secrets: SecretFolder, round_id: int, roll_entry_id: int, station_id: int
) -> bool:
    """Note that a voter was handed a paper ballot, so that the same key blocks online; whether it was the first tick.

    Raise Conflict for somebody who has voted online, Gone after the close.
    """
    with database.side_by_side(box_lock(round_id)) as connection:
        box = _open(connection, _BOX, {"round_id": round_id})
        key = keys.round_key(secrets, round_id, box.key_commit)
        bid = canon.ballot_id(key, round_id, roll_entry_id)
        if insert_new(
            connection, Ballot, round_id=round_id, bid=bid, channel=Channel.PAPER, station_id=station_id
        ):
            return True
        before = connection.scalar(
            select(Ballot.channel).where(Ballot.round_id == round_id, Ballot.bid == bid)
        )
    if before is Channel.ONLINE:
        raise Conflict(CastProblem.VOTED_ONLINE)
    return False
