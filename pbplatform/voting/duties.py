"""What the vote does by itself: keep time, close on time, finish interrupted seals, publish the turnout."""

from pathlib import Path

from sqlalchemy.orm import Session

from pbplatform.charter.phases import RoundFacts, Step
from pbplatform.charter.roles import Actor
from pbplatform.consultation import queries as rounds
from pbplatform.consultation.models import Round
from pbplatform.consultation.steps import Walker
from pbplatform.door import House
from pbplatform.foundation.errors import Conflict
from pbplatform.voting import closing, opening, sealing, turnout


def seals_folder(house: House) -> Path:
    """Where manifests are put before a key is destroyed."""
    return house.config.data_dir / "manifests"


def install(house: House) -> None:
    """Install the duties in one application."""
    house.jobs.every_minutes(1, "close_votes", lambda: closing.close_due(house.database, house.secrets))
    house.jobs.every_minutes(
        5, "finish_seals", lambda: sealing.finish_seals(house.database, house.secrets, seals_folder(house))
    )
    house.jobs.every_minutes(10, "turnout", lambda: turnout.publish_hourly(house.database, house.secrets))


def _two_persons(_actor: Actor | None, _session: Session, _found: Round) -> None:
    """Opening and closing a vote are never walked in passing: they have pages and duties of their own."""
    raise Conflict


def _closing_facts(session: Session, found: Round) -> RoundFacts:
    return rounds.facts_for(session, found, Step.CLOSE_VOTING)


WALKERS = {
    Step.OPEN_VOTING: Walker(
        opening.facts_to_ask, _two_persons, automatic=False, endpoint="vote_desk.overview"
    ),
    Step.CLOSE_VOTING: Walker(_closing_facts, _two_persons, automatic=False, endpoint="vote_desk.overview"),
}
"""How the page of steps shows what the vote owns."""
