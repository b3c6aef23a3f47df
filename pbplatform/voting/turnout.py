"""Turnout: how many voted, by channel and district, in steps of ten and at most once an hour; never by choice.

The district of a ballot stands nowhere in it. It is found here, in memory, through the round key and the frozen roll.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import SecretFolder
from pbplatform.foundation.database import Database, database_now, insert_new
from pbplatform.foundation.smallcells import suppress
from pbplatform.voting import keys, queries
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Turnout

STEP = 10


def stepped(count: int) -> int:
    """A count rounded down to whole steps, so that single voters cannot be watched."""
    return count - count % STEP


def count(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """The figures of this moment: total, by channel, by district number ("0" for no district)."""
    return _figures(
        session, secrets, box, lambda row: {name: stepped(number) for name, number in row.items()}
    )


def final(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """The figures after the end, exact but for the one rule about small numbers; None stands for a hidden one."""
    return _figures(
        session, secrets, box, lambda row: {name: cell.value for name, cell in suppress(row).items()}
    ) | {"final": True}


def _figures(
    session: Session, secrets: SecretFolder, box: BallotBox, told: Callable[[dict[str, int]], dict[str, Any]]
) -> dict[str, Any]:
    channels = {
        bid: channel.value
        for bid, channel in session.execute(
            select(Ballot.bid, Ballot.channel).where(Ballot.round_id == box.round_id)
        )
    }
    key = keys.round_key(secrets, box.round_id, box.key_commit)
    by_district: Counter[str] = Counter()
    electors: Counter[str] = Counter()
    for bid, _entry, district_id in queries.bids(session, key, box.round_id, removed=False):
        electors[str(district_id or 0)] += 1
        by_district[str(district_id or 0)] += bid in channels
    by_channel = Counter(channels.values())
    return {
        "total": told({"all": sum(by_channel.values())})["all"],
        "electors": sum(electors.values()),
        "by_channel": told(dict(sorted(by_channel.items()))),
        "by_district": told(dict(sorted(by_district.items()))),
        "electors_by_district": dict(sorted(electors.items())),
    }


def publish_final(session: Session, secrets: SecretFolder, box: BallotBox) -> bool:
    """Publish how many voted, once the vote is closed; the hour is that of the close."""
    assert box.closed_at is not None
    return insert_new(
        session,
        Turnout,
        round_id=box.round_id,
        hour=box.closed_at,
        municipality_id=box.municipality_id,
        figures=final(session, secrets, box),
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
