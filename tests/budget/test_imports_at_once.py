"""Two officers decide on one import at the same moment, or one decides while work on it runs: what is published stays, and
what was given up does not come back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pbplatform.budget import operations, work
from pbplatform.budget.mapping import Mapping
from pbplatform.budget.models import BudgetImport, BudgetLine, BudgetVersion, ImportState
from pbplatform.charter.roles import Actor, Role
from pbplatform.door import House
from pbplatform.foundation.database import Database
from pbplatform.foundation.errors import Conflict
from pbplatform.foundation.jobs import Progress
from tests.support.budgets import GEORGIAN, bring, map_and_check
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor

SignIn = Callable[..., PageClient]
Decide = Callable[[House, Actor, Session, BudgetImport], None]


@pytest.fixture
def officer(session: Session, signed_in: SignIn) -> tuple[Actor, PageClient]:
    place = a_municipality(session)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    return as_actor(account, place, Role.OFFICER), signed_in(account)


def a_checked_import(client: PageClient) -> int:
    """The number of an import that is ready to be published."""
    address = bring(client, GEORGIAN.encode())
    map_and_check(client, address)
    return int(address.rpartition("/")[2])


def gives_up(_house: House, actor: Actor, session: Session, brought: BudgetImport) -> None:
    operations.discard(actor, session, brought)


def takes_the_sheet_again(house: House, actor: Actor, session: Session, brought: BudgetImport) -> None:
    operations.choose_sheet(actor, session, house.files, brought, 0, 2)


def has_it_checked_again(house: House, actor: Actor, session: Session, brought: BudgetImport) -> None:
    said = Mapping.read(brought.mapping)
    operations.say_columns(actor, session, house.jobs, brought, said, final=True)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("decide", [gives_up, takes_the_sheet_again, has_it_checked_again])
def test_what_is_published_stays_when_a_colleague_decides_who_had_looked_before(
    officer: tuple[Actor, PageClient], house: House, database: Database, decide: Decide
) -> None:
    actor, client = officer
    number = a_checked_import(client)
    with database.write() as late:
        seen = late.get_one(BudgetImport, number)
        assert seen.state is ImportState.READY
        with database.transaction() as early:
            operations.publish(actor, early, early.get_one(BudgetImport, number), {})
        with pytest.raises(Conflict):
            decide(house, actor, late, seen)
    with database.read() as look:
        kept = look.get_one(BudgetImport, number)
        assert kept.state is ImportState.PUBLISHED
        (version,) = look.scalars(select(BudgetVersion))
        assert (version.id, version.published_at is not None) == (kept.version_id, True)
        assert look.scalar(select(func.count()).select_from(BudgetLine)) == 4


class Meeting(Progress):
    """Work that waits for its like before it keeps what it found."""

    def __init__(self, database: Database, job_id: int, others: Barrier) -> None:
        super().__init__(database, job_id)
        self.others = others

    def tell(self, done: int, total: int) -> None:
        super().tell(done, total)
        if done == total - 1:
            self.others.wait(10)


@on_both_databases
def test_an_import_that_is_checked_twice_at_once_has_one_version(
    officer: tuple[Actor, PageClient], house: House, database: Database
) -> None:
    number = a_checked_import(officer[1])
    with database.transaction() as session:
        brought = session.get_one(BudgetImport, number)
        brought.state, job_id = ImportState.CHECKING, brought.job_id
    assert job_id is not None
    check, others = work.checker(database, house.files), Barrier(2)
    with ThreadPoolExecutor(2) as workers:
        told = list(workers.map(check, [Meeting(database, job_id, others) for _ in range(2)], [number] * 2))
    assert sorted(told, key=bool) == [None, {"lines": 4, "faults": 0}]
    with database.read() as look:
        versions = look.scalars(select(BudgetVersion.id)).all()
        assert versions == [look.get_one(BudgetImport, number).version_id]


class Interrupted(Progress):
    """Work during whose first step an officer gives the import up."""

    def __init__(self, database: Database, job_id: int, give_up: Callable[[], None]) -> None:
        super().__init__(database, job_id)
        self.give_up = give_up

    def tell(self, done: int, total: int) -> None:
        super().tell(done, total)
        if done == 0:
            self.give_up()


@pytest.mark.parametrize("content", [GEORGIAN.encode(), b"PK\x03\x04 is no workbook"])
@on_both_databases
def test_a_file_that_is_given_up_while_it_is_read_stays_given_up(
    officer: tuple[Actor, PageClient], house: House, database: Database, content: bytes
) -> None:
    actor, client = officer
    number = int(bring(client, content).rpartition("/")[2])
    with database.transaction() as session:
        brought = session.get_one(BudgetImport, number)
        brought.state, brought.found, job_id = ImportState.MAPPING, {}, brought.job_id
    assert job_id is not None

    def give_up() -> None:
        with database.transaction() as session:
            operations.discard(actor, session, session.get_one(BudgetImport, number))

    work.reader(database, house.files)(Interrupted(database, job_id, give_up), number)
    with database.read() as look:
        kept = look.get_one(BudgetImport, number)
        assert (kept.state, kept.found) == (ImportState.DISCARDED, {})
