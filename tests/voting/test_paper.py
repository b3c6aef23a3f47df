"""Paper: a tick and an online vote exclude each other, sheets count after two equal readings, protocols print."""

import re
from collections.abc import Callable
from html import unescape

import pypdfium2
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation.models import BallotFormat, Category
from pbplatform.door import House
from pbplatform.voting.models import Ballot, Channel, Project, RoundSeal, SealedBallot
from pbplatform.voting.paper_models import Invalidity, PaperSheet, SheetState
from pbplatform.voting.words import INVALIDITIES
from tests.support import voting
from tests.support.clerks import Clerk, state_of, station_of
from tests.support.pages import PageClient
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]


def test_differing_readings_are_held_and_equal_ones_count_once(
    session: Session, house: House, signed_in: SignIn, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house)
    first, second, third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station, north = station_of(house), town.districts[0].id
    for number in (0, 1):
        assert first.hand_out(number, station)[0] == 302
    blocked = Voter(client, town, 0)
    blocked.prove()
    answer = client.get(f"{town.base}/ballot")
    assert answer.status_code == 409
    assert "paper ballot" in answer.get_data(as_text=True)
    assert first.enter(station, "1", north, n1="1 2", n2="2")[0] == 302
    assert first.enter(station, "1", north, n1="1 2", n2="2")[0] == 422
    assert state_of(house, "1") is SheetState.ONCE
    assert second.enter(station, "1", north, n1="1 3", n2="2")[0] == 302
    assert state_of(house, "1") is SheetState.MISMATCH
    assert third.enter(station, "1", north, n1="2 1", n2="2")[0] == 302
    assert state_of(house, "1") is SheetState.COUNTED
    for clerk in (first, second):
        assert clerk.enter(station, "2", north, invalidity="unreadable")[0] == 302
    assert state_of(house, "2") is SheetState.INVALID
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        sealed = look.scalars(select(SealedBallot)).one()
        assert (sealed.channel, sealed.payload) == (Channel.PAPER, '{"1":["P1.1","P1.2"],"2":["P2.2"]}')
        counts = look.get_one(RoundSeal, town.round.id).counts
    assert counts["by_channel"] == {"online": 0, "paper": 1}
    assert counts["paper_sheets"] == {"counted": 1, "unreadable": None}, "one invalid sheet is somebody"


