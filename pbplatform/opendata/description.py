"""The OpenAPI 3.1 description of the read interface, made from the resources, so that it cannot lag behind them."""

from typing import Any

from flask_babel import gettext as _

from pbplatform.consultation.publishing import Field, Holds, Resource, resources
from pbplatform.foundation.i18n import LANGUAGES

VERSION = "1.0.0"
MOST = 500
USUAL = 100
LARGEST_KEY = 2**53 - 1
SLUG = {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$"}

TYPES: dict[Holds, dict[str, Any]] = {
    Holds.TEXT: {"type": "string"},
    Holds.TEXTS: {"type": "object", "additionalProperties": {"type": "string"}},
    Holds.WHOLE: {"type": "integer"},
    Holds.NUMBER: {"type": "number"},
    Holds.MONEY: {"type": "integer"},
    Holds.YES_NO: {"type": "boolean"},
    Holds.MOMENT: {"type": "string", "format": "date-time"},
    Holds.DAY: {"type": "string", "format": "date"},
    Holds.CODES: {"type": "array", "items": {"type": "string"}},
    Holds.DATA: {"type": ["object", "array"]},
}

MUNICIPALITY_FIELDS = ("municipality", "names", "country", "languages", "currency", "population", "page")


def document(base_url: str) -> dict[str, Any]:
    """The whole description, its sentences in the reader's language."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": str(_("Open data of municipalities")),
            "version": VERSION,
            "description": str(
                _(
                    "Reads everything that is public on the pages, at the same time and by the same rules. No key is needed."
                )
            ),
        },
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": {**_fixed_paths(), **{_path(one): {"get": _listing(one)} for one in resources()}},
        "components": {
            "schemas": {
                "Problem": _problem(),
                "Municipality": _municipality(),
                **{_schema_name(one): _schema(one) for one in resources()},
            },
            "responses": {
                "Problem": {
                    "description": str(_("What did not work, as RFC 9457 has it.")),
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                },
                "Unchanged": {"description": str(_("Nothing has changed since the ETag that you sent."))},
            },
            "headers": {
                "ETag": {
                    "description": str(
                        _("Send it back as If-None-Match; the answer is then 304 until something changes.")
                    ),
                    "schema": {"type": "string"},
                },
                "Link": {
                    "description": str(_("The address of the next page (rel=next), where there is one.")),
                    "schema": {"type": "string"},
                },
            },
        },
    }


def _path(resource: Resource) -> str:
    middle = "/rounds/{round}" if resource.of_round else ""
    return f"/municipalities/{{municipality}}{middle}/{resource.name}"


def _schema_name(resource: Resource) -> str:
    return "".join(part.title() for part in resource.name.split("-"))


def _fixed_paths() -> dict[str, Any]:
    return {
        "/municipalities": {
            "get": {
                "operationId": "municipalities",
                "summary": str(_("The municipalities of this installation")),
                "parameters": _paging(),
                "responses": _responses({"$ref": "#/components/schemas/Municipality"}),
            }
        },
        "/municipalities/{municipality}": {
            "get": {
                "operationId": "municipality",
                "summary": str(_("One municipality")),
                "parameters": [_slug("municipality")],
                "responses": _responses({"$ref": "#/components/schemas/Municipality"}, single=True),
            }
        },
        "/municipalities/{municipality}/rounds/{round}": {
            "get": {
                "operationId": "round",
                "summary": str(_("One round")),
                "parameters": [_slug("municipality"), _slug("round")],
                "responses": _responses({"$ref": "#/components/schemas/Rounds"}, single=True),
            }
        },
    }


def _listing(resource: Resource) -> dict[str, Any]:
    places = [_slug("municipality"), *([_slug("round")] if resource.of_round else [])]
    return {
        "operationId": resource.name,
        "summary": str(resource.title),
        "description": f"{resource.about} {_('Public:')} {resource.public_when}",
        "parameters": [*places, *_paging()],
        "responses": _responses(
            {"$ref": f"#/components/schemas/{_schema_name(resource)}"},
            example={field.name: field.example for field in resource.fields},
        ),
    }


def _slug(name: str) -> dict[str, Any]:
    said = (
        _("The short name of the municipality; it stands in its addresses.")
        if name == "municipality"
        else _("The short name of the round; it stands in addresses.")
    )
    return {"name": name, "in": "path", "required": True, "description": str(said), "schema": SLUG}


def _paging() -> list[dict[str, Any]]:
    return [
        {
            "name": "limit",
            "in": "query",
            "description": str(_("How many items a page has at most.")),
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        },
        {
            "name": "after",
            "in": "query",
            "description": str(_("Where the page begins; take it from the link to the next page.")),
            "schema": {"type": "integer", "minimum": 0, "maximum": LARGEST_KEY, "default": 0},
        },
    ]


def _responses(
    item: dict[str, Any], *, single: bool = False, example: dict[str, Any] | None = None
) -> dict[str, Any]:
    schema: dict[str, Any] = item
    if not single:
        schema = {
            "type": "object",
            "required": ["items", "next"],
            "additionalProperties": False,
            "properties": {
                "items": {"type": "array", "items": item, "maxItems": MOST},
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": str(_("The address of the next page; null on the last one.")),
                },
            },
        }
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = {"items": [example], "next": None}
    problem = {"$ref": "#/components/responses/Problem"}
    headers = {"ETag": {"$ref": "#/components/headers/ETag"}}
    if not single:
        headers["Link"] = {"$ref": "#/components/headers/Link"}
    found = {
        "200": {
            "description": str(_("What was asked for.")),
            "headers": headers,
            "content": {"application/json": content},
        },
        "304": {"$ref": "#/components/responses/Unchanged"},
        "404": problem,
        "503": problem,
    }
    return found if single else found | {"400": problem}


def _schema(resource: Resource) -> dict[str, Any]:
    return {
        "type": "object",
        "description": str(resource.about),
        "required": [field.name for field in resource.fields],
        "additionalProperties": False,
        "properties": {field.name: field_schema(field) for field in resource.fields},
    }


def field_schema(field: Field) -> dict[str, Any]:
    """The JSON Schema of one field."""
    schema: dict[str, Any] = dict(TYPES[field.holds])
    about = str(field.about)
    if field.holds is Holds.MONEY:
        about += " " + str(_("In minor units: hundredths of the currency."))
    if field.among:
        schema["enum"] = [*field.among, *([None] if field.empty else [])]
    if field.empty:
        known = schema["type"]
        schema["type"] = [*(known if isinstance(known, list) else [known]), "null"]
    return {**schema, "description": about, "examples": [field.example]}


def _municipality() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": list(MUNICIPALITY_FIELDS),
        "additionalProperties": False,
        "properties": {
            "municipality": {
                **SLUG,
                "description": str(_("The short name of the municipality; it stands in its addresses.")),
            },
            "names": {"type": "object", "additionalProperties": text},
            "country": text,
            "languages": {"type": "array", "items": {"type": "string", "enum": list(LANGUAGES)}},
            "currency": text,
            "population": {"type": "integer"},
            "page": {"type": "string", "format": "uri"},
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
