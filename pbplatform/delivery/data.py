"""The delivery of funded projects as data: projects, contracts, payments and milestones, the same rows as on the pages."""

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from pbplatform.charter.phases import Phase
from pbplatform.consultation.publishing import (
    CURRENCY,
    LATITUDE,
    LONGITUDE,
    Asked,
    Field,
    Holds,
    Resource,
    Row,
    keyed,
)
from pbplatform.delivery import queries
from pbplatform.delivery.models import MilestoneKind
from pbplatform.delivery.queries import Standing
from pbplatform.delivery.status import Status


def _board(session: Session, asked: Asked) -> list[Standing]:
    """The projects of a round; none, and nothing asked of the database, before their delivery."""
    if asked.found.phase not in (Phase.IMPLEMENTATION, Phase.CLOSED):
        return []
    return queries.board(session, asked.municipality, asked.found)


def _delivery(session: Session, asked: Asked) -> Iterator[Row]:
    yield from keyed(((standing.line.id, _row(standing)) for standing in _board(session, asked)), asked)


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
        "latitude": standing.project.latitude,
        "longitude": standing.project.longitude,
        "contracts": [
            {
                "ocid": contract.procurement_id,
                "supplier": contract.supplier,
                "signed_on": contract.signed_on.isoformat(),
                "amount": contract.amount,
                "paid": standing.paid_under(contract),
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
        LATITUDE,
        LONGITUDE,
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


def _contracts(session: Session, asked: Asked) -> Iterator[Row]:
    board = _board(session, asked)
    yield from keyed((row for standing in board for row in _contract_rows(standing)), asked)


def _contract_rows(standing: Standing) -> Iterator[Row]:
    for contract in standing.contracts:
        yield (
            contract.id,
            {
                "project": standing.project.code,
                "ocid": contract.procurement_id,
                "contract": str(contract.id),
                "supplier": contract.supplier,
                "date_signed": contract.signed_on,
                "value": contract.amount,
                "paid": standing.paid_under(contract),
                "currency": contract.currency.value,
            },
        )


def _payments(session: Session, asked: Asked) -> Iterator[Row]:
    board = _board(session, asked)
    yield from keyed((row for standing in board for row in _payment_rows(standing)), asked)


def _payment_rows(standing: Standing) -> Iterator[Row]:
    for contract in standing.contracts:
        for payment in standing.payments.get(contract.id, ()):
            yield (
                payment.id,
                {
                    "project": standing.project.code,
                    "ocid": contract.procurement_id,
                    "contract": str(contract.id),
                    "transaction": str(payment.id),
                    "date": payment.paid_on,
                    "value": payment.amount,
                    "currency": payment.currency.value,
                    "payee": contract.supplier,
                },
            )


def _milestones(session: Session, asked: Asked) -> Iterator[Row]:
    board = _board(session, asked)
    yield from keyed((row for standing in board for row in _milestone_rows(standing)), asked)


def _milestone_rows(standing: Standing) -> Iterator[Row]:
    for milestone in standing.milestones:
        yield (
            milestone.id,
            {
                "project": standing.project.code,
                "milestone": milestone.kind.value,
                "due_date": milestone.due_on,
                "date_met": milestone.reached_on,
                "overdue": milestone in standing.missed,
                "delay_reasons": milestone.delay_reasons,
            },
        )


_PROJECT = Field("project", Holds.TEXT, _l("The code of the project in ballots and files."), "1.7")
_OCID = Field(
    "ocid",
    Holds.TEXT,
    _l("The procurement it came from (ocid); empty where no tender was needed."),
    "ocds-1a2b3c-7",
)
_CONTRACT = Field("contract", Holds.TEXT, _l("The number of the contract, as in the release package."), "12")
_PUBLIC = _l("As soon as an officer has recorded it.")

CONTRACTS = Resource(
    name="contracts",
    title=_l("Contracts of projects"),
    about=_l(
        "With whom each project is built, since when and for how much, in the terms of Open Contracting."
    ),
    public_when=_PUBLIC,
    fields=(
        _PROJECT,
        _OCID,
        _CONTRACT,
        Field("supplier", Holds.TEXT, _l("The company, as it stands in the contract."), "Garden Ltd"),
        Field("date_signed", Holds.DAY, _l("The day on which it was signed."), "2027-02-01"),
        Field("value", Holds.MONEY, _l("What the contract comes to."), 1_290_000),
        Field("paid", Holds.MONEY, _l("What has been paid under it."), 400_000),
        CURRENCY,
    ),
    rows=_contracts,
)
PAYMENTS = Resource(
    name="payments",
    title=_l("Payments for projects"),
    about=_l("Every payment under every contract, to the last one."),
    public_when=_PUBLIC,
    fields=(
        _PROJECT,
        _OCID,
        _CONTRACT,
        Field("transaction", Holds.TEXT, _l("The number of the payment."), "31"),
        Field("date", Holds.DAY, _l("The day of the payment."), "2027-03-09"),
        Field("value", Holds.MONEY, _l("What was paid."), 400_000),
        CURRENCY,
        Field("payee", Holds.TEXT, _l("Who was paid."), "Garden Ltd"),
    ),
    rows=_payments,
)
MILESTONES = Resource(
    name="milestones",
    title=_l("Milestones of projects"),
    about=_l("Every dated promise, when it was kept, and the public reason where it is or was late."),
    public_when=_PUBLIC,
    fields=(
        _PROJECT,
        Field("milestone", Holds.TEXT, _l("What was promised."), "works_begin", among=tuple(MilestoneKind)),
        Field("due_date", Holds.DAY, _l("The day by which it is promised."), "2027-04-01"),
        Field("date_met", Holds.DAY, _l("The day on which it was kept."), "2027-03-28", empty=True),
        Field("overdue", Holds.YES_NO, _l("Whether its day is over and it is not kept."), False),
        Field("delay_reasons", Holds.TEXTS, _l("Why it is or was late; empty otherwise."), {}),
    ),
    rows=_milestones,
)

RESOURCES = (DELIVERY, CONTRACTS, PAYMENTS, MILESTONES)
