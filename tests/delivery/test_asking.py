"""When a date passes, the officer who promised it is asked once for the public reason, and by mail."""

from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import hats
from pbplatform.accounts.models import Membership
from pbplatform.charter.roles import Role, operator
from pbplatform.delivery import asking, corrections, operations, queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.mail import Letter
from pbplatform.municipalities.models import Municipality
from pbplatform.notices import operations as notices
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import Happening, News, Topic
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.people import an_account, as_actor

DAY = timedelta(days=1)
WHY = {"ka": "წვიმა", "en": "It rained"}


def asked(session: Session) -> list[int | None]:
    return list(
        session.scalars(
            select(Happening.recipient_id)
            .where(Happening.news == News.DELAY_REASON_ASKED)
            .order_by(Happening.id)
        )
    )


@on_both_databases
def test_who_promised_is_asked_once_and_again_after_the_date_was_moved(
    session: Session, place: Municipality
) -> None:
    _, (line, ended) = a_delivery(session, place, 100_000, 1_000)
    promising, colleague = (an_account(session, place, Role.OFFICER) for _ in range(2))
    actor = as_actor(promising, place, Role.OFFICER)
    today: date = queries.today_in(session, place)
    late = operations.add_milestone(actor, session, line, MilestoneKind.DESIGN, today - DAY)
    operations.add_milestone(actor, session, line, MilestoneKind.HANDOVER, today)
    told = operations.add_milestone(actor, session, line, MilestoneKind.PROCUREMENT, today - 9 * DAY)
    operations.explain_delay(actor, session, told, WHY)
    operations.add_milestone(actor, session, ended, MilestoneKind.DESIGN, today - DAY)
    operations.abandon(actor, session, ended, today, WHY)
    assert asking.ask_for_reasons(session, place) == 1
    assert asking.ask_for_reasons(session, place) == 0
    assert asked(session) == [promising.id]
    corrections.correct_milestone(actor, session, late, today - DAY * 2, None, WHY)
    assert asking.ask_for_reasons(session, place) == 1
    given = session.scalars(select(Membership).where(Membership.account_id == promising.id)).one()
    hats.take_role(operator(), session, given)
    corrections.correct_milestone(
        as_actor(colleague, place, Role.OFFICER), session, late, today - DAY, None, WHY
    )
    asking.ask_for_reasons(session, place)
    assert asked(session) == [promising.id, promising.id, colleague.id], "who has left is not asked"


def test_the_question_and_the_followers_news_come_by_mail(
    app: Flask, house: House, session: Session, place: Municipality, tmp_path: Path
) -> None:
    found, (line,) = a_delivery(session, place, 100_000)
    officer = an_account(session, place, Role.OFFICER, email="officer@example.org")
    neighbour = an_account(session, place, email="neighbour@example.org")
    actor = as_actor(officer, place, Role.OFFICER)
    notices.follow(as_actor(neighbour, place), session, place.id, Topic.ROUND, found.id)
    today: date = queries.today_in(session, place)
    operations.add_milestone(actor, session, line, MilestoneKind.DESIGN, today - DAY)
    operations.publish_update(actor, session, line, {"ka": "მალე დავიწყებთ", "en": "We begin soon"})
    session.commit()
    assert asking.asking(house.database)() == 1
    assert send_digests(app, house.database, "http://localhost", clock.now() + DAY) == 2
    with house.database.read() as look:
        letters = {letter.recipient: letter.body for letter in look.scalars(select(Letter))}
    assert f"/ka/rustavi/rounds/{found.slug}/delivery/{line.id}/facts" in letters["officer@example.org"]
    assert "ვადა გავიდა" in letters["officer@example.org"]
    assert f"/ka/rustavi/rounds/{found.slug}/delivery/{line.id}" in letters["neighbour@example.org"]
    assert "/facts" not in letters["neighbour@example.org"]
    assert "ask_delay_reasons" in house.jobs.duties