def test_who_voted_online_gets_no_sheet(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.an_open_vote(session, house)
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    voting.cast(house, town, 0)
    status, html = clerk.hand_out(0, station_of(house))
    assert status == 422
    assert "already voted online" in html
    with house.database.read() as look:
        assert look.scalars(select(Ballot.channel)).all() == [Channel.ONLINE]


def test_typing_over_the_limit_keeps_what_was_typed(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    station, north = station_of(house), town.districts[0].id
    for typed, sentence in (("1 2 3", "At most 2"), ("9", "not on this ballot"), ("1 1", "marked twice")):
        status, html = clerk.enter(station, "7", north, n1=typed)
        assert status == 422
        assert sentence in html
        assert f'value="{typed}"' in html
    with house.database.read() as look:
        assert look.scalars(select(PaperSheet)).all() == []


def test_what_does_not_fit_is_said_with_its_money_and_names(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """All of it at once, as a voter hears it."""
    town = voting.a_town(session, house, ballot_format=BallotFormat.KNAPSACK)
    parks = session.scalars(select(Category).where(Category.round_id == town.round.id)).one()
    parks.most_choices = 1
    city = session.scalars(select(Project).where(Project.code.in_(("P1.1", "P1.2")))).all()
    for project in city:
        project.category_id = parks.id
    voting.open_vote(session, house, town)
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    status, html = clerk.enter(station_of(house), "7", town.districts[0].id, n1="1 2 4", n2="1 2")
    assert status == 422
    assert "Your projects cost ₾3,000 more than there is" in html
    assert "Too many projects of “Parks” are chosen. At most: 1." in html
    assert "At most 1 are possible" in html, "the district's envelope has its say too"
    assert 'value="1 2 4"' in html


def test_a_third_reader_comes_from_the_list_and_keeps_the_sheet_when_choosing_its_district(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    first, second, third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station, north = station_of(house), town.districts[0].id
    assert "No differences" in third.page("differences")
    for clerk, marked in ((first, "1"), (second, "2")):
        assert clerk.enter(station, "17", north, n1="3 4", n2=marked)[0] == 302
    listed = third.page("differences")
    [address] = re.findall(r'href="([^"]*/paper/enter[^"]*)"', listed)
    assert "A / 17" in listed
    assert "P1." not in listed, "what the others read is not shown"
    sheet = third.client.get(unescape(address)).get_data(as_text=True)
    [district] = re.findall(rf'href="([^"]*district={north}\b[^"]*)"', sheet)
    chosen = third.client.get(unescape(district)).get_data(as_text=True)
    assert re.search(r'<input[^>]*id="serial"[^>]*value="17"', chosen)
    assert re.search(rf'<option selected value="{station}"', chosen)
    assert 'name="numbers-2"' in chosen
    assert "P1." not in chosen
    assert third.enter(station, "17", north, n1="4 3", n2="2")[0] == 302
    assert state_of(house, "17") is SheetState.COUNTED
    assert "No differences" in third.page("differences")


def test_more_sheets_than_ticks_stop_the_seal(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.an_open_vote(session, house)
    first, second, _third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station, north = station_of(house), town.districts[0].id
    for clerk in (first, second):
        assert clerk.enter(station, "1", north, n1="1")[0] == 302
    voting.close(house, town)
    page = first.client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/vote-desk").get_data(
        as_text=True
    )
    assert "more counted sheets than it handed out" in page


def test_protocol_and_ballots_are_printed(session: Session, house: House, signed_in: SignIn) -> None:
    town = voting.an_open_vote(session, house)
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    protocol = clerk.client.get(f"{clerk.base}/stations/{station_of(house)}/protocol.pdf").data
    ballot = clerk.client.get(f"{clerk.base}/ballot-{town.districts[0].id}.pdf").data
    assert "Library" in _text(protocol)
    words = _text(ballot)
    assert "Project 1.4" in words
    assert "Project 2.1" in words
    assert "Project 3.1" not in words


def test_the_printed_ballot_carries_the_drawn_numbers_by_which_it_is_typed_in(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.a_town(session, house)
    drawn = {"P1.1": 27, "P1.2": 13, "P1.3": 40, "P1.4": 31}
    for project in session.scalars(select(Project).where(Project.code.in_(drawn))):
        project.number = drawn[project.code]
    voting.open_vote(session, house, town)
    first, second = (Clerk(signed_in(account), town) for account in town.officers[:2])
    first.add_station()
    words = " ".join(_text(first.client.get(f"{first.base}/ballot-0.pdf").data).split())
    printed = re.findall(r"\b(\d+) Project (1\.\d)", words)
    assert printed == [("13", "1.2"), ("27", "1.1"), ("31", "1.4"), ("40", "1.3")]
    for clerk in (first, second):
        assert clerk.enter(station_of(house), "1", 0, n1="13 31")[0] == 302
    with house.database.read() as look:
        assert look.scalars(select(PaperSheet.payload)).one() == '{"1":["P1.2","P1.4"]}'


def test_every_reason_makes_a_sheet_invalid_when_two_read_it_so_and_stands_in_the_protocol(
    session: Session, house: House, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    first, second, third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station = station_of(house)
    for serial, reason in enumerate(Invalidity, start=1):
        for clerk in (first, second):
            assert clerk.enter(station, str(serial), 0, invalidity=reason.value)[0] == 302
        assert state_of(house, str(serial)) is SheetState.INVALID
    # One sees no stamp, the other cannot read it: that is a difference too, which a third settles.
    for clerk, reason in ((first, "unsigned"), (second, "unreadable")):
        assert clerk.enter(station, "99", 0, invalidity=reason)[0] == 302
    assert state_of(house, "99") is SheetState.MISMATCH
    assert third.enter(station, "99", 0, invalidity="unsigned")[0] == 302
    assert state_of(house, "99") is SheetState.INVALID
    assert first.enter(station, "100", 0, invalidity="no such reason")[0] == 422
    protocol = " ".join(_text(first.client.get(f"{first.base}/stations/{station}/protocol.pdf").data).split())
    for reason in Invalidity:
        times = 2 if reason is Invalidity.UNSIGNED else 1
        assert f"Not valid: {INVALIDITIES[reason]} {times}" in protocol


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text
