"""The contracts of a round as a release package of the Open Contracting Data Standard 1.1.

One release a contracting process, which is what an ocid names. A contract without a tender has no ocid and so no place
here; it stands in the other files. Source of the field names: https://standard.open-contracting.org/1.1/en/schema/
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pbplatform.consultation.models import Round
from pbplatform.delivery.models import Contract, Milestone
from pbplatform.delivery.queries import Standing
from pbplatform.foundation.crypto import digest
from pbplatform.municipalities.models import Municipality

VERSION = "1.1"
BUYER = "buyer"


def package(
    place: Municipality,
    found: Round,
    standings: Sequence[Standing],
    address: str,
) -> dict[str, Any]:
    """The package that lies at an address."""
    writer = _Writer(place)
    releases = [writer.release(ocid, own) for ocid, own in _processes(standings).items()]
    newest = max((release["date"] for release in releases), default=_instant(found.created_at, place))
    return {
        "uri": address,
        "version": VERSION,
        "publishedDate": newest,
        "publisher": {"name": _first(place.names, place)},
        "releases": releases,
    }


def _processes(standings: Sequence[Standing]) -> dict[str, list[tuple[Standing, Contract]]]:
    found: dict[str, list[tuple[Standing, Contract]]] = {}
    for standing in standings:
        for contract in standing.contracts:
            if contract.procurement_id:
                found.setdefault(contract.procurement_id, []).append((standing, contract))
    return found


class _Writer:
    def __init__(self, place: Municipality) -> None:
        self.place = place
        self.buyer = {"id": BUYER, "name": _first(place.names, place)}

    def release(self, ocid: str, own: Sequence[tuple[Standing, Contract]]) -> dict[str, Any]:
        suppliers = {contract.supplier: _organisation(contract.supplier) for _, contract in own}
        standing = own[0][0]
        changed = max(_changed(one, contract) for one, contract in own)
        return {
            "ocid": ocid,
            "id": f"{ocid}-{digest('|'.join(f'{contract.id} {changed}' for _, contract in own))[:12]}",
            "date": _instant(changed, self.place),
            "tag": ["contract", "implementation"],
            "initiationType": "tender",
            "language": self.place.languages[0],
            "parties": [
                {**self.buyer, "roles": ["buyer", "payer"]},
                *({**party, "roles": ["supplier", "payee"]} for party in suppliers.values()),
            ],
            "buyer": self.buyer,
            "planning": {
                "budget": {
                    "id": str(standing.line.id),
                    "description": f"{standing.line.year} {standing.line.programme}",
                    "amount": _value(standing.line.amount, standing.line.currency.value),
                    "project": _first(standing.project.titles, self.place),
                    "projectID": standing.project.code,
                }
            },
            "awards": [
                {
                    "id": f"award-{contract.id}",
                    "status": "active",
                    "value": _value(contract.amount, contract.currency.value),
                    "suppliers": [suppliers[contract.supplier]],
                }
                for _, contract in own
            ],
            "contracts": [self._contract(standing, contract) for standing, contract in own],
        }

    def _contract(self, standing: Standing, contract: Contract) -> dict[str, Any]:
        ended = standing.ending is not None
        return {
            "id": str(contract.id),
            "awardID": f"award-{contract.id}",
            "status": "terminated" if ended else "active",
            "dateSigned": _day(contract.signed_on, self.place),
            "value": _value(contract.amount, contract.currency.value),
            "implementation": {
                "transactions": [
                    {
                        "id": str(payment.id),
                        "date": _day(payment.paid_on, self.place),
                        "value": _value(payment.amount, payment.currency.value),
                        "payer": self.buyer,
                        "payee": _organisation(contract.supplier),
                    }
                    for payment in standing.payments.get(contract.id, ())
                ],
                "milestones": [
                    self._milestone(milestone, standing.today) for milestone in standing.milestones
                ],
            },
        }

    def _milestone(self, milestone: Milestone, today: date) -> dict[str, Any]:
        late = milestone.reached_on is None and milestone.due_on < today
        said: dict[str, Any] = {
            "id": str(milestone.id),
            "title": milestone.kind.value,
            "type": "delivery",
            "dueDate": _day(milestone.due_on, self.place),
            "status": "met" if milestone.reached_on else ("notMet" if late else "scheduled"),
        }
        if milestone.reached_on is not None:
            said["dateMet"] = _day(milestone.reached_on, self.place)
        if milestone.delay_reasons:
            said["description"] = _first(milestone.delay_reasons, self.place)
        return said


def _changed(standing: Standing, contract: Contract) -> datetime:
    paid = standing.payments.get(contract.id, ())
    return max([contract.entered_at, *(payment.entered_at for payment in paid)])


def _organisation(name: str) -> dict[str, str]:
    return {"id": f"supplier-{digest(' '.join(name.casefold().split()))[:12]}", "name": name}


def _value(minor: int, currency: str) -> dict[str, Any]:
    # A JSON number of two decimals; below 2^53 hundredths it is exact in every reader.
    return {"amount": minor / 100, "currency": currency}


def _day(day: date, place: Municipality) -> str:
    return datetime.combine(day, time(), ZoneInfo(place.zone)).isoformat()


def _instant(moment: datetime, place: Municipality) -> str:
    return moment.astimezone(ZoneInfo(place.zone)).isoformat(timespec="seconds")


def _first(texts: Mapping[str, str], place: Municipality) -> str:
    return next((texts[language] for language in place.languages if texts.get(language)), "") or next(
        iter(texts.values()), ""
    )
