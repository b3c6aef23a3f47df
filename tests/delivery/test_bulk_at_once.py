"""A table is applied whole or not at all: when the process dies in the middle, when two officers agree at the same moment,
when the same file comes twice, and when it is older than what a colleague has recorded."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.accounts import sessions
from pbplatform.accounts.models import Account
from pbplatform.budget.models import ProjectLine
from pbplatform.charter.roles import Actor, Role
from pbplatform.config import Config
from pbplatform.delivery import corrections
from pbplatform.delivery.models import Contract, DeliverySheet, Milestone, Payment
from pbplatform.delivery.problems import DeliveryProblem, SheetFault
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Invalid
from pbplatform.foundation.sheets import write_xlsx
from pbplatform.journal.operations import verify
from pbplatform.municipalities.models import Municipality
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import an_account
from tests.support.tables import AMOUNT, EN, KA, WHY, Office, counts, new, problems

SignIn = Callable[..., PageClient]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _words(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/"):
        yield


AGREE = """
import os, re, signal, sys
from sqlalchemy import event
from sqlalchemy.orm import Session
from pbplatform.app import create_app
from pbplatform.config import read_config
from pbplatform.delivery import operations
app = create_app(read_config(os.environ))
page, token, moment = sys.argv[1:]
browser = app.test_client()
with browser.session_transaction() as cookie:
    cookie["_user_id"], cookie["_fresh"] = token, True
key = re.search('name="csrf_token" value="([^"]+)"', browser.get(page).get_data(as_text=True))[1]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if moment == "before the commit":
    event.listen(Session, "before_commit", lambda session: session.in_nested_transaction() or die())
else:
    pay, left = operations.pay, [int(moment)]
    def paying(*args):
        left[0] -= 1
        return pay(*args) if left[0] >= 0 else die()
    operations.pay = paying
browser.post(page + "/apply", data={"csrf_token": key})
print("lived on")
"""
"""An officer agrees, and the process is killed at a moment of the work."""


def agree(browser: PageClient, page: str) -> str:
    """Press the button of a table's page; what the page says then."""
    key = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).get_data(as_text=True))
    assert key is not None
    answer = browser.post(f"{page}/apply", data={"csrf_token": key[1]}, follow_redirects=True)
    return answer.get_data(as_text=True)


def six_payments(office: Office, line: ProjectLine, today: date) -> DeliverySheet:
    rows = office.export()
    rows += [new(line, "payment", ON=today, AMOUNT=number) for number in range(1, 7)]
    brought = office.bring(rows)
    assert (len(brought.changes), problems(brought)) == (6, [])
    return brought


def page_of(office: Office, brought: DeliverySheet) -> str:
    return f"/en/rustavi/rounds/{office.round.slug}/delivery/table/{brought.id}"


@pytest.mark.parametrize("moment", ["0", "3", "before the commit"])
@on_both_databases
def test_a_process_that_is_killed_while_it_applies_leaves_nothing_half_done(
    office: Office, lines: list[ProjectLine], today: date, config: Config, tmp_path: Path,
    database: Database, signed_in: SignIn, moment: str,
) -> None:  # fmt: skip
    session = office.session
    brought = six_payments(office, lines[0], today)
    officer = session.get_one(Account, office.officer.account_id)
    token = sessions.open_session(session, officer, factor_shown=True)
    before = counts(session)
    session.commit()
    environment = {
        "PB_MODE": "test", "PB_DATA_DIR": str(tmp_path / "var"), "PB_DATABASE_URL": config.database_url,
        "PB_JOBS": "immediate", "PB_BASE_URL": config.base_url, "PB_MAIL_URL": config.mail_url,
    }  # fmt: skip
    page = page_of(office, brought)
    command = [sys.executable, "-c", AGREE, page, token, moment]
    killed = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, ""), killed.stderr
    with database.read() as look:
        assert counts(look) == before
        assert look.get_one(DeliverySheet, brought.id).applied_at is None
        assert list(verify(look)) == []
    assert "The table is applied." in agree(signed_in(officer), page)
    with database.read() as look:
        assert [payment.amount for payment in look.scalars(select(Payment).order_by(Payment.id))][1:] == [
            100, 200, 300, 400, 500, 600,
        ]  # fmt: skip
        assert list(verify(look)) == []


def together(browsers: list[PageClient], pages: list[str]) -> list[str]:
    """Everybody agrees at the same moment; what each page says then."""
    start = Barrier(len(browsers))

    def press(browser: PageClient, page: str) -> str:
        start.wait(10)
        return agree(browser, page)

    with ThreadPoolExecutor(len(browsers)) as people:
        return list(people.map(press, browsers, pages))


