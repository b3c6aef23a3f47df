"""The declared results of the demonstration: counted by one officer, counted again by another, declared by the first."""

from datetime import timedelta

from pbplatform.charter.phases import Phase
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.demo.rounds import Moment, at, date_back
from pbplatform.demo.stage import Stage
from pbplatform.municipalities.models import Municipality
from pbplatform.results import counting, operations

COUNTED_AFTER = 9
DECLARED_AFTER = 12
"""Days from the vote's end."""


def build(stage: Stage) -> None:
    """Count and declare every round that has gone beyond its count."""
    for found in at(stage, Moment.CLOSED, Moment.IMPLEMENTATION, Moment.RESULTS):
        assert found.phase is Phase.COUNTING
        _declare(stage, found)


def _declare(stage: Stage, found: Round) -> None:
    session = stage.session
    place = session.get_one(Municipality, found.municipality_id)
    officer, colleague = stage.officer(place), stage.officer(place, "officer2")
    row = operations.order_count(officer, session, found)
    counting.keep(session, row, counting.count_round(session, found))
    # The recount is a job in a running installation; here there is nobody to wait for it.
    row.recounted_by = colleague.account_id
    counting.note_second(session, row, counting.second_count(session, row))
    operations.declare(officer, session, found, row)
    window = next(one for one in rounds.windows(session, found.id) if one.phase is Phase.VOTING)
    row.ordered_at = row.counted_at = row.recounted_at = window.closes_at + timedelta(days=COUNTED_AFTER)
    row.declared_at = window.closes_at + timedelta(days=DECLARED_AFTER)
    date_back(stage, found, row.declared_at)
