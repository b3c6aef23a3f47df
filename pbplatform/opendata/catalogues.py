"""What there is to download, for people and for other catalogues (DCAT 3, as the European data portals read it)."""

import json
from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from pbplatform.budget import queries as budget
from pbplatform.budget.models import BudgetVersion
from pbplatform.consultation import formats
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Envelope, Round
from pbplatform.consultation.publishing import Asked, Resource, resources
from pbplatform.foundation.i18n import localised
from pbplatform.municipalities.models import Municipality
from pbplatform.results import exporting, queries

FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"


def holds(session: Session, one: Resource, asked: Asked) -> bool:
    """Whether a resource has anything public."""
    first = Asked(asked.municipality, asked.round, most=1)
    return next(iter(one.rows(session, first)), None) is not None


def listed_envelopes(session: Session, found: Round) -> list[Envelope]:
    """The envelopes whose ballots are listed one by one."""
    return [
        envelope
        for envelope in consultation.envelopes(session, found.id)
        if exporting.ballots_public(session, found, envelope)
    ]


def dcat(session: Session, place: Municipality, base: str) -> bytes:
    """The catalogue of a municipality in JSON-LD."""
    sets = [
        _dataset(place, None, one, base)
        for one in resources(of_round=False)
        if holds(session, one, Asked(place))
    ]
    sets += [_budget(place, version, base) for version in budget.published(session, place.id)]
    for found in consultation.public_rounds(session, place.id):
        asked = Asked(place, found)
        sets += [
            _dataset(place, found, one, base)
            for one in resources(of_round=True)
            if holds(session, one, asked)
        ]
        if queries.public_count(session, found) is not None:
            sets += _ballots(session, place, found, base)
    document = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@type": "dcat:Catalog",
        "@id": base + url_for("opendata.dcat"),
        "dct:title": _texts(place.names),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": _texts(place.names)},
        "dct:language": list(place.languages),
        "dcat:service": {
            "@type": "dcat:DataService",
            "dct:title": "Read interface (OpenAPI 3.1)",
            "dcat:endpointURL": {"@id": base + url_for("api.everyone")},
            "dcat:endpointDescription": {"@id": base + url_for("api.openapi")},
        },
        "dcat:dataset": sets,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _texts(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in texts.items()]


def _dataset(place: Municipality, found: Round | None, one: Resource, base: str) -> dict[str, Any]:
    if found is None:
        own = base + url_for("opendata.catalogue") + f"#{one.name}"
        title = f"{localised(place.names, 'en')} – {one.title}"
    else:
        own = base + url_for("opendata.catalogue") + f"#{found.slug}-{one.name}"
        title = f"{localised(found.titles, 'en')} – {one.title}"
    return {
        "@type": "dcat:Dataset",
        "@id": own,
        "dct:title": title,
        "dct:description": f"{one.about} {one.public_when}",
        "dcat:distribution": [_distribution(address, kind) for kind, address in _addresses(found, one, base)]
        + _open_contracting(found, one, base),
    }


def _budget(place: Municipality, version: BudgetVersion, base: str) -> dict[str, Any]:
    """A version of the civic budget as a Fiscal Data Package."""
    numbers: dict[str, Any] = {"year": version.year, "number": version.number}
    return {
        "@type": "dcat:Dataset",
        "@id": base + url_for("budget_data.datapackage", **numbers),
        "dct:title": f"{localised(place.names, 'en')} – budget {version.year}, version {version.number}",
        "dct:conformsTo": {"@id": "https://specs.frictionlessdata.io/fiscal-data-package/"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": f"{version.year}-01-01",
            "dcat:endDate": f"{version.year}-12-31",
        },
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": base + url_for("budget_data.package_zip", **numbers)},
                "dcat:mediaType": "application/zip",
                "dct:format": {"@id": FILE_TYPES + "ZIP"},
            },
            *(
                _distribution(base + url_for("budget_data.lines", form=kind, **numbers), kind)
                for kind in ("csv", "xlsx")
            ),
        ],
    }


def _open_contracting(found: Round | None, one: Resource, base: str) -> list[dict[str, Any]]:
    """The contracts of a round also as a release package."""
    if found is None or one.name != "contracts":
        return []
    package = _distribution(base + url_for("delivery.ocds", round_slug=found.slug), "json")
    return [{**package, "dct:conformsTo": {"@id": "https://standard.open-contracting.org/1.1/"}}]


def _addresses(found: Round | None, one: Resource, base: str) -> Iterator[tuple[str, str]]:
    for kind in formats.kinds(one):
        if found is None:
            yield kind, base + url_for("opendata.town_file", name=one.name, kind=kind)
        else:
            yield kind, base + url_for("opendata.round_file", round_slug=found.slug, name=one.name, kind=kind)


def _distribution(address: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": formats.TYPES.get(kind, "text/plain").partition(";")[0],
        "dct:format": {"@id": FILE_TYPES + {"pb": "TXT", "geojson": "GEOJSON"}.get(kind, kind.upper())},
    }


def _ballots(session: Session, place: Municipality, found: Round, base: str) -> Iterator[dict[str, Any]]:
    for envelope in listed_envelopes(session, found):
        yield {
            "@type": "dcat:Dataset",
            "@id": base + url_for("opendata.catalogue") + f"#{found.slug}-ballots-{envelope.position}",
            "dct:title": [
                {"@language": language, "@value": f"{localised(found.titles, language)} – {name}"}
                for language, name in envelope.names.items()
            ],
            "dct:conformsTo": {"@id": "https://pabulib.org/format"},
            "dcat:distribution": [
                _distribution(
                    base
                    + url_for(
                        "opendata.ballots", round_slug=found.slug, position=envelope.position, kind=kind
                    ),
                    kind,
                )
                for kind in ("pb", "csv")
            ],
        }
