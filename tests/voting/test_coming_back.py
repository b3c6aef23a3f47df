"""Coming back: the letter opens the ballot until the close, and choices that could not be taken are not lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from pbplatform.consultation.models import BallotFormat
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.database import Base
from pbplatform.roll.models import VoterPass
from pbplatform.voting import casting
from pbplatform.voting.keeping import LONGEST
from pbplatform.voting.models import Ballot, Channel, Elector, Superseded
from tests.support import voting
from tests.support.clerks import Clerk, station_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter, hidden, shown_receipt

SignIn = Callable[..., PageClient]
MARKED = {"choice-1": ["P1.1", "P1.2"], "choice-2": ["P2.1"], "word": "linden"}


def let_the_pass_end(session: Session) -> None:
    """As if the time to vote in every browser had passed."""
    session.execute(update(VoterPass).values(expires_at=clock.now() - timedelta(seconds=1)))
    session.commit()


@on_both_databases
def test_the_letter_opens_its_readers_ballot_again_until_the_close(
    session: Session, house: House, client: PageClient
) -> None:
    """Change until close: on another day, in another browser, with the same letter; one row, and the last one counts."""
    town = voting.an_open_vote(session, house, voters=2)
    Voter(client, town, 0).prove()
    Voter(client, town, 0).vote({"choice-1": ["P1.1"]})
    let_the_pass_end(session)
    another = Voter(client.application.test_client(), town, 0)
    another.prove()
    page = another.client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert "You have voted already" in page
    another.vote({"choice-1": ["P1.2"]})
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.2"]}']
    with house.database.read() as look:
        assert len(look.scalars(select(Superseded)).all()) == 1
        assert len(look.scalars(select(Ballot)).all()) == 1
    # Nobody else comes in with it, and after the close nobody does.
    assert Voter(client, town, 1).prove(code=town.codes[0]).status_code == 422
    voting.let_it_end(house, town)
    late = another.client.post(town.base, data={"code": town.codes[0]})
    assert late.status_code in (400, 410)


@on_both_databases
def test_a_mind_changed_and_changed_back_is_the_ballot_that_counts(
    session: Session, house: House, client: PageClient
) -> None:
    """A, B and A again, with the buttons of the ballot and the browser's way back: the last one counts, and says so."""
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    page, trackers = voter.open_ballot(), []
    for code in ("P1.1", "P1.2", "P1.1"):
        review = voter.review({"choice-1": [code]}, page)
        receipt = voter.post({}, review).get_data(as_text=True)
        assert "later ballot stands" not in receipt
        trackers.append(shown_receipt(receipt).tracker)
        assert [(said.payload, said.tracker) for said in voting.said(house, town)] == [
            (f'{{"1":["{code}"]}}', trackers[-1])
        ]
        # Back to the review, as the browser still has it, and from there to the choices.
        page = hidden(voter.post({}, review, go="1").get_data(as_text=True), "ballot")
    assert len(set(trackers)) == 3
    with house.database.read() as look:
        assert set(look.scalars(select(Superseded.tracker))) == set(trackers[:2])


@on_both_databases
def test_a_page_that_is_sent_again_after_a_later_ballot_says_which_one_stands(
    session: Session, house: House, client: PageClient
) -> None:
    """It cannot be told from a late retry, so it changes nothing; its receipt is the later ballot's and says so."""
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    reviews = [voter.review({"choice-1": [code]}, voter.open_ballot()) for code in ("P1.1", "P1.2")]
    receipts = [
        voter.post({}, review).get_data(as_text=True) for review in (*reviews, reviews[1], reviews[0])
    ]
    assert ["later ballot stands" in page for page in receipts] == [False, False, False, True]
    trackers = [shown_receipt(page).tracker for page in receipts]
    assert trackers[0] != trackers[1] == trackers[2] == trackers[3]
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.2"]}']


