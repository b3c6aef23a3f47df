"""The command line gives and takes roles and imports districts, or says in a sentence why not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from pbplatform.accounts import queries
from pbplatform.charter.roles import Role
from pbplatform.cli.main import main
from pbplatform.config import Config
from pbplatform.municipalities import queries as municipalities
from tests.support.people import a_municipality, an_account
from tests.support.postgres import free_port


@pytest.fixture
def run(config: Config, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PB_MODE", "test")
    monkeypatch.setenv("PB_DATABASE_URL", config.database_url)
    monkeypatch.setenv("PB_DATA_DIR", str(config.data_dir))

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return command


def test_roles_are_given_and_taken(run, session: Session) -> None:
    account = an_account(session, a_municipality(session), email="nino@example.org")
    session.commit()
    assert (
        run("member", "give", "rustavi", "nino@example.org", "reviewer", "--department", "parks").exit_code
        == 0
    )
    assert [hat.role for hat in queries.memberships(session, account.id)] == [Role.REVIEWER]
    session.commit()
    twice = run("member", "give", "rustavi", "nino@example.org", "reviewer")
    assert (twice.exit_code, "This person has this role already." in twice.output) == (1, True)
    assert run("member", "take", "rustavi", "nino@example.org", "reviewer").exit_code == 0
    assert run("member", "take", "rustavi", "nino@example.org", "reviewer").exit_code == 1
    assert run("member", "give", "rustavi", "gia@example.org", "officer").exit_code == 1
    assert run("member", "give", "nowhere", "nino@example.org", "officer").exit_code == 1


def test_districts_are_imported_from_a_file(run, session: Session, tmp_path: Path) -> None:
    place = a_municipality(session)
    session.commit()
    ring = [[44.9, 41.5], [45.0, 41.5], [45.0, 41.6], [44.9, 41.5]]
    feature = {
        "type": "Feature",
        "properties": {"code": "old", "name": "ძველი"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert run("municipality", "districts", "rustavi", str(file)).exit_code == 0
    assert [district.code for district in municipalities.districts(session, place.id)] == ["old"]
    file.write_text("no json")
    assert run("municipality", "districts", "rustavi", str(file)).exit_code == 1


def test_the_demonstrations_code_has_six_digits(run) -> None:
    code = run("demo-code").output.strip()
    assert (len(code), code.isdecimal()) == (6, True)


def test_a_command_says_in_a_sentence_that_the_database_is_not_ready(
    run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    backup = ("backup", str(tmp_path / "backup.zip"))
    for address, sentence in (
        (f"sqlite:///{tmp_path / 'empty.sqlite'}", "run `pbplatform database upgrade`"),
        (f"postgresql://pb:secret-word@127.0.0.1:{free_port()}/pb", "The database cannot be reached"),
    ):
        monkeypatch.setenv("PB_DATABASE_URL", address)
        for words in (
            backup,
            ("journal", "verify"),
            ("member", "give", "rustavi", "a@example.org", "officer"),
        ):
            told = run(*words)
            assert (told.exit_code, sentence in told.output) == (1, True), (words, told.output)
            assert "secret-word" not in told.output
    assert not Path(backup[1]).exists()
