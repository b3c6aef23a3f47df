"""Going back before corrections existed brings nothing to life that was struck, and loses nothing else."""

from datetime import date, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pbplatform.budget.models import LineAmendment, ProjectLine
from pbplatform.charter.roles import Role
from pbplatform.delivery import corrections, operations, queries
from pbplatform.delivery.models import Contract, Milestone, MilestoneKind, Payment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.foundation import clock, migrations
from pbplatform.foundation.database import Database
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor

BEFORE = "0105_delivery_history-1"
WHY = {"ka": "შეცდომა", "en": "A slip of the pen"}


@on_both_databases
def test_down_and_up_with_struck_facts_and_amended_lines(database: Database, session: Session) -> None:
    place = a_municipality(session)
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    _, (park, bridge) = a_delivery(session, place, 10_000, 5_000)
    today: date = queries.today_in(session, place)
    day = today - timedelta(days=2)
    contract = operations.sign_contract(officer, session, park, ContractPlan("Builders", day, 900))
    kept = operations.pay(officer, session, contract, today, 500)
    wrong = operations.pay(officer, session, contract, today, 100)
    corrections.strike_payment(officer, session, wrong, WHY)
    promise = operations.add_milestone(officer, session, park, MilestoneKind.DESIGN, today)
    corrections.strike_milestone(officer, session, promise, WHY)
    operations.add_milestone(officer, session, park, MilestoneKind.DESIGN, today)
    bridge.amount = 0
    session.add(
        LineAmendment(
            municipality_id=place.id, line_id=bridge.id, amount_before=5_000, amount_after=0, reasons=WHY,
            made_by=None, made_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()
    kept_id = kept.id
    session.close()
    engine = database.engine
    migrations.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        assert connection.execute(text("select id from delivery_payment")).scalars().all() == [kept_id]
        amounts = (
            connection.execute(text("select amount from budget_project_line order by id")).scalars().all()
        )
        assert amounts == [10_000, 5_000]
    migrations.upgrade(engine)
    migrations.check(engine)
    with database.read() as look:
        found = [
            look.scalar(select(func.count()).select_from(kind))
            for kind in (Contract, Payment, Milestone, ProjectLine)
        ]
    assert found == [1, 1, 1, 2]
