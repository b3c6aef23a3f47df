"""The declared result becomes one budget line per funded project, equal to its allocation, and the round goes on."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget import adoption
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Obstacle, Phase
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.operations import Blocked
from pbplatform.foundation import clock
from pbplatform.municipalities.models import Municipality
from pbplatform.results.models import Count, CountState, EnvelopeResult
from pbplatform.voting.models import Project
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.rounds import a_round


def _declared(session: Session, place: Municipality, found: Round, *funded: str) -> None:
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == found.id)).one()
    for number, code in enumerate(("a", "b", "c"), 1):
        session.add(
            Project(
                municipality_id=place.id, round_id=found.id, envelope_id=envelope.id, code=code, number=number,
                titles={"en": code}, summaries={}, details={}, cost=1000 * number,
            )
        )  # fmt: skip
    now, same = clock.now(), "0" * 64
    count = Count(
        municipality_id=place.id, round_id=found.id, number=1, state=CountState.DECLARED, reasons={},
        ordered_at=now, counted_at=now, result="{}", result_hash=same, recount_hash=same, declared_at=now,
    )  # fmt: skip
    session.add(count)
    session.flush()
    session.add(
        EnvelopeResult(
            municipality_id=place.id, count_id=count.id, envelope_id=envelope.id,
            outcome={"funded": list(funded)}, figures={},
        )
    )  # fmt: skip
    session.flush()


@on_both_databases
def test_every_funded_project_gets_a_line_equal_to_its_allocation(session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.RESULTS)
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    _declared(session, place, found, "a", "c")
    adoption.adopt(officer, session, found)
    lines = session.scalars(select(ProjectLine).order_by(ProjectLine.amount)).all()
    assert [line.amount for line in lines] == [1000, 3000]
    assert {line.programme for line in lines} == {adoption.PROGRAMME}
    assert found.phase is Phase.IMPLEMENTATION


def test_nothing_is_adopted_before_a_declaration_or_by_a_citizen(session: Session) -> None:
    place = a_municipality(session)
    found = a_round(session, place, Phase.RESULTS)
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    with pytest.raises(Blocked) as blocked:
        adoption.adopt(officer, session, found)
    assert blocked.value.obstacles == (Obstacle.NO_BUDGET_LINES,)
    _declared(session, place, found, "a")
    with pytest.raises(Refused):
        adoption.adopt(as_actor(an_account(session, place), place), session, found)
    assert found.phase is Phase.RESULTS
