"""Invariants of the vote that are about more than one fact: who may do what, what answers alike, what leaves no trace."""

import io
import logging
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pbplatform.charter.policy import Refused
from pbplatform.charter.roles import Role
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.backup import back_up
from pbplatform.foundation.errors import Conflict, Invalid
from pbplatform.voting import casting, corrections, joint, paper
from pbplatform.voting.models import JointAct, JointKind, RoundSeal
from pbplatform.voting.paper import PaperProblem, Reading
from pbplatform.voting.paper_models import PaperEntry, PaperSheet, PaperStation, SheetState
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.voters import Voter, hidden

SignIn = Callable[..., PageClient]
GOOD = Reading('{"1":["P1.1"]}', None)


def station_of(house: House, town: voting.Town) -> PaperStation:
    """The only station."""
    with house.database.read() as look:
        return paper.stations(look, town.round.id)[0]


def enter(house: House, town: voting.Town, officer: int, serial: str, reading: Reading = GOOD) -> SheetState:
    """An officer reads a sheet of the only station."""
    with house.database.transaction() as session:
        place = station_of(house, town)
        found = session.get_one(Round, town.round.id)
        return paper.enter(town.officer(officer), session, found, place, serial, reading).state


@on_both_databases
def test_a_sheet_counts_after_two_equal_readings_by_two_people(session: Session, house: House) -> None:
    """19: the same person never settles a sheet, not even eight times at once; a settled sheet stays as it is."""
    town = voting.an_open_vote(session, house)
    paper.add_station(town.officer(), session, town.round, "A", {"en": "Library"})
    session.commit()

    def alone(_turn: int) -> object:
        try:
            return enter(house, town, 0, "1")
        except Invalid as problem:
            return problem.reason

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(alone, range(8)))
    assert answers == {SheetState.ONCE: 1, PaperProblem.ENTERED_BY_YOU: 7}
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(PaperEntry)) == 1
        assert look.scalars(select(PaperSheet.state)).one() is SheetState.ONCE
    assert enter(house, town, 1, "1") is SheetState.COUNTED
    with pytest.raises(Invalid) as settled:
        enter(house, town, 2, "1", Reading('{"1":["P1.2"]}', None))
    assert settled.value.reason is PaperProblem.SETTLED
    with pytest.raises(IntegrityError), house.database.transaction() as own:
        own.execute(update(PaperSheet).values(payload=None))
    casting.tick_paper(
        house.database, house.secrets, town.round.id, town.entries[0].id, station_of(house, town).id
    )
    voting.close(house, town)
    voting.seal(house, town)
    with pytest.raises(Conflict):
        enter(house, town, 1, "2")


@on_both_databases
def test_nobody_confirms_what_they_asked_for(session: Session, house: House) -> None:
    """20: neither the charter nor the database lets one person annul a ballot."""
    town = voting.an_open_vote(session, house)
    act = joint.ask(
        town.officer(0),
        session,
        town.round,
        JointKind.ANNUL,
        {"roll_entry_id": 1},
        "A court found a forged document",
    )
    session.commit()
    with pytest.raises(Refused):
        joint.confirm(town.officer(0), session, town.round, act)
    session.rollback()
    with pytest.raises(IntegrityError), house.database.transaction() as own:
        own.execute(update(JointAct).values(confirmed_by=JointAct.asked_by, confirmed_at=clock.now()))
    joint.confirm(town.officer(1), session, town.round, act)


