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
    assert (twice.exit_code, "already_member" in twice.output) == (1, True)
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
