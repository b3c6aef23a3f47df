"""A version as a Fiscal Data Package: a CSV of its lines and the descriptor that says what its columns mean.

What a column means is said twice, as the two editions of the specification ask: by `columnType` in the words of the
OpenSpending taxonomy (1.0), and by `model` (0.3, which the profile of the specifications' registry still requires).
Source: https://specs.frictionlessdata.io/fiscal-data-package/
"""

import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy.orm import Session

from pbplatform.budget import cofog, queries
from pbplatform.budget.models import Axis, BudgetLine, BudgetVersion, Stage
from pbplatform.foundation.i18n import Texts
from pbplatform.foundation.sheets import stream_csv
from pbplatform.municipalities.models import Municipality

_PHASES = {"planned": "approved", "adjusted": "adjusted", "actual": "executed"}

_FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("row", "integer", "", "Row of the municipality's file"),
    ("direction", "string", "direction", "revenue or expenditure"),
    ("function_code", "string", "functional-classification:cofog:code:full", "COFOG division or group"),
    ("function_title", "string", "functional-classification:cofog:label", "English title of the function"),
    ("programme_code", "string", "activity:generic:program:code", "Programme"),
    ("programme_title", "string", "activity:generic:program:label", "Name of the programme"),
    ("economic_code", "string", "economic-classification:generic:code:full", "Economic code"),
    ("economic_title", "string", "economic-classification:generic:label", "Name of the economic code"),
    ("unit_code", "string", "administrative-classification:generic:code:full", "Spending institution"),
    ("unit_title", "string", "administrative-classification:generic:label", "Name of the institution"),
    ("district_code", "string", "geo-source:target:code", "District"),
    ("title", "string", "", "Name of the line"),
)

_DIMENSIONS: tuple[tuple[str, dict[str, str], str, str | None], ...] = (
    ("line", {"dimensionType": "fact"}, "row", "title"),
    ("direction", {"dimensionType": "other"}, "direction", None),
    (
        "function",
        {"dimensionType": "classification", "classificationType": "functional"},
        "function_code",
        "function_title",
    ),
    ("programme", {"dimensionType": "activity"}, "programme_code", "programme_title"),
    (
        "economic",
        {"dimensionType": "classification", "classificationType": "economic"},
        "economic_code",
        "economic_title",
    ),
    (
        "unit",
        {"dimensionType": "classification", "classificationType": "administrative"},
        "unit_code",
        "unit_title",
    ),
    ("district", {"dimensionType": "location"}, "district_code", None),
)
"""Name, kind, the column that identifies and the one that names."""


def major(minor: int | None) -> Decimal | None:
    """Minor units as an amount with two decimals."""
    return None if minor is None else Decimal(minor) / 100


def line_rows(session: Session, version: BudgetVersion) -> Iterator[list[Any]]:
    """The heading and every line; amounts in major units."""
    measures = queries.measures_of(version)
    yield [*(name for name, *_ in _FIELDS), *measures]
    named = queries.named_sums(session, version.id)
    for line in queries.all_lines(session, version.id):
        yield [*_described(line, named), *(major(getattr(line, measure)) for measure in measures)]


def _described(line: BudgetLine, named: dict[tuple[Axis, str], str]) -> list[Any]:
    return [
        line.row,
        line.side.value,
        line.function,
        cofog.title(line.function).get("en", ""),
        line.programme,
        named.get((Axis.PROGRAMME, line.programme), ""),
        line.economic,
        named.get((Axis.ECONOMIC, line.economic), ""),
        line.unit,
        named.get((Axis.UNIT, line.unit), ""),
        line.district,
        line.title,
    ]


def descriptor(place: Municipality, version: BudgetVersion, path: str) -> dict[str, Any]:
    """The descriptor, after the Fiscal Data Package specification 1.0: a tabular data package with column types."""
    names: Texts = place.names
    fields = [
        {
            "name": name,
            "type": kind,
            "description": said,
            **({"columnType": column_type} if column_type else {}),
        }
        for name, kind, column_type, said in _FIELDS
    ]
    for measure in queries.measures_of(version):
        fields.append(
            {
                "name": measure,
                "type": "number",
                "columnType": "value",
                "currency": version.currency.value,
                "phase": _phase(version, measure),
                "description": f"Amount in {version.currency.value}",
            }
        )
    return {
        "profile": "fiscal-data-package",
        "name": f"{place.slug}-budget-{version.year}-{version.number}",
        "title": f"{names.get('en') or next(iter(names.values()))}: budget {version.year}",
        **({} if place.country.value == "other" else {"countryCode": place.country.value.upper()}),
        "granularity": "aggregated",
        "fiscalPeriod": {"start": f"{version.year}-01-01", "end": f"{version.year}-12-31"},
        "created": version.made_at.isoformat(),
        "version": str(version.number),
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "totals": version.totals,
        "sourceHash": f"sha256:{version.file_hash}",
        "model": _model(version),
        "resources": [
            {
                "name": "lines",
                "path": path,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8-sig",
                "schema": {"fields": fields, "primaryKey": ["row"], "missingValues": [""]},
            }
        ],
    }


def _phase(version: BudgetVersion, measure: str) -> str:
    return "proposed" if measure == "planned" and version.stage is Stage.DRAFT else _PHASES[measure]


def _model(version: BudgetVersion) -> dict[str, Any]:
    """Which columns are amounts and which tell what an amount is for."""
    return {
        "measures": {
            measure: {
                "source": measure,
                "resource": "lines",
                "currency": version.currency.value,
                "phase": _phase(version, measure),
            }
            for measure in queries.measures_of(version)
        },
        "dimensions": {
            name: {
                **kind,
                "primaryKey": "code",
                "attributes": {
                    "code": {"source": code, "resource": "lines"},
                    **(
                        {"label": {"source": label, "resource": "lines", "labelfor": "code"}} if label else {}
                    ),
                },
            }
            for name, kind, code, label in _DIMENSIONS
        },
    }


def descriptor_json(place: Municipality, version: BudgetVersion, path: str) -> str:
    """The descriptor as text."""
    return json.dumps(descriptor(place, version, path), ensure_ascii=False, indent=1)


def zipped(session: Session, place: Municipality, version: BudgetVersion) -> Iterator[bytes]:
    """The whole package in one file, in pieces; the same version gives the same bytes."""
    described = descriptor_json(place, version, "lines.csv").encode()
    with TemporaryFile() as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, pieces in (
                ("datapackage.json", iter((described,))),
                ("lines.csv", stream_csv(line_rows(session, version))),
            ):
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with packed.open(entry, "w") as part:
                    for piece in pieces:
                        part.write(piece)
        made.seek(0)
        while piece := made.read(64 * 1024):
            yield piece
