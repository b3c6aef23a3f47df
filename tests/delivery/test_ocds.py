"""The release package follows the Open Contracting Data Standard 1.1 and agrees with the page to the last unit."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import jsonschema
from sqlalchemy.orm import Session

from pbplatform.charter.roles import Actor
from pbplatform.delivery import corrections, operations, queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.operations import ContractPlan
from pbplatform.municipalities.models import Municipality
from tests.support.delivery import a_delivery
from tests.support.pages import PageClient

DAY = timedelta(days=1)
WHY = {"ka": "შეცდომა", "en": "A slip of the pen"}

TEXT = {"type": "string", "minLength": 1}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"}
VALUE = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {"amount": {"type": "number"}, "currency": {"enum": ["GEL", "EUR", "BGN"]}},
    "additionalProperties": False,
}


def shape(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


PARTY = shape({"id": TEXT, "name": TEXT})
RELEASE = shape(
    {
        "ocid": {"type": "string", "pattern": "^ocds-[a-z0-9]{6}-"},
        "id": {"type": "string", "pattern": "^[^#]+$"},
        "date": INSTANT,
        "tag": {"const": ["planning", "award", "contract", "implementation"]},
        "initiationType": {"const": "tender"},
        "language": {"enum": ["ka", "bg", "en"]},
        "parties": {
            "type": "array",
            "minItems": 2,
            "items": shape(
                {
                    "id": TEXT,
                    "name": TEXT,
                    "roles": {"items": {"enum": ["buyer", "payer", "supplier", "payee"]}},
                }
            ),
        },
        "buyer": PARTY,
        "planning": shape(
            {
                "budget": shape(
                    {"id": TEXT, "description": TEXT, "amount": VALUE, "project": TEXT, "projectID": TEXT}
                )
            }
        ),
        "awards": {
            "minItems": 1,
            "items": shape(
                {
                    "id": TEXT,
                    "status": {"const": "active"},
                    "value": VALUE,
                    "suppliers": {"minItems": 1, "items": PARTY},
                }
            ),
        },
        "contracts": {
            "minItems": 1,
            "items": shape(
                {
                    "id": TEXT,
                    "awardID": TEXT,
                    "status": {"enum": ["active", "terminated"]},
                    "dateSigned": INSTANT,
                    "value": VALUE,
                    "implementation": shape(
                        {
                            "transactions": {
                                "items": shape(
                                    {
                                        "id": TEXT,
                                        "date": INSTANT,
                                        "value": VALUE,
                                        "payer": PARTY,
                                        "payee": PARTY,
                                    }
                                )
                            },
                            "milestones": {
                                "items": shape(
                                    {
                                        "id": TEXT,
                                        "title": TEXT,
                                        "type": {"const": "delivery"},
                                        "dueDate": INSTANT,
                                        "status": {"enum": ["scheduled", "met", "notMet"]},
                                    },
                                    dateMet=INSTANT,
                                    description=TEXT,
                                )
                            },
                        }
                    ),
                }
            ),
        },
    }
)
PACKAGE = shape(
    {
        "uri": {"type": "string", "pattern": "^https?://"},
        "version": {"const": "1.1"},
        "publishedDate": INSTANT,
        "publisher": shape({"name": TEXT}),
        "license": {"type": "string", "pattern": "^https://"},
        "releases": {"type": "array", "items": RELEASE},
    }
)
"""What the standard's release schema asks of the fields that are written here, closed against any other."""


def test_the_package_is_as_the_standard_asks_and_sums_up(
    session: Session, place: Municipality, officer: Actor, client: PageClient
) -> None:
    found, (park, bridge, bench) = a_delivery(session, place, 10_000_000, 5_000_000, 100_000)
    today: date = queries.today_in(session, place)
    one = operations.sign_contract(
        officer, session, park, ContractPlan("Builders", today - 9 * DAY, 9_000_001, "ocds-1a2b3c-2026-7")
    )
    two = operations.sign_contract(
        officer, session, bridge, ContractPlan(" builders", today - 8 * DAY, 400_000, "ocds-1a2b3c-2026-7")
    )
    operations.sign_contract(officer, session, bench, ContractPlan("Neighbours", today, 99_999))
    operations.pay(officer, session, one, today - DAY, 1_234_567)
    wrong = operations.pay(officer, session, one, today, 5)
    operations.pay(officer, session, two, today, 400_000)
    corrections.strike_payment(officer, session, wrong, WHY)
    operations.add_milestone(officer, session, park, MilestoneKind.WORKS_END, today - DAY)
    begun = operations.add_milestone(officer, session, park, MilestoneKind.WORKS_BEGIN, today - 6 * DAY)
    operations.reach_milestone(officer, session, begun, today - 5 * DAY, WHY)
    session.commit()
    base = f"/en/rustavi/rounds/{found.slug}/delivery"
    document = json.loads(client.get(f"{base}/ocds.json").get_data())
    jsonschema.validate(document, PACKAGE)
    (release,) = document["releases"]
    assert [contract["value"]["amount"] for contract in release["contracts"]] == [90_000.01, 4_000]
    awards = {award["id"]: award for award in release["awards"]}
    assert all(contract["awardID"] in awards for contract in release["contracts"])
    named = {party["id"] for party in release["parties"]}
    assert len(named) == 2, "the same company is one organisation, however it is written"
    paid = [step for contract in release["contracts"] for step in contract["implementation"]["transactions"]]
    assert {step["payee"]["id"] for step in paid} | {release["buyer"]["id"]} <= named
    assert [step["value"]["amount"] for step in paid] == [12_345.67, 4_000]
    stages = release["contracts"][0]["implementation"]["milestones"]
    assert [(stage["title"], stage["status"]) for stage in stages] == [
        ("works_begin", "met"),
        ("works_end", "notMet"),
    ]
    assert stages[0]["description"] == WHY["ka"]
    again = json.loads(client.get(f"{base}/ocds.json").get_data())
    assert again == document, "the same facts give the same package"
    assert release["planning"]["budget"]["amount"] == {"amount": 150_000.0, "currency": "GEL"}, (
        "of both projects"
    )
    assert release["date"] == document["publishedDate"]
    due = next(one for one in queries.board(session, place, found)[0].milestones if one.id != begun.id)
    operations.reach_milestone(officer, session, due, today, WHY)
    session.commit()
    (later,) = json.loads(client.get(f"{base}/ocds.json").get_data())["releases"]
    assert later["contracts"][0]["implementation"]["milestones"][1]["status"] == "met"
    assert later["id"] != release["id"], "a release that says something else bears another name"
    assert later["date"] >= release["date"]

    table = client.get(f"{base}/payments.csv").get_data().decode("utf-8-sig")
    amounts = [
        row["contracts/implementation/transactions/value/amount"]
        for row in csv.DictReader(io.StringIO(table))
    ]
    assert amounts == ["12345.67", "4000.00"]
    rows = json.loads(client.get(f"{base}/contracts.json").get_data())
    assert [row["contracts/value/amount"] for row in rows] == ["90000.01", "4000.00", "999.99"]
    assert client.get(f"{base}/projects.xlsx").get_data().startswith(b"PK")
    api = client.get(f"/en/rustavi/opendata/{found.slug}/payments.json")
    assert api.status_code == 200, api.get_data(as_text=True)
