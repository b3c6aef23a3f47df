"""A replica may lag: strangers who only look are shown what it knows, everybody and everything else asks the database itself."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.config import Config
from tests.support.budgets import GEORGIAN, bring, map_and_check, token
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account


@pytest.fixture
def config(config: Config, sqlite_template: Path, tmp_path: Path) -> Config:
    """A test installation whose replica never hears of anything."""
    copy = tmp_path / "replica.sqlite"
    shutil.copy(sqlite_template, copy)
    return dataclasses.replace(config, replica_url=f"sqlite:///{copy}")


def test_work_in_the_background_and_whoever_is_known_do_not_ask_the_replica(
    session: Session, client: PageClient, signed_in: Callable[..., PageClient]
) -> None:
    account = an_account(session, a_municipality(session), Role.OFFICER)
    session.commit()
    assert client.get("/en/rustavi/").status_code == 404, "the replica knows no municipality"
    officer = signed_in(account)
    assert officer.get("/en/rustavi/").status_code == 200
    address = bring(officer, GEORGIAN.encode())
    page = map_and_check(officer, address)
    assert "4 lines were taken in." in page
    assert officer.post(f"{address}/check", data={"csrf_token": token(page)}).status_code == 302
    lines = officer.get("/en/rustavi/opendata/budget-lines.csv").get_data(as_text=True)
    assert "გზები და ტრანსპორტი" in lines
