"""What the Fiscal Data Package specification asks of a descriptor, written down as a JSON schema.

Source: https://specs.frictionlessdata.io/fiscal-data-package/ and the types of https://github.com/openspending/os-types.
The registry's own profile contradicts itself in one point (it wants the name of the tabular profile), so it is not used.
"""

from typing import Any

_CLASSIFICATION = (
    "(functional|economic|administrative)-classification:(generic|cofog|gfsm)"
    "(:(division|group|class|level[1-4]))?:(code:(full|part)|code|label|description)"
)
COLUMN_TYPE = (
    f"^({_CLASSIFICATION}|activity:generic:(program|project|contract):(code|label)"
    "|geo-source:(target|source|generic):(code|codeList|title)|date:(fiscal-year|generic)|direction|phase|value"
    "|budget-line-id|(supplier|recipient|procurer|administrator):generic:(id|name))$"
)
_DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


def schema(columns: list[str]) -> dict[str, Any]:
    """The schema of a descriptor whose table has these columns: every source must be one of them."""
    source = {"type": "string", "enum": columns}
    attribute = {
        "type": "object",
        "required": ["source"],
        "properties": {
            "source": source,
            "resource": {"const": "lines"},
            "labelfor": {"type": "string"},
            "parent": {"type": "string"},
        },
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["profile", "name", "resources", "model", "fiscalPeriod"],
        "properties": {
            "profile": {"const": "fiscal-data-package"},
            "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
            "countryCode": {"type": "string", "pattern": "^[A-Z]{2}$"},
            "granularity": {"enum": ["aggregated", "transactional"]},
            "fiscalPeriod": {
                "type": "object",
                "required": ["start", "end"],
                "properties": {"start": _DAY, "end": _DAY},
            },
            "resources": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["name", "path", "profile", "schema"],
                    "properties": {
                        "profile": {"const": "tabular-data-resource"},
                        "schema": {
                            "type": "object",
                            "required": ["fields", "primaryKey"],
                            "properties": {
                                "fields": {
                                    "type": "array",
                                    "items": _FIELD,
                                    "contains": {
                                        "properties": {"columnType": {"const": "value"}},
                                        "required": ["columnType"],
                                    },
                                },
                                "primaryKey": {"type": "array", "items": source},
                            },
                        },
                    },
                },
            },
            "model": {
                "type": "object",
                "required": ["measures", "dimensions"],
                "properties": {
                    "measures": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {
                            "type": "object",
                            "required": ["source", "currency"],
                            "properties": {
                                "source": source,
                                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                                "phase": {"enum": ["proposed", "approved", "adjusted", "executed"]},
                            },
                        },
                    },
                    "dimensions": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {
                            "type": "object",
                            "required": ["attributes", "primaryKey"],
                            "properties": {
                                "attributes": {
                                    "type": "object",
                                    "minProperties": 1,
                                    "additionalProperties": attribute,
                                },
                                "primaryKey": {"type": "string"},
                                "dimensionType": {
                                    "enum": [
                                        "datetime", "entity", "classification", "activity", "fact",
                                        "location", "other",
                                    ]
                                },
                                "classificationType": {"enum": ["functional", "administrative", "economic"]},
                            },
                        },
                    },
                },
            },
        },
    }  # fmt: skip


_FIELD: dict[str, Any] = {
    "type": "object",
    "required": ["name", "type"],
    "properties": {"columnType": {"type": "string", "pattern": COLUMN_TYPE}},
    "if": {"properties": {"columnType": {"const": "value"}}, "required": ["columnType"]},
    "then": {"properties": {"type": {"const": "number"}}},
    "else": {"properties": {"type": {"enum": ["string", "integer"]}}},
}
