"""Whoever waits for a roll to be read, or for letters to be printed, sees how far it is, and that it broke off."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.door import House
from pbplatform.foundation.pdf import NoPdf
from pbplatform.municipalities.models import Municipality
from pbplatform.roll import intake, letters, reading
from pbplatform.roll.models import LetterCode
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account
from tests.support.voters import hidden

SignIn = Callable[..., PageClient]
LINES = "id,name,birth date\n" + "".join(f"{voting.national_id(n)},Person {n},1980-05-17\n" for n in range(7))
COLUMNS = {"column-0": "id", "column-1": "name", "column-2": "birth_date"}


@pytest.fixture
def place(session: Session) -> Municipality:
    """A municipality without a roll."""
    made = a_municipality(session)
    session.commit()
    return made


@pytest.fixture
def officer(session: Session, place: Municipality, signed_in: SignIn) -> PageClient:
    """Who may import its roll."""
    account = an_account(session, place, Role.ADMINISTRATOR)
    session.commit()
    return signed_in(account)


def upload(officer: PageClient, page: str) -> str:
    """Upload a roll; the address of its import."""
    fields = hidden(officer.get(page).get_data(as_text=True))
    return officer.post(page, data={**fields, "file": (BytesIO(LINES.encode()), "roll.csv")}).headers[
        "Location"
    ]


def confirm(officer: PageClient, waiting: str) -> None:
    """Confirm its columns, so that it is read."""
    fields = hidden(officer.get(waiting).get_data(as_text=True))
    assert officer.post(waiting, data={**fields, **COLUMNS}).status_code == 302


def test_the_page_tells_how_far_the_reading_is(
    place: Municipality, officer: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = upload(officer, f"/en/{place.slug}/desk/roll")
    seen: list[str] = []
    really = reading.rows

    def watched(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, reading.Row]]:
        for line, row in really(path, columns):
            if line == 6:
                # Somebody else's request, in a thread of its own.
                looking = Thread(target=lambda: seen.append(officer.get(waiting).get_data(as_text=True)))
                looking.start()
                looking.join()
            yield line, row

    monkeypatch.setattr(intake, "BATCH", 2)
    monkeypatch.setattr(reading, "rows", watched)
    confirm(officer, waiting)
    assert "about 4 lines so far" in seen[0]
    assert "data-progress" in seen[0]
    assert "js/progress" in seen[0]
    over = officer.get(waiting).get_data(as_text=True)
    assert "data-progress" not in over
    assert "js/progress" not in over


@pytest.mark.parametrize(
    ("language", "on_the_page", "in_the_list"),
    [
        ("en", "The reading of this file broke off", "the reading broke off"),
        ("ka", "ამ ფაილის წაკითხვა შეწყდა", "წაკითხვა შეწყდა"),
        ("bg", "Четенето на този файл прекъсна", "четенето прекъсна"),
    ],
)
def test_a_reading_that_broke_off_is_not_shown_as_running(
    place: Municipality,
    officer: PageClient,
    house: House,
    language: str,
    on_the_page: str,
    in_the_list: str,
) -> None:
    roll = f"/{language}/{place.slug}/desk/roll"
    waiting = upload(officer, roll)
    for key in house.files.all_keys():
        house.files.delete(key)
    confirm(officer, waiting)
    html = officer.get(waiting).get_data(as_text=True)
    assert on_the_page in html
    assert "data-progress" not in html
    assert "js/progress" not in html, "nothing is left to be watched"
    assert in_the_list in officer.get(roll).get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "These letters could not be printed"),
        ("ka", "ეს წერილები ვერ დაიბეჭდა"),
        ("bg", "Тези писма не можаха да бъдат отпечатани"),
    ],
)
def test_a_printing_that_broke_off_is_not_shown_as_running(
    session: Session,
    house: House,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    sentence: str,
) -> None:
    town = voting.a_town(session, house)
    session.execute(delete(LetterCode))
    session.commit()

    def fail(_html: str) -> bytes:
        raise NoPdf

    officer, roll = signed_in(town.officers[0]), f"/{language}/{town.place.slug}/desk/roll"
    data = {**hidden(officer.get(roll).get_data(as_text=True)), "district": "0"}
    with monkeypatch.context() as patched:
        patched.setattr(letters, "make_pdf", fail)
        officer.post(f"{roll}/letters", data=data)
    assert f": {sentence}" in officer.get(roll).get_data(as_text=True), "and no number of letters before it"
    officer.post(f"{roll}/letters", data=data)
    html = officer.get(roll).get_data(as_text=True)
    assert html.count(sentence) == 1
    assert html.count(".pdf") == 2
