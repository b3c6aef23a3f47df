"""A resource's rows as JSON, CSV, XLSX and GeoJSON, piece by piece, so that a quarter of a million rows cost little memory.

JSON holds money in minor units, as the platform keeps it; tables hold whole units with decimals, for people. A text in
several languages is an object in JSON; in tables it is two columns, the text in the reader's language (or the first that
there is) and that language.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pbplatform.consultation.publishing import Field, Holds, Resource, Row
from pbplatform.foundation.i18n import localised
from pbplatform.foundation.sheets import XLSX_TYPE, stream_csv, stream_xlsx

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX_TYPE,
    "json": "application/json",
    "geojson": "application/geo+json",
}
ROWS_IN_A_PIECE = 200


def kinds(resource: Resource) -> list[str]:
    """The formats that a resource has."""
    return [kind for kind in TYPES if kind != "geojson" or resource.on_map]


def stream(resource: Resource, rows: Iterable[Row], kind: str, locale: str) -> Iterator[bytes]:
    """All rows in one of the formats."""
    if kind == "json":
        return stream_json(resource, rows)
    if kind == "geojson":
        return stream_geojson(resource, rows)
    lines = table(resource, rows, locale)
    return stream_csv(lines) if kind == "csv" else stream_xlsx([(resource.name, lines)])


def plain(resource: Resource, values: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it, its fields in their order."""
    return {field.name: _json(values[field.name]) for field in resource.fields}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def table(resource: Resource, rows: Iterable[Row], locale: str) -> Iterator[list[Any]]:
    """A heading and the rows as a table has them."""
    yield [heading for field in resource.fields for heading in _headings(field)]
    for _key, values in rows:
        yield [cell for field in resource.fields for cell in _cells(field, values[field.name], locale)]


def _headings(field: Field) -> tuple[str, ...]:
    if field.holds is Holds.TEXTS:
        single = field.name.removesuffix("s") if field.name != "summaries" else "summary"
        return (single, f"{single}_language")
    return (field.name,)


def _cells(field: Field, value: Any, locale: str) -> tuple[Any, ...]:
    if field.holds is Holds.TEXTS:
        found = localised(value, locale)
        return (found.text, found.language if found.text else None)
    if value is None:
        return (None,)
    if field.holds is Holds.MONEY:
        return (Decimal(value).scaleb(-2),)
    if field.holds is Holds.YES_NO:
        return (int(value),)
    if field.holds is Holds.CODES:
        return (", ".join(value),)
    if field.holds is Holds.DATA:
        return (json.dumps(value, ensure_ascii=False),)
    if field.holds is Holds.MOMENT:
        return (value.isoformat(),)
    return (value,)


def _joined(head: str, items: Iterator[str], tail: str) -> Iterator[bytes]:
    """Items with commas between, sent some hundreds at a time."""
    waiting = [head]
    for number, item in enumerate(items):
        waiting.append((",\n" if number else "") + item)
        if len(waiting) > ROWS_IN_A_PIECE:
            yield "".join(waiting).encode()
            waiting = []
    yield ("".join(waiting) + tail).encode()


def stream_json(resource: Resource, rows: Iterable[Row]) -> Iterator[bytes]:
    """One object: the resource's name and its rows."""
    items = (json.dumps(plain(resource, values), ensure_ascii=False) for _key, values in rows)
    return _joined(f'{{"resource": "{resource.name}", "items": [\n', items, "\n]}\n")


def stream_geojson(resource: Resource, rows: Iterable[Row]) -> Iterator[bytes]:
    """A feature collection of the rows that have a place."""

    def features() -> Iterator[str]:
        for _key, values in rows:
            geometry = _geometry(resource, values)
            if geometry is not None:
                left = {
                    name: value
                    for name, value in plain(resource, values).items()
                    if name not in ("latitude", "longitude", resource.outline)
                }
                yield json.dumps(
                    {"type": "Feature", "geometry": geometry, "properties": left}, ensure_ascii=False
                )

    return _joined('{"type": "FeatureCollection", "features": [\n', features(), "\n]}\n")


def _geometry(resource: Resource, values: dict[str, Any]) -> dict[str, Any] | None:
    if resource.outline is not None:
        outline: dict[str, Any] | None = values[resource.outline]
        return outline
    if values["latitude"] is None or values["longitude"] is None:
        return None
    return {"type": "Point", "coordinates": [values["longitude"], values["latitude"]]}
