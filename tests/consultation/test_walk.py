"""A round moves only by a step of the charter, once, and on record."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Phase, Step
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Role
from pbplatform.consultation import queries
from pbplatform.consultation.operations import Blocked, walk
from pbplatform.foundation.errors import Conflict
from pbplatform.journal.models import JournalEntry
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round


@on_both_databases
def test_a_step_moves_the_phase_and_stands_in_the_journal(session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.DISCUSSION)
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    facts = queries.facts_for(session, found, Step.OPEN_VOTING)
    with pytest.raises(Blocked) as blocked:
        walk(officer, session, found, Step.OPEN_VOTING, facts)
    assert blocked.value.obstacles == (Obstacle.NO_TIE_COMMITMENT, Obstacle.TOO_EARLY)
    assert found.phase is Phase.DISCUSSION
    ready = replace(facts, tie_commitment=True, now=facts.opens_at or facts.now)
    walk(officer, session, found, Step.OPEN_VOTING, ready)
    assert found.phase is Phase.VOTING
    entry = session.query(JournalEntry).filter_by(action="walk_step").one()
    assert entry.details == {"step": "open_voting", "before": "discussion", "after": "voting"}


def test_a_step_that_somebody_walked_already_is_a_conflict(session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.VOTING)
    facts = queries.facts_for(session, found, Step.CLOSE_VOTING)
    with pytest.raises(Conflict):
        walk(None, session, found, Step.OPEN_VOTING, facts)


def test_a_citizen_walks_no_step(session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.SUBMISSION)
    facts = queries.facts_for(session, found, Step.OPEN_REVIEW)
    with pytest.raises(Refused):
        walk(as_actor(an_account(session, place), place), session, found, Step.OPEN_REVIEW, facts)