def test_outside_the_vote_a_used_letter_proves_nothing(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """Coming back is for the ballot alone: on the page of residence a code works once."""
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(signed_in(town.officers[0]), town, 0)
    voter.prove()
    page = f"/en/{town.place.slug}/residence"
    fields = hidden(voter.client.get(page).get_data(as_text=True))
    person = {"national_id": voting.national_id(0), "birth_date": voting.BORN.isoformat()}
    answer = voter.client.post(page, data={**fields, **person, "code": town.codes[0]})
    assert answer.status_code == 422
    assert "do not fit together" in answer.get_data(as_text=True)


@pytest.mark.parametrize("go", ["cast", "review"])
def test_choices_of_an_expired_pass_come_back_after_a_new_proof(
    session: Session, house: House, client: PageClient, go: str
) -> None:
    town = voting.an_open_vote(session, house, voters=2)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    let_the_pass_end(session)
    before = _all_rows(house)
    answer = voter.post(MARKED, fields, go=go)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "confirm once more who you are" in page
    assert all(title in page for title in ("Project 1.1", "Project 1.2", "Project 2.1"))
    assert _all_rows(house) == before, "what was chosen is written nowhere"
    # The first try at the proof goes wrong, as tries do; the choices wait all the same.
    assert "find them on the ballot" in voter.prove(code="0000-0000-0000").get_data(as_text=True)
    voter.prove()
    page = client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert "the choices that you had made before" in page
    for field in (
        'name="choice-1" value="P1.1"',
        'name="choice-1" value="P1.2"',
        'name="choice-2" value="P2.1"',
    ):
        assert field in page
    assert 'value="linden"' in page
    assert client.post(f"{town.base}/ballot", data=_form(page)).status_code == 200
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.1","P1.2"],"2":["P2.1"]}']
    assert "had made before" not in client.get(f"{town.base}/ballot").get_data(as_text=True)


def test_choices_that_wait_are_shown_to_their_voter_only(
    session: Session, house: House, client: PageClient
) -> None:
    """In a library's browser the next person sees nothing of what the one before had chosen."""
    town = voting.an_open_vote(session, house, voters=3)
    first = Voter(client, town, 0)
    first.prove()
    fields = first.open_ballot()
    let_the_pass_end(session)
    assert first.post(MARKED, fields).status_code == 403
    kept = client.get_cookie("pb")
    assert kept is not None
    assert "P1.1" not in kept.decoded_value
    Voter(client, town, 1).prove()
    page = client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert "had made before" not in page
    assert "checked" not in page
    client.post(f"{town.base}/leave", data=hidden(page, "ballot"))
    first.prove()
    assert "had made before" not in client.get(f"{town.base}/ballot").get_data(as_text=True), "left is left"


@pytest.mark.parametrize("go", ["cast", "review"])
def test_a_page_made_for_somebody_else_casts_nothing_in_the_next_voters_name(
    session: Session, house: House, client: PageClient, go: str
) -> None:
    """Two people at one computer: the first one's open page is not the second one's ballot."""
    town = voting.an_open_vote(session, house, voters=2)
    first, second = Voter(client, town, 0), Voter(client, town, 1)
    first.prove()
    fields = first.open_ballot()
    client.post(f"{town.base}/leave", data=dict(fields, go=""))
    second.prove()
    answer = first.post({"choice-1": ["P1.3"]}, fields, go=go)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "somebody else has confirmed" in html
    assert "Project 1.3" in html
    assert voting.said(house, town) == []
    person = {"national_id": voting.national_id(0), "birth_date": voting.BORN.isoformat()}
    client.post(town.base, data={**hidden(html), **person, "code": town.codes[0]})
    page = client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert 'name="choice-1" value="P1.3"' in page


@pytest.mark.parametrize("go", ["cast", "review"])
def test_a_page_of_other_rules_shows_the_choices_under_those_in_force(
    session: Session, house: House, client: PageClient, go: str
) -> None:
    """A stale page, or one of another round: told so with the choices on the page, and nothing is written in either."""
    town, other = (voting.an_open_vote(session, house, voters=1) for _ in range(2))
    elsewhere = Voter(client, other, 0)
    elsewhere.prove()
    foreign = elsewhere.open_ballot()
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    fields["rules"] = foreign["rules"]
    answer = voter.post({"choice-1": ["P1.1"]}, fields, go=go)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "check your choices" in page
    assert "Project 1.1" in page
    assert 'name="choice-1" value="P1.1"' in page
    assert voting.said(house, town) == voting.said(house, other) == []
    # What the page gives back can be cast as it stands.
    assert client.post(f"{town.base}/ballot", data=_form(page)).status_code == 200
    assert [said.payload for said in voting.said(house, town)] == ['{"1":["P1.1"]}']


@pytest.mark.parametrize("go", ["cast", "review"])
def test_who_may_not_cast_any_more_still_sees_what_they_chose(
    session: Session, house: House, client: PageClient, signed_in: SignIn, go: str
) -> None:
    """Paper was handed out, or the name was taken off the roll, while the page was open."""
    town = voting.an_open_vote(session, house, voters=4)
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    ticked, removed = Voter(client, town, 0), Voter(client.application.test_client(), town, 2)
    pages = []
    for voter in (ticked, removed):
        voter.prove()
        pages.append(voter.open_ballot())
    assert clerk.hand_out(0, station_of(house))[0] == 302
    session.execute(update(Elector).where(Elector.roll_entry_id == town.entries[2].id).values(removed=True))
    session.commit()
    for voter, fields, sentence in (
        (ticked, pages[0], "handed a paper ballot"),
        (removed, pages[1], "not on the voter roll"),
    ):
        answer = voter.post(MARKED, fields, go=go)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert sentence in page
        assert "Project 1.2" in page
        assert "Nothing was written" in page
    with house.database.read() as look:
        assert look.scalars(select(Ballot.channel)).all() == [Channel.PAPER]


@pytest.mark.parametrize("go", ["cast", "review"])
def test_who_comes_a_second_late_sees_what_they_chose(
    session: Session, house: House, client: PageClient, go: str
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    voting.let_it_end(house, town)
    answer = voter.post(MARKED, fields, go=go)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 410
    assert "came too late" in page
    assert all(title in page for title in ("Project 1.1", "Project 1.2", "Project 2.1"))
    assert voting.said(house, town) == []


def test_a_rank_of_thousands_of_digits_breaks_no_page_that_gives_choices_back(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=BallotFormat.RANKING)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    ranks = {"rank-1-1": "000001" + "7" * 5_000, "rank-1-2": "1"}
    let_the_pass_end(session)
    expired = voter.post(ranks, fields)
    assert expired.status_code == 403
    assert "Project 1.2" in expired.get_data(as_text=True)
    voting.let_it_end(house, town)
    assert voter.post(ranks, fields).status_code == 410


def test_an_expired_form_and_a_database_that_is_away_give_the_ballot_back(
    session: Session, house: House, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    expired = voter.post(MARKED, MultiDict({**fields, "csrf_token": "of-another-session"}))
    assert expired.status_code == 400
    again = client.post(f"{town.base}/ballot", data=_form(expired.get_data(as_text=True)))
    page = again.get_data(as_text=True)
    assert again.status_code == 200
    assert "Check and vote" in page, "a form that nobody vouches for is looked at first"
    assert 'name="choice-2" value="P2.1"' in page
    with monkeypatch.context() as away:
        away.setattr(casting, "_open", _away)
        busy = voter.post(MARKED, fields)
    assert busy.status_code == 503
    assert busy.headers["Retry-After"]
    assert voting.said(house, town) == []
    assert client.post(f"{town.base}/ballot", data=_form(busy.get_data(as_text=True))).status_code == 200
    assert len(voting.said(house, town)) == 1


def test_a_stranger_is_given_nothing_back(session: Session, house: House, client: PageClient) -> None:
    """A form that another site posts here gets neither a token nor its own fields."""
    town = voting.an_open_vote(session, house, voters=1)
    answer = client.application.test_client().post(
        f"{town.base}/ballot", data={"go": "cast", "choice-1": "P1.1"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "P1.1" not in page
    assert "csrf_token" not in page


def test_what_is_too_much_for_a_cookie_stands_on_the_page_alone(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1, ballot_format=BallotFormat.POINTS)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    let_the_pass_end(session)
    noise = {f"points-1-{number}-{clock.now().timestamp()}": f"{number * 7919:x}" for number in range(900)}
    answer = voter.post({"points-1-2": "3", **noise}, fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Project 1.2" in page
    assert "3 points" in page
    assert "find them on the ballot" not in page
    cookie = client.get_cookie("pb")
    assert cookie is not None
    assert len(cookie.value) < LONGEST


def _away(*_arguments: object) -> None:
    raise OperationalError("select 1", {}, Exception("the server has gone away"))


def _form(page: str) -> MultiDict[str, str]:
    """The hidden fields of the only form that posts to the ballot, cast if the page has that button."""
    start = page.index('id="ballot"') if 'id="ballot"' in page else page.index("<form")
    part = page[start : page.index("</form>", start)]
    fields: MultiDict[str, str] = MultiDict()
    for attributes in re.findall(r"<input([^>]*)>", part):
        found = dict(re.findall(r'(name|value)="([^"]*)"', attributes))
        fields.add(found["name"], found.get("value", ""))
    if 'value="cast"' in part and "go" not in fields:
        fields["go"] = "cast"
    return fields


def _all_rows(house: House) -> dict[str, list[tuple[object, ...]]]:
    with house.database.read() as look:
        return {
            name: sorted((tuple(map(str, row)) for row in look.execute(table.select())), key=str)
            for name, table in Base.metadata.tables.items()
        }
