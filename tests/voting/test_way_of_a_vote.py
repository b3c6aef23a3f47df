"""The whole way of a vote, as a voter and two officers walk it: letter, ballot, receipt, close, seal."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.voting import canon, keys
from pbplatform.voting.models import Ballot, BallotBox, BoxState, RoundSeal, SealedBallot, Superseded
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter


@on_both_databases
def test_a_letter_a_ballot_a_receipt_a_seal(session: Session, house: House, client: PageClient) -> None:
    town = voting.an_open_vote(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    receipt = voter.vote({"choice-1": ["P1.1", "P1.3"], "choice-2": ["P2.2"]})
    assert canon.is_tracker(receipt.tracker)
    with house.database.read() as look:
        box = look.get_one(BallotBox, town.round.id)
    [ballot] = voting.said(house, town)
    assert json.loads(ballot.payload) == {"1": ["P1.1", "P1.3"], "2": ["P2.2"]}
    assert keys.is_receipt(
        box.receipt_key,
        f"{town.place.slug}/{town.round.slug}",
        box.rules_hash,
        receipt.tracker,
        receipt.signature,
    )
    again = voter.vote({"choice-1": ["P1.2"]})
    assert again.tracker != receipt.tracker
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        assert look.get_one(Round, town.round.id).phase is Phase.COUNTING
        assert look.get_one(BallotBox, town.round.id).state is BoxState.CLEARED
        assert look.scalar(select(func.count()).select_from(Ballot)) == 0
        sealed = look.scalars(select(SealedBallot)).one()
        assert (sealed.tracker, sealed.payload) == (again.tracker, '{"1":["P1.2"]}')
        assert look.scalars(select(Superseded.tracker)).all() == [receipt.tracker]
        seal = look.get_one(RoundSeal, town.round.id)
    assert seal.counts["cast"] == 2
    assert seal.counts["counted"] == 1
    assert keys.destroyed(house.secrets, town.round.id)
