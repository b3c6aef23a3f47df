"""One round through the whole application: from the officer's draft to the declared result and the last payment."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Role
from pbplatform.consultation import operations as rounds
from pbplatform.consultation.due import walk_due
from pbplatform.consultation.models import Round, Window
from pbplatform.consultation.settings import RoundSettings
from pbplatform.delivery.models import Contract, Payment
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.journal.models import JournalEntry
from pbplatform.journal.operations import verify
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.results import queries as results
from pbplatform.screening.criteria import FormalCriterion
from pbplatform.voting.models import JointAct, JointKind, Project, RoundSeal
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.proposals import TEXT, a_proposal, some_words
from tests.support.rounds import a_round
from tests.support.screening import an_office, decide
from tests.support.voters import Voter, hidden

SignIn = Callable[..., PageClient]
VOTERS = 40
COSTS = (3_000_000, 4_000_000, 6_000_000)
"""Of 10,000,000 each of 40 voters has 250,000: the thirty who want the first two can pay 7,500,000, the other ten not
the third."""


def reach(house: House, round_id: int, phase: Phase) -> Phase:
    """Let time pass until the window of a phase opens, and let the platform walk what is due.

    The database's own clock decides deadlines, so the plan moves towards it and not the clock towards the plan.
    """
    with house.database.transaction() as session:
        planned = session.scalars(select(Window).where(Window.round_id == round_id)).all()
        gone = next(one for one in planned if one.phase is phase).opens_at - clock.now()
        for window in planned:
            window.opens_at, window.closes_at = window.opens_at - gone, window.closes_at - gone
    walk_due(house.database)
    with house.database.read() as session:
        return session.get_one(Round, round_id).phase


def post(browser: PageClient, page: str, path: str, **data: str) -> int:
    """Post to a path with the token that a page carries; the status."""
    token = hidden(browser.get(page).get_data(as_text=True))["csrf_token"]
    return browser.post(path, data={"csrf_token": token, **data}).status_code


def last_act(house: House, kind: JointKind) -> int:
    with house.database.read() as session:
        return session.scalars(select(JointAct.id).where(JointAct.kind == kind)).one()


def propose(browser: PageClient, base: str, fields: dict[str, str]) -> None:
    """A citizen writes a proposal on the pages and hands it in."""
    token = hidden(browser.get(f"{base}/new").get_data(as_text=True))["csrf_token"]
    begun = browser.post(f"{base}/new", data={"csrf_token": token, "language": "ka"})
    address = begun.location.removesuffix("/write")
    assert (
        browser.post(begun.location, data={"csrf_token": token, "then": "files", **fields}).status_code == 302
    )
    assert browser.post(f"{address}/check", data={"csrf_token": token}).status_code == 302


@on_both_databases
def test_a_round_from_draft_to_last_payment(
    session: Session, house: House, client: PageClient, signed_in: SignIn, tmp_path: Path
) -> None:
    place = a_municipality(session)
    office = an_office(session, place)
    officers = [office.coordinator, office.colleague]
    found = a_round(session, place, Phase.DRAFT, slug="spring", own=RoundSettings(challenge_days=0))
    town = voting.Town(place, found, [], officers)
    voting.entries(session, house, town, VOTERS)
    rounds.announce(as_actor(officers[0], place, Role.OFFICER), session, found)
    citizens = [an_account(session, place) for _ in COSTS]
    said = some_words(session, found)
    session.commit()
    first, second = (signed_in(account) for account in officers)
    base = "/en/rustavi/rounds/spring"

    assert reach(house, found.id, Phase.SUBMISSION) is Phase.SUBMISSION
    propose(
        signed_in(citizens[0]),
        f"{base}/proposals",
        {
            "title": "Trees for the school yard",
            "text": TEXT,
            "beneficiaries": "Children",
            "category_id": str(said.category_id),
            "envelope_id": str(said.envelope_id),
            "address": "Garden Street 5",
            "cost_estimate": "30000",
        },
    )
    session.refresh(found)
    for citizen, cost in zip(citizens[1:], COSTS[1:], strict=True):
        a_proposal(session, place, found, citizen, cost_estimate=cost)
    session.commit()

    assert reach(house, found.id, Phase.REVIEW) is Phase.REVIEW
    session.refresh(found)
    proposals = session.scalars(select(Proposal).order_by(Proposal.id)).all()
    case = f"{base}/screening/{proposals[0].id}"
    session.commit()
    assert post(first, case, f"{case}/check", **dict.fromkeys(FormalCriterion, "yes")) == 302
    for proposal, cost in zip(proposals, COSTS, strict=True):
        decide(session, place, office, found, proposal, cost=cost)
    session.commit()

    assert reach(house, found.id, Phase.DISCUSSION) is Phase.DISCUSSION
    for proposal in proposals:
        session.refresh(proposal)
    assert {proposal.state for proposal in proposals} == {ProposalState.ADMITTED}
    session.commit()
    assert post(first, f"{base}/ballot-list", f"{base}/ballot-list/freeze") == 302

    assert reach(house, found.id, Phase.VOTING) is Phase.DISCUSSION, "only two persons open a vote"
    desk = f"{base}/vote-desk"
    assert post(first, desk, f"{desk}/open") == 302
    assert post(second, desk, f"{desk}/acts/{last_act(house, JointKind.OPEN_VOTE)}/confirm") == 302
    projects = {project.cost: project for project in session.scalars(select(Project))}
    assert {project.proposal_id for project in projects.values()} == {one.id for one in proposals}
    codes = [projects[cost].code for cost in COSTS]
    session.commit()
    voter = Voter(client, town, 0)
    voter.prove()
    receipt = voter.vote({"choice-1": codes[:2]})
    for number in range(1, VOTERS):
        voting.cast(house, town, number, {1: codes[:2] if number % 4 else [codes[2]]})

    voting.let_it_end(house, town)
    assert post(first, desk, f"{desk}/close") == 302
    assert post(first, desk, f"{desk}/seal") == 302
    assert post(second, desk, f"{desk}/acts/{last_act(house, JointKind.SEAL)}/seal") == 302
    counting = f"{base}/count"
    assert post(first, counting, f"{counting}/start") == 302
    assert post(second, counting, f"{counting}/1/again") == 302
    assert client.get(f"{base}/results").status_code == 404, "nothing is public before the declaration"
    assert post(first, counting, f"{counting}/1/declare") == 302
    with house.database.read() as look:
        assert look.get_one(Round, found.id).phase is Phase.RESULTS
        assert look.get_one(RoundSeal, found.id).counts["counted"] == VOTERS
        row = results.public_count(look, found)
        assert row is not None
        (result,) = results.envelope_results(look, row).values()
        assert set(result.outcome["funded"]) == set(codes[:2])
    page = client.get(f"{base}/results/receipt")
    token = hidden(page.get_data(as_text=True))["csrf_token"]
    seen = client.post(f"{base}/results/receipt", data={"csrf_token": token, "tracker": receipt.tracker})
    assert "Your ballot is in the count." in seen.get_data(as_text=True)

    zipfile.ZipFile(io.BytesIO(client.get(f"{base}/results/bundle.zip").data)).extractall(tmp_path / "bundle")
    done = subprocess.run(
        [sys.executable, "-s", "verify.py"],
        cwd=tmp_path / "bundle",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    assert post(first, f"{base}/plan", f"{base}/steps/adopt") == 302
    with house.database.read() as look:
        assert look.get_one(Round, found.id).phase is Phase.IMPLEMENTATION
        lines = look.scalars(select(ProjectLine).order_by(ProjectLine.amount)).all()
        assert [line.amount for line in lines] == sorted(COSTS[:2])
        assert {line.project_id for line in lines} == {projects[cost].id for cost in COSTS[:2]}
        spent = {line.id: line.amount for line in lines}

    today = clock.local(clock.now(), place.zone).date().isoformat()
    for line, amount in spent.items():
        project = f"{base}/delivery/{line}"
        facts, money = f"{project}/facts", str(amount // 100)
        deal = {
            "contract-supplier": "Gardens Ltd",
            "contract-procurement_id": "",
            "contract-signed_on": today,
            "contract-amount": money,
        }
        assert post(first, facts, f"{facts}/contract", **deal) == 302
        with house.database.read() as look:
            contract = look.scalars(select(Contract.id).where(Contract.line_id == line)).one()
        bill = {"payment-contract": str(contract), "payment-paid_on": today, "payment-amount": money}
        assert post(first, f"{base}/plan", f"{base}/steps/close") == 302
        with house.database.read() as look:
            assert look.get_one(Round, found.id).phase is Phase.IMPLEMENTATION, "a project is not delivered"
        assert post(first, facts, f"{facts}/payment", **bill) == 302
        assert post(first, facts, f"{facts}/payment", **bill) == 422, "no more is paid than was agreed"
        assert (
            post(first, facts, f"{facts}/ending", **{"ending-outcome": "delivered", "ending-ended_on": today})
            == 302
        )
        assert client.get(project).status_code == 200
    assert post(first, f"{base}/plan", f"{base}/steps/close") == 302

    with house.database.read() as look:
        assert look.get_one(Round, found.id).phase is Phase.CLOSED
        assert sorted(look.scalars(select(Payment.amount))) == sorted(COSTS[:2])
        assert look.scalars(select(JournalEntry)).first() is not None
        assert list(verify(look)) == []
