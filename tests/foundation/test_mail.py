"""Letters: written with the decision, delivered once, in the recipient's language."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.foundation.mail import Letter, LetterState, deliver_due, post_office, write_letter
from tests.support.marks import on_both_databases
from tests.support.servers import smtp

SENDER = "noreply@example.org"
SAID = "გმადლობთ! Благодарим! ₾ 12 400\n"


def _write(database: Database, subject: str = "თქვენი წინადადება მიღებულია") -> None:
    with database.transaction() as session:
        write_letter(session, "nino@example.org", "ka", subject, SAID, f"<p>{SAID}</p>")


@on_both_databases
def test_a_letter_reaches_a_real_mail_server_with_its_letters_whole(database: Database) -> None:
    _write(database)
    with smtp() as (url, box):
        assert deliver_due(database, post_office(url), SENDER) == 1
        assert deliver_due(database, post_office(url), SENDER) == 0
    (letter,) = box.letters
    assert letter["Subject"] == "თქვენი წინადადება მიღებულია"
    plain, html = letter.iter_parts()
    assert "Благодарим! ₾ 12 400" in plain.get_content()
    assert "Благодарим! ₾ 12 400" in html.get_content()
    assert letter["Content-Language"] == "ka"


def test_a_refused_letter_waits_and_goes_out_later_under_the_same_id(database: Database) -> None:
    _write(database)
    with database.read() as session:
        expected = session.scalars(select(Letter.message_id)).one()
    with smtp() as (url, box):
        box.refuse = 1
        assert deliver_due(database, post_office(url), SENDER) == 0
        assert deliver_due(database, post_office(url), SENDER) == 0, "it must wait before the next try"
        with time_machine.travel(clock.now() + timedelta(hours=1)):
            assert deliver_due(database, post_office(url), SENDER) == 1
    assert [letter["Message-ID"] for letter in box.letters] == [expected]


def test_a_letter_that_nobody_takes_is_given_up_after_a_day_and_a_half(database: Database) -> None:
    _write(database)
    nowhere = post_office("smtp://127.0.0.1:1")
    turns: list[datetime] = []
    while True:
        with database.read() as session:
            letter = session.scalars(select(Letter)).one()
        if letter.state is LetterState.FAILED:
            break
        turns.append(letter.next_try_at)
        with time_machine.travel(letter.next_try_at):
            deliver_due(database, nowhere, SENDER)
    first, *_, last, given_up = turns
    assert timedelta(hours=36) <= last - first < timedelta(hours=48)
    assert given_up > last


def test_a_rolled_back_decision_sends_no_letter(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        write_letter(session, "nino@example.org", "ka", "სათაური", "ტექსტი", "<p>ტექსტი</p>")
        session.rollback()
    assert deliver_due(database, post_office(f"file:{tmp_path / 'out'}"), SENDER) == 0


def test_a_line_break_in_a_subject_cannot_forge_a_header(database: Database, tmp_path: Path) -> None:
    _write(database, "hello\r\nBcc: victim@example.org")
    assert deliver_due(database, post_office(f"file:{tmp_path / 'out'}"), SENDER) == 1
    (file,) = (tmp_path / "out").glob("*.eml")
    assert b"\nBcc:" not in file.read_bytes()


def test_an_unusable_mail_address_of_the_server_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="smtp://"):
        post_office("pigeon://loft")