def test_every_difference_of_the_frozen_roll_is_listed_with_two_names(
    session: Session, house: House, signed_in: SignIn, client: PageClient
) -> None:
    """25: who was added or taken off after the opening is a number for the public and two names for the desk."""
    town = voting.an_open_vote(session, house)
    for account, name in zip(town.officers, ("Ana First", "Beka Second", "Dato Third"), strict=True):
        account.name = name
    voting.entries(session, house, town, 1)
    for entry, remove in ((town.entries[4], False), (town.entries[0], True)):
        act = joint.ask(
            town.officer(0),
            session,
            town.round,
            JointKind.CHANGE_ELECTOR,
            {"roll_entry_id": entry.id, "remove": remove},
            "The register was late by a week",
        )
        corrections.confirm_change_elector(town.officer(1), session, town.round, act)
    session.commit()
    desk = (
        signed_in(town.officers[2])
        .get(f"/en/{town.place.slug}/rounds/{town.round.slug}/vote-desk")
        .get_data(as_text=True)
    )
    history = desk[desk.index('id="history"') :]
    for account in town.officers[:2]:
        # Both stand at the opening of the vote and at each of the two differences.
        assert history.count(account.name) == 3
    assert history.count("The register was late by a week") == 2
    public = client.get(f"{town.base}/protection").get_data(as_text=True)
    assert re.search(r"Added to the frozen roll, taken off it</dt><dd>1, 1</dd>", public)
    voting.cast(house, town, 1)
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        close = look.get_one(RoundSeal, town.round.id).manifest["close"]
    assert (close["electors_added"], close["electors_removed"]) == (1, 1)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """The statements that run meanwhile, without their values."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.database.engine, "before_cursor_execute", note)


def test_every_failed_proof_costs_and_says_the_same(
    session: Session, house: House, client: PageClient
) -> None:
    """26: unknown person, wrong date, foreign, spent and impossible code: one status, one length, one amount of work."""
    town = voting.an_open_vote(session, house, voters=3)
    voter = Voter(client, town, 0)
    voting.spend_code(session, town, 2)
    wrong = {
        "unknown": {"national_id": voting.national_id(98), "code": town.codes[1]},
        "date": {"birth_date": "18.05.1980"},
        "foreign": {"code": town.codes[1]},
        "spent": {"national_id": voting.national_id(2), "code": town.codes[2]},
        "impossible": {"code": "0000-0000-0000"},
    }
    lengths, work, seconds = Counter[int](), [], {}
    for name, changes in wrong.items():
        best = 1.0
        for _ in range(5):
            with statements(house) as seen:
                began = time.thread_time()
                answer = voter.prove(**changes)
                best = min(best, time.thread_time() - began)
        assert answer.status_code == 422
        page = re.sub(r'nonce-[^\']*|(value|nonce)="[^"]*"', "", answer.get_data(as_text=True))
        lengths[len(page)] += 1
        work.append(seen)
        seconds[name] = best
    assert len(lengths) == 1
    assert all(seen == work[0] for seen in work)
    assert max(seconds.values()) < 1.6 * min(seconds.values()), seconds


def test_asking_for_a_code_tells_nothing_about_the_roll(
    session: Session, house: House, client: PageClient
) -> None:
    """26: somebody on the roll, somebody without a phone and nobody at all get the same answer for the same work."""
    town = voting.an_open_vote(session, house, voters=2)
    town.entries[1].phone = None
    session.commit()
    answers, work = [], []
    for number in (0, 1, 97):
        fields = hidden(client.get(f"{town.base}/message").get_data(as_text=True))
        data = {
            **fields,
            "national_id": voting.national_id(number),
            "birth_date": "17.05.1980",
            "means": "phone",
        }
        with statements(house) as seen:
            answer = client.post(f"{town.base}/message", data=data)
        answers.append((answer.status_code, answer.headers["Location"], len(answer.data)))
        # Handing the code over is a job of its own, behind the answer.
        work.append(seen[: next(place for place, said in enumerate(seen) if "sent_code" in said)])
    assert len(set(answers)) == 1
    assert work[0] == work[1] == work[2]


def plain(html: str) -> str:
    """A page without what is new in every answer."""
    html = re.sub(r"DTSTAMP:.*", "", html)
    return re.sub(r"(value|nonce|content)=\"[^\"]*\"|id=\"[0-9a-f-]{20,}\"", "", html)


def test_no_address_tells_anything_before_the_end(
    session: Session, house: House, app: Flask, client: PageClient, signed_in: SignIn
) -> None:
    """17: every address of the round, for a visitor, an officer and a councillor, is the same however people vote."""
    town = voting.an_open_vote(session, house, voters=40)
    councillor = an_account(session, town.place, Role.COUNCILLOR)
    session.commit()
    adapter = app.url_map.bind("localhost")
    given = {"locale": "en", "municipality": town.place.slug, "round_slug": town.round.slug}
    known = [
        adapter.build(rule.endpoint, {name: given[name] for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments <= set(given) and "municipality" in rule.arguments
    ]
    browsers = [client, signed_in(town.officers[2]), signed_in(councillor)]
    for browser in browsers:
        browser.check_pages = False

    def seen() -> dict[tuple[int, str], tuple[int, str | None, str | bytes]]:
        found = {}
        for number, browser in enumerate(browsers):
            for path in sorted(known):
                answer = browser.get(path)
                whole = answer.get_data(as_text=True) if answer.mimetype.startswith("text") else answer.data
                body = plain(whole) if isinstance(whole, str) else whole
                # The tag of a page is one of its fresh tokens, too; other answers are the same to the byte.
                tag = None if answer.mimetype == "text/html" else answer.headers.get("ETag")
                found[number, path] = (answer.status_code, tag, body)
        return found

    seen()
    before = seen()
    assert len(known) > 25
    assert sum(found[0] == 200 for found in before.values()) > 40
    for number in range(35):
        voting.cast(house, town, number, {1: ["P1.1" if number % 5 else "P1.2"]})
    after = seen()
    assert {key for key in before if before[key] != after[key]} == set()


def test_national_ids_leave_no_trace_on_the_whole_way(
    session: Session,
    house: House,
    client: PageClient,
    signed_in: SignIn,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """24: imported, proved by letter, asked for by message, found at the desk, handed paper, backed up: never kept."""
    town = voting.an_open_vote(session, house, voters=6)
    officer = signed_in(town.officers[0])
    here = f"/en/{town.place.slug}"
    lines = "id,name,birth date\n" + "".join(
        f"{voting.national_id(number)},Person {number},1980-05-17\n" for number in range(6, 26)
    )
    with caplog.at_level(logging.DEBUG):
        token = hidden(officer.get(f"{here}/desk/roll").get_data(as_text=True))["csrf_token"]
        answer = officer.post(
            f"{here}/desk/roll",
            data={"csrf_token": token, "file": (io.BytesIO(lines.encode()), "roll.csv")},
        )
        columns = {"column-0": "id", "column-1": "name", "column-2": "birth_date"}
        answer = officer.post(answer.headers["Location"], data={"csrf_token": token, **columns})
        assert answer.status_code == 302
        Voter(client, town, 0).prove()
        Voter(client, town, 0).vote({"choice-1": ["P1.1"]})
        fields = hidden(client.get(f"{town.base}/message").get_data(as_text=True))
        person = {"national_id": voting.national_id(1), "birth_date": "17.05.1980", "means": "email"}
        assert client.post(f"{town.base}/message", data={**fields, **person}).status_code == 302
        found = officer.post(
            f"{here}/desk/voter",
            data={"csrf_token": token, "national_id": voting.national_id(2), "give": "1"},
        )
        assert found.status_code == 200
        back_up(house.database.engine, house.files, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        archive.extractall(tmp_path / "copy")
    ids = [voting.national_id(number) for number in range(26)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    hits = [(path.name, one) for path in files for one in ids if one.encode() in path.read_bytes()]
    assert hits == []
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    assert [one for one in ids if one in logged] == []
