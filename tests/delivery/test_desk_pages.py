"""The officer's pages: tables that come back, corrections, photos, two officers at once; and what everybody then sees."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Role
from pbplatform.delivery import operations, queries
from pbplatform.delivery.models import Contract, DeliverySheet, MilestoneKind, Photo
from pbplatform.delivery.operations import ContractPlan
from pbplatform.door import House
from pbplatform.foundation.database import Database
from pbplatform.uploads import operations as uploads
from pbplatform.uploads.models import Upload
from pbplatform.voting.models import Project
from tests.support.delivery import a_delivery
from tests.support.marks import on_both_databases
from tests.support.pages import PageClient
from tests.support.people import a_municipality, an_account, as_actor

SignIn = Callable[..., PageClient]
DAY = timedelta(days=1)


class Scene:
    """A round with a park under contract and a bridge, two officers, and a visitor."""

    def __init__(self, session: Session, signed_in: SignIn, client: PageClient) -> None:
        self.place = a_municipality(session)
        self.round, (self.park, self.bridge) = a_delivery(session, self.place, 10_000_000, 1_000_000)
        account = an_account(session, self.place, Role.OFFICER, name="Tamar Office")
        other = an_account(session, self.place, Role.OFFICER)
        self.actor = as_actor(account, self.place, Role.OFFICER)
        self.today: date = queries.today_in(session, self.place)
        plan = ContractPlan("Builders", self.today - 20 * DAY, 9_000_000, "ocds-1a2b3c-2026-7")
        self.contract = operations.sign_contract(self.actor, session, self.park, plan)
        self.payment = operations.pay(self.actor, session, self.contract, self.today - 9 * DAY, 100_050)
        due = self.today - 3 * DAY
        self.works = operations.add_milestone(self.actor, session, self.park, MilestoneKind.WORKS_END, due)
        project = session.get_one(Project, self.park.project_id)
        project.latitude, project.longitude = 41.55, 44.99
        session.commit()
        self.officer, self.other, self.visitor = signed_in(account), signed_in(other), client
        self.base = f"/en/rustavi/rounds/{self.round.slug}/delivery"
        self.page = f"{self.base}/{self.park.id}"

    def post(self, page: str, to: str, browser: PageClient | None = None, **data: object) -> tuple[int, str]:
        browser = browser or self.officer
        shown = browser.get(page).get_data(as_text=True)
        token = re.search(r'name="(?:[a-z]+-)?csrf_token"[^>]*value="([^"]+)"', shown)
        assert token is not None
        answer = browser.post(to, data={"csrf_token": token[1], **data})
        return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def scene(session: Session, signed_in: SignIn, client: PageClient) -> Scene:
    return Scene(session, signed_in, client)


def test_the_table_goes_out_comes_back_and_is_applied_by_hand(scene: Scene, database: Database) -> None:
    table = f"{scene.base}/table"
    taken = scene.officer.get(f"{table}.xlsx")
    assert taken.headers["Cache-Control"] == "private, no-store"
    book = openpyxl.load_workbook(io.BytesIO(taken.get_data()))
    assert book.sheetnames == ["Delivery", "Help"]
    sheet = book.worksheets[0]
    row = next(row for row in sheet.iter_rows() if row[2].value == "Payment")
    row[10].value, row[12].value, row[13].value = 2000.75, "შეცდომა", "A slip of the pen"
    packed = io.BytesIO()
    book.save(packed)
    status, _ = scene.post(table, table, file=(io.BytesIO(packed.getvalue()), "delivery.xlsx"))
    assert status == 302
    with database.read() as look:
        brought = look.scalars(select(DeliverySheet)).one()
    page = f"{table}/{brought.id}"
    shown = scene.officer.get(page).get_data(as_text=True)
    assert "₾1,000.50" in shown
    assert "₾2,000.75" in shown
    assert "A slip of the pen" in shown
    assert "Tamar Office" in shown
    assert "₾2,000.75" not in scene.visitor.get(scene.page).get_data(as_text=True), "not before it is applied"
    assert scene.post(page, f"{page}/apply")[0] == 302
    told = scene.visitor.get(scene.page).get_data(as_text=True)
    assert "₾2,000.75" in told
    assert "A slip of the pen" in told
    assert "Applied on" in scene.officer.get(page).get_data(as_text=True)
    assert (
        scene.post(
            page,
            f"{page}/apply",
        )[0]
        == 302
    )
    assert "was applied or given up already" in scene.officer.get(page).get_data(as_text=True)
    assert "applied on" in scene.officer.get(table).get_data(as_text=True)
    csv = scene.officer.get(f"{table}.csv").get_data().decode("utf-8-sig").splitlines()
    assert csv[0].startswith("Project no.,Project,What,")


def test_faults_are_shown_with_sheet_row_and_column_and_nothing_can_be_applied(
    scene: Scene, database: Database
) -> None:
    table = f"{scene.base}/table"
    text = scene.officer.get(f"{table}.csv").get_data().decode("utf-8-sig")
    lines = text.splitlines()
    width = lines[0].count(",")
    added = [str(scene.park.id), "", "Payment", "", "", "", "", "", scene.today.isoformat(), "", "999999999"]
    text += ",".join(added) + "," * (width - len(added) + 1) + "\r\n"
    status, _ = scene.post(table, table, file=(io.BytesIO(text.encode()), "delivery.csv"))
    assert status == 302
    with database.read() as look:
        brought = look.scalars(select(DeliverySheet)).one()
    page = f"{table}/{brought.id}"
    for language in ("en", "ka", "bg"):
        shown = scene.officer.get(page.replace("/en/", f"/{language}/")).get_data(as_text=True)
        assert re.search(rf'<td data-label="[^"]+">{len(lines) + 1}</td><td data-label="[^"]+">K: ', shown), (
            language
        )
        assert "/apply" not in shown
    assert "At most ₾88,999.50 are left." in scene.officer.get(page).get_data(as_text=True)
    assert scene.post(page, f"{page}/discard")[0] == 302
    assert "given up" in scene.officer.get(table).get_data(as_text=True)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not a workbook", b"\xd0\xcf\x11\xe0" + b"0" * 600, b"\x00\x01\x02"]
)
def test_what_is_no_table_is_answered_with_a_sentence(scene: Scene, content: bytes) -> None:
    table = f"{scene.base}/table"
    status, page = scene.post(table, table, file=(io.BytesIO(content), "delivery.xlsx"))
    assert (status, "govuk-error-summary" in page) == (422, True)


def test_two_officers_at_once_the_second_is_told(scene: Scene, database: Database) -> None:
    facts = f"{scene.page}/facts"
    seen = re.search(
        r'name="payment-seen"[^>]*value="([^"]+)"', scene.officer.get(facts).get_data(as_text=True)
    )
    assert seen is not None
    bill = {
        "payment-contract": scene.contract.id,
        "payment-paid_on": scene.today,
        "payment-amount": "500",
        "payment-seen": seen[1],
    }
    assert scene.post(facts, f"{facts}/payment", scene.other, **bill)[0] == 302
    status, page = scene.post(facts, f"{facts}/payment", scene.officer, **bill)
    assert status == 409
    assert "Somebody recorded something about this project while you were typing." in page
    with database.read() as look:
        paid = queries.board(look, scene.place, scene.round)[0].paid
    assert paid == 150_050, "the same bill is not paid twice"
    fresh = re.search(r'name="payment-seen"[^>]*value="([^"]+)"', page)
    assert fresh is not None
    assert scene.post(facts, f"{facts}/payment", **{**bill, "payment-seen": fresh[1]})[0] == 302


@on_both_databases
def test_a_fact_is_corrected_and_taken_back_by_form(scene: Scene, database: Database) -> None:
    page = f"{scene.page}/facts/payment/{scene.payment.id}"
    empty = {"correction-paid_on": scene.today, "correction-amount": "700"}
    status, shown = scene.post(page, page, **empty)
    assert (status, "Please give the reason of the correction" in shown) == (422, True)
    why = {"correction-reason_ka": "შეცდომა", "correction-reason_en": "Typed twice"}
    assert scene.post(page, page, **empty, **why)[0] == 302
    contract = f"{scene.page}/facts/contract/{scene.contract.id}"
    status, shown = scene.post(contract, contract, **why, then="strike")
    assert (status, "Payments stand under this contract." in shown) == (422, True)
    assert "Typed twice" in shown, "what was typed is kept"
    assert scene.post(page, page, **why, then="strike")[0] == 302
    assert scene.post(contract, contract, **why, then="strike")[0] == 302
    milestone = f"{scene.page}/facts/milestone/{scene.works.id}"
    later = {"correction-due_on": scene.today + 9 * DAY, "correction-reached_on": ""}
    assert scene.post(milestone, milestone, **later, **why)[0] == 302
    told = scene.visitor.get(scene.page).get_data(as_text=True)
    assert told.count("Typed twice") == 4
    assert "No contract has been signed yet." in told
    with database.read() as look:
        assert look.scalars(select(Contract.struck_at)).one() is not None
    for kind, number in (("payment", scene.payment.id), ("contract", 10**18), ("ending", 1)):
        assert scene.officer.get(f"{scene.page}/facts/{kind}/{number}").status_code == 404
    assert scene.visitor.get(page).status_code in (302, 401, 403)


def photo() -> bytes:
    drawn, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (1800, 1200), "#3d6b35").save(drawn, "JPEG", exif=exif)
    return drawn.getvalue()


def test_photos_are_drawn_anew_described_and_public(scene: Scene, house: House, database: Database) -> None:
    facts = f"{scene.page}/facts"
    data: dict[str, object] = {
        "photo-moment": "before", "photo-taken_on": scene.today,
        "photo-caption_ka": "ცარიელი მოედანი", "photo-caption_en": "An empty square",
    }  # fmt: skip

    def send(content: bytes, **more: object) -> tuple[int, str]:
        return scene.post(
            facts, f"{facts}/photo", **{**data, **more, "photo-file": (io.BytesIO(content), "a.jpg")}
        )

    for content, more in (
        (photo(), {"photo-caption_en": " "}),
        (b"%PDF-1.7 not a photo", {}),
        (b"no picture", {}),
        (b"", {}),
        (photo(), {"photo-taken_on": scene.today + DAY}),
        (photo(), {"photo-moment": "never"}),
    ):
        status, page = send(content, **more)
        assert (status, "govuk-error-summary" in page) == (422, True)
    assert send(photo())[0] == 302
    with database.read() as look:
        upload, shot = look.scalars(select(Upload)).one(), look.scalars(select(Photo)).one()
    assert b"SecretCamera" not in house.files.get(uploads.key(upload))
    shown = scene.visitor.get(scene.page).get_data(as_text=True)
    assert 'alt="An empty square"' in shown
    assert 'alt="ცარიელი მოედანი"' in scene.visitor.get(scene.page.replace("/en/", "/ka/")).get_data(
        as_text=True
    )
    assert scene.visitor.get(f"/en/rustavi/files/{upload.token}").mimetype == "image/webp"
    assert scene.post(facts, f"{scene.page}/photos/{shot.id}/remove")[0] == 302
    assert scene.visitor.get(f"/en/rustavi/files/{upload.token}").status_code == 404
    assert scene.post(facts, f"{scene.page}/photos/{shot.id}/remove")[0] == 404


def test_all_projects_of_the_town_stand_on_one_page_with_map_and_timeline(scene: Scene) -> None:
    shown = scene.visitor.get("/en/rustavi/projects").get_data(as_text=True)
    assert "Delivered projects: 0 of 2" in shown
    assert "schedule__mark--bad" in shown, "what is overdue is marked"
    points = json.loads(scene.visitor.get("/en/rustavi/projects/map.geojson").get_data())["features"]
    assert [point["properties"]["status"] for point in points] == ["late"]
    assert points[0]["properties"]["address"] == scene.page
    assert points[0]["geometry"]["coordinates"] == [44.99, 41.55]
    late = scene.visitor.get("/en/rustavi/projects?status=late").get_data(as_text=True)
    assert ("Park 1" in late, "Park 2" in late) == (True, False)
    assert scene.visitor.get("/en/rustavi/projects?status=nonsense").status_code == 200
    assert (
        json.loads(scene.visitor.get("/en/rustavi/projects/map.geojson?status=planned").get_data())[
            "features"
        ]
        == []
    )
    assert len(json.loads(scene.visitor.get(f"{scene.base}/map.geojson").get_data())["features"]) == 1
    desk = scene.officer.get("/en/rustavi/desk/delivery").get_data(as_text=True)
    assert 'data-label="Days late">3</td>' in desk
    assert "Please tell the public why it is late." in desk


def test_a_town_without_projects_says_so(session: Session, client: PageClient) -> None:
    a_municipality(session, "gori")
    session.commit()
    assert "No project is being delivered yet." in client.get("/en/gori/projects").get_data(as_text=True)


def test_officers_pages_are_closed_to_others(scene: Scene) -> None:
    for path in (
        f"{scene.base}/table",
        f"{scene.base}/table.xlsx",
        "/en/rustavi/desk/delivery",
        f"{scene.base}/amend",
    ):
        assert scene.visitor.get(path).status_code in (302, 401, 403)
    assert scene.officer.get(f"{scene.base}/table/999").status_code == 404
    assert scene.officer.get(f"{scene.base}/amend").status_code == 200


def test_an_unfinished_project_keeps_the_round_open_and_the_page_leads_to_it(scene: Scene) -> None:
    round_, plan = scene.base.removesuffix("/delivery"), scene.base.removesuffix("delivery") + "plan"
    status, _ = scene.post(plan, f"{round_}/steps/close")
    assert status == 302
    shown = scene.officer.get(plan).get_data(as_text=True)
    refused = "Some projects are neither delivered nor abandoned with a public reason."
    assert re.search(rf'notice--bad" role="status">.*?<p>{refused}</p>', shown, re.DOTALL)
    assert f'<a href="{scene.base}">{refused}</a>' in shown
    assert f'href="{scene.page}"' in scene.officer.get(scene.base).get_data(as_text=True)
