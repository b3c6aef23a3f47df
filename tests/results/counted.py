"""A town whose vote is sealed, counted, counted again and declared, through the real operations."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from pbplatform.consultation.models import Envelope, Round
from pbplatform.door import House
from pbplatform.results import operations, queries
from pbplatform.results.models import Count
from tests.support.voting import Town, a_town, cast, close, open_vote, seal

CHOICES = (["P1.1", "P1.2"], ["P1.3"], ["P1.1", "P1.4"], ["P1.2"])
"""What voters choose by turns."""


def a_sealed_town(
    house: House,
    voters: int = 120,
    choices: Sequence[list[str]] = CHOICES,
    rule: tuple[str, dict[str, Any]] | None = None,
) -> tuple[Town, list[str]]:
    """A vote of so many people, sealed; with the trackers of their receipts. `rule` is another one than greedy, with options."""
    with house.database.write() as session:
        town = a_town(session, house, voters=voters, with_districts=False)
        if rule is not None:
            envelope = session.scalars(select(Envelope).where(Envelope.round_id == town.round.id)).one()
            envelope.rule, envelope.rule_options = rule
        open_vote(session, house, town)
    trackers = [cast(house, town, n, {1: choices[n % len(choices)]}).tracker for n in range(voters)]
    close(house, town)
    seal(house, town)
    return town, trackers


def count(house: House, town: Town) -> int:
    """Order a count and have it done; gives the number of its row."""
    with house.database.transaction() as session:
        found = session.get_one(Round, town.round.id)
        row = operations.order_count(town.officer(), session, found)
        operations.queue_count(session, house.jobs, row)
        return row.id


def count_again(house: House, town: Town, count_id: int) -> None:
    """Have it counted again."""
    with house.database.transaction() as session:
        row = session.get_one(Count, count_id)
        found = session.get_one(Round, town.round.id)
        operations.order_recount(town.officer(1), session, house.jobs, row, found.phase)


def declare(house: House, town: Town, count_id: int) -> None:
    """Make it official."""
    with house.database.transaction() as session:
        found = session.get_one(Round, town.round.id)
        operations.declare(town.officer(), session, found, session.get_one(Count, count_id))


def a_declared_town(
    house: House, voters: int = 120, choices: Sequence[list[str]] = CHOICES
) -> tuple[Town, list[str]]:
    """All of it."""
    town, trackers = a_sealed_town(house, voters, choices)
    count_id = count(house, town)
    count_again(house, town, count_id)
    declare(house, town, count_id)
    with house.database.read() as session:
        assert queries.public_count(session, town.round) is not None
    return town, trackers
