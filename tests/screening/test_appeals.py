"""A refusal can be read and appealed against, whatever the departments had answered when it was signed."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.settings import RoundSettings
from pbplatform.foundation import clock
from pbplatform.screening import operations
from pbplatform.screening.models import Verdict
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.screening import REASON, REFUSAL, an_office, judge, send_to
from tests.support.voters import hidden


def test_a_refusal_signed_before_every_department_has_answered_can_be_read_and_appealed_against(
    session: Session, client: PageClient, signed_in: Callable[..., PageClient]
) -> None:
    place = a_municipality(session)
    own = RoundSettings(assessments_released_at=clock.now() - timedelta(hours=1))
    round_ = a_round(session, place, Phase.REVIEW, slug="spring", own=own)
    author = an_account(session, place, name="Author")
    refused = a_standing_proposal(session, place, round_, author)
    office = an_office(session, place)
    coordinator = office.actor(office.coordinator, place)
    send_to(session, place, office, round_, refused, "parks", "roads")
    judge(session, place, office, round_, refused, office.parks)
    operations.sign(coordinator, session, round_, refused, operations.Finding(Verdict.INFEASIBLE, REFUSAL), 0)
    assert operations.release(coordinator, session, round_) == [refused]
    session.commit()

    result = f"/en/rustavi/rounds/spring/proposals/{refused.id}/assessment"
    public = client.get(result).get_data(as_text=True)
    assert REFUSAL in public
    assert REASON in public, "what a department wrote is public"
    assert "roads" not in public, "a department that wrote nothing says nothing"
    mine = signed_in(author)
    token = hidden(mine.get(result).get_data(as_text=True))["csrf_token"]
    text = "The railway has given its consent in writing, see the letter of May."
    assert mine.post(result, data={"csrf_token": token, "text": text}).status_code == 302
    decision = signed_in(office.colleague).get(f"/en/rustavi/rounds/spring/appeals/{refused.id}")
    assert decision.status_code == 200
    assert text in decision.get_data(as_text=True)
