"""The invariants of the vote that are about single facts: what is stored, who may see it, when a ballot is taken."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import func, inspect, select, text, update
from sqlalchemy.orm import Session

from pbplatform.accounts.models import Account
from pbplatform.charter.phases import Phase
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.crypto import KeyMissing
from pbplatform.foundation.database import Base
from pbplatform.foundation.errors import Conflict, Gone, Invalid
from pbplatform.foundation.mail import FolderPost
from pbplatform.roll import verification
from pbplatform.roll.models import Means, RollClaim, RollEntry
from pbplatform.voting import canon, closing, keys, opening, telling, turnout
from pbplatform.voting.closing import Anomaly
from pbplatform.voting.models import (
    Ballot,
    BallotBox,
    BoxState,
    Channel,
    Elector,
    Project,
    RoundSeal,
    SealedBallot,
    Superseded,
)
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.voters import Voter, hidden

SignIn = Callable[..., PageClient]


def rows(house: House, town: voting.Town) -> list[Ballot]:
    """Every ballot of a town."""
    with house.database.read() as look:
        return list(look.scalars(select(Ballot).where(Ballot.round_id == town.round.id)))


@on_both_databases
def test_parallel_ballots_of_one_voter_are_one_row(session: Session, house: House) -> None:
    """1 and 13: one row each under load; one submission has one tracker, four submissions leave three replaced."""
    town = voting.an_open_vote(session, house, voters=6)
    same = [(number, "same-submission-0000") for number in range(3) for _ in range(4)]
    other = [(number, f"own-submission-{number}-{turn}") for number in range(3, 6) for turn in range(4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda job: voting.cast(house, town, job[0], submission=job[1]), same + other)
        )
    assert len(rows(house, town)) == 6
    for number in range(3):
        assert len({answer.tracker for answer in answers[number * 4 : number * 4 + 4]}) == 1
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(Superseded)) == 9


@on_both_databases
def test_twenty_parallel_claims_have_one_winner(session: Session, house: House) -> None:
    """2: one roll entry has at most one living account."""
    town = voting.a_town(session, house, voters=1)
    accounts = [an_account(session, town.place).id for _ in range(20)]
    session.commit()

    def claim(account_id: int) -> bool:
        try:
            with house.database.transaction() as own:
                verification.claim(own, own.get_one(RollEntry, town.entries[0].id), account_id, Means.LETTER)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, accounts))
    assert sum(won) == 1
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(RollClaim)) == 1


@on_both_databases
def test_every_ballot_belongs_to_one_entry_or_the_close_stops(session: Session, house: House) -> None:
    """3: an orphan ballot is a named anomaly, and the round stays where it is."""
    town = voting.an_open_vote(session, house)
    voting.cast(house, town, 0)
    stranger = Ballot(
        round_id=town.round.id,
        bid="0" * 64,
        sealed=b"0" * 540,
        channel=Channel.ONLINE,
        station_id=None,
    )
    with house.database.transaction() as own:
        own.add(stranger)
    with pytest.raises(Invalid) as stopped:
        voting.close(house, town)
    assert stopped.value.reason is Anomaly.ORPHAN_BALLOTS
    with house.database.read() as look:
        assert look.get_one(Round, town.round.id).phase is Phase.VOTING
        assert look.get_one(BallotBox, town.round.id).state is BoxState.CLOSED


@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_row_about_a_person_shares_a_transaction_with_a_ballot(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    """4: after 1,000 votes with sessions, passes, journal and mail no table holds the number of a ballot's transaction."""
    # What a process remembers for a few seconds is only read, here as in production.
    house.recent.seconds = 5
    town = voting.an_open_vote(session, house, voters=1000)
    accounts = [an_account(session, town.place) for _ in range(5)]
    session.commit()
    own = [Voter(signed_in(account), town, number) for number, account in enumerate(accounts)]
    kiosk = FlaskClient(client.application, Response)
    for voter in own:
        voter.prove()
        voter.vote({"choice-1": ["P1.1"]})
        voter.vote({"choice-1": ["P1.2"]})
        voter.client.post(f"{town.base}/leave", data=dict(voter.open_ballot(), go=""))
    with house.database.read() as look:
        rules = voting.box(look, town).rules_hash
    fields = {**hidden(kiosk.get(town.base).get_data(as_text=True)), "rules": rules}
    for number in range(5, 1000):
        at_the_kiosk(kiosk, town, number, fields)
        if number % 250 == 0:
            # The daily letters, the latest time and the turnout are written while people vote.
            letters = FolderPost(house.config.data_dir / "letters")
            telling.tell_voters(
                client.application, house.database, house.secrets, letters, "town@example.org"
            )
            closing.keep_time(house.database)
            turnout.publish_hourly(house.database, house.secrets)
    with house.database.read() as look:
        numbers = set(look.scalars(text("select xmin::text from ballot")))
        assert len(numbers) == 1000
        assert look.scalar(text("select count(*) from told_ballot")), "no letter was sent"
        for table in sorted(set(Base.metadata.tables) - {"ballot", "superseded"}):
            found = set(look.scalars(text(f'select xmin::text from "{table}"')))
            assert not found & numbers, table


