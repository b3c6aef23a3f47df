"""An officer records by form what everybody then reads on the page and in the files, to the last unit."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import event
from sqlalchemy.orm import Session

from pbplatform.budget.models import LineAmendment, Programme
from pbplatform.charter.phases import Phase
from pbplatform.charter.roles import Actor, Role
from pbplatform.delivery import corrections, operations, photos, queries
from pbplatform.delivery.models import MilestoneKind, Moment
from pbplatform.delivery.operations import ContractPlan
from pbplatform.delivery.overview import overview
from pbplatform.door import House
from pbplatform.foundation import clock
from pbplatform.foundation.database import Database
from pbplatform.municipalities.models import Municipality
from pbplatform.voting.models import Project
from tests.support.delivery import a_delivery
from tests.support.pages import PageClient
from tests.support.people import an_account, as_actor
from tests.support.proposals import a_proposal
from tests.support.rounds import a_round

SignIn = Callable[..., PageClient]
DAY = timedelta(days=1)
WHY = {"ka": "მიზეზი", "en": "A slip of the pen"}


def _send(client: PageClient, address: str, name: str, **fields: str) -> tuple[int, str]:
    page = client.get(f"{address}/facts").get_data(as_text=True)
    start = page.index(f'name="{name}-csrf_token"')
    key = page[page.index('value="', start) + 7 :].partition('"')[0]
    data = {f"{name}-{field}": value for field, value in fields.items()}
    answer = client.post(f"{address}/facts/{name}", data={**data, f"{name}-csrf_token": key})
    return answer.status_code, answer.get_data(as_text=True)


def _rows(client: PageClient, address: str, what: str) -> list[dict[str, str]]:
    text = client.get(f"{address}/{what}.csv").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_from_contract_to_delivery_by_form(
    session: Session, place: Municipality, signed_in: SignIn, client: PageClient, database: Database
) -> None:
    found, (line,) = a_delivery(session, place, 12_500_050)
    account = an_account(session, place, Role.OFFICER)
    today = queries.today_in(session, place)
    session.commit()
    officer, board = signed_in(account), f"/en/rustavi/rounds/{found.slug}/delivery"
    address = f"{board}/{line.id}"
    assert _send(officer, address, "contract", supplier="=Builders", signed_on=str(today), amount="100 000,50",
                 procurement_id="ocds-1a2b3c-2026-0042")[0] == 302  # fmt: skip
    with database.read() as own:
        (contract,) = queries.board(own, place, found)[0].contracts
    status, page = _send(
        officer, address, "payment", contract=str(contract.id), paid_on=str(today), amount="100000,51"
    )
    assert status == 422
    assert "At most ₾100,000.50 are left." in page
    assert (
        _send(officer, address, "payment", contract=str(contract.id), paid_on=str(today), amount="60000")[0]
        == 302
    )
    assert _send(officer, address, "milestone", kind="works_end", due_on=str(today))[0] == 302
    with database.read() as own:
        (promise,) = queries.board(own, place, found)[0].milestones
    assert _send(officer, address, "reached", milestone=str(promise.id), reached_on=str(today))[0] == 302
    assert _send(officer, address, "update", text_ka="პარკი გაიხსნა", text_en="The park is open")[0] == 302
    status, page = _send(officer, address, "ending", outcome="abandoned", ended_on=str(today))
    assert (status, "Please say why the project is abandoned" in page) == (422, True)
    assert _send(officer, address, "ending", outcome="delivered", ended_on=str(today))[0] == 302
    for language, word in (("en", "delivered"), ("ka", "დასრულებულია"), ("bg", "изпълнен")):
        shown = client.get(f"/{language}/rustavi/rounds/{found.slug}/delivery").get_data(as_text=True)
        assert word in shown
        plain = client.get(f"/{language}/rustavi/rounds/{found.slug}/delivery/{line.id}")
        text = plain.get_data(as_text=True).replace("\u00a0", " ")
        assert "პარკი გაიხსნა" in text or "The park is open" in text
        assert "ocds-1a2b3c-2026-0042" in text
    (row,) = _rows(client, board, "projects")
    assert (row["planned"], row["contracted"], row["paid"]) == ("125000.50", "100000.50", "60000.00")
    assert (row["status"], row["currency"], row["ended_on"]) == ("delivered", "GEL", str(today))
    (row,) = _rows(client, board, "contracts")
    assert row["ocid"] == "ocds-1a2b3c-2026-0042"
    assert row["suppliers/name"] == "'=Builders"


def test_wrong_input_is_answered_beside_its_field(
    session: Session, place: Municipality, signed_in: SignIn
) -> None:
    found, (line,) = a_delivery(session, place, 1000)
    account = an_account(session, place, Role.OFFICER)
    session.commit()
    officer, address = signed_in(account), f"/en/rustavi/rounds/{found.slug}/delivery/{line.id}"
    for name, fields in (
        ("contract", {"supplier": "A", "signed_on": "yesterday", "amount": "much"}),
        ("contract", {"supplier": "A", "signed_on": "2026-01-05", "amount": "-5"}),
        ("milestone", {"kind": "party", "due_on": "2026-01-05"}),
        ("ending", {"outcome": "vanished", "ended_on": "2026-01-05"}),
        ("update", {"text_en": "Only in English"}),
    ):
        status, page = _send(officer, address, name, **fields)
        assert (status, "govuk-error-summary" in page) == (422, True), name
    board = officer.get(f"/en/rustavi/rounds/{found.slug}/delivery").get_data(as_text=True)
    assert "0 of 1" in board
    # Forms that the page does not offer, such as a payment without a contract, are refused the same way.
    key = _any_key(officer, address)
    for name in ("payment", "reached"):
        answer = officer.post(f"{address}/facts/{name}", data={f"{name}-csrf_token": key})
        assert answer.status_code == 422


def _any_key(client: PageClient, address: str) -> str:
    page = client.get(f"{address}/facts").get_data(as_text=True)
    start = page.index('name="contract-csrf_token"')
    return page[page.index('value="', start) + 7 :].partition('"')[0]


def test_strangers_and_early_rounds_see_no_such_pages(
    session: Session, place: Municipality, client: PageClient, signed_in: SignIn
) -> None:
    found, (line,) = a_delivery(session, place, 1000)
    early = a_round(session, place, Phase.RESULTS)
    citizen = an_account(session, place)
    session.commit()
    address = f"/en/rustavi/rounds/{found.slug}/delivery"
    assert client.get(f"/en/rustavi/rounds/{early.slug}/delivery").status_code == 404
    assert client.get(f"{address}/{line.id + 99}").status_code == 404
    assert client.get(f"{address}/{10**30}").status_code == 404
    assert signed_in(citizen).get(f"{address}/{line.id}/facts").status_code == 403


def test_forty_projects_cost_as_few_statements_as_one(
    session: Session, place: Municipality, client: PageClient, database: Database
) -> None:
    found, lines = a_delivery(session, place, *range(1000, 1040))
    officer = as_actor(an_account(session, place, Role.OFFICER), place, Role.OFFICER)
    today: date = queries.today_in(session, place)
    for line in lines:
        operations.sign_contract(officer, session, line, ContractPlan("A", today - DAY, 500))
    session.commit()
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    page = client.get(f"/en/rustavi/rounds/{found.slug}/delivery").get_data(as_text=True)
    assert page.count("<tr") == 41
    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) <= 8, asked


@pytest.mark.parametrize("role", [None, Role.CITIZEN, Role.OFFICER])
def test_a_project_with_all_that_can_be_told_of_it_costs_eight_statements(
    session: Session, place: Municipality, officer: Actor, client: PageClient, house: House, today: date,
    signed_in: SignIn, role: Role | None,
) -> None:  # fmt: skip
    found, (line,) = a_delivery(session, place, 100_000)
    project = session.get_one(Project, line.project_id)
    project.latitude, project.longitude = 41.55, 44.99
    early = a_round(session, place, Phase.SUBMISSION)
    project.proposal_id = a_proposal(session, place, early, an_account(session, place)).id
    for moment in Moment:
        drawn = io.BytesIO()
        Image.new("RGB", (64, 48), "#3d6b35").save(drawn, "PNG")
        captions = {"ka": "ეზო", "en": f"The yard {moment.value}"}
        photos.add(
            officer,
            session,
            house.files,
            line,
            photos.Shot(moment, today, captions, "a.png", drawn.getvalue()),
        )
    first = operations.sign_contract(officer, session, line, ContractPlan("A", today - 9 * DAY, 50_000))
    operations.sign_contract(officer, session, line, ContractPlan("B", today - 8 * DAY, 30_000))
    wrong = operations.pay(officer, session, first, today - 7 * DAY, 20_000)
    corrections.correct_payment(officer, session, wrong, today - 7 * DAY, 10_000, WHY)
    operations.pay(officer, session, first, today - 6 * DAY, 5_000)
    late = operations.add_milestone(officer, session, line, MilestoneKind.DESIGN, today - DAY)
    operations.explain_delay(officer, session, late, WHY)
    for number in range(3):
        operations.publish_update(officer, session, line, {"ka": f"ამბავი {number}", "en": f"News {number}"})
    session.add(
        LineAmendment(
            municipality_id=place.id, line_id=line.id, amount_before=0, amount_after=100_000,
            reasons={"en": "Counted anew", "ka": "ხელახლა დაითვალა"}, made_by=None, made_at=clock.now(),
        )
    )  # fmt: skip
    programme = Programme(municipality_id=place.id, code=line.programme, titles={"en": "Ideas"}, notes={})
    session.add(programme)
    reader = an_account(session, place, *([role] if role is Role.OFFICER else []))
    session.commit()
    browser = signed_in(reader) if role else client
    asked: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    page = browser.get(f"/en/rustavi/rounds/{found.slug}/delivery/{line.id}").get_data(as_text=True)
    # Who is signed in costs five more on every page: session, roles, standing, block, what is followed.
    most = 13 if role else 8
    assert len([one for one in asked if not one.upper().startswith(("BEGIN", "PRAGMA"))]) <= most, asked
    assert page.index("News 2") < page.index("News 1") < page.index("News 0")
    assert "Counted anew" in page
    assert page.count("<del>") == 1
    assert "Ideas" in page
    assert [f'alt="The yard {moment.value}"' in page for moment in Moment] == [True] * 3
    other = browser.get(f"/bg/rustavi/rounds/{found.slug}/delivery/{line.id}").get_data(as_text=True)
    assert other.count('alt="ეზო" lang="ka"') == 3, "a description in another language than the page says so"
    assert ("Record contracts, payments and milestones" in page) is (role is Role.OFFICER)


def test_many_projects_are_turned_over_page_by_page_and_the_numbers_above_are_of_all(
    session: Session, place: Municipality, officer: Actor, client: PageClient, today: date
) -> None:
    _, lines = a_delivery(session, place, *range(1000, 1085))
    for line in lines[:2]:
        operations.abandon(officer, session, line, today, WHY)
    contract = operations.sign_contract(officer, session, lines[2], ContractPlan("A", today - DAY, 800))
    for _ in range(2):
        operations.pay(officer, session, contract, today, 300)
    operations.add_milestone(officer, session, lines[3], MilestoneKind.DESIGN, today - DAY)
    session.commit()
    told = overview(session, place)
    for brief, standing in zip(
        told, queries.several(session, place, [one.line_id for one in told]), strict=True
    ):
        assert (brief.line_id, brief.status, brief.money) == (
            standing.line.id,
            standing.status,
            standing.money,
        )
    pages = [client.get(f"/en/rustavi/projects?page={page}").get_data(as_text=True) for page in (1, 2, 3, 99)]
    rows = [re.findall(r"/delivery/(\d+)\">", page.split("</table>")[0]) for page in pages]
    assert [len(set(found)) for found in rows] == [40, 40, 5, 5]
    assert {number for found in rows for number in found} == {str(line.id) for line in lines}
    assert all("0 of 85" in page for page in pages)
    assert "Page 2 of 3" in pages[1]
    few = client.get("/en/rustavi/projects?status=abandoned").get_data(as_text=True)
    assert "Page 1" not in few
    assert client.get("/en/rustavi/projects?page=99999999999999999999999").status_code == 200
