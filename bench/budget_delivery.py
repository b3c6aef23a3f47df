"""Rounds in their delivery for `make bench-budget`: every project with contracts, payments, milestones, news, a correction."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.delivery import queries
from pbplatform.delivery.models import (
    Contract,
    Correction,
    Fact,
    Milestone,
    MilestoneKind,
    Payment,
    Update,
)
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project
from tests.support.delivery import a_delivery

PROJECTS = 30
"""Of a round: more than most towns fund in a year."""
_WHY = {"ka": "მიზეზი", "en": "The ground was too wet."}


def deliver(database: Database, towns: int, years: int) -> int:
    """A round for each municipality and year; the number of projects."""
    for town in range(towns):
        with database.transaction() as session:
            place = session.scalars(select(Municipality).where(Municipality.slug == f"town-{town}")).one()
            today = queries.today_in(session, place)
            for year in range(years):
                found, lines = a_delivery(session, place, *range(10_000_000, 10_000_000 + PROJECTS))
                found.slug = f"round-{year}"
                for number, line in enumerate(lines):
                    project = session.get_one(Project, line.project_id)
                    project.latitude, project.longitude = 41.5 + number / 900, 44.9 + year / 900
                    _build(session, line, today)
    return towns * years * PROJECTS


def _build(session: Session, line: ProjectLine, today: date) -> None:
    own = {"municipality_id": line.municipality_id, "line_id": line.id}
    for part in range(2):
        contract = Contract(
            **own,
            supplier=f"Builders {part}",
            procurement_id=f"ocds-1a2b3c-{line.id}-{part}",
            signed_on=today - timedelta(days=90),
            amount=4_000_000,
            currency=line.currency,
            entered_at=clock.now(),
        )
        session.add(contract)
        session.flush()
        session.add_all(
            Payment(
                municipality_id=line.municipality_id,
                contract_id=contract.id,
                paid_on=today - timedelta(days=60 - number),
                amount=900_000,
                currency=line.currency,
                entered_at=clock.now(),
            )
            for number in range(4)
        )
    session.add_all(
        Milestone(
            **own,
            kind=kind,
            due_on=today + timedelta(days=20 * place - 50),
            reached_on=today - timedelta(days=50) if place == 0 else None,
            delay_reasons=_WHY if place == 1 else {},
        )
        for place, kind in enumerate(MilestoneKind)
    )
    session.add_all(
        Update(**own, texts={"ka": "სიახლე", "en": f"News {number}"}, published_at=clock.now())
        for number in range(3)
    )
    session.add(
        Correction(
            **own,
            fact=Fact.CONTRACT,
            fact_id=contract.id,
            before={"amount": 3_000_000, "currency": line.currency.value},
            after={"amount": 4_000_000, "currency": line.currency.value},
            reasons=_WHY,
            made_by=None,
            made_at=clock.now(),
        )
    )
