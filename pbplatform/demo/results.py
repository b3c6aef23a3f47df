"""The declared results of the demonstration: counted, counted again and declared by the platform's own hand."""

from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import operator
from pbplatform.consultation.models import Round
from pbplatform.demo.rounds import Moment, at
from pbplatform.demo.stage import Stage
from pbplatform.results import counting, operations


def build(stage: Stage) -> None:
    """Count and declare every round that has gone beyond its count."""
    for found in at(stage, Moment.CLOSED, Moment.IMPLEMENTATION, Moment.RESULTS):
        assert found.phase is Phase.COUNTING
        _declare(stage, found)


def _declare(stage: Stage, found: Round) -> None:
    session, actor = stage.session, operator(found.municipality_id)
    row = operations.order_count(actor, session, found)
    counting.keep(session, row, counting.count_round(session, found))
    counting.recount(session, row)
    operations.declare(actor, session, found, row)
