"""Nothing is official before two equal counts; nothing official is edited; receipts find their ballots."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.actions import Action
from pbplatform.charter.phases import Phase
from pbplatform.charter.policy import Refused
from pbplatform.config import Config
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.journal.models import JournalEntry
from pbplatform.notices.models import Happening, News
from pbplatform.results import operations, queries
from pbplatform.results.models import Count, CountState
from tests.results import counted
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.voting import an_open_vote


def _round(session, town) -> Round:
    return session.get_one(Round, town.round.id)


def test_an_open_vote_cannot_be_counted(house: House) -> None:
    with house.database.write() as session:
        town = an_open_vote(session, house, voters=2)
        session.commit()
    with house.database.write() as session, pytest.raises(Refused):
        operations.order_count(town.officer(), session, _round(session, town))


def test_declaring_needs_an_equal_recount(house: House) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    with house.database.write() as session, pytest.raises(Conflict) as refused:
        operations.declare(town.officer(), session, _round(session, town), session.get_one(Count, count_id))
    assert refused.value.reason is operations.ResultProblem.NOT_RECOUNTED
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    with house.database.read() as session:
        assert _round(session, town).phase is Phase.RESULTS
        assert session.get_one(Count, count_id).state is CountState.DECLARED


def test_a_count_that_differs_can_never_be_declared(house: House) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    with house.database.transaction() as session:
        row = session.get_one(Count, count_id)
        row.result = str(row.result).replace('"cost":', '"cost": ')
        row.result_hash = "0" * 64
    counted.count_again(house, town, count_id)
    with house.database.write() as session:
        row = session.get_one(Count, count_id)
        assert row.state is CountState.DIFFERENT
        with pytest.raises(Conflict) as refused:
            operations.declare(town.officer(), session, _round(session, town), row)
    assert refused.value.reason is operations.ResultProblem.RECOUNT_DIFFERS


def test_a_count_whose_worker_was_killed_can_be_ordered_anew(
    house: House, signed_in: Callable[..., PageClient]
) -> None:
    """kill -9 in the middle of a count: nothing of it is kept, and the officer is not stuck behind it for ever."""
    town, _ = counted.a_sealed_town(house, voters=30)
    with house.database.transaction() as session:
        killed = operations.order_count(town.officer(), session, _round(session, town)).id
    officer = signed_in(town.officers[0])
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/count"
    assert "Count the ballots" not in officer.get(address).get_data(as_text=True)
    with house.database.write() as session, pytest.raises(Conflict) as refused:
        operations.order_count(town.officer(), session, _round(session, town))
    assert refused.value.reason is operations.ResultProblem.STILL_RUNNING
    with house.database.transaction() as session:
        session.get_one(Count, killed).ordered_at -= queries.INTERRUPTED_AFTER * 2
    page = officer.get(address).get_data(as_text=True)
    assert "This count was interrupted" in page
    assert "Count the ballots" in page
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    with house.database.read() as session:
        assert session.get_one(Count, killed).state is CountState.FAILED
        assert session.get_one(Count, count_id).state is CountState.DECLARED


KILLED = """
import os, signal, sys
from pbplatform.charter.roles import Actor, Role
from pbplatform.cli.setting import database
from pbplatform.consultation.models import Round
from pbplatform.results import counting, operations
from pbplatform.results.models import Count
what, round_id, count_id, officer, place = sys.argv[1], *map(int, sys.argv[2:])
roles = frozenset({Role.VISITOR, Role.CITIZEN, Role.OFFICER})
with database().write() as session:
    found, row = session.get_one(Round, round_id), session.get_one(Count, count_id)
    if what == "count":
        counting.keep(session, row, counting.count_round(session, found))
    else:
        operations.declare(Actor(officer, place, roles, second_factor=True), session, found, row)
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""Does all of it but the commit."""


@on_both_databases
def test_killed_before_its_end_nothing_is_half_counted_or_half_declared(
    session: Session, house: House, config: Config
) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)

    def killed(what: str, count_id: int) -> None:
        people = (town.round.id, count_id, town.officers[0].id, town.place.id)
        env = {**os.environ, "PB_MODE": "test", "PB_DATABASE_URL": config.database_url}
        env["PB_DATA_DIR"] = str(config.data_dir)
        words = [sys.executable, "-c", KILLED, what, *map(str, people)]
        done = subprocess.run(words, env=env, capture_output=True, check=False, timeout=100)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()

    with house.database.transaction() as own:
        first = operations.order_count(town.officer(), own, _round(own, town)).id
    killed("count", first)
    with house.database.transaction() as own:
        row = own.get_one(Count, first)
        assert (row.state, row.result) == (CountState.RUNNING, None)
        assert not queries.envelope_results(own, row)
        row.ordered_at -= queries.INTERRUPTED_AFTER * 2
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    killed("declare", count_id)
    with house.database.read() as look:
        assert look.get_one(Count, count_id).state is CountState.RECOUNTED
        assert _round(look, town).phase is Phase.COUNTING
        assert queries.public_count(look, town.round) is None
    counted.declare(house, town, count_id)


@on_both_databases
def test_of_two_officers_who_declare_at_once_one_does(session: Session, house: House) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    together = Barrier(2)

    def declare(number: int) -> object:
        with house.database.write() as own:
            # Both have read the count, as the page does, before either of them declares.
            found, row = own.get_one(Round, town.round.id), own.get_one(Count, count_id)
            together.wait(1) if own.get_bind().dialect.name == "postgresql" else None
            try:
                operations.declare(town.officer(number), own, found, row)
                own.commit()
            except (Conflict, Refused) as problem:
                return getattr(problem, "reason", None)
        return number

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(declare, (0, 1)))
    assert operations.ResultProblem.ALREADY_DECLARED in answers
    (winner,) = [answer for answer in answers if isinstance(answer, int)]
    with house.database.read() as look:
        assert look.get_one(Count, count_id).declared_by == town.officers[winner].id
        entries = look.scalars(select(JournalEntry).where(JournalEntry.action == Action.DECLARE_RESULT)).all()
        assert len(entries) == 1, "the journal says it once"


def test_a_correction_is_a_new_count_with_a_public_reason(house: House, client: PageClient) -> None:
    town, _ = counted.a_declared_town(house, voters=30)
    with house.database.transaction() as session:
        found = _round(session, town)
        with pytest.raises(Invalid):
            operations.correct(town.officer(), session, found, {"en": "  "})
        row = operations.correct(
            town.officer(), session, found, {"en": "A paper box was found in the cellar."}
        )
        operations.queue_count(session, house.jobs, row)
        count_id = row.id
    with house.database.read() as session:
        first = queries.public_count(session, town.round)
        assert first is not None
        assert first.number == 1, "the declared count stays until the new one is declared"
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    page = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results").get_data(as_text=True)
    assert "A paper box was found in the cellar." in page
    assert "Count 1, declared on" in page
    assert "The same projects won as before." in page
    earlier = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results/counts/1")
    assert "This count was corrected later" in earlier.get_data(as_text=True), "it stays readable"
    assert first.result_hash in earlier.get_data(as_text=True)
    with house.database.read() as session:
        told = session.scalars(
            select(Happening.path).where(
                Happening.news == News.RESULT_CORRECTED, Happening.recipient_id.is_(None)
            )
        ).all()
    assert told == [f"rounds/{town.round.slug}/results"], "who follows the round hears of the correction"


def test_a_correction_says_what_it_changed(house: House, client: PageClient) -> None:
    """As after a release that mends the counting program: an earlier count that funded another project."""
    town, _ = counted.a_declared_town(house, voters=30)
    with house.database.transaction() as session:
        row = queries.public_count(session, _round(session, town))
        assert row is not None
        (result,) = queries.envelope_results(session, row).values()
        funded = result.outcome["funded"]
        other = next(code for code in result.figures["votes"] if code not in funded)
        result.outcome = {**result.outcome, "funded": [*funded[:-1], other]}
        correction = operations.correct(town.officer(), session, _round(session, town), {"en": "An error"})
        operations.queue_count(session, house.jobs, correction)
        count_id = correction.id
    counted.count_again(house, town, count_id)
    counted.declare(house, town, count_id)
    page = client.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/results").get_data(as_text=True)
    title = {code: f"Project {code.removeprefix('P')}" for code in (funded[-1], other)}
    assert f"Won only since the correction: {title[funded[-1]]}." in page
    assert f"Won only before it: {title[other]}." in page


def test_only_declared_counts_can_be_read(house: House, client: PageClient) -> None:
    town, _ = counted.a_declared_town(house, voters=30)
    with house.database.transaction() as session:
        operations.correct(town.officer(), session, _round(session, town), {"en": "An error"})
    base = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/counts"
    assert client.get(f"{base}/1").status_code == 200
    assert client.get(f"{base}/2").status_code == 404
    assert client.get(f"{base}/3").status_code == 404


def test_a_receipt_finds_its_ballot_and_what_it_paid_for(house: House, client: PageClient) -> None:
    town, trackers = counted.a_declared_town(house)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/receipt"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert token
    send = {"csrf_token": token[1]}
    spoken = "-".join(re.findall("....", trackers[0].lower()))
    page = client.post(address, data={**send, "tracker": spoken})
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Your ballot is in the count." in text
    assert "Project 1.1" in text
    assert "Project 1.3" not in text
    for forged in ("A" * 16, "not a code", trackers[0][:-1] + ("A" if trackers[0][-1] != "A" else "B")):
        answer = client.post(address, data={**send, "tracker": forged})
        assert answer.status_code == 404
        assert "There is no ballot with this code" in answer.get_data(as_text=True)


def test_a_tracker_of_another_round_is_unknown(house: House, client: PageClient) -> None:
    town, _ = counted.a_declared_town(house, voters=100)
    _other, trackers = counted.a_declared_town(house, voters=100)
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/results/receipt"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert token
    answer = client.post(address, data={"csrf_token": token[1], "tracker": trackers[0]})
    assert answer.status_code == 404


def test_nothing_is_public_before_the_declaration(house: House, client: PageClient) -> None:
    town, _ = counted.a_sealed_town(house, voters=30)
    count_id = counted.count(house, town)
    counted.count_again(house, town, count_id)
    base = f"/en/{town.place.slug}/rounds/{town.round.slug}/results"
    for path in ("", "/bundle.zip", "/protocol", "/protocol.json", "/share.png", "/1/card", "/receipt"):
        assert client.get(base + path).status_code == 404, path
