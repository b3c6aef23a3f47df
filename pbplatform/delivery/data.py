"""The delivery of funded projects as data: the same rows as on the board."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from pbplatform.consultation.publishing import CURRENCY, Asked, Field, Holds, Resource, Row, slice_of
from pbplatform.delivery import queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.status import Status


def _delivery(session: Session, asked: Asked) -> Iterator[Row]:
    yield from slice_of((_row(s) for s in queries.board(session, asked.municipality, asked.found)), asked)


def _row(standing: Standing) -> dict[str, Any]:
    line, coming, end = standing.line, standing.next, standing.ending
    return {
        "project": standing.project.code,
        "titles": standing.project.titles,
        "year": line.year,
        "programme": line.programme,
        "function": line.function,
        "currency": line.currency.value,
        "planned": line.amount,
        "contracted": standing.contracted,
        "paid": standing.paid,
        "status": standing.status.value,
        "milestones": len(standing.milestones),
        "milestones_reached": standing.done,
        "next_milestone": coming.kind.value if coming else None,
        "next_due": coming.due_on if coming else None,
        "ended_on": end.ended_on if end else None,
        "reasons": end.reasons if end else {},
        "contracts": [
            {
                "ocid": contract.procurement_id,
                "supplier": contract.supplier,
                "signed_on": contract.signed_on.isoformat(),
                "amount": contract.amount,
                "paid": standing.paid_by_contract.get(contract.id, 0),
                "currency": contract.currency.value,
            }
            for contract in standing.contracts
        ],
    }


DELIVERY = Resource(
    name="delivery",
    title=_l("Delivery of projects"),
    about=_l(
        "How far each project that won has come: planned, contracted and paid money, and the next milestone."
    ),
    public_when=_l("From the day on which the council adopts the result into the budget."),
    fields=(
        Field("project", Holds.TEXT, _l("The code of the project in ballots and files."), "1.7"),
        Field("titles", Holds.TEXTS, _l("The title in each language."), {"en": "A playground for Vake"}),
        Field("year", Holds.WHOLE, _l("The budget year that pays for it."), 2027),
        Field("programme", Holds.TEXT, _l("The code of the budget programme."), "2.1"),
        Field("function", Holds.TEXT, _l("The COFOG division or group."), "08.1"),
        CURRENCY,
        Field("planned", Holds.MONEY, _l("What is set aside for it."), 1_350_000),
        Field("contracted", Holds.MONEY, _l("What the contracts come to."), 1_290_000),
        Field("paid", Holds.MONEY, _l("What has been paid."), 400_000),
        Field("status", Holds.TEXT, _l("How it stands."), "under_way", among=tuple(Status)),
        Field("milestones", Holds.WHOLE, _l("How many dated promises there are."), 5),
        Field("milestones_reached", Holds.WHOLE, _l("How many of them are kept."), 2),
        Field(
            "next_milestone",
            Holds.TEXT,
            _l("The promise that comes next."),
            "works_begin",
            empty=True,
            among=tuple(MilestoneKind),
        ),
        Field("next_due", Holds.DAY, _l("The day by which it is promised."), "2027-04-01", empty=True),
        Field("ended_on", Holds.DAY, _l("The day on which it was delivered or given up."), None, empty=True),
        Field("reasons", Holds.TEXTS, _l("Why it was given up; empty otherwise."), {}),
        Field(
            "contracts",
            Holds.DATA,
            _l("The contracts, with their procurement id (ocid) where there is one; amounts in minor units."),
            [
                {
                    "ocid": "ocds-1",
                    "supplier": "Garden Ltd",
                    "signed_on": "2027-02-01",
                    "amount": 1_290_000,
                    "paid": 400_000,
                    "currency": "GEL",
                }
            ],
        ),
    ),
    rows=_delivery,
)

RESOURCES = (DELIVERY,)
