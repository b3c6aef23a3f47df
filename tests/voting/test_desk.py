"""Officers open, correct, close and seal a vote on pages; each serious act takes two of them."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.voting.models import BallotBox, BoxState, JointAct, JointKind, RoundSeal
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import hidden

SignIn = Callable[..., PageClient]


def desk(town: voting.Town) -> str:
    """The address of the officers' page."""
    return f"/en/{town.place.slug}/rounds/{town.round.slug}/vote-desk"


def post(client: PageClient, town: voting.Town, path: str, **data: str) -> int:
    """Post a form of the desk with its token; the status."""
    token = hidden(client.get(desk(town)).get_data(as_text=True))["csrf_token"]
    return client.post(f"{desk(town)}/{path}", data={"csrf_token": token, **data}).status_code


def last_act(house: House, kind: JointKind) -> int:
    """The number of the newest act of a kind."""
    with house.database.read() as look:
        return (
            look.scalars(
                select(JointAct.id).where(JointAct.kind == kind).order_by(JointAct.id.desc())
            ).first()
            or 0
        )


def test_two_officers_take_a_vote_from_opening_to_seal(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.a_town(session, house)
    session.commit()
    first, second = (signed_in(account) for account in town.officers[:2])
    assert post(first, town, "open") == 302
    act = last_act(house, JointKind.OPEN_VOTE)
    assert post(first, town, f"acts/{act}/confirm") == 403
    assert post(second, town, f"acts/{act}/confirm") == 302
    voting.cast(house, town, 0)
    assert post(first, town, "close") == 422
    voting.let_it_end(house, town)
    assert post(first, town, "close") == 302
    assert post(first, town, "seal") == 302
    act = last_act(house, JointKind.SEAL)
    assert post(first, town, f"acts/{act}/seal") == 403
    assert post(second, town, f"acts/{act}/seal") == 302
    with house.database.read() as look:
        assert look.get_one(BallotBox, town.round.id).state is BoxState.CLEARED
        assert look.get_one(RoundSeal, town.round.id).key_destroyed_at is not None
    assert "key is destroyed" in second.get(desk(town)).get_data(as_text=True)


def test_the_end_moves_later_only_and_with_a_reason(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    first, second = (signed_in(account) for account in town.officers[:2])
    assert post(first, town, "move", closes_at="2020-01-01T12:00", reason="A long enough reason") == 422
    assert post(first, town, "move", closes_at="2040-01-01T12:00", reason="short") == 422
    assert (
        post(first, town, "move", closes_at="2040-01-01T12:00", reason="The power failed all over town")
        == 302
    )
    assert post(second, town, f"acts/{last_act(house, JointKind.MOVE_CLOSE)}/confirm") == 302
    with house.database.read() as look:
        assert look.get_one(BallotBox, town.round.id).closes_at.year == 2040


def test_a_vote_without_a_roll_does_not_open(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.a_town(session, house, voters=0)
    session.commit()
    officer = signed_in(town.officers[0])
    assert post(officer, town, "open") == 422
    assert "no voter roll" in officer.get(desk(town)).get_data(as_text=True)
    with house.database.read() as look:
        assert look.get_one(Round, town.round.id).phase is Phase.DISCUSSION
        assert look.scalars(select(JointAct)).all() == []


def test_an_annulment_takes_two_and_deletes_unseen(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.an_open_vote(session, house)
    for number in range(3):
        voting.cast(house, town, number)
    first, second = (signed_in(account) for account in town.officers[:2])
    form = {
        "kind": "annul",
        "national_id": voting.national_id(1),
        "reason": "A court found a forged document",
    }
    assert post(first, town, "person", **form) == 302
    act = last_act(house, JointKind.ANNUL)
    assert post(first, town, f"acts/{act}/confirm") == 403
    assert post(second, town, f"acts/{act}/confirm") == 302
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        counts = look.get_one(RoundSeal, town.round.id).counts
        assert (counts["cast"], counts["counted"], counts["annulled"]) == (3, 2, 1)
        assert look.get_one(JointAct, act).arguments == {}


def test_after_the_end_the_roll_is_not_corrected_any_more(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """What nobody could confirm is not asked for either: it would stand in the way of the seal."""
    town = voting.an_open_vote(session, house)
    voting.cast(house, town, 0)
    voting.close(house, town)
    officer = signed_in(town.officers[0])
    token = hidden(officer.get(desk(town)).get_data(as_text=True))["csrf_token"]
    form = {"csrf_token": token, "national_id": voting.national_id(1), "reason": "The register was late"}
    for kind in ("add", "remove"):
        answer = officer.post(f"{desk(town)}/person", data={**form, "kind": kind})
        assert answer.status_code == 422
        assert "A ballot can still be annulled." in answer.get_data(as_text=True)
    with house.database.read() as look:
        assert look.scalars(select(JointAct).where(JointAct.kind == JointKind.CHANGE_ELECTOR)).all() == []
    assert post(officer, town, "person", **{**form, "kind": "annul"}) == 302


def test_a_stranger_and_an_officer_of_elsewhere_stay_outside(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    other = voting.a_town(session, house)
    session.commit()
    assert client.get(desk(town)).status_code == 302
    stranger: Account = other.officers[0]
    assert signed_in(stranger).get(desk(town)).status_code == 403
