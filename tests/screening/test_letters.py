"""Few letters: supporters hear of a merge with their digest, a reviewer gets one reminder whatever the number of cases.

But whoever can appeal hears of it at once, also when the platform itself publishes the results.
"""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.mail import Letter
from pbplatform.notices.digest import send_digests
from pbplatform.notices.models import Happening, Mailing, News
from pbplatform.proposals.models import ProposalSupport, SupportChannel
from pbplatform.screening import announcing
from pbplatform.screening.duties import reminding
from pbplatform.screening.models import Assessment, Verdict
from tests.support.letters import letters_to
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.screening import REFUSAL, an_office, decide, send_to


@on_both_databases
def test_supporters_hear_with_their_digest_that_a_proposal_has_joined_another(
    session: Session, app: Flask, house: House
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    source, target = (a_standing_proposal(session, place, round_) for _ in range(2))
    source.title, target.title = "A bench", "A garden"
    supporters = [an_account(session, place) for _ in range(3)]
    for number, account in enumerate(supporters):
        account.language = ("ka", "bg", "en")[number]
        session.add(
            ProposalSupport(
                proposal_id=source.id,
                resident=f"r{number}",
                account_id=account.id,
                channel=SupportChannel.ONLINE,
            )
        )
    session.flush()
    announcing.merged(session, place, round_, source, target)
    session.commit()
    with house.database.read() as looking:
        assert looking.scalar(select(func.count()).select_from(Letter)) == 0, "no letter of its own"
        assert looking.scalar(select(func.count()).select_from(Mailing)) == 3

    assert send_digests(app, house.database, "http://localhost") == 3
    with house.database.read() as looking:
        letters = {one.recipient: one for one in looking.scalars(select(Letter))}
    for account, words in zip(supporters, ("თანხმობით", "съгласието", "consent of its authors"), strict=True):
        body = letters[account.email or ""].body
        assert words in body
        assert "A bench" in body
        assert "A garden" in body
        assert f"/{account.language}/{place.slug}/rounds/spring/proposals/{target.id}" in body


@on_both_databases
def test_a_reviewer_gets_one_reminder_a_day_for_everything_that_is_due(
    session: Session, app: Flask, house: House
) -> None:
    place = a_municipality(session)
    office = an_office(session, place)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring")
    proposals = [a_standing_proposal(session, place, round_) for _ in range(4)]
    for number, proposal in enumerate(proposals):
        proposal.title = f"Proposal of day {number}"
        send_to(session, place, office, round_, proposal, "parks")
    due = dict(zip([one.id for one in proposals], (-1, 1, 1, 5), strict=True))
    for assessment in session.scalars(select(Assessment)):
        assessment.due_at = clock.now() + timedelta(days=due[assessment.proposal_id])
    session.commit()

    remind = reminding(app, house)
    assert remind() == 3, "what is due in five days can wait"
    assert remind() == 0, "and once a day is enough"
    with house.database.read() as looking:
        letters = looking.scalars(select(Letter)).all()
    assert [one.recipient for one in letters] == [office.parks.email]
    body = letters[0].body
    assert all(f"Proposal of day {number}" in body for number in range(3))
    assert "Proposal of day 3" not in body


@on_both_databases
def test_authors_hear_of_their_results_when_these_appear_with_the_discussion(
    session: Session, house: House
) -> None:
    place = a_municipality(session)
    office = an_office(session, place)
    round_ = a_round(session, place, Phase.REVIEW, slug="spring", now=clock.now() - timedelta(days=21))
    glad, sorry = an_account(session, place), an_account(session, place)
    sorry.language = "bg"
    good, bad = (a_standing_proposal(session, place, round_, author) for author in (glad, sorry))
    decide(session, place, office, round_, good)
    decide(session, place, office, round_, bad, Verdict.INFEASIBLE)
    session.commit()

    for _again in range(2):
        house.jobs.do("steps")
    session.expire_all()
    assert round_.phase is Phase.DISCUSSION
    told = session.scalars(select(Happening).where(Happening.recipient_id == glad.id)).all()
    assert [one.news for one in told] == [News.ASSESSMENT_RELEASED], "good news comes with the digest"
    session.commit()
    assert letters_to(house.database, glad.email or "") == []
    (letter,) = letters_to(house.database, sorry.email or "")
    assert letter.language == "bg"
    assert REFUSAL in letter.body
    assert f"http://localhost/bg/rustavi/rounds/spring/proposals/{bad.id}" in letter.body
