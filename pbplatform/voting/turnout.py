"""Turnout: how many voted, by channel and district, in steps of ten and at most once an hour; never by choice.

The district of a ballot stands nowhere in it. It is found here, in memory, through the round key and the frozen roll.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.foundation.crypto import KeyMissing, SecretFolder
from pbplatform.foundation.database import Database, database_now, insert_new
from pbplatform.foundation.smallcells import suppress
from pbplatform.voting import keys, queries
from pbplatform.voting.models import Ballot, BallotBox, BoxState, Turnout

log = logging.getLogger(__name__)

STEP = 10
FEWEST_ELECTORS = 20
"""Of a smaller district nothing is told before the end: most of it would be one of its two small numbers."""


def stepped(count: int) -> int:
    """A count rounded down to whole steps, so that single voters cannot be watched."""
    return count - count % STEP


def count(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """The figures of this moment: total, by channel, by district number ("0" for no district); None is hidden."""
    counted = _count(session, secrets, box)
    return _figures(
        counted,
        total=stepped(counted.total),
        by_channel={name: stepped(number) for name, number in counted.by_channel.items()},
        by_district={
            name: _running(number, counted.electors[name]) for name, number in counted.by_district.items()
        },
    )


def _running(voted: int, electors: int) -> int | None:
    """What is told of a district while people vote: never so much that its last ten could be pointed at."""
    if electors < FEWEST_ELECTORS:
        return None
    return stepped(min(voted, electors - STEP))


def final(session: Session, secrets: SecretFolder, box: BallotBox) -> dict[str, Any]:
    """The figures after the end, exact but for the one rule about small numbers; None stands for a hidden one."""
    counted = _count(session, secrets, box)
    voted = suppress(counted.by_district)
    # Who did not vote are people too; and where nobody is left, everybody is known to have voted.
    stayed = suppress(
        {name: max(counted.electors[name] - number, 1) for name, number in counted.by_district.items()}
    )
    return _figures(
        counted,
        total=suppress({"all": counted.total})["all"].value,
        by_channel={name: cell.value for name, cell in suppress(counted.by_channel).items()},
        by_district={
            name: None if cell.hidden or stayed[name].hidden else cell.value for name, cell in voted.items()
        },
    ) | {"final": True}


@dataclass(frozen=True)
class _Counted:
    total: int
    by_channel: dict[str, int]
    by_district: dict[str, int]
    electors: dict[str, int]


def _count(session: Session, secrets: SecretFolder, box: BallotBox) -> _Counted:
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
    return _Counted(
        sum(by_channel.values()),
        dict(sorted(by_channel.items())),
        dict(sorted(by_district.items())),
        dict(sorted(electors.items())),
    )


def _figures(
    counted: _Counted,
    *,
    total: int | None,
    by_channel: dict[str, int | None],
    by_district: dict[str, int | None],
) -> dict[str, Any]:
    return {
        "total": total,
        "electors": sum(counted.electors.values()),
        "by_channel": by_channel,
        "by_district": by_district,
        "electors_by_district": {name: cell.value for name, cell in suppress(counted.electors).items()},
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
    """The duty: publish the turnout of every open vote, once a full hour; return how many were published.

    A vote without its key stops no other.
    """
    published = 0
    with database.read() as session:
        open_boxes = session.scalars(select(BallotBox).where(BallotBox.state == BoxState.OPEN)).all()
        hour = database_now(session).replace(minute=0, second=0, microsecond=0)
        done = set(session.scalars(select(Turnout.round_id).where(Turnout.hour == hour)))
        figures = {}
        for box in open_boxes:
            if box.round_id in done:
                continue
            try:
                figures[box.round_id] = count(session, secrets, box)
            except KeyMissing:
                log.error(
                    "the key of a vote is missing; its turnout is not published",
                    extra={"round": box.round_id},
                )
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
