"""The contracts of a round as a release package of the Open Contracting Data Standard 1.1.

One release a contracting process, which is what an ocid names. A contract without a tender has no ocid and so no place
here; it stands in the other files. Source of the field names: https://standard.open-contracting.org/1.1/en/schema/
"""

import json
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
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
BUYER = "buyer"


Own = Sequence[tuple[Standing, Contract]]


def package(
    place: Municipality,
    found: Round,
    standings: Sequence[Standing],
    changes: Mapping[int, datetime],
    address: str,
) -> dict[str, Any]:
    """The package that lies at an address; `changes` says when something was last recorded of each project."""
    writer = _Writer(place)
    processes = _processes(standings)
    dates = {ocid: _changed(own, changes) for ocid, own in processes.items()}
    return {
        "uri": address,
        "version": VERSION,
        "publishedDate": _instant(max(dates.values(), default=found.created_at), place),
        "publisher": {"name": _first(place.names, place)},
        "license": LICENCE,
        "releases": [writer.release(ocid, own, dates[ocid]) for ocid, own in processes.items()],
    }


def _processes(standings: Sequence[Standing]) -> dict[str, Own]:
    found: dict[str, list[tuple[Standing, Contract]]] = {}
    for standing in standings:
        for contract in standing.contracts:
            if contract.procurement_id:
                found.setdefault(contract.procurement_id, []).append((standing, contract))
    return dict(found)


class _Writer:
    def __init__(self, place: Municipality) -> None:
        self.place = place
        self.buyer = {"id": BUYER, "name": _first(place.names, place)}

    def release(self, ocid: str, own: Own, changed: datetime) -> dict[str, Any]:
        """The release, named after all that it says: the standard asks that what bears a name never changes."""
        said = {"ocid": ocid, "date": _instant(changed, self.place), **self._said(own)}
        name = digest(json.dumps(said, sort_keys=True, ensure_ascii=False))[:12]
        return {"id": f"{ocid}-{name}", **said}

    def _said(self, own: Own) -> dict[str, Any]:
        suppliers = {contract.supplier: _organisation(contract.supplier) for _, contract in own}
        return {
            "tag": ["planning", "award", "contract", "implementation"],
            "initiationType": "tender",
            "language": self.place.languages[0],
            "parties": [
                {**self.buyer, "roles": ["buyer", "payer"]},
                *({**party, "roles": ["supplier", "payee"]} for party in suppliers.values()),
            ],
            "buyer": self.buyer,
            "planning": {"budget": self._budget(own)},
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

    def _budget(self, own: Own) -> dict[str, Any]:
        """The money of the projects that a procurement is for; they are of one round, and so in one currency."""
        projects = list({standing.line.id: standing for standing, _ in own}.values())
        line = projects[0].line
        return {
            "id": ", ".join(str(standing.line.id) for standing in projects),
            "description": f"{line.year} {line.programme}",
            "amount": _value(sum(standing.line.amount for standing in projects), line.currency.value),
            "project": "; ".join(_first(standing.project.titles, self.place) for standing in projects),
            "projectID": ", ".join(standing.project.code for standing in projects),
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


def _changed(own: Own, changes: Mapping[int, datetime]) -> datetime:
    return max(changes.get(standing.project.id, contract.entered_at) for standing, contract in own)


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
