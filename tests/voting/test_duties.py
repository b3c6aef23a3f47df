"""What the vote does by itself goes on for every other vote when one is in trouble, and tells of trouble once."""

from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation.database import insert_new
from pbplatform.journal import queries as journal
from pbplatform.voting import closing, joint, sealing, turnout
from pbplatform.voting.duties import seals_folder
from pbplatform.voting.models import Ballot, BoxState, Channel
from tests.support import voting
from tests.support.marks import on_both_databases

NOBODY = "0" * 64


def three_towns(session: Session, house: House) -> list[voting.Town]:
    """Three towns with one ballot each, in the order in which the duties come to them."""
    towns = [voting.an_open_vote(session, house, voters=2) for _ in range(3)]
    for town in towns:
        voting.cast(house, town, 0)
    return towns


def a_ballot_of_nobody(house: House, town: voting.Town) -> None:
    """Somebody with the database stuffs the box."""
    with house.database.transaction() as own:
        values = {"bid": NOBODY, "channel": Channel.ONLINE, "sealed": b"0" * 540}
        insert_new(own, Ballot, round_id=town.round.id, **values)


def secret(house: House, town: voting.Town, kind: str) -> Path:
    """A file among the secrets of a town's vote."""
    return house.secrets.folder / f"round-{town.round.id}.{kind}"


def states(house: House, towns: list[voting.Town]) -> list[BoxState]:
    """How far each town is."""
    with house.database.read() as look:
        return [voting.box(look, town).state for town in towns]


def anomalies(house: House, town: voting.Town) -> int:
    """How often the public journal tells of trouble."""
    with house.database.read() as look:
        told = journal.entries_about(look, town.place.id, Action.CLOSE_VOTE, "round", town.round.id)
    return sum(entry.details.get("step") == "anomaly" for entry in told)


@on_both_databases
def test_a_vote_is_closed_by_itself_when_its_time_is_over(session: Session, house: House) -> None:
    """No officer has to be there; before the end, and a second time, nothing happens."""
    town = voting.an_open_vote(session, house)
    session.close()
    voting.cast(house, town, 0)
    assert closing.close_due(house.database, house.secrets) == []
    voting.let_it_end(house, town)
    assert closing.close_due(house.database, house.secrets) == [town.round.id]
    assert closing.close_due(house.database, house.secrets) == []
    with house.database.read() as look:
        box = voting.box(look, town)
        assert box.state is BoxState.CLOSED
        assert box.close_manifest is not None
        assert look.get_one(Round, town.round.id).phase is Phase.COUNTING


def test_a_vote_that_cannot_be_closed_keeps_no_other_open(session: Session, house: House) -> None:
    towns = three_towns(session, house)
    keyless, stuffed, whole = towns
    key = secret(house, keyless, "key")
    kept = key.rename(key.with_suffix(".elsewhere"))
    a_ballot_of_nobody(house, stuffed)
    for town in towns:
        voting.let_it_end(house, town)
    assert closing.close_due(house.database, house.secrets) == [whole.round.id]
    assert set(states(house, towns)) == {BoxState.CLOSED}
    kept.rename(key)
    assert closing.close_due(house.database, house.secrets) == [keyless.round.id]


def test_an_anomaly_is_told_once_and_an_officer_has_it_checked_again(session: Session, house: House) -> None:
    town = voting.an_open_vote(session, house)
    a_ballot_of_nobody(house, town)
    voting.let_it_end(house, town)
    for _minute in range(3):
        assert closing.close_due(house.database, house.secrets) == []
    assert anomalies(house, town) == 1
    with house.database.transaction() as own:
        own.execute(delete(Ballot).where(Ballot.bid == NOBODY))
    closing.close(town.officer(), house.database, house.secrets, town.round.id)
    with house.database.read() as look:
        assert voting.box(look, town).close_manifest is not None


def test_the_turnout_of_a_vote_without_its_key_hides_no_other(session: Session, house: House) -> None:
    towns = three_towns(session, house)
    secret(house, towns[0], "key").unlink()
    assert turnout.publish_hourly(house.database, house.secrets) == 2


def test_a_seal_that_cannot_be_finished_stops_no_other(session: Session, house: House) -> None:
    towns = three_towns(session, house)
    stuffed, seedless, whole = towns
    for town in towns:
        voting.close(house, town)
        with house.database.transaction() as own:
            found = own.get_one(Round, town.round.id)
            joint.confirm(town.officer(1), own, found, sealing.ask_to_seal(town.officer(0), own, found))
    a_ballot_of_nobody(house, stuffed)
    seed = secret(house, seedless, "seed")
    kept = seed.rename(seed.with_suffix(".elsewhere"))
    finish = (house.database, house.secrets, seals_folder(house))
    assert sealing.finish_seals(*finish) == [whole.round.id]
    assert states(house, towns) == [BoxState.CLOSED, BoxState.CLOSED, BoxState.CLEARED]
    kept.rename(seed)
    assert sealing.finish_seals(*finish) == [seedless.round.id]
