"""Scenario 9: one department refuses with criteria, cost, ground and reason; a coordinator signs; all at the set hour.

Scenario 10: another assessor decides the appeal, both texts are public, the ballot list waits.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import settings
from pbplatform.consultation.settings import RoundSettings
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.notices.models import Happening, News
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening.criteria import Criterion, FormalCriterion
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.screening import REASON, REFUSAL, an_office

Browser = Callable[..., PageClient]


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form"
    return found[1]


def send(browser: PageClient, address: str, seen: str, **data: object) -> str:
    """Post a form of a page and follow to where it leads."""
    page = browser.get(seen).get_data(as_text=True)
    answer = browser.post(address, data={"csrf_token": token(page), **data}, follow_redirects=True)
    assert answer.status_code == 200, (address, answer.status_code, answer.get_data(as_text=True)[-3000:])
    return answer.get_data(as_text=True)


def stored(house: House, proposal: Proposal) -> Proposal:
    """The proposal as it stands in the database now."""
    with house.database.read() as looking:
        return looking.get_one(Proposal, proposal.id)


@on_both_databases
def test_departments_judge_a_coordinator_signs_and_all_appears_at_the_set_hour(
    session: Session, app: Flask, house: House, client: PageClient, signed_in: Browser
) -> None:
    place = a_municipality(session)
    own = RoundSettings(assessments_released_at=clock.now() + timedelta(hours=1))
    round_ = a_round(session, place, Phase.REVIEW, slug="spring", own=own)
    author = an_account(session, place, name="Author")
    good = a_standing_proposal(session, place, round_, author)
    bad = a_standing_proposal(session, place, round_, author)
    office = an_office(session, place)
    session.commit()
    officer, parks, roads = (signed_in(one) for one in (office.coordinator, office.parks, office.roads))
    base = "/en/rustavi/rounds/spring"
    due = (clock.now() + timedelta(days=9)).date().isoformat()

    for proposal in (good, bad):
        case = f"{base}/screening/{proposal.id}"
        send(officer, f"{case}/check", case, **dict.fromkeys(FormalCriterion, "yes"))
        send(officer, f"{case}/route", case, departments=["parks", "roads"], due_on=due)
    assert f"/screening/{good.id}" in roads.get("/en/rustavi/my-assessments").get_data(as_text=True)

    yes = {criterion.value: "met" for criterion in Criterion}
    for browser, proposal, version in ((parks, good, 1), (roads, good, 1), (parks, bad, 1)):
        case = f"{base}/screening/{proposal.id}"
        finding = {
            "verdict": "feasible",
            "cost": "13 000",
            "legal_ground": "",
            "reason": REASON,
            "version": version,
        }
        send(browser, f"{case}/assess", case, **yes, **finding)
    case = f"{base}/screening/{bad.id}"
    refusing = yes | {"land": "not_met", "verdict": "infeasible", "legal_ground": "Land Act, art. 5"}
    page = roads.get(case).get_data(as_text=True)
    stale = roads.post(
        f"{case}/assess", data={"csrf_token": token(page), **refusing, "reason": REFUSAL, "version": 7}
    )
    assert stale.status_code == 409, "somebody who saw an older state does not win"
    send(roads, f"{case}/assess", case, **refusing, reason=REFUSAL, version=1)

    send(
        officer,
        f"{base}/screening/{good.id}/sign",
        f"{base}/screening/{good.id}",
        verdict="feasible",
        cost="13000",
        reason=REASON,
        version="0",
    )
    send(officer, f"{case}/sign", case, verdict="infeasible", reason=REFUSAL, version="0")
    for proposal in (good, bad):
        for reader in (client, signed_in(author)):
            shown = reader.get(f"{base}/proposals/{proposal.id}").get_data(as_text=True)
            assert "Submitted" in shown
            assert REASON not in shown
            assert REFUSAL not in shown
            assert reader.get(f"{base}/proposals/{proposal.id}/assessment").status_code == 404
    early = officer.post(
        f"{base}/screening/release",
        data={"csrf_token": token(officer.get(f"{base}/screening/{good.id}").get_data(as_text=True))},
    )
    assert early.status_code == 422
    house.jobs.do("release_assessments")
    assert stored(house, good).state is ProposalState.SUBMITTED

    past = RoundSettings(assessments_released_at=clock.now() - timedelta(seconds=1))
    round_.settings = settings.write(past)
    session.commit()
    house.jobs.do("release_assessments")
    assert stored(house, good).state is ProposalState.ADMITTED
    assert stored(house, good).admitted_cost == 1_300_000
    assert stored(house, bad).state is ProposalState.REFUSED
    public = client.get(f"{base}/proposals/{bad.id}/assessment").get_data(as_text=True)
    assert REFUSAL in public
    assert "Land Act, art. 5" in public
    assert "The land belongs to the municipality, or may be used." in public
    house.jobs.do("mail")
    letters = list((house.config.data_dir.parent / "mail").glob("*.eml"))
    assert len(letters) == 1 + 4, "a letter to who can appeal, and one to each department for each proposal"
    with house.database.read() as looking:
        told = looking.scalars(select(Happening).where(Happening.recipient_id == author.id)).all()
    assert [one.news for one in told] == [News.ASSESSMENT_RELEASED], "good news comes with the digest"


@on_both_databases
def test_an_appeal_is_decided_by_another_and_the_list_waits(
    session: Session, house: House, client: PageClient, signed_in: Browser
) -> None:
    place = a_municipality(session)
    own = RoundSettings(assessments_released_at=clock.now() - timedelta(hours=1))
    round_ = a_round(session, place, Phase.REVIEW, slug="spring", own=own)
    author, stranger = an_account(session, place, name="Author"), an_account(session, place, name="Stranger")
    refused = a_standing_proposal(session, place, round_, author)
    office = an_office(session, place)
    session.commit()
    base = "/en/rustavi/rounds/spring"
    officer, colleague = signed_in(office.coordinator), signed_in(office.colleague)
    case = f"{base}/screening/{refused.id}"
    send(officer, f"{case}/sign", case, verdict="infeasible", reason=REFUSAL, version="0")
    send(officer, f"{base}/screening/release", f"{base}/screening/release")

    result = f"{base}/proposals/{refused.id}/assessment"
    assert "Appeal</button>" not in signed_in(stranger).get(result).get_data(as_text=True)
    mine = signed_in(author)
    send(mine, result, result, text="The railway has given its consent in writing, see the letter of May.")
    session.refresh(round_)
    rounds.commit_lot(None, session, house.secrets, round_, rounds.Draw.NUMBERS)
    round_.phase = Phase.DISCUSSION
    session.commit()

    listed = officer.get(f"{base}/ballot-list").get_data(as_text=True)
    assert ">1 appeal</a>" in listed
    assert "fix the list for good" not in listed
    decision = f"{base}/appeals/{refused.id}"
    assert "a colleague decides this appeal" in officer.get(decision).get_data(as_text=True)
    page = officer.get(f"{base}/ballot-list").get_data(as_text=True)
    form = {
        "outcome": "uphold",
        "cost": "14 000",
        "answer": "The consent is there, so the ground of refusal is gone.",
    }
    own_case = officer.post(
        decision, data={"csrf_token": token(officer.get(case).get_data(as_text=True)), "version": 1, **form}
    )
    assert own_case.status_code == 403, page[:10]
    odd = {"csrf_token": token(colleague.get(decision).get_data(as_text=True)), "version": "9" * 5000, **form}
    assert colleague.post(decision, data=odd).status_code == 409, "a version that nobody was shown"
    send(colleague, decision, decision, version=1, **form)

    public = client.get(result).get_data(as_text=True)
    assert "given its consent in writing" in public
    assert "the ground of refusal is gone" in public
    assert stored(house, refused).state is ProposalState.ADMITTED
    send(officer, f"{base}/ballot-list/freeze", f"{base}/ballot-list")
    assert stored(house, refused).ballot_number == 1
