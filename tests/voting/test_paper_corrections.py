"""Mistakes on paper: a tick and a settled sheet are taken back by two persons, a sheet under way by one, each with a reason."""

from collections.abc import Callable

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.models import JournalEntry
from pbplatform.voting import joint, paper, paper_corrections
from pbplatform.voting.models import Ballot, JointAct, RoundSeal
from pbplatform.voting.paper import PaperProblem, Reading
from pbplatform.voting.paper_models import PaperEntry, PaperSheet, PaperStation, SheetState
from tests.support import voting
from tests.support.clerks import Clerk, state_of, station_of
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voters import Voter

SignIn = Callable[..., PageClient]
REASON = "The neighbour of the same name was ticked"


def waiting(house: House) -> JointAct:
    """The newest act of two persons."""
    with house.database.read() as look:
        return look.scalars(select(JointAct).order_by(JointAct.id.desc()).limit(1)).one()


def journal(house: House, step: str) -> list[dict[str, object]]:
    """What the journal says of a correction."""
    with house.database.read() as look:
        entries = look.scalars(select(JournalEntry).where(JournalEntry.action == "correct_paper")).all()
        return [entry.details for entry in entries if entry.details.get("step") == step]


def test_a_wrong_tick_is_taken_back_by_two_and_the_person_votes(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    town = voting.an_open_vote(session, house)
    first, second = (Clerk(signed_in(account), town) for account in town.officers[:2])
    first.add_station()
    number = voting.national_id(0)
    assert first.take_back("tick", national_id=number)[0] == 422, "nobody was ticked off"
    assert first.hand_out(0, station_of(house))[0] == 302
    assert first.take_back("tick", reason="short", national_id=number)[0] == 422
    assert first.take_back("tick", reason=REASON, national_id=number)[0] == 302
    assert "asked for already" in first.take_back("tick", reason=REASON, national_id=number)[1]
    act = waiting(house)
    assert first.confirm(act.id) == 403, "nobody confirms their own request"
    voter = Voter(client, town, 0)
    voter.prove()
    assert client.get(f"{town.base}/ballot").status_code == 409, "asked is not done"
    assert second.confirm(act.id) == 302
    voter.vote({"choice-1": ["P1.1"]})
    assert len(voting.said(house, town)) == 1
    assert waiting(house).arguments == {"station_id": station_of(house), "station": "A"}, (
        "no way to the person"
    )
    assert journal(house, "tick_taken_back") == [{"step": "tick_taken_back", "reason": REASON}]
    assert REASON in client.get(f"/en/{town.place.slug}/journal").get_data(as_text=True)
    text = _text(first.client.get(f"{first.base}/stations/{station_of(house)}/protocol.pdf").data)
    assert REASON in " ".join(text.split())


@on_both_databases
def test_a_tick_stays_where_its_sheet_may_be_in_the_count_and_after_the_end(
    session: Session, house: House
) -> None:
    """Otherwise somebody could hand in a sheet, be freed, and vote a second time."""
    town, station = _ticked(session, house)
    _enter(house, town, station, "1", 0)
    act = _ask_tick_back(house, town)
    with pytest.raises(Invalid) as stopped:
        _confirm(house, town, act, paper_corrections.confirm_tick_back)
    assert stopped.value.reason is PaperProblem.SHEETS_NEED_TICKS
    with house.database.transaction() as own:
        assert paper_corrections.take_sheet_back(
            town.officer(0), own, town.round, own.get_one(PaperStation, station), "1", REASON
        ) is None  # fmt: skip
    voting.let_it_end(house, town)
    with pytest.raises(Invalid) as late:
        _confirm(house, town, act, paper_corrections.confirm_tick_back)
    assert late.value.reason is PaperProblem.VOTE_OVER
    with house.database.read() as look:
        assert len(look.scalars(select(Ballot)).all()) == 1
        assert look.get_one(JointAct, act.id).confirmed_at is None


def test_a_ballot_cast_online_is_no_tick(session: Session, house: House) -> None:
    """Nobody's vote can be deleted on this way."""
    town, _station = _ticked(session, house)
    voting.cast(house, town, 1)
    with pytest.raises(Invalid) as stopped, house.database.transaction() as own:
        paper_corrections.ask_tick_back(
            town.officer(0), own, house.secrets, town.round, town.entries[1].id, REASON
        )
    assert stopped.value.reason is PaperProblem.NOT_TICKED


def test_a_mistyped_number_is_taken_back_and_entered_anew(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """A sheet that does not exist would wait for its second reading for ever, and nothing could be sealed."""
    town = voting.an_open_vote(session, house)
    first, second, third = (Clerk(signed_in(account), town) for account in town.officers)
    first.add_station()
    station, north = station_of(house), town.districts[0].id
    for number in (0, 2):
        assert first.hand_out(number, station)[0] == 302
    assert first.enter(station, "12", north, n1="1 2")[0] == 302
    assert second.enter(station, "21", north, n1="1 2")[0] == 302
    status, html = first.take_back("sheet", station=station, serial="99")
    assert status == 422
    assert "Sheet 99 has not been entered" in html
    assert first.take_back("sheet", station=station, serial="12")[0] == 302
    assert first.enter(station, "21", north, n1="1 2")[0] == 302
    assert state_of(house, "21") is SheetState.COUNTED
    with house.database.read() as look:
        assert look.scalars(select(PaperSheet.serial)).all() == ["21"]
        assert len(look.scalars(select(PaperEntry)).all()) == 2
    taken = {"step": "sheet_taken_back", "serial": "12", "state": "once", "reason": "It was typed in wrongly"}
    assert journal(house, "sheet_taken_back") == [taken]
    # Both typed the wrong number: the sheet is in the count already, so two take it back.
    assert first.enter(station, "7", north, n1="3")[0] == second.enter(station, "7", north, n1="3")[0] == 302
    voting.close(house, town)
    assert first.take_back("sheet", station=station, serial="7")[0] == 302
    assert state_of(house, "7") is SheetState.COUNTED
    act = waiting(house)
    assert first.confirm(act.id) == 403
    assert third.confirm(act.id) == 302
    with house.database.read() as look:
        assert look.scalars(select(PaperSheet.serial)).all() == ["21"]
    for clerk in (second, third):
        assert clerk.enter(station, "8", north, n1="3")[0] == 302
    voting.seal(house, town)
    with house.database.read() as look:
        assert look.get_one(RoundSeal, town.round.id).counts["paper_sheets"] == {"counted": 2}


@on_both_databases
def test_nothing_is_sealed_while_a_correction_waits_and_nothing_is_corrected_after_the_seal(
    session: Session, house: House
) -> None:
    town, station = _ticked(session, house)
    for officer in (0, 1):
        _enter(house, town, station, "1", officer)
    voting.close(house, town)
    with house.database.transaction() as own:
        place = own.get_one(PaperStation, station)
        act = paper_corrections.take_sheet_back(town.officer(0), own, _round(own, town), place, "1", REASON)
        assert act is not None
    with pytest.raises(Invalid):
        voting.seal(house, town)
    with house.database.transaction() as own:
        from_now = own.get_one(JointAct, act.id)
        joint.withdraw(town.officer(0), own, _round(own, town), from_now)
    voting.seal(house, town)
    with house.database.read() as look:
        place = look.get_one(PaperStation, station)
    with pytest.raises(Conflict), house.database.transaction() as own:
        paper_corrections.take_sheet_back(town.officer(0), own, _round(own, town), place, "1", REASON)
    with house.database.read() as look:
        assert look.get_one(RoundSeal, town.round.id).counts["paper_sheets"] == {"counted": 1}


def _ticked(session: Session, house: House) -> tuple[voting.Town, int]:
    """An open vote with one place and one voter ticked off there."""
    town = voting.an_open_vote(session, house)
    place = paper.add_station(town.officer(0), session, town.round, "A", {"en": "Library"})
    session.commit()
    assert paper.hand_out(
        town.officer(0), house.database, house.secrets, town.round, town.entries[0].id, place
    )
    return town, place.id


def _round(own: Session, town: voting.Town) -> voting.Round:
    return own.get_one(voting.Round, town.round.id)


def _enter(house: House, town: voting.Town, station: int, serial: str, officer: int) -> None:
    with house.database.transaction() as own:
        place = own.get_one(PaperStation, station)
        reading = Reading('{"1":["P1.1"]}', None)
        paper.enter(town.officer(officer), own, _round(own, town), place, serial, reading)


def _ask_tick_back(house: House, town: voting.Town) -> JointAct:
    with house.database.transaction() as own:
        return paper_corrections.ask_tick_back(
            town.officer(0), own, house.secrets, _round(own, town), town.entries[0].id, REASON
        )


def _confirm(house: House, town: voting.Town, act: JointAct, way: Callable[..., None]) -> None:
    with house.database.transaction() as own:
        way(town.officer(1), own, _round(own, town), own.get_one(JointAct, act.id))


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text
