"""Letters with codes: who has a code has a letter, whatever breaks off; nobody gets two; a file holds at most 2,000."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pypdfium2
import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pbplatform.door import House
from pbplatform.foundation.pdf import NoPdf, make_pdf
from pbplatform.roll import letters
from pbplatform.roll.models import LetterBatch, LetterCode
from tests.support import voting
from tests.support.pages import PageClient
from tests.support.voters import hidden

SignIn = Callable[..., PageClient]
VOTERS = 5


@pytest.fixture
def town(session: Session, house: House) -> voting.Town:
    """A town whose voters have no codes yet."""
    made = voting.a_town(session, house, voters=VOTERS)
    session.execute(delete(LetterCode))
    session.commit()
    return made


class Desk:
    """An officer who orders letters and fetches them; the printing runs at once."""

    def __init__(self, officer: PageClient, house: House, town: voting.Town) -> None:
        self._officer, self._house = officer, house
        self.page = f"/en/{town.place.slug}/desk/roll"

    def _token(self) -> str:
        return hidden(self._officer.get(self.page).get_data(as_text=True))["csrf_token"]

    def order(self) -> LetterBatch:
        """Order letters for all districts; what became of it."""
        data = {"csrf_token": self._token(), "district": "0"}
        assert self._officer.post(f"{self.page}/letters", data=data).status_code == 302
        with self._house.database.read() as look:
            batch = look.scalars(select(LetterBatch).order_by(LetterBatch.id.desc())).first()
        assert batch is not None
        return batch

    def fetch(self, batch: LetterBatch) -> tuple[int, bytes]:
        """Fetch the file of a run."""
        answer = self._officer.post(f"{self.page}/letters/{batch.id}.pdf", data={"csrf_token": self._token()})
        return answer.status_code, answer.data


@pytest.fixture
def desk(signed_in: SignIn, house: House, town: voting.Town) -> Desk:
    """The desk of the town's first officer."""
    return Desk(signed_in(town.officers[0]), house, town)


def codes(house: House) -> int:
    """How many codes are kept."""
    with house.database.read() as look:
        return look.scalar(select(func.count()).select_from(LetterCode)) or 0


@pytest.fixture(params=["no PDF", "no room for the file"])
def trouble(
    request: pytest.FixtureRequest, house: House, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """Something that keeps letters from being made; called, it is over."""
    if request.param == "no PDF":

        def fail(_html: str) -> bytes:
            raise NoPdf

        monkeypatch.setattr(letters, "make_pdf", fail)
        yield lambda: monkeypatch.setattr(letters, "make_pdf", make_pdf)
        return
    # A file where the folder would have to be.
    wall = Path(house.config.files_url.removeprefix("file:")) / "passing"
    wall.parent.mkdir(parents=True, exist_ok=True)
    wall.write_text("")
    yield wall.unlink


def test_letters_that_could_not_be_printed_shut_nobody_out(
    town: voting.Town, house: House, desk: Desk, trouble: Callable[[], None]
) -> None:
    broken = desk.order()
    assert (broken.letters, codes(house)) == (0, 0)
    assert desk.fetch(broken)[0] == 410
    trouble()
    whole = desk.order()
    assert (whole.letters, codes(house)) == (VOTERS, VOTERS)
    status, pdf = desk.fetch(whole)
    assert status == 200
    assert len(pypdfium2.PdfDocument(pdf)) == VOTERS


def test_of_two_runs_that_print_the_same_letters_one_counts(
    town: voting.Town, house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers and an impatient officer: nobody is sent two letters."""

    def while_printing(html: str) -> bytes:
        monkeypatch.setattr(letters, "make_pdf", make_pdf)
        other = Thread(target=desk.order)
        other.start()
        other.join()
        return make_pdf(html)

    monkeypatch.setattr(letters, "make_pdf", while_printing)
    desk.order()
    with house.database.read() as look:
        overtaken, overtaking = look.scalars(select(LetterBatch).order_by(LetterBatch.id)).all()
    assert (overtaken.letters, overtaking.letters, codes(house)) == (0, VOTERS, VOTERS)
    assert desk.fetch(overtaken)[0] == 410
    assert desk.fetch(overtaking)[0] == 200


def test_a_file_holds_so_many_letters_and_the_next_one_the_others(
    town: voting.Town, house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert letters.MOST_LETTERS == 2_000, "the page says so"
    monkeypatch.setattr(letters, "MOST_LETTERS", 2)
    assert [desk.order().letters for _run in range(4)] == [2, 2, 1, 0]
    assert codes(house) == VOTERS
