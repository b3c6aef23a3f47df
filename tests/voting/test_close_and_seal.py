"""The way from the end of a vote to its seal: in steps that a crash can part, within its time, on record."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation.errors import Gone, Invalid
from pbplatform.journal import queries as journal
from pbplatform.journal.operations import verify
from pbplatform.voting import canon, closing
from pbplatform.voting.models import BallotBox, BoxState, RoundSeal
from pbplatform.voting.sealing import SealProblem
from tests.support import voting
from tests.support.marks import on_both_databases


class Stop(Exception):
    """The power fails."""


def steps(session: Session, town: voting.Town, action: Action) -> list[dict[str, object]]:
    """What the journal tells of one action about the round."""
    told = journal.entries_about(session, town.place.id, action, "round", town.round.id)
    return [entry.details for entry in told if "step" in entry.details]


@on_both_databases
def test_a_crash_between_the_end_and_its_manifest_is_made_good(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The box is shut for good before it is counted; the duty finishes, and both steps stand in the journal once."""
    town = voting.an_open_vote(session, house)
    session.close()
    for number in range(3):
        voting.cast(house, town, number)

    def fail(*_arguments: object) -> None:
        raise Stop

    monkeypatch.setattr("pbplatform.voting.closing._reconcile", fail)
    with pytest.raises(Stop):
        voting.close(house, town)
    monkeypatch.undo()
    with house.database.read() as look:
        box = voting.box(look, town)
        assert (box.state, box.close_manifest) == (BoxState.CLOSED, None)
        assert look.get_one(Round, town.round.id).phase is Phase.VOTING
    with pytest.raises(Gone):
        voting.cast(house, town, 3)
    assert closing.close_due(house.database, house.secrets) == [town.round.id]
    assert closing.close_due(house.database, house.secrets) == []
    with house.database.read() as look:
        manifest = voting.box(look, town).close_manifest
        assert manifest is not None
        assert (manifest["online"], manifest["cast"]) == (3, 3)
        assert [told["step"] for told in steps(look, town, Action.CLOSE_VOTE)] == ["shut", "manifest"]
        assert look.get_one(Round, town.round.id).phase is Phase.COUNTING


@on_both_databases
def test_nothing_is_sealed_while_objections_are_possible(session: Session, house: House) -> None:
    town = voting.a_town(session, house, challenge_days=7)
    voting.open_vote(session, house, town)
    session.close()
    voting.cast(house, town, 0)
    voting.close(house, town)
    with pytest.raises(Invalid) as early:
        voting.seal(house, town)
    assert early.value.reason is SealProblem.CHALLENGE_OPEN
    with house.database.read() as look:
        box = voting.box(look, town)
        assert box.state is BoxState.CLOSED
        assert box.closed_at is not None
        assert box.challenge_ends_at is not None
        assert (box.challenge_ends_at - box.closed_at).days == 7
        assert look.scalar(select(func.count()).select_from(RoundSeal)) == 0
    with house.database.transaction() as own:
        later = own.get_one(BallotBox, town.round.id)
        later.challenge_ends_at = later.closed_at
    voting.seal(house, town)
    with house.database.read() as look:
        assert voting.box(look, town).state is BoxState.CLEARED


@on_both_databases
def test_the_journal_tells_of_close_seal_and_key(session: Session, house: House) -> None:
    """Each with the hash of what was published, in a chain that anybody can follow."""
    town = voting.an_open_vote(session, house)
    session.close()
    voting.cast(house, town, 0)
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        seal = look.get_one(RoundSeal, town.round.id)
        closed = steps(look, town, Action.CLOSE_VOTE)
        sealed = steps(look, town, Action.SEAL_VOTE)
        manifest = voting.box(look, town).close_manifest
        assert not list(verify(look))
    assert closed[0] == {"step": "shut"}
    assert closed[1] == {"step": "manifest", "manifest": canon.sha256(canon.canonical(manifest))}
    assert sealed == [
        {"step": "sealed", "final_root": seal.final_root, "manifest": seal.manifest["manifest_hash"]},
        {"step": "key_destroyed"},
    ]
    assert seal.key_destroyed_at is not None