def at_the_kiosk(kiosk: FlaskClient, town: voting.Town, number: int, fields: Mapping[str, str]) -> None:
    """One after the other in a library's browser: the proof and the ballot; every other voter votes twice.

    Every tenth leaves; the passes of the others stay, so that their rows are among those that are looked at.
    """
    person = {"national_id": voting.national_id(number), "birth_date": voting.BORN.isoformat()}
    proved = kiosk.post(town.base, data={**fields, **person, "code": town.codes[number]})
    assert proved.status_code == 302, number
    for turn in range(1 + number % 2):
        submission = f"{number:08d}-{turn}-at-the-kiosk"
        sent = {**fields, "go": "cast", "choice-1": f"P1.{1 + turn}", "submission": submission}
        assert kiosk.post(f"{town.base}/ballot", data=sent).status_code == 200
    if number % 10 == 0:
        assert kiosk.post(f"{town.base}/leave", data=fields).status_code == 302


def test_the_ballot_table_has_no_person_time_address_or_serial() -> None:
    """5: whatever is added to the table later must not lead to a person."""
    table = Base.metadata.tables["ballot"]
    assert {column.name for column in table.columns} == {
        "round_id", "bid", "sealed", "channel", "station_id",
    }  # fmt: skip
    assert {key.column.table.name for key in table.foreign_keys} == {"paper_station"}
    assert [column.name for column in table.primary_key] == ["round_id", "bid"]


def test_nothing_lists_who_voted(session: Session, house: House, client: PageClient) -> None:
    """6: whoever has voted leaves the same rows outside the box as whoever only looked at the ballot."""
    town = voting.an_open_vote(session, house, voters=2)
    voter = Voter(client, town, 1)
    voter.prove()
    voter.open_ballot()
    before = _all_rows(house)
    voter.vote({"choice-1": ["P1.1"]})
    after = _all_rows(house)
    assert {name for name in after if after[name] != before[name]} == {"ballot"}


def _all_rows(house: House) -> dict[str, list[tuple[object, ...]]]:
    with house.database.read() as look:
        return {
            name: sorted((tuple(map(str, row)) for row in look.execute(table.select())), key=str)
            for name, table in Base.metadata.tables.items()
        }


