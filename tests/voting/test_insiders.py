"""What somebody inside the town hall could try: a roll changed in the database, a clerk's ticks, few sheets, kept traces."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.database import insert_new
from pbplatform.foundation.errors import Invalid
from pbplatform.roll.models import LetterBatch, LetterCode, Means, RollClaim
from pbplatform.voting import canon, casting, corrections, joint, turnout
from pbplatform.voting.closing import Anomaly
from pbplatform.voting.models import Ballot, Elector, JointKind, RoundSeal, SealedBallot
from pbplatform.voting.paper import PaperProblem, Reading
from pbplatform.voting.paper_models import PaperEntry, PaperSheet
from pbplatform.voting.sealing import SealProblem
from tests.support import voting
from tests.support.clerks import Clerk, station_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.voters import Voter, hidden
from tests.voting.test_promises import enter
from tests.voting.test_telling import send

SignIn = Callable[..., PageClient]


def add_behind_the_back(house: House, town: voting.Town) -> None:
    """Somebody with the database adds a line to the frozen roll."""
    with house.database.transaction() as own:
        insert_new(
            own,
            Elector,
            round_id=town.round.id,
            roll_entry_id=town.entries[-1].id,
            district_id=None,
            added_later=True,
            removed=False,
        )


def remove_behind_the_back(house: House, town: voting.Town) -> None:
    """Somebody with the database takes a voter off, whose ballot would be annulled unseen at the seal."""
    with house.database.transaction() as own:
        own.execute(update(Elector).where(Elector.roll_entry_id == town.entries[0].id).values(removed=True))


@on_both_databases
@pytest.mark.parametrize("change", [add_behind_the_back, remove_behind_the_back])
def test_a_roll_changed_without_two_names_stops_the_close(
    session: Session, house: House, change: Callable[[House, voting.Town], None]
) -> None:
    """25: marks in the frozen roll that no two persons made are found, like a changed line."""
    town = voting.an_open_vote(session, house)
    voting.entries(session, house, town, 1)
    session.commit()
    voting.cast(house, town, 0)
    change(house, town)
    with pytest.raises(Invalid) as stopped:
        voting.close(house, town)
    assert stopped.value.reason is Anomaly.ROLL_CHANGED


def test_a_line_taken_off_and_put_back_by_two_is_no_anomaly(session: Session, house: House) -> None:
    town = voting.an_open_vote(session, house)
    for remove in (True, False):
        act = joint.ask(
            town.officer(0),
            session,
            town.round,
            JointKind.CHANGE_ELECTOR,
            {"roll_entry_id": town.entries[0].id, "remove": remove},
            "The register was late by a week",
        )
        corrections.confirm_change_elector(town.officer(1), session, town.round, act)
    session.commit()
    voting.cast(house, town, 0)
    voting.close(house, town)


def take_a_ballot_away(house: House, _town: voting.Town) -> None:
    """Somebody with the database deletes ballots after the close."""
    with house.database.transaction() as own:
        own.execute(delete(Ballot))


@on_both_databases
@pytest.mark.parametrize("change", [take_a_ballot_away, remove_behind_the_back])
def test_nothing_is_sealed_but_what_was_published_at_the_close(
    session: Session, house: House, change: Callable[[House, voting.Town], None]
) -> None:
    town = voting.an_open_vote(session, house)
    voting.cast(house, town, 0)
    voting.close(house, town)
    change(house, town)
    with pytest.raises(Invalid) as stopped:
        voting.seal(house, town)
    assert stopped.value.reason is SealProblem.BOX_CHANGED
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(RoundSeal)) == 0


def test_who_is_ticked_off_for_paper_is_written_to(
    session: Session, app: Flask, house: House, signed_in: SignIn, tmp_path: Path
) -> None:
    """A clerk who ticks people off that never came is found out by those people."""
    town = voting.an_open_vote(session, house, voters=2)
    town.entries[0].language = "en"
    session.commit()
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    assert clerk.hand_out(0, station_of(house))[0] == 302
    [(recipient, subject, body)] = send(app, house, tmp_path / "post")
    assert recipient == "voter0@example.org"
    assert "a paper ballot was handed out in your name" in subject
    assert "tell the municipality’s desk" in body
    assert "vote again" not in body
    assert send(app, house, tmp_path / "post") == []


def sheets(session: Session, house: House, town: voting.Town, signed_in: SignIn, how_many: int) -> None:
    """So many voters from the end of the roll vote on paper, and two officers type their sheets in."""
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    station = station_of(house)
    for number in range(how_many):
        entry = town.entries[len(town.entries) - 1 - number]
        casting.tick_paper(house.database, house.secrets, town.round.id, entry.id, station)
        for officer in (0, 1):
            enter(house, town, officer, str(number + 1), Reading('{"1":["P1.3"]}', None))


@pytest.mark.parametrize(("paper", "way"), [(3, "sealed"), (10, "open")])
def test_few_sheets_are_not_told_apart(
    session: Session, house: House, signed_in: SignIn, paper: int, way: str
) -> None:
    """Whoever was seen with one of three sheets would be known by the list of the sheets, or by guessing its root."""
    town = voting.a_town(session, house, voters=120, with_districts=False)
    voting.open_vote(session, house, town)
    for number in range(105):
        voting.cast(house, town, number)
    sheets(session, house, town, signed_in, paper)
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        seal = look.get_one(RoundSeal, town.round.id)
        assert seal.publication == {"1": way}
        assert (seal.roots["paper"] is None) == (way == "sealed")
        assert canon.final_root(seal.roots) == seal.final_root
        assert look.scalar(select(func.count()).select_from(SealedBallot)) == 105 + paper


@pytest.mark.parametrize(
    ("sheets_of", "way"), [((10, 3), "sealed"), ((10, 0), "open"), ((10, 10), "open")], ids=str
)
def test_few_sheets_of_one_district_are_not_told_apart(
    session: Session, house: House, signed_in: SignIn, sheets_of: tuple[int, int], way: str
) -> None:
    """There may be many sheets together: three of one district are the three whom its people saw with a sheet."""
    town = voting.a_town(session, house, voters=224)
    voting.open_vote(session, house, town)
    for number in range(200):
        voting.cast(house, town, number, {1: ["P1.1"], 2 + number % 2: [f"P{2 + number % 2}.1"]})
    clerk = Clerk(signed_in(town.officers[0]), town)
    clerk.add_station()
    station = station_of(house)
    serial = 0
    for district, how_many in enumerate(sheets_of):
        for turn in range(how_many):
            serial += 1
            entry = town.entries[200 + district + 2 * turn]
            casting.tick_paper(house.database, house.secrets, town.round.id, entry.id, station)
            said = f'{{"1":["P1.3"],"{2 + district}":["P{2 + district}.2"]}}'
            for officer in (0, 1):
                enter(house, town, officer, str(serial), Reading(said, None))
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        seal = look.get_one(RoundSeal, town.round.id)
    assert set(seal.publication.values()) == {way}
    assert (seal.roots["paper"] is None) == (way == "sealed")


def test_after_the_seal_no_serial_leads_to_choices(session: Session, house: House, signed_in: SignIn) -> None:
    """A clerk who noted which sheet somebody was given finds nothing beside its number."""
    town = voting.an_open_vote(session, house, voters=4)
    sheets(session, house, town, signed_in, 2)
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(PaperEntry)) == 0
        assert set(look.scalars(select(PaperSheet.payload))) == {""}
        assert look.scalar(select(func.count()).select_from(SealedBallot)) == 2


def test_a_blank_sheet_is_no_vote(session: Session, house: House, signed_in: SignIn) -> None:
    """Paper is equal to online: nothing chosen is not taken, and said so; the reason has a name of its own."""
    town = voting.an_open_vote(session, house)
    first, second, _third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station, north = station_of(house), town.districts[0].id
    status, html = first.enter(station, "1", north)
    assert status == 422
    assert "say why the sheet is not valid" in html
    for clerk in (first, second):
        assert clerk.enter(station, "1", north, invalidity="blank")[0] == 302
    with house.database.read() as look:
        assert look.scalars(select(PaperSheet.invalidity)).one().value == "blank"
    with pytest.raises(Invalid) as blank:
        enter(house, town, 2, "2", Reading("{}", None))
    assert blank.value.reason is PaperProblem.NOTHING_READ


def test_small_districts_are_not_watched_voting(session: Session, house: House, client: PageClient) -> None:
    """A district in which everybody voted would tell of each of them that they did; before the end and after."""
    town = voting.a_town(session, house, voters=24)
    north, south = (str(district.id) for district in town.districts)
    for number, entry in enumerate(town.entries):
        entry.district_id = int(north) if number < 12 else int(south)
    voting.open_vote(session, house, town)
    for number in range(12):
        voting.cast(house, town, number)
    with house.database.read() as look:
        figures = turnout.count(look, house.secrets, voting.box(look, town))
    assert (figures["total"], figures["by_district"]) == (10, {north: None, south: None})
    assert turnout.publish_hourly(house.database, house.secrets) == 1
    page = client.get(f"{town.base}/turnout").get_data(as_text=True)
    assert "Of very small districts nothing is told before the end." in page
    voting.close(house, town)
    with house.database.read() as look:
        figures = turnout.final(look, house.secrets, voting.box(look, town))
    assert (figures["total"], figures["by_district"]) == (12, {north: None, south: None})


def test_of_a_larger_district_its_last_ten_stay_unknown(session: Session, house: House) -> None:
    town = voting.an_open_vote(session, house, voters=50)
    for number in range(0, 50, 2):
        voting.cast(house, town, number)
    with house.database.read() as look:
        figures = turnout.count(look, house.secrets, voting.box(look, town))
    north, south = (str(district.id) for district in town.districts)
    assert figures["by_district"] == {north: 10, south: 0}


def test_the_seal_forgets_when_codes_were_used_and_the_next_vote_writes_again(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house, voters=3)
    for code in session.scalars(select(LetterCode)):
        code.issued_at = clock.now() - timedelta(days=200)
    session.commit()
    Voter(client, town, 0).prove()
    Voter(client, town, 0).vote({"choice-1": ["P1.1"]})
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        assert look.scalars(select(LetterCode.used_at)).all() == [None, None]
    officer, roll = signed_in(town.officers[0]), f"/en/{town.place.slug}/desk/roll"
    token = hidden(officer.get(roll).get_data(as_text=True))["csrf_token"]
    for letters in (3, 0):
        officer.post(f"{roll}/letters", data={"csrf_token": token, "district": "0"})
        with house.database.read() as look:
            newest = look.scalars(select(LetterBatch).order_by(LetterBatch.id.desc())).first()
        assert newest is not None
        assert newest.letters == letters


@pytest.mark.parametrize(("ticked", "tied"), [({"mine": "1"}, 1), ({}, 0)])
def test_who_helps_somebody_else_does_not_get_their_vote(
    session: Session, house: House, signed_in: SignIn, ticked: dict[str, str], tied: int
) -> None:
    """A grandchild proves for a grandmother in a browser of their own: the account is tied only when it is said so."""
    town = voting.an_open_vote(session, house, voters=1)
    account = an_account(session, town.place)
    session.commit()
    browser = signed_in(account)
    page = browser.get(town.base).get_data(as_text=True)
    assert "This is me: tie it to my account" in page
    answer = Voter(browser, town, 0).prove(**ticked, birth_date="17.05.1980")
    assert answer.status_code == 302
    with house.database.read() as look:
        claims = look.scalars(select(RollClaim)).all()
    assert len(claims) == tied
    assert {claim.means for claim in claims} <= {Means.LETTER}


def test_a_receipt_is_checked_without_standing_in_an_address(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    receipt = voting.cast(house, town, 0)
    page = client.get(f"{town.base}/check").get_data(as_text=True)
    assert '<form method="post"' in page
    sent = {**hidden(page), "tracker": receipt.tracker.lower(), "signature": receipt.signature}
    assert "This receipt is genuine" in client.post(f"{town.base}/check", data=sent).get_data(as_text=True)
    assert "genuine" not in client.get(f"{town.base}/check", query_string=sent).get_data(as_text=True)
