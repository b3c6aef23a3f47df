"""The delivery of a round as rows of data; amounts are whole units with two decimals and the currency stands beside."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pbplatform.delivery.queries import Standing
from pbplatform.delivery.sheet import units

PROJECTS = (
    "project", "title", "year", "programme", "currency", "planned", "contracted", "paid", "status",
    "milestones", "milestones_reached", "next_milestone", "next_due", "ended_on", "reason",
)  # fmt: skip
CONTRACTS = (
    "project", "ocid", "contracts/id", "contracts/dateSigned", "contracts/value/amount",
    "contracts/value/currency", "suppliers/name", "paid",
)  # fmt: skip
PAYMENTS = (
    "project", "ocid", "contracts/id", "contracts/implementation/transactions/id",
    "contracts/implementation/transactions/date", "contracts/implementation/transactions/value/amount",
    "contracts/implementation/transactions/value/currency", "suppliers/name",
)  # fmt: skip


def rows(what: str, standings: Sequence[Standing]) -> Iterator[Sequence[Any]]:
    """One of the tables by its name, the headings first."""
    if what == "contracts":
        return contracts(standings)
    return paid(standings) if what == "payments" else projects(standings)


def as_json(table: Iterable[Sequence[Any]]) -> bytes:
    """A table as a list of objects; amounts stay decimal text, so that no reader rounds them."""
    lines = iter(table)
    names = next(lines)
    said = [dict(zip(names, line, strict=True)) for line in lines]
    return json.dumps(said, ensure_ascii=False, indent=1, default=str).encode()


def _first(texts: dict[str, str]) -> str:
    return next(iter(texts.values()), "")


def projects(standings: Sequence[Standing]) -> Iterator[Sequence[Any]]:
    """One row a project, under its headings."""
    yield PROJECTS
    for standing in standings:
        line, coming, end = standing.line, standing.next, standing.ending
        yield (
            standing.project.code,
            _first(standing.project.titles),
            line.year,
            line.programme,
            line.currency.value,
            units(line.amount),
            units(standing.contracted),
            units(standing.paid),
            standing.status.value,
            len(standing.milestones),
            standing.done,
            coming.kind.value if coming else None,
            coming.due_on.isoformat() if coming else None,
            end.ended_on.isoformat() if end else None,
            _first(end.reasons) if end else None,
        )


def contracts(standings: Sequence[Standing]) -> Iterator[Sequence[Any]]:
    """One row a contract, named as in the Open Contracting Data Standard; the last column is what was paid so far."""
    yield CONTRACTS
    for standing in standings:
        for contract in standing.contracts:
            yield (
                standing.project.code,
                contract.procurement_id,
                contract.id,
                contract.signed_on.isoformat(),
                units(contract.amount),
                contract.currency.value,
                contract.supplier,
                units(standing.paid_under(contract)),
            )


def paid(standings: Sequence[Standing]) -> Iterator[Sequence[Any]]:
    """One row a payment, named as in the Open Contracting Data Standard."""
    yield PAYMENTS
    for standing in standings:
        for contract in standing.contracts:
            for payment in standing.payments.get(contract.id, ()):
                yield (
                    standing.project.code,
                    contract.procurement_id,
                    contract.id,
                    payment.id,
                    payment.paid_on.isoformat(),
                    units(payment.amount),
                    payment.currency.value,
                    contract.supplier,
                )
