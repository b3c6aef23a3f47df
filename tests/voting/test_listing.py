"""The ballot's projects come from the drawn list, in step with it until the vote opens; no envelope opens empty."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Obstacle, Step
from pbplatform.consultation.models import Envelope
from pbplatform.door import House
from pbplatform.foundation.errors import Invalid
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.voting import duties, listing, opening
from pbplatform.voting.models import Project
from tests.support import voting
from tests.support.proposals import a_standing_proposal


def without_projects(session: Session, house: House) -> voting.Town:
    """A town before its vote whose three envelopes wait for the drawn list."""
    town = voting.a_town(session, house, voters=1)
    session.execute(delete(Project))
    return town


def admitted(session: Session, town: voting.Town, envelope: Envelope, number: int, title: str) -> Proposal:
    """An admitted proposal with its drawn number."""
    return a_standing_proposal(
        session,
        town.place,
        town.round,
        state=ProposalState.ADMITTED,
        envelope_id=envelope.id,
        ballot_number=number,
        title=title,
        text="Trees, **shade** & benches.\n\nWater too.",
    )


def envelopes(session: Session, town: voting.Town) -> list[Envelope]:
    """The town's envelopes in ballot order."""
    return list(
        session.scalars(
            select(Envelope).where(Envelope.round_id == town.round.id).order_by(Envelope.position)
        )
    )


def test_a_vote_does_not_open_while_one_of_its_envelopes_is_empty(session: Session, house: House) -> None:
    town = without_projects(session, house)
    first, north, south = envelopes(session, town)
    for envelope in (first, north):
        admitted(session, town, envelope, 1, "Trees")
    assert Obstacle.LIST_NOT_FROZEN in opening.standing_in_the_way(session, town.round)
    with pytest.raises(Invalid) as refused, session.begin_nested():
        opening.ask_to_open(town.officer(), session, house.secrets, town.round)
    assert refused.value.reason is Obstacle.LIST_NOT_FROZEN
    admitted(session, town, south, 1, "Benches")
    assert opening.standing_in_the_way(session, town.round) == ()
    # The page of steps says the same as the page on which the opening is asked for.
    assert duties.WALKERS[Step.OPEN_VOTING].facts(session, town.round).list_frozen
    opening.ask_to_open(town.officer(), session, house.secrets, town.round)
    assert len(session.scalars(select(Project)).all()) == 3


def test_a_line_of_the_ballot_says_what_the_drawn_list_says(session: Session, house: House) -> None:
    town = without_projects(session, house)
    first, north, _south = envelopes(session, town)
    proposal = admitted(session, town, north, 7, "Trees for the north")
    admitted(session, town, first, 2, "Its number is not drawn yet").ballot_number = None
    session.flush()
    assert listing.take_list(session, town.round) == 1
    line = session.scalars(select(Project)).one()
    assert (line.envelope_id, line.number, line.code) == (north.id, 7, "2.7")
    assert line.titles == {"ka": "Trees for the north"}
    assert line.summaries == {"ka": "Trees, shade & benches. Water too."}
    assert (line.cost, line.proposal_id) == (proposal.admitted_cost, proposal.id)


def test_taking_the_list_again_brings_it_up_to_date(session: Session, house: House) -> None:
    town = without_projects(session, house)
    first, *_ = envelopes(session, town)
    kept, gone = (admitted(session, town, first, number, f"Idea {number}") for number in (1, 2))
    assert listing.take_list(session, town.round) == 2
    kept.title, kept.admitted_cost = "Idea one, corrected", 900_000
    gone.state = ProposalState.WITHDRAWN
    session.flush()
    assert listing.take_list(session, town.round) == 0
    lines = {line.number: line for line in session.scalars(select(Project))}
    assert (lines[1].titles, lines[1].cost) == ({"ka": "Idea one, corrected"}, 900_000)
    assert lines[1].withdrawn_at is None
    assert lines[2].withdrawn_at is not None


def test_a_long_text_is_cut_between_words(session: Session, house: House) -> None:
    town = without_projects(session, house)
    first, *_ = envelopes(session, town)
    admitted(session, town, first, 1, "Long").text = "ხეები და ჩრდილი " * 40
    session.flush()
    listing.take_list(session, town.round)
    summary = session.scalars(select(Project)).one().summaries["ka"]
    assert len(summary) <= listing.LONGEST_SUMMARY + 1
    assert summary.endswith("…")
    assert summary[:-1].split()[-1] in ("ხეები", "და", "ჩრდილი")