@on_both_databases
def test_after_the_seal_nothing_leads_back(session: Session, house: House) -> None:
    """7: tracker order, one transaction, and no keyed name left in the database file or its log."""
    town = voting.an_open_vote(session, house, voters=30)
    for number in range(30):
        voting.cast(house, town, number)
    bids = [ballot.bid for ballot in rows(house, town)]
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        sealed = look.scalars(select(SealedBallot).order_by(SealedBallot.position)).all()
        trackers = [one.tracker for one in sealed]
        assert trackers == sorted(trackers, key=str)
        assert look.scalar(select(func.count()).select_from(Elector)) == 0
        if house.database.engine.dialect.name == "postgresql":
            assert len(set(look.scalars(text("select xmin::text from sealed_ballot")))) == 1
            return
    path = house.config.data_dir.parent / "pb.sqlite"
    content = b"".join(file.read_bytes() for file in path.parent.glob("pb.sqlite*"))
    assert str(trackers[0]).encode() in content
    assert not [bid for bid in bids if bid.encode() in content]


def test_the_key_is_in_no_page_log_or_database(
    session: Session, house: House, signed_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    """8 and 29: the key appears nowhere; a log line of the vote carries no person, account, session, pass, code or address."""
    town = voting.an_open_vote(session, house)
    town.entries[0].name = "Canary of the Roll"
    account = an_account(session, town.place, name="Canary of the Account", email="canary@example.org")
    session.flush()
    # A number that stands in no log line by chance.
    session.execute(update(Account).where(Account.id == account.id).values(id=730_591_846))
    session.commit()
    key = house.secrets.read(f"round-{town.round.id}.key")
    account = session.get_one(Account, 730_591_846)
    session.close()
    client = signed_in(account)
    voter = Voter(client, town, 0)
    with caplog.at_level(logging.DEBUG):
        voter.prove(mine="1", code=town.codes[0])
        receipt = voter.vote({"choice-1": ["P1.1"]})
    with client.session_transaction() as cookie:
        pass_, session_token = cookie["voter_pass"], cookie["_user_id"]
    pages = client.get(f"{town.base}/protection").data + client.get(f"{town.base}/ballot").data
    database = b"".join(file.read_bytes() for file in house.config.data_dir.parent.glob("pb.sqlite*"))
    for secret in (key, key.hex().encode()):
        assert secret not in pages
        assert secret not in database
    logged = "\n".join(
        str(record.__dict__) for record in caplog.records if record.name.startswith("pbplatform")
    )
    assert "vote.ballot" in logged, "the log tells that something was asked"
    for secret in (
        voting.national_id(0),
        town.codes[0],
        pass_,
        session_token,
        "730591846",
        "Canary",
        "canary",
        "voter0@example.org",
        receipt.tracker,
        "127.0.0.1",
        key.hex(),
        rows(house, town)[0].bid,
    ):
        assert secret not in logged


def test_without_its_key_the_vote_answers_503_and_writes_nothing(
    session: Session, house: House, client: PageClient
) -> None:
    """9: an absent or wrong key stops the vote and reddens readiness; no key is ever made anew."""
    town = voting.an_open_vote(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    path = house.secrets.folder / f"round-{town.round.id}.key"
    key = path.read_bytes()
    for wrong in (None, b"\x00" * 32):
        path.unlink() if wrong is None else path.write_bytes(wrong)
        answer = voter.post({"choice-1": ["P1.1"]}, fields)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert client.get("/readyz").status_code == 503
        assert rows(house, town) == []
        with pytest.raises(KeyMissing):
            voting.cast(house, town, 0)
    assert path.read_bytes() == b"\x00" * 32
    path.write_bytes(key)
    assert client.get("/readyz").status_code == 200
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 200


@pytest.mark.parametrize("wrong", [None, b"\x01" * 32], ids=["absent", "wrong"])
def test_without_its_signing_key_the_vote_answers_503_and_writes_nothing(
    session: Session, house: House, client: PageClient, wrong: bytes | None
) -> None:
    """9: a receipt that nobody could check is not handed out, and the ballot that it would be for is not taken."""
    town = voting.an_open_vote(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    path = house.secrets.folder / f"round-{town.round.id}.receipts"
    signer = path.read_bytes()
    path.unlink() if wrong is None else path.write_bytes(wrong)
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 503
    assert client.get("/readyz").status_code == 503
    assert rows(house, town) == []
    path.write_bytes(signer)
    assert client.get("/readyz").status_code == 200
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 200
    # After the end nothing is signed any more, so nothing waits for the key.
    voting.close(house, town)
    path.unlink()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("wrong", [None, b"\x01" * 32], ids=["absent", "wrong"])
def test_a_seed_that_is_away_is_noticed_long_before_the_seal_needs_it(
    session: Session, house: House, client: PageClient, wrong: bytes | None
) -> None:
    """9: the lot's seed is asked for while people vote, when its file can still be found."""
    town = voting.an_open_vote(session, house)
    assert client.get("/readyz").status_code == 200
    path = house.secrets.folder / f"round-{town.round.id}.seed"
    path.unlink() if wrong is None else path.write_bytes(wrong)
    assert client.get("/readyz").status_code == 503


def test_after_the_destruction_there_is_nothing_to_vote_with(
    session: Session, house: House, client: PageClient
) -> None:
    """10: a late ballot is Gone on the page and behind it."""
    town = voting.an_open_vote(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    voting.close(house, town)
    voting.seal(house, town)
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 410
    with pytest.raises(Gone):
        voting.cast(house, town, 1)
    assert rows(house, town) == []


def test_every_tracker_recomputes_from_its_line(session: Session, house: House) -> None:
    """11 and 22: trackers, roots, the lot's commitment and its order are what canon makes of the published facts."""
    town = voting.an_open_vote(session, house, voters=5)
    for number in range(5):
        voting.cast(house, town, number, {1: ["P1.2"], 2 + number % 2: [f"P{2 + number % 2}.1"]}, word="sea")
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        seal = look.get_one(RoundSeal, town.round.id)
        lines = look.scalars(select(SealedBallot)).all()
    name = f"{town.place.slug}/{town.round.slug}"
    for line in lines:
        assert line.word_hash == canon.word_hash("sea")
        assert line.tracker == canon.tracker(
            name, seal.rules_hash, line.nonce or "", line.word_hash, line.payload
        )
    assert canon.sha256(seal.rules) == seal.rules_hash
    assert canon.tie_commitment(seal.tie_seed) == seal.tie_commitment
    assert canon.final_root(seal.roots) == seal.final_root
    order = canon.tie_order(seal.tie_seed, seal.final_root, seal.beacon, 1, [f"P1.{n}" for n in range(1, 5)])
    assert seal.tie_orders["1"] == order
    manifest = dict(seal.manifest)
    stated = manifest.pop("manifest_hash")
    assert stated == canon.sha256(canon.canonical(manifest))
    on_disk = json.loads((voting.folder(house) / f"round-{town.round.id}-manifest.json").read_text())
    assert on_disk == seal.manifest


@on_both_databases
def test_the_last_vote_counts_and_a_late_retry_does_not_bring_back_an_old_one(
    session: Session, house: House
) -> None:
    """12 and 18: the last acknowledged ballot stands; cast = counted + replaced + annulled."""
    town = voting.an_open_vote(session, house)
    first = voting.cast(house, town, 0, {1: ["P1.1"]}, submission="first-submission-1")
    second = voting.cast(house, town, 0, {1: ["P1.2"]}, submission="second-submission-2")
    retried = voting.cast(house, town, 0, {1: ["P1.1"]}, submission="first-submission-1")
    assert retried.tracker == second.tracker != first.tracker
    assert [ballot.payload for ballot in voting.said(house, town)] == ['{"1":["P1.2"]}']
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        counts = look.get_one(RoundSeal, town.round.id).counts
    assert counts["cast"] == counts["counted"] + counts["superseded"] + counts["annulled"] == 2


@on_both_databases
def test_the_deadline_is_the_databases_and_never_comes_back(
    session: Session, house: House, client: PageClient
) -> None:
    """14 and 15: one second late is late on every way; a clock that is set back opens nothing again."""
    town = voting.an_open_vote(session, house)
    voter = Voter(client, town, 0)
    voter.prove()
    fields = voter.open_ballot()
    voting.let_it_end(house, town)
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 410
    with pytest.raises(Gone):
        voting.cast(house, town, 0)
    closing.keep_time(house.database)
    # A clock that is set back an hour leaves the end and the latest time that was seen an hour ahead of it.
    with house.database.transaction() as own:
        box = own.get_one(BallotBox, town.round.id)
        box.closes_at += timedelta(hours=1)
        box.high_water += timedelta(hours=1)
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 410
    with pytest.raises(Gone):
        voting.cast(house, town, 0)
    assert rows(house, town) == []


def test_a_wrong_clock_closes_nothing_for_good(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server whose clock runs an hour ahead raises an alarm instead of ending the vote."""
    town = voting.an_open_vote(session, house)
    with house.database.transaction() as own:
        own.execute(update(BallotBox).values(closes_at=clock.now() + timedelta(minutes=30)))
    ahead = clock.now() + timedelta(hours=1)
    monkeypatch.setattr("pbplatform.voting.closing.database_now", lambda _session: ahead)
    monkeypatch.setattr("pbplatform.foundation.clock.now", lambda: ahead)
    assert closing.close_due(house.database, house.secrets) == []
    monkeypatch.undo()
    voting.cast(house, town, 0)
    assert closing.close_due(house.database, house.secrets) == []


def test_rules_do_not_change_while_the_vote_is_open(
    session: Session, house: House, client: PageClient
) -> None:
    """16: what stands in the rules is frozen; a page made for other rules is refused with 409."""
    town = voting.an_open_vote(session, house)
    with house.database.read() as look:
        box = look.get_one(BallotBox, town.round.id)
    assert canon.sha256(box.rules) == box.rules_hash
    with house.database.transaction() as own:
        own.execute(update(Project).where(Project.round_id == town.round.id).values(cost=1))
    voter = Voter(client, town, 0)
    voter.prove()
    page = client.get(f"{town.base}/ballot").get_data(as_text=True)
    assert re.findall('data-cost="([0-9]+)"', page) != []
    assert set(re.findall('data-cost="([0-9]+)"', page)) == {"300000", "400000", "500000", "600000"}
    fields = voter.open_ballot()
    fields["rules"] = "0" * 64
    assert voter.post({"choice-1": ["P1.1"]}, fields).status_code == 409
    assert rows(house, town) == []
    with pytest.raises(Conflict), house.database.transaction() as own:
        opening.open_vote(None, own, house.secrets, own.get_one(Round, town.round.id))


def test_no_page_tells_a_count_before_the_end(
    session: Session, house: House, client: PageClient, signed_in: SignIn
) -> None:
    """17: every page of the round is the same, byte for byte but for tokens, however people vote."""
    town = voting.an_open_vote(session, house)
    officer = signed_in(town.officers[0])
    paths = [
        f"{town.base}/protection",
        f"{town.base}/turnout",
        town.base,
        f"/en/{town.place.slug}/rounds/{town.round.slug}/",
    ]
    before = [client.get(path).get_data(as_text=True) for path in paths]
    desk = f"/en/{town.place.slug}/rounds/{town.round.slug}/vote-desk"
    seen = officer.get(desk).get_data(as_text=True)
    for number in range(4):
        voting.cast(house, town, number, {1: ["P1.1"]})
    assert [_plain(client.get(path).get_data(as_text=True)) for path in paths] == [
        _plain(page) for page in before
    ]
    assert _plain(officer.get(desk).get_data(as_text=True)) == _plain(seen)


def _plain(html: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=|nonce=)"[^"]*"', r'\1""', html)


def test_turnout_is_in_steps_of_ten_and_once_an_hour(session: Session, house: House) -> None:
    """17: the only figures before the end are rounded down to tens and do not change within the hour."""
    town = voting.an_open_vote(session, house, voters=14)
    for number in range(12):
        voting.cast(house, town, number)
    assert turnout.publish_hourly(house.database, house.secrets) == 1
    for number in range(12, 14):
        voting.cast(house, town, number)
    assert turnout.publish_hourly(house.database, house.secrets) == 0
    with house.database.read() as look:
        box = look.get_one(BallotBox, town.round.id)
        figures = turnout.count(look, house.secrets, box)
    assert figures["total"] == 10
    assert set(figures["by_district"].values()) == {None}


def test_the_frozen_roll_is_what_it_was(session: Session, house: House) -> None:
    """25: a frozen roll that was changed behind the operations' back stops the close."""
    town = voting.an_open_vote(session, house)
    with house.database.transaction() as own:
        own.execute(
            update(Elector)
            .where(Elector.roll_entry_id == town.entries[0].id)
            .values(district_id=town.districts[1].id)
        )
    with pytest.raises(Invalid) as stopped:
        voting.close(house, town)
    assert stopped.value.reason is Anomaly.ROLL_CHANGED


def test_erasing_and_registering_anew_replaces_the_same_ballot(
    session: Session, house: House, signed_in: SignIn
) -> None:
    """28: who votes with an account, closes it, registers, proves who they are and votes again has one ballot."""
    town = voting.an_open_vote(session, house, voters=1)
    for code in ("P1.1", "P1.2"):
        account = an_account(session, town.place)
        session.commit()
        Voter(signed_in(account), town, 0).prove(mine="1", code=town.codes[0])
        # In another browser, so that the account alone says who votes.
        elsewhere = signed_in(account)
        Voter(elsewhere, town, 0).vote({"choice-1": [code]})
        fields = hidden(elsewhere.get("/en/account/close").get_data(as_text=True))
        closed = elsewhere.post("/en/account/close", data={**fields, "sure": "y"})
        assert closed.status_code == 302
        with house.database.read() as look:
            assert look.get_one(Account, account.id).closed_at is not None
            assert look.scalars(select(RollClaim).where(RollClaim.ended_at.is_(None))).all() == []
            assert look.scalars(select(RollClaim).where(RollClaim.account_id == account.id)).one()
    assert [ballot.payload for ballot in voting.said(house, town)] == ['{"1":["P1.2"]}']
    assert len(rows(house, town)) == 1


def test_a_crash_between_any_two_steps_of_the_seal_is_made_good(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal done again after a stop at each of its steps gives the same manifest; the key outlives the manifest."""
    town = voting.an_open_vote(session, house)
    for number in range(3):
        voting.cast(house, town, number)
    voting.close(house, town)

    class Stop(Exception):
        """The power fails."""

    def fail(*_arguments: object) -> None:
        raise Stop

    manifests = set()
    for step in ("manifest.write", "keys.destroy", "_clear"):
        monkeypatch.setattr(f"pbplatform.voting.sealing.{step}", fail)
        again = voting.finish if step != "manifest.write" else partial(voting.seal, town=town)
        with pytest.raises(Stop):
            again(house)
        monkeypatch.undo()
        if step == "manifest.write":
            assert not keys.destroyed(house.secrets, town.round.id)
        with house.database.read() as look:
            manifests.add(look.get_one(RoundSeal, town.round.id).manifest["manifest_hash"])
    voting.finish(house)
    with house.database.read() as look:
        manifests.add(look.get_one(RoundSeal, town.round.id).manifest["manifest_hash"])
        assert look.get_one(BallotBox, town.round.id).state is BoxState.CLEARED
    assert len(manifests) == 1
    assert keys.destroyed(house.secrets, town.round.id)


def test_the_schema_keeps_what_must_be_true(house: House) -> None:
    """The constraints that the promises rest on are in the database itself."""
    found = inspect(house.database.engine)
    names = {
        check["name"]
        for table in ("ballot", "joint_act", "paper_sheet")
        for check in found.get_check_constraints(table)
    }
    assert {
        "ck_ballot_channel_fits",
        "ck_joint_act_two_persons",
        "ck_paper_sheet_counted_has_payload",
    } <= names
