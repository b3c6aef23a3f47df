"""How the step that declares a result is examined and walked; it is done at the desk of the count, never by itself."""

from dataclasses import replace

from sqlalchemy.orm import Session

from pbplatform.charter.phases import RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.foundation.errors import Conflict
from pbplatform.results import operations, queries


def facts(session: Session, found: Round) -> RoundFacts:
    """Whether the round is sealed, counted and counted again."""
    row = queries.latest(session, found)
    return replace(
        consultation.facts_for(session, found, Step.DECLARE),
        sealed=queries.seal(session, found) is not None,
        counted=row is not None and row.result is not None,
        recounted=row is not None and row.state in queries.CONFIRMED,
    )


def walk(actor: Actor | None, session: Session, found: Round) -> None:
    """Declare the newest count; only a person can."""
    row = queries.latest(session, found)
    if actor is None or row is None:
        raise Conflict(operations.ResultProblem.NOT_COUNTED)
    operations.declare(actor, session, found, row)


WALKERS = {Step.DECLARE: Walker(facts, walk, automatic=False, endpoint="results_desk.count")}
