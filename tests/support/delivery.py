"""Rounds in delivery for tests: funded projects with their budget lines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Envelope, Round
from pbplatform.foundation import clock
from pbplatform.foundation.i18n import Currency
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project
from tests.support.rounds import a_round


def a_delivery(session: Session, place: Municipality, *amounts: int) -> tuple[Round, list[ProjectLine]]:
    """A round in its implementation with one line for each amount."""
    found = a_round(session, place, Phase.IMPLEMENTATION)
    envelope = session.scalars(select(Envelope).where(Envelope.round_id == found.id)).one()
    lines = []
    for number, amount in enumerate(amounts, 1):
        project = Project(
            municipality_id=place.id, round_id=found.id, envelope_id=envelope.id, code=f"p{number}",
            number=number, titles={"en": f"Park {number}", "ka": f"პარკი {number}"}, summaries={}, details={},
            cost=amount,
        )  # fmt: skip
        session.add(project)
        session.flush()
        line = ProjectLine(
            municipality_id=place.id, round_id=found.id, envelope_id=envelope.id, project_id=project.id,
            year=2026, programme="participatory", function="06.2", amount=amount,
            currency=Currency(place.currency), adopted_at=clock.now(),
        )  # fmt: skip
        session.add(line)
        lines.append(line)
    session.flush()
    return found, lines
