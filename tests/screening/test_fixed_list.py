"""Once the numbers are drawn, the list for the ballot stays what its published hash says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.consultation import operations as rounds
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.municipalities.models import Municipality
from pbplatform.proposals import queries as proposals
from pbplatform.proposals.models import Proposal, ProposalState
from pbplatform.screening import appeals, ballot, conflicts, merges, queries
from pbplatform.screening.models import Merge, MergeState, Screening, ScreeningState, Verdict
from pbplatform.screening.problems import ScreeningProblem
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor
from tests.support.postgres import somebody_waits
from tests.support.proposals import a_standing_proposal
from tests.support.rounds import a_round
from tests.support.screening import REFUSAL, Office, an_office

REASON = "Both ask for swings in the same yard, together they are cheaper."
LIST = "/en/rustavi/rounds/spring/ballot-list"


class Town:
    """A round in its discussion with two admitted proposals of two authors, at one place, and its committed lot."""

    def __init__(self, session: Session, house: House) -> None:
        self.place: Municipality = a_municipality(session)
        self.round: Round = a_round(session, self.place, Phase.DISCUSSION, slug="spring")
        self.authors: list[Account] = [an_account(session, self.place) for _ in range(2)]
        self.listed: list[Proposal] = [
            a_standing_proposal(
                session, self.place, self.round, one, ProposalState.ADMITTED, latitude=41.55, longitude=45.0
            )
            for one in self.authors
        ]
        self.office: Office = an_office(session, self.place)
        self.officer = self.office.actor(self.office.coordinator, self.place)
        rounds.commit_lot(None, session, house.secrets, self.round, rounds.Draw.NUMBERS)

    def freeze(self, session: Session, house: House) -> str:
        """Fix the list; returns its hash."""
        round_ = session.get_one(Round, self.round.id)
        return ballot.freeze(self.officer, session, house.secrets, round_).list_hash

    def half_agreed(self, session: Session) -> Merge:
        """The suggestion that the first joins the second; its own author has agreed."""
        merge = merges.suggest(self.officer, session, self.round, *self.listed, REASON)
        self.answer(session, merge, 0)
        return merge

    def answer(self, session: Session, merge: Merge, author: int, *, agree: bool = True) -> bool:
        """One author answers."""
        actor = as_actor(self.authors[author], self.place)
        round_ = session.get_one(Round, self.round.id)
        return merges.answer(actor, session, round_, merge, agree=agree, version=merge.version)


@pytest.fixture
def town(session: Session, house: House) -> Town:
    return Town(session, house)


def hash_now(session: Session, town: Town) -> str:
    """The hash of what is admitted now."""
    return ballot.list_hash(list(proposals.admitted(session, town.round.id)))


def test_after_the_draw_nothing_joins_and_no_pair_is_opened(
    session: Session, house: House, town: Town, signed_in: Callable[..., PageClient]
) -> None:
    merge = town.half_agreed(session)
    published = town.freeze(session, house)
    with pytest.raises(Conflict):
        town.answer(session, merge, 1)
    with pytest.raises(Conflict):
        merges.suggest(town.officer, session, town.round, *reversed(town.listed), REASON)
    with pytest.raises(Conflict):
        conflicts.find(session, town.round)
    with pytest.raises(Conflict):
        conflicts.declare(town.officer, session, town.round, *town.listed)
    assert hash_now(session, town) == published
    assert queries.open_conflicts(session, town.round.id) == 0, "nothing that nobody could decide any more"
    assert queries.merges_to_answer(session, [one.id for one in town.listed]) == []
    session.commit()

    officer, author = signed_in(town.office.coordinator), signed_in(town.authors[1])
    case = f"/en/rustavi/rounds/spring/screening/{town.listed[0].id}"
    asked = f"/en/rustavi/rounds/spring/merges/{merge.id}"
    pairs = "/en/rustavi/rounds/spring/conflicts"
    for browser, page in ((officer, f"{case}?join=swings"), (officer, pairs), (author, asked)):
        assert "Nothing on it changes any more." in browser.get(page).get_data(as_text=True), page
    assert "/merges/" not in author.get(f"/en/rustavi/rounds/spring/proposals/{town.listed[1].id}").get_data(
        as_text=True
    )
    town.answer(session, merge, 1, agree=False)
    assert merge.state is MergeState.DECLINED, "a no changes nothing on the list"


def refuse(session: Session, town: Town) -> Screening:
    """A refusal that has just been published."""
    refused = a_standing_proposal(session, town.place, town.round, town.authors[0], ProposalState.REFUSED)
    screening = Screening(
        proposal_id=refused.id,
        municipality_id=town.place.id,
        round_id=town.round.id,
        state=ScreeningState.RELEASED,
        formal={},
        verdict=Verdict.INFEASIBLE,
        reason=REFUSAL,
        signed_by=town.office.coordinator.id,
        signed_at=clock.now(),
        released_at=clock.now(),
    )
    session.add(screening)
    session.flush()
    return screening


def test_the_list_waits_until_no_refusal_can_be_appealed_against(
    session: Session, house: House, town: Town, signed_in: Callable[..., PageClient]
) -> None:
    screening = refuse(session, town)
    with pytest.raises(Invalid) as waiting:
        town.freeze(session, house)
    assert waiting.value.reason is ScreeningProblem.APPEALS_POSSIBLE
    session.commit()
    page = signed_in(town.office.coordinator).get(LIST).get_data(as_text=True)
    assert "A refusal can still be appealed against." in page
    assert "fix the list for good" not in page

    screening.released_at = clock.now() - timedelta(days=7)
    session.commit()
    assert "fix the list for good" in signed_in(town.office.coordinator).get(LIST).get_data(as_text=True)
    result = f"/en/rustavi/rounds/spring/proposals/{screening.proposal_id}/assessment"
    shown = signed_in(town.authors[0]).get(result).get_data(as_text=True)
    assert "Appeal</button>" not in shown, "nobody is invited to what would be refused"
    published = town.freeze(session, house)
    refused = session.get_one(Proposal, screening.proposal_id)
    screening.released_at = clock.now()
    with pytest.raises(Invalid) as late:
        appeals.make(as_actor(town.authors[0], town.place), session, town.round, refused, REASON, "en")
    assert late.value.reason is ScreeningProblem.APPEAL_LATE, "even where the clock was set back"
    assert hash_now(session, town) == published


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_who_agrees_to_joining_while_the_numbers_are_drawn_is_told_that_the_list_is_fixed(
    session: Session, house: House, town: Town
) -> None:
    merge = town.half_agreed(session)
    session.commit()
    published = town.freeze(session, house)

    def agree() -> bool:
        with house.database.transaction() as own:
            return town.answer(own, own.get_one(Merge, merge.id), 1)

    with ThreadPoolExecutor(1) as other:
        joined = other.submit(agree)
        while not (joined.done() or somebody_waits(house.database)):
            pass
        session.commit()
        with pytest.raises(Conflict):
            joined.result()
    session.expire_all()
    assert hash_now(session, town) == published
