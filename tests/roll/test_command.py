"""`pbplatform roll import`: columns guessed or told, progress, bad lines on the error stream, repeatable."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.cli.main import main
from pbplatform.config import Config
from pbplatform.roll.models import RollEntry
from tests.support.people import a_municipality

LINES = "Personal number;Name;Date of birth\n35000000007;Anna;17.05.1980\n12;Beka;1.1.1990\n35000000014;Dato;2.1.1990\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two good lines and a bad one."""
    path = tmp_path / "roll.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def call(config: Config, *words: str) -> Result:
    """The command with the test's configuration."""
    env = {
        "PB_MODE": "test",
        "PB_DATA_DIR": str(config.data_dir),
        "PB_DATABASE_URL": config.database_url,
        "PB_MAIL_URL": config.mail_url,
    }
    return CliRunner().invoke(main, ["roll", "import", *words], env=env)


def test_good_lines_are_taken_bad_ones_listed_and_repeating_changes_nothing(
    session: Session, config: Config, file: Path
) -> None:
    a_municipality(session)
    session.commit()
    first = call(config, str(file), "--municipality", "rustavi")
    assert first.exit_code == 0, first.output
    assert "3 lines" in first.output
    assert "added 2, changed 0, unchanged 0, removed 0, bad 1" in first.output
    assert "line 3: bad_id" in first.stderr
    again = call(config, str(file), "--municipality", "rustavi", "--complete")
    assert "added 0, changed 0, unchanged 2, removed 0, bad 1" in again.output
    assert "nobody was taken off the roll" in again.stderr
    assert "nobody was taken off the roll" not in first.stderr
    assert session.scalar(select(func.count()).select_from(RollEntry)) == 2


def test_columns_can_be_told(session: Session, config: Config, tmp_path: Path) -> None:
    a_municipality(session)
    session.commit()
    path = tmp_path / "odd.csv"
    path.write_text("a,b\n17.05.1980,35000000007\n", encoding="utf-8")
    lacking = call(config, str(path), "--municipality", "rustavi")
    assert lacking.exit_code == 1
    assert "say which column holds id and birth_date" in lacking.output
    told = call(
        config, str(path), "--municipality", "rustavi", "--column", "2=id", "--column", "1=birth_date"
    )
    assert "added 1" in told.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--municipality", "nowhere"), "there is no municipality"),
        (("--municipality", "rustavi", "--column", "9=id"), "the columns 1 to 3"),
        (("--municipality", "rustavi", "--column", "1=shoe"), "can be given once"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    session: Session, config: Config, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    a_municipality(session)
    session.commit()
    refused = call(config, str(file), *words)
    assert refused.exit_code == 1
    assert sentence in refused.output
    assert session.scalar(select(func.count()).select_from(RollEntry)) == 0
