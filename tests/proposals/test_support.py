"""Support: one per resident and proposal, online or on paper, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import support
from pbplatform.proposals.models import Proposal, ProposalSupport
from pbplatform.roll.ids import normal_id
from pbplatform.roll.models import Means, RollClaim, RollEntry
from pbplatform.roll.pepper import first_pepper
from tests.support.marks import on_both_databases
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round

NUMBERS = ("01001012345", "01001012346", "01001012347")


def a_roll(session: Session, house: House, place: Municipality) -> list[RollEntry]:
    pepper = first_pepper(session, house.secrets)
    entries = [
        RollEntry(
            municipality_id=place.id,
            id_hash=pepper.of_id(place.id, normal_id(number, place.country)),
            name="Resident",
            birth_date=clock.now().date(),
            language="ka",
        )
        for number in NUMBERS
    ]
    session.add_all(entries)
    session.flush()
    return entries


def claim(session: Session, place: Municipality, account: Account, entry: RollEntry) -> None:
    session.add(
        RollClaim(
            municipality_id=place.id,
            roll_entry_id=entry.id,
            account_id=account.id,
            means=Means.DESK,
            claimed_at=clock.now(),
        )
    )
    session.flush()


@on_both_databases
def test_fifty_at_once_from_one_resident_are_one_support(session: Session, house: House) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.SUPPORT)
    proposal = a_standing_proposal(session, place, round_)
    resident = an_account(session, place)
    claim(session, place, resident, a_roll(session, house, place)[0])
    session.commit()
    actor = as_actor(resident, place, Role.RESIDENT)

    def ask(_number: int) -> bool:
        with house.database.transaction() as own:
            return support.give(actor, own, own.merge(round_), own.get_one(Proposal, proposal.id))

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(ask, range(50)))
    assert answers.count(True) == 1
    with house.database.read() as looking:
        assert looking.scalar(select(func.count()).select_from(ProposalSupport)) == 1
        assert looking.get_one(Proposal, proposal.id).support == 1


@on_both_databases
def test_paper_and_online_are_one_resident(session: Session, house: House) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.SUPPORT)
    author, officer = an_account(session, place), an_account(session, place, Role.OFFICER)
    proposal = a_standing_proposal(session, place, round_, author)
    entries = a_roll(session, house, place)
    resident = an_account(session, place)
    claim(session, place, resident, entries[0])
    assert support.give(as_actor(resident, place, Role.RESIDENT), session, round_, proposal)
    sheet = support.print_sheet(as_actor(author, place), session, round_, proposal)
    clerk = as_actor(officer, place, Role.OFFICER)
    lines = [NUMBERS[0], NUMBERS[1], f" {NUMBERS[1]} ", "01001099999", "not a number"]
    outcome = support.enter_sheet(clerk, session, house.secrets, round_, proposal, sheet, lines, 2)
    assert (outcome.accepted, outcome.duplicates, outcome.unknown, outcome.unreadable) == (1, 2, 1, 3)
    assert proposal.support == 2
    support.take_back(as_actor(resident, place, Role.RESIDENT), session, round_, proposal)
    assert proposal.support == 1, "a signature on paper stays"


def test_only_verified_residents_support_and_only_in_that_phase(session: Session, house: House) -> None:
    place = a_municipality(session)
    person = an_account(session, place)
    for phase, role in (
        (Phase.SUPPORT, Role.CITIZEN),
        (Phase.REVIEW, Role.RESIDENT),
        (Phase.SUBMISSION, Role.RESIDENT),
    ):
        round_ = a_round(session, place, phase)
        proposal = a_standing_proposal(session, place, round_)
        with pytest.raises(Refused):
            support.give(as_actor(person, place, role), session, round_, proposal)
