"""Turnout: how many voted, by channel and district, in steps of ten and at most once an hour; never by choice.

The district of a ballot stands nowhere in it. It is found here, in memory, through the round key and the frozen roll.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, database_now, insert_new
from pbplatform.voting import keys
from pbplatform.voting.closing import bids
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Turnout

STEP = 10


def stepped(count: int) -> int:
    """A count rounded down to whole steps, so that single voters cannot be watched."""
    return count - count % STEP


def count(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """The figures of this moment: total, by channel, by district number ("0" for no district)."""
    channels = {
        bid: channel.value
        for bid, channel in session.execute(
            select(Ballot.bid, Ballot.channel).where(Ballot.round_id == box.round_id)
        )
    }
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    by_district: Counter[str] = Counter()
    electors: Counter[str] = Counter()
    for bid, _entry, district_id in bids(session, key, box.round_id, removed=False):
        electors[str(district_id or 0)] += 1
        by_district[str(district_id or 0)] += bid in channels
    by_channel = Counter(channels.values())
    return {
        "total": stepped(sum(by_channel.values())),
        "electors": sum(electors.values()),
        "by_channel": _stepped(by_channel),
        "by_district": _stepped(by_district),
        "electors_by_district": dict(sorted(electors.items())),
    }


def _stepped(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: stepped(number) for name, number in sorted(counts.items())}


def keep_final(session: Session, secrets: SecretFolder, box: BallotBox) -> None:
    """Keep the turnout of the whole vote, told by the time of its close; after the seal no key finds districts any more."""
    assert box.closed_at is not None
    insert_new(
        session,
        Turnout,
        round_id=box.round_id,
        hour=box.closed_at,
        municipality_id=box.municipality_id,
        figures=count(session, secrets, box),
    )


def publish_hourly(database: Database, secrets: SecretFolder) -> int:
    """The duty: publish the turnout of every open vote, once a full hour; return how many were published."""
    published = 0
    with database.read() as session:
        open_boxes = session.scalars(select(BallotBox).where(BallotBox.state == BoxState.OPEN)).all()
        hour = database_now(session).replace(minute=0, second=0, microsecond=0)
        done = set(session.scalars(select(Turnout.round_id).where(Turnout.hour == hour)))
        figures = {
            box.round_id: count(session, secrets, box) for box in open_boxes if box.round_id not in done
        }
    for box in open_boxes:
        if box.round_id in figures:
            with database.transaction() as session:
                published += insert_new(
                    session,
                    Turnout,
                    round_id=box.round_id,
                    hour=hour,
                    municipality_id=box.municipality_id,
                    figures=figures[box.round_id],
                )
    return published
