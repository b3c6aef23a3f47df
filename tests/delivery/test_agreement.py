"""The page of a round, its files, the catalogue's, the read interface and the package of contracts say the same sums, to the
last unit; whoever reads the interface page by page misses nothing of them."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import ProjectLine
from pbplatform.charter.roles import Actor
from pbplatform.consultation.models import Round
from pbplatform.delivery import corrections, operations
from pbplatform.delivery.models import Contract, MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.tables import DAY, WHY

PLANNED, CONTRACTED, PAID = Decimal("200000.03"), Decimal("153333.37"), Decimal("53335.36")


@pytest.fixture
def found(session: Session, place: Municipality, officer: Actor, today: date) -> Round:
    """Three projects; awkward amounts, two contracts with one company, a payment put right and one taken back."""
    found, (park, bridge, _) = a_delivery(session, place, 12_000_001, 5_000_001, 3_000_001)
    one = operations.sign_contract(
        officer, session, park, ContractPlan("Builders", today - 9 * DAY, 9_999_999, "ocds-1a2b3c-1")
    )
    two = operations.sign_contract(
        officer, session, park, ContractPlan("Builders", today - 8 * DAY, 333_337, "ocds-1a2b3c-2")
    )
    three = operations.sign_contract(
        officer, session, bridge, ContractPlan("Bridges", today - 7 * DAY, 5_000_001, "ocds-1a2b3c-3")
    )
    operations.pay(officer, session, one, today - DAY, 333_333)
    wrong = operations.pay(officer, session, one, today - DAY, 1)
    corrections.correct_payment(officer, session, wrong, today - DAY, 2, WHY)
    gone = operations.pay(officer, session, two, today, 77)
    corrections.strike_payment(officer, session, gone, WHY)
    operations.pay(officer, session, two, today, 200)
    operations.pay(officer, session, three, today, 5_000_001)
    session.commit()
    return found


def added(rows: Iterable[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(str(row[name] or 0)) for row in rows), Decimal())


def read_csv(client: PageClient, address: str) -> list[dict[str, Any]]:
    text = client.get(address).get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def read_xlsx(client: PageClient, address: str) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).get_data())).worksheets[0]
    names, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


@on_both_databases
def test_all_ways_to_the_money_lead_to_the_same_sums(found: Round, client: PageClient) -> None:
    base = f"/en/rustavi/rounds/{found.slug}/delivery"
    for address in (base, "/en/rustavi/projects"):
        page = client.get(address).get_data(as_text=True)
        for sum_ in (PLANNED, CONTRACTED, PAID):
            assert f"₾{sum_:,}" in page, address
        table = page.split('class="card-table delivery-table"')[1].split("</table>")[0]
        cells = [Decimal(cell.replace(",", "")) for cell in re.findall(r"₾([\d,]+(?:\.\d\d)?)", table)]
        assert [sum(cells[column::3]) for column in range(3)] == [PLANNED, CONTRACTED, PAID], address

    for kind, read in (("csv", read_csv), ("xlsx", read_xlsx)):
        projects = read(client, f"{base}/projects.{kind}")
        assert [added(projects, name) for name in ("planned", "contracted", "paid")] == [
            PLANNED, CONTRACTED, PAID,
        ]  # fmt: skip
        contracts, payments = (
            read(client, f"{base}/contracts.{kind}"),
            read(client, f"{base}/payments.{kind}"),
        )
        assert (added(contracts, "contracts/value/amount"), added(contracts, "paid")) == (CONTRACTED, PAID)
        assert added(payments, "contracts/implementation/transactions/value/amount") == PAID
    listed = json.loads(client.get(f"{base}/projects.json").get_data())
    assert [added(listed, name) for name in ("planned", "contracted", "paid")] == [PLANNED, CONTRACTED, PAID]

    for language in ("ka", "en"):
        shelf = f"/{language}/rustavi/opendata"
        assert f"{shelf}/{found.slug}/delivery.csv" in client.get(shelf).get_data(as_text=True)
    shelf = f"/en/rustavi/opendata/{found.slug}"
    kept = read_csv(client, f"{shelf}/delivery.csv")
    assert [added(kept, name) for name in ("planned", "contracted", "paid")] == [PLANNED, CONTRACTED, PAID]
    contracts, payments = (
        read_csv(client, f"{shelf}/contracts.csv"),
        read_csv(client, f"{shelf}/payments.csv"),
    )
    assert (added(contracts, "value"), added(contracts, "paid")) == (CONTRACTED, PAID)
    assert added(payments, "value") == PAID

    api = f"/api/v1/municipalities/rustavi/rounds/{found.slug}"
    items = {
        name: json.loads(client.get(f"{api}/{name}").get_data())["items"]
        for name in ("delivery", "contracts", "payments")
    }
    minor = [added(items["delivery"], name) / 100 for name in ("planned", "contracted", "paid")]
    assert minor == [PLANNED, CONTRACTED, PAID]
    assert (added(items["contracts"], "value") / 100, added(items["contracts"], "paid") / 100) == (
        CONTRACTED,
        PAID,
    )
    assert added(items["payments"], "value") / 100 == PAID

    package = json.loads(client.get(f"{base}/ocds.json").get_data(), parse_float=Decimal, parse_int=Decimal)
    signed = [contract for release in package["releases"] for contract in release["contracts"]]
    assert sum(contract["value"]["amount"] for contract in signed) == CONTRACTED
    steps = [step for contract in signed for step in contract["implementation"]["transactions"]]
    assert sum(step["value"]["amount"] for step in steps) == PAID


def one_more_line(session: Session, like: ProjectLine) -> None:
    """A project that stands on the ballot before all others."""
    project = Project(
        municipality_id=like.municipality_id, round_id=like.round_id, envelope_id=like.envelope_id, code="p0",
        number=0, titles={"en": "Well", "ka": "ჭა"}, summaries={}, details={}, cost=1,
    )  # fmt: skip
    session.add(project)
    session.flush()
    line = ProjectLine(
        municipality_id=like.municipality_id, round_id=like.round_id, envelope_id=like.envelope_id,
        project_id=project.id, year=like.year, programme=like.programme, function=like.function, amount=1,
        currency=like.currency, adopted_at=like.adopted_at,
    )  # fmt: skip
    session.add(line)


@pytest.mark.parametrize(
    ("name", "key", "many"),
    [
        ("delivery", ("project",), 3),
        ("contracts", ("contract",), 3),
        ("payments", ("transaction",), 4),
        ("milestones", ("project", "milestone"), 3),
    ],
)
def test_whoever_follows_next_misses_nothing_and_reads_nothing_twice_while_facts_come_in(
    session: Session, officer: Actor, found: Round, client: PageClient, today: date, name: str,
    key: tuple[str, ...], many: int,
) -> None:  # fmt: skip
    park, bridge, _ = session.scalars(select(ProjectLine).order_by(ProjectLine.id))
    first = session.scalars(select(Contract).order_by(Contract.id)).first()
    assert first is not None
    for line, kind in (
        (park, MilestoneKind.WORKS_END), (park, MilestoneKind.HANDOVER), (bridge, MilestoneKind.DESIGN),
    ):  # fmt: skip
        operations.add_milestone(officer, session, line, kind, today)
    session.commit()
    address = f"/api/v1/municipalities/rustavi/rounds/{found.slug}/{name}"
    read, following = [], f"{address}?limit=2"
    while following:
        page = json.loads(client.get(following).get_data())
        if not read:
            # Each of these comes first wherever the facts are listed by project, day or kind.
            operations.sign_contract(officer, session, park, ContractPlan("Early", today - 20 * DAY, 5, ""))
            operations.pay(officer, session, first, today - 5 * DAY, 3)
            operations.add_milestone(officer, session, park, MilestoneKind.DESIGN, today)
            one_more_line(session, park)
            session.commit()
        read += [tuple(item[part] for part in key) for item in page["items"]]
        following = page["next"] and page["next"][page["next"].index("/api/") :]
    whole = json.loads(client.get(address).get_data())["items"]
    assert read == [tuple(item[part] for part in key) for item in whole]
    assert len(read) == len(set(read)) == many + 1
