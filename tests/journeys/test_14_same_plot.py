"""Scenario 14, the proposals' part: two on one plot are found, decided with a public reason, and grouped on the list;
the numbers are drawn by the seed that was committed before."""

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation import operations as rounds
from pbplatform.consultation import settings
from pbplatform.door import House
from pbplatform.foundation.crypto import digest
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.proposals import operations as proposals
from pbplatform.proposals import queries
from pbplatform.proposals.models import ProposalState
from pbplatform.screening import ballot, conflicts
from pbplatform.screening import queries as screening
from pbplatform.screening.models import ConflictState
from pbplatform.screening.problems import ScreeningProblem
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.screening import an_office

REASON = "Both ask for the same square, so only one of them can be built there."


@on_both_databases
def test_two_on_one_plot_are_decided_before_the_ballot_and_the_draw_recomputes(
    session: Session, house: House, client: PageClient
) -> None:
    place = a_municipality(session)
    round_ = a_round(session, place, Phase.DISCUSSION, slug="spring")
    author = an_account(session, place)

    def admitted(**where: object) -> object:
        return a_standing_proposal(session, place, round_, author, ProposalState.ADMITTED, **where)

    one = admitted(latitude=41.55, longitude=45.0)
    other = admitted(latitude=41.5501, longitude=45.0001)
    admitted(latitude=41.5513, longitude=45.0)
    admitted()
    office = an_office(session, place)
    actor = office.actor(office.coordinator, place)
    commitment = rounds.commit_lot(None, session, house.secrets, round_, rounds.Draw.NUMBERS)

    assert conflicts.find(session, round_) == 1
    assert conflicts.find(session, round_) == 0, "looking again finds nothing new"
    with pytest.raises(Invalid) as waiting:
        ballot.freeze(actor, session, house.secrets, round_)
    assert waiting.value.reason is ScreeningProblem.OPEN_CONFLICTS
    (pair,) = screening.conflicts(session, round_)
    conflicts.decide(actor, session, round_, pair, ConflictState.EXCLUSIVE, REASON)
    assert one.conflict_group == other.conflict_group is not None

    draw = ballot.freeze(actor, session, house.secrets, round_)
    assert draw.commitment == commitment == settings.read(round_.settings).number_commitment
    assert digest(bytes.fromhex(draw.seed)) == commitment
    listed = list(queries.admitted(session, round_.id))
    again = sorted(listed, key=lambda found: digest(f"{draw.seed}:{found.id}"))
    assert [found.ballot_number for found in again] == [1, 2, 3, 4]
    with pytest.raises(Conflict):
        ballot.freeze(actor, session, house.secrets, round_)
    with pytest.raises(Invalid):
        proposals.withdraw(as_actor(author, place), session, round_, one)
    session.commit()
    public = client.get("/en/rustavi/rounds/spring/ballot-list").get_data(as_text=True)
    assert draw.seed in public
    assert REASON in public
