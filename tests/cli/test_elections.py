"""`pbplatform import-election` and `export-election`: a file in, counted and compared; the same ballots out; faults refused whole."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.cli import serving
from pbplatform.cli.main import main
from pbplatform.config import Config
from pbplatform.consultation.models import Round
from pbplatform.tally.pabulib import read
from tests.results.test_past_elections import real
from tests.support.people import a_municipality

NAME = "Netherlands_Assen_2024"


def call(config: Config, *words: str) -> Result:
    """A command with the test's configuration."""
    env = {
        "PB_MODE": "test",
        "PB_DATA_DIR": str(config.data_dir),
        "PB_DATABASE_URL": config.database_url,
        "PB_MAIL_URL": config.mail_url,
    }
    return CliRunner().invoke(main, list(words), env=env)


@pytest.fixture
def file(session: Session, tmp_path: Path) -> Path:
    """A real election beside a municipality that has none."""
    a_municipality(session)
    session.commit()
    path = tmp_path / f"{NAME}.pb"
    path.write_bytes(real(NAME))
    return path


def test_in_and_out_again(config: Config, file: Path, tmp_path: Path) -> None:
    done = call(config, "import-election", str(file), "--municipality", "rustavi")
    assert done.exit_code == 0, done.output
    assert "84 ballots counted" in done.output
    assert "recount recounted" in done.output
    assert "the same as the official outcome" in done.output
    slug = done.output.partition("rustavi/")[2].partition(":")[0]
    out = tmp_path / "out.pb"
    assert call(config, "export-election", "rustavi", slug, "--output", str(out)).exit_code == 0
    assert read(out.read_bytes()).election.digest == read(file.read_bytes()).election.digest
    for kind in ("csv", "json"):
        told = call(config, "export-election", "rustavi", slug, "--format", kind)
        assert told.exit_code == 0
        assert len(told.output) > 200


def test_the_second_time_it_says_that_it_is_there(config: Config, file: Path) -> None:
    call(config, "import-election", str(file), "--municipality", "rustavi")
    again = call(config, "import-election", str(file), "--municipality", "rustavi")
    assert again.exit_code == 1
    assert "this election is there already; nothing was imported" in again.output


def test_every_fault_is_told_with_its_line_and_nothing_stays(
    session: Session, config: Config, file: Path
) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    votes = lines.index("VOTES")
    for place in (votes + 2, votes + 5):
        lines[place] = lines[place] + ";;;too;many"
    file.write_text("\n".join(lines), encoding="utf-8")
    refused = call(config, "import-election", str(file), "--municipality", "rustavi")
    assert refused.exit_code == 1
    assert "nothing was imported" in refused.output
    for place in (votes + 2, votes + 5):
        assert f"line {place + 1}" in refused.output
    assert session.scalar(select(func.count()).select_from(Round)) == 0


def test_what_is_not_public_is_not_exported(config: Config, file: Path) -> None:
    assert call(config, "export-election", "rustavi", "nowhere").exit_code == 1
    assert call(config, "import-election", str(file), "--municipality", "nowhere").exit_code == 1


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("Poland_Warszawa_2018_Ursynow_Wysoki_Poludniowy", "1137"), ("Poland_Warszawa_2020_Bialoleka", "118")],
)
def test_a_conflict_that_no_file_tells_is_not_guessed_but_named(
    name: str, left_out: str, config: Config, session: Session, tmp_path: Path
) -> None:
    """The declared rule funds a project that Warsaw left out: without exactly that one, the outcome is the announced one."""
    a_municipality(session)
    session.commit()
    path = tmp_path / f"{name}.pb"
    path.write_bytes(real(name))
    done = call(config, "import-election", str(path), "--municipality", "rustavi")
    assert done.exit_code == 0, done.output
    assert f"the same as the official outcome when {left_out} is left out" in done.output


def test_the_demonstration_takes_real_elections_of_a_folder(
    config: Config, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "elections"
    folder.mkdir()
    (folder / f"{NAME}.pb").write_bytes(real(NAME))
    (folder / "broken.pb").write_text("META\nkey;value\nbudget;many\n")
    monkeypatch.setenv("PB_DEMO_ELECTIONS", str(folder))
    told: list[str] = []
    monkeypatch.setattr(serving.click, "echo", lambda words, err=False: told.append(str(words)))
    for _ in range(2):
        serving._bring_in(config, ())
    said = "\n".join(told)
    assert said.count("past-elections/assen-2024: 84 ballots counted") == 1
    assert "the same as the official outcome" in said
    assert said.count("broken.pb: nothing was imported") == 2, (
        "a file with faults keeps nothing from being shown"
    )
    assert "already" in said, "the second time it is there"
