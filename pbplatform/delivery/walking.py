"""How the step that completes a round is examined and walked: only when every project came to its end."""

from dataclasses import replace

from sqlalchemy.orm import Session

from pbplatform.budget import adoption
from pbplatform.charter.phases import Kind, RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import queries as rounds_queries
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.delivery import queries


def facts(session: Session, found: Round) -> RoundFacts:
    """What keeps the round open: projects that are neither delivered nor abandoned, also those that a corrected result
    funds and that have no line yet. A consultation has none."""
    known = rounds_queries.facts_for(session, found, Step.CLOSE)
    waiting = queries.undelivered(session, found)
    if found.kind is Kind.BUDGETING:
        waiting += len(adoption.differences(session, found).missing)
    return replace(known, undelivered_projects=waiting)


def close(actor: Actor | None, session: Session, found: Round) -> None:
    """Complete the round."""
    found = rounds.lock(session, found)
    rounds.walk(actor, session, found, Step.CLOSE, facts(session, found))


WALKERS = {Step.CLOSE: Walker(facts, close, automatic=False)}
"""That all is done is said by people; the clock never walks it."""