def two_officers(session: Session, place: Municipality, signed_in: SignIn) -> list[PageClient]:
    people = [an_account(session, place, Role.OFFICER, name=name) for name in ("Anna Office", "Beka Office")]
    session.commit()
    return [signed_in(one) for one in people]


@pytest.mark.parametrize("copies", [1, 2])
@on_both_databases
def test_two_officers_who_agree_to_the_same_file_at_once_apply_it_once(
    office: Office, lines: list[ProjectLine], today: date, place: Municipality, database: Database,
    signed_in: SignIn, copies: int,
) -> None:  # fmt: skip
    rows = office.export()
    rows += [new(lines[0], "payment", ON=today, AMOUNT=number) for number in range(1, 7)]
    content = write_xlsx([("Delivery", rows)])
    brought = [office.bring_bytes(content) for _ in range(copies)]
    pages = [page_of(office, one) for one in (brought * 2)[:2]]
    said = together(two_officers(office.session, place, signed_in), pages)
    (second,) = [page for page in said if "The table is applied." not in page]
    told = "was applied or given up already" if copies == 1 else "This very file was applied on"
    assert told in second
    with database.read() as look:
        assert len(look.scalars(select(Payment)).all()) == 7
        applied = [one for one in look.scalars(select(DeliverySheet)) if one.applied_at]
        assert len(applied) == 1
        assert list(verify(look)) == []


@on_both_databases
def test_of_two_files_that_change_the_same_row_at_once_the_second_is_told_by_whom(
    office: Office, lines: list[ProjectLine], today: date, place: Municipality, database: Database,
    signed_in: SignIn,
) -> None:  # fmt: skip
    brought = []
    for amount in (11, 22):
        rows = office.export()
        rows[2][AMOUNT], rows[2][KA], rows[2][EN] = amount, WHY["ka"], WHY["en"]
        rows.append(new(lines[1], "contract", SUPPLIER=f"Bridges {amount}", ON=today, AMOUNT=amount))
        brought.append(office.bring(rows))
    said = together(two_officers(office.session, place, signed_in), [page_of(office, one) for one in brought])
    first = 0 if "The table is applied." in said[0] else 1
    assert "The table is applied." in said[first]
    assert "Nothing was applied: something has changed since you looked." in said[1 - first]
    assert f"{('Anna', 'Beka')[first]} Office changed this on" in said[1 - first]
    with database.read() as look:
        amount = (11, 22)[first]
        assert [payment.amount for payment in look.scalars(select(Payment))] == [amount * 100]
        assert [one.supplier for one in look.scalars(select(Contract).order_by(Contract.id))] == [
            "=Builders", f"Bridges {amount}",
        ]  # fmt: skip
        assert list(verify(look)) == []


@on_both_databases
def test_a_copy_of_an_applied_file_brings_nothing_back_that_was_put_right_since(
    office: Office, officer: Actor, lines: list[ProjectLine], today: date
) -> None:
    rows = office.export()
    rows.append(new(lines[0], "payment", ON=today, AMOUNT=5))
    content = write_xlsx([("Delivery", rows)])
    one, other = office.bring_bytes(content), office.bring_bytes(content)
    assert office.apply(one)
    mistaken = office.session.scalars(select(Payment).where(Payment.amount == 500)).one()
    corrections.strike_payment(officer, office.session, mistaken, WHY)
    before = counts(office.session)
    with pytest.raises(Invalid) as refused:
        office.apply(other)
    assert refused.value.reason is DeliveryProblem.SHEET_KNOWN
    assert counts(office.session) == before


@on_both_databases
def test_what_was_taken_back_since_the_export_stops_only_who_wanted_to_change_it(
    office: Office, officer: Actor, lines: list[ProjectLine], today: date, place: Municipality
) -> None:
    session, rows = office.session, office.export()
    payment, promise = session.scalars(select(Payment)).one(), session.scalars(select(Milestone)).one()
    corrections.strike_payment(officer, session, payment, WHY)
    corrections.strike_milestone(officer, session, promise, WHY)
    added = [*rows, new(lines[1], "contract", SUPPLIER="Bridges", ON=today, AMOUNT=1)]
    brought = office.bring(added)
    assert ([change["row"] for change in brought.changes], problems(brought)) == ([len(added)], [])
    rows[2][AMOUNT], rows[2][KA], rows[2][EN] = 55, WHY["ka"], WHY["en"]
    brought = office.bring(rows)
    assert problems(brought) == [(3, "", SheetFault.TAKEN_BACK)]
    assert brought.faults[0]["values"]["who"] == "Tamar Office"
