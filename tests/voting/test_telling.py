"""The daily letter "a vote was recorded in your name" tells of a ballot once, lists nobody, and gives nothing away."""

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.database import Base
from pbplatform.foundation.mail import FolderPost, Letter
from pbplatform.voting import telling, turnout
from pbplatform.voting.models import ToldBallot, Turnout
from pbplatform.voting.paper import add_station
from tests.support import voting
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient


def send(app: Flask, house: House, folder: Path) -> list[tuple[str, str, str]]:
    """Do the day's batch; recipient, subject and body of what went out."""
    before = set(folder.glob("*.eml"))
    telling.tell_voters(app, house.database, house.secrets, FolderPost(folder), "vote@example.org")
    parsed = [
        BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        for path in set(folder.glob("*.eml")) - before
    ]
    return sorted((one["To"], one["Subject"], one.get_body(("plain",)).get_content()) for one in parsed)


@on_both_databases
def test_each_ballot_is_told_of_once_and_a_changed_one_again(
    session: Session, app: Flask, house: House, tmp_path: Path
) -> None:
    town = voting.an_open_vote(session, house, voters=4)
    town.entries[3].email = None
    town.entries[1].language = "bg"
    session.commit()
    receipts = [voting.cast(house, town, number) for number in (0, 1, 3)]
    first = send(app, house, tmp_path / "post")
    assert [recipient for recipient, *_ in first] == ["voter0@example.org", "voter1@example.org"]
    assert "თქვენი სახელით" in first[0][1]
    assert "от ваше име" in first[1][1]
    for _recipient, _subject, body in first:
        assert "Project" not in body
        assert not [receipt for receipt in receipts if receipt.tracker in body]
        assert len(re.findall(r"\d\d:\d\d", body)) == 1, "the only hour is that of the end"
    assert send(app, house, tmp_path / "post") == []
    voting.cast(house, town, 0, {1: ["P1.3"]})
    assert [recipient for recipient, *_ in send(app, house, tmp_path / "post")] == ["voter0@example.org"]


def test_no_table_tells_who_was_written_to(
    session: Session, app: Flask, house: House, tmp_path: Path
) -> None:
    """6: the batch leaves keyed marks alone, no letter, and the marks go with the key."""
    town = voting.an_open_vote(session, house, voters=3)
    session.commit()
    with house.database.read() as look:
        before = {
            table: look.scalar(text(f'select count(*) from "{table}"')) for table in Base.metadata.tables
        }
    voting.cast(house, town, 1)
    send(app, house, tmp_path / "post")
    with house.database.read() as look:
        after = {
            table: look.scalar(text(f'select count(*) from "{table}"')) for table in Base.metadata.tables
        }
        assert look.scalar(select(func.count()).select_from(Letter)) == 0
    assert {table for table in after if after[table] != before[table]} == {"ballot", "told_ballot"}
    voting.close(house, town)
    voting.seal(house, town)
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(ToldBallot)) == 0


class Away:
    """A mail server that does not answer."""

    def deliver(self, _message: object) -> None:
        """Fail."""
        raise OSError("away")


def test_a_mail_server_that_is_away_is_tried_again(
    session: Session, app: Flask, house: House, tmp_path: Path
) -> None:
    town = voting.an_open_vote(session, house, voters=1)
    session.commit()
    voting.cast(house, town, 0)
    assert telling.tell_voters(app, house.database, house.secrets, Away(), "vote@example.org") == 0
    assert len(send(app, house, tmp_path / "post")) == 1


def test_after_the_end_the_turnout_is_exact_but_for_small_numbers(
    session: Session, house: House, client: PageClient
) -> None:
    town = voting.an_open_vote(session, house, voters=50)
    add_station(town.officer(), session, town.round, "A", {"en": "Library"})
    session.commit()
    for number in [*range(0, 50, 2), *range(1, 14, 2)]:
        voting.cast(house, town, number)
    with house.database.read() as look:
        assert turnout.count(look, house.secrets, voting.box(look, town))["total"] == 30
    voting.close(house, town)
    with house.database.read() as look:
        figures = look.scalars(select(Turnout.figures).order_by(Turnout.hour.desc())).first()
    assert figures is not None
    north, south = (str(district.id) for district in town.districts)
    assert (figures["total"], figures["by_channel"]) == (32, {"online": 32})
    # Seven voted in the south: the number is hidden, and the north's with it, which would give it away.
    assert figures["by_district"] == {north: None, south: None}
    page = client.get(f"{town.base}/turnout").get_data(as_text=True)
    assert "32 of 50 people voted" in page
    assert page.count("hidden") >= 2
