"""A disk without a byte left: whatever is asked for is answered whole or with 503, and nothing half-written stays anywhere.

The disk is a real one in memory, under the data folder, the database and the folder for temporary files.
"""

import gc
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from pbplatform.config import Config
from pbplatform.consultation.models import Round
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.jobs import Job, Progress
from pbplatform.results import operations
from pbplatform.results.models import CouncilDecision, Count, CountState
from tests.cli.test_elections import NAME, call
from tests.faults.troubles import filled
from tests.results.counted import a_declared_town, a_sealed_town
from tests.results.test_past_elections import real
from tests.support.installation import small_disk
from tests.support.pages import PageClient
from tests.support.people import a_municipality
from tests.support.voters import hidden
from tests.support.voting import Town

SignIn = Callable[..., PageClient]

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The library for XLSX cannot finish its packed file then, and says so into the void when it is thrown away."""

FILES = (
    "rounds/{round}/results/bundle.zip",
    "rounds/{round}/results/protocol.pdf",
    "rounds/{round}/results/protocol.json",
    "rounds/{round}/results/share.png",
    "rounds/{round}/council/packet.pdf",
    "rounds/{round}/council/packet.zip",
    "opendata/catalogue.jsonld",
    "opendata/{round}/1/ballots.pb",
    "opendata/{round}/1/ballots.csv",
    *(f"opendata/{{round}}/projects.{kind}" for kind in ("csv", "json", "xlsx", "geojson")),
)


@pytest.fixture
def tmp_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Path]:
    """A disk of 48 megabytes in the place of the test's folder."""
    with small_disk(tmp_path / "disk", megabytes=48) as disk:
        (disk / "tmp").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(disk / "tmp"))
        yield disk
        # What the log still holds is thrown away here, not in the midst of a later test.
        caplog.clear()
        gc.collect()


def asked(client: PageClient, town: Town) -> dict[str, tuple[int, bytes]]:
    """Every file of the round: status and bytes."""
    found = {}
    for address in FILES:
        answer = client.get(f"/en/{town.place.slug}/{address.format(round=town.round.slug)}")
        found[address] = (answer.status_code, answer.data)
        assert answer.status_code == 200 or int(answer.headers["Retry-After"]) > 0, address
    return found


def whole(name: str, content: bytes) -> bool:
    """Whether a file is complete."""
    if name.endswith((".zip", ".xlsx")):
        return zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    if name.endswith(".pdf"):
        return content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
    return len(content) > 0


def test_every_file_is_whole_or_refused(
    house: House, signed_in: SignIn, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town, _ = a_declared_town(house)
    officer = signed_in(town.officers[0])
    assert officer.get(f"/en/{town.place.slug}/rounds/{town.round.slug}/council").status_code == 200
    with filled(tmp_path):
        without_room = asked(officer, town)
    assert {status for status, _ in without_room.values()} == {200, 503}
    for name in ("bundle.zip", "projects.xlsx"):
        (status,) = (status for address, (status, _) in without_room.items() if address.endswith(name))
        assert status == 503, f"{name} needs room"
    caplog.clear()
    gc.collect()  # What the libraries for PDF and XLSX hold goes with their objects.
    assert house.files.all_keys() == []
    assert [path for path in (tmp_path / "var").rglob("*") if "#" in path.name] == []
    assert list((tmp_path / "tmp").iterdir()) == []
    with_room = asked(officer, town)
    for name, (status, content) in with_room.items():
        assert status == 200, name
        assert whole(name, content), name
        told = without_room[name]
        assert told[0] == 503 or told[1] == content or (name.endswith(".pdf") and whole(name, told[1])), name


def test_a_decision_whose_act_cannot_be_kept_is_not_recorded(
    house: House, signed_in: SignIn, tmp_path: Path
) -> None:
    town, _ = a_declared_town(house)
    officer = signed_in(town.officers[0])
    address = f"/en/{town.place.slug}/rounds/{town.round.slug}/council"

    csrf = hidden(officer.get(address).get_data(as_text=True))["csrf_token"]

    def send() -> int:
        act = (io.BytesIO(b"%PDF-1.7 " + bytes(300_000)), "act.pdf")
        sent = {"decided_on": "2026-01-15", "act_number": "12-7", "document": act, "csrf_token": csrf}
        return officer.post(address, data=sent).status_code

    with filled(tmp_path):
        assert send() == 503
    assert house.files.all_keys() == []
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(CouncilDecision)) == 0
    assert send() == 302
    assert len(house.files.all_keys("acts")) == 1
    assert send() == 422, "the number is taken"
    assert len(house.files.all_keys("acts")) == 1, "a refused decision leaves no file behind"


def test_a_count_without_room_is_made_when_there_is_some(house: House, tmp_path: Path) -> None:
    town, _ = a_sealed_town(house)
    with house.database.transaction() as session:
        row = operations.order_count(town.officer(), session, session.get_one(Round, town.round.id)).id
        job = Job(kind="count", arguments={}, created_at=clock.now())
        session.add(job)
        session.flush()
        progress = Progress(house.database, job.id)
    with filled(tmp_path), pytest.raises(OperationalError):
        operations.do_count(house.database, progress, row)
    with house.database.read() as look:
        assert look.get_one(Count, row).result is None
    operations.do_count(house.database, progress, row)
    with house.database.read() as look:
        assert look.get_one(Count, row).state is CountState.COUNTED


def test_an_election_comes_in_whole_or_not_at_all(house: House, config: Config, tmp_path: Path) -> None:
    with house.database.transaction() as session:
        a_municipality(session)
    file = tmp_path / f"{NAME}.pb"
    file.write_bytes(real(NAME))
    with filled(tmp_path):
        refused = call(config, "import-election", str(file), "--municipality", "rustavi")
    assert refused.exit_code == 1
    assert "nothing was imported" in refused.output
    with house.database.read() as look:
        assert look.scalar(select(func.count()).select_from(Round)) == 0
    done = call(config, "import-election", str(file), "--municipality", "rustavi")
    assert done.exit_code == 0, done.output


def test_an_export_is_a_whole_file_or_none(house: House, config: Config, tmp_path: Path) -> None:
    town, _ = a_declared_town(house)
    out = tmp_path / "out.pb"
    words = ("export-election", town.place.slug, town.round.slug)
    with filled(tmp_path):
        refused = call(config, *words, "--output", str(out))
    assert refused.exit_code == 1
    assert "nothing was kept" in refused.output
    assert [path.name for path in tmp_path.iterdir() if "out.pb" in path.name] == []
    assert call(config, *words, "--output", str(out)).exit_code == 0
    before = out.read_bytes()
    with filled(tmp_path):
        assert call(config, *words, "--format", "json", "--output", str(out)).exit_code == 1
    assert out.read_bytes() == before, "an earlier file stays as it was"
