"""When a promised date has passed, the officer who promised it is asked for the public reason: by mail, once."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Membership
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.delivery import queries
from pbplatform.delivery.models import Ending, Milestone
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.municipalities.models import Municipality
from pbplatform.notices.models import News
from pbplatform.notices.operations import tell_person
from pbplatform.voting.models import Project


def asking(database: Database) -> Callable[[], int]:
    """The duty: ask for every date that passed, each municipality in a transaction of its own."""

    def ask() -> int:
        with database.read() as session:
            places = session.scalars(select(Municipality.id)).all()
        asked = 0
        for place_id in places:
            with database.transaction() as session:
                asked += ask_for_reasons(session, session.get_one(Municipality, place_id))
        return asked

    return ask


def ask_for_reasons(session: Session, place: Municipality) -> int:
    """Ask for the reason of every missed date that has none and was not asked about; how many were asked about."""
    today = queries.today_in(session, place)
    asked = 0
    for milestone, line, found in _missed(session, place, today):
        people = _asked(session, milestone, line)
        if not people:
            continue
        titles = session.get_one(Project, line.project_id).titles
        path = f"rounds/{found.slug}/delivery/{line.id}/facts"
        for account_id in people:
            tell_person(session, place.id, account_id, News.DELAY_REASON_ASKED, titles, path)
        milestone.asked_at = clock.now()
        asked += 1
    session.flush()
    return asked


def _missed(session: Session, place: Municipality, today: date) -> list[tuple[Milestone, ProjectLine, Round]]:
    rows = session.execute(
        select(Milestone, ProjectLine, Round)
        .join(ProjectLine, ProjectLine.id == Milestone.line_id)
        .join(Round, Round.id == ProjectLine.round_id)
        .outerjoin(Ending, Ending.line_id == ProjectLine.id)
        .where(
            Milestone.municipality_id == place.id,
            Milestone.reached_on.is_(None),
            Milestone.due_on <= today - timedelta(days=1),
            Milestone.struck_at.is_(None),
            Milestone.asked_at.is_(None),
            Ending.id.is_(None),
            Round.phase.in_((Phase.IMPLEMENTATION, Phase.CLOSED)),
        )
        .order_by(Milestone.id)
        .with_for_update(of=Milestone)
    )
    return [(row[0], row[1], row[2]) for row in rows if not row[0].delay_reasons]


def _asked(session: Session, milestone: Milestone, line: ProjectLine) -> list[int]:
    """Who promised the date, while still an officer here; else every officer."""
    officers = list(
        session.scalars(
            select(Membership.account_id)
            .where(
                Membership.municipality_id == line.municipality_id,
                Membership.role.in_((Role.OFFICER, Role.ADMINISTRATOR)),
            )
            .order_by(Membership.account_id)
        )
    )
    if milestone.promised_by in officers:
        return [milestone.promised_by]
    return sorted(set(officers))
