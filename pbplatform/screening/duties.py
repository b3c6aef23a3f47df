"""What the screening does by itself: publish at the set hour, remind departments. Run by the job and by hand alike."""

from collections.abc import Callable
from itertools import groupby

from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals.models import Proposal
from pbplatform.screening import announcing, operations, queries
from pbplatform.screening.models import Assessment


def releasing(app: Flask, house: House) -> Callable[[], int]:
    """Publish the results of every round whose hour has come and whose proposals are all decided."""

    def release_due() -> int:
        released = 0
        with house.database.read() as session:
            waiting = session.scalars(select(Round.id).where(Round.phase == Phase.REVIEW)).all()
        for round_id in waiting:
            with (
                app.test_request_context(base_url=house.config.base_url),
                house.database.transaction() as session,
            ):
                round_ = session.get_one(Round, round_id, with_for_update=True)
                ready = (
                    operations.may_release(session, round_)
                    and queries.unreleased(session, round_.id)
                    and not queries.undecided(session, round_.id)
                )
                if round_.phase is not Phase.REVIEW or not ready:
                    continue
                g.municipality = session.get_one(Municipality, round_.municipality_id)
                decided = operations.release(None, session, round_)
                announcing.released(session, g.municipality, round_, decided)
                released += len(decided)
        return released

    return release_due


def reminding(app: Flask, house: House) -> Callable[[], int]:
    """Remind the reviewers of what is due in two days or overdue, once a day."""

    def remind() -> int:
        with (
            app.test_request_context(base_url=house.config.base_url),
            house.database.transaction() as session,
        ):
            due = operations.due_reminders(session)
            for municipality_id, several in groupby(due, key=lambda one: one.municipality_id):
                g.municipality = session.get_one(Municipality, municipality_id)
                announcing.remind(session, g.municipality, [_placed(session, one) for one in several])
            return len(due)

    return remind


def _placed(session: Session, assessment: Assessment) -> tuple[Round, Proposal, Assessment]:
    proposal = session.get_one(Proposal, assessment.proposal_id)
    return session.get_one(Round, proposal.round_id), proposal, assessment
