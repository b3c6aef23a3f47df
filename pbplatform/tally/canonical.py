"""The one way in which results become bytes, so that equal results are equal files on any machine."""

import json
from typing import Any


def canonical(data: dict[str, Any]) -> bytes:
    """Canonical JSON bytes of plain data."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode(
        "utf-8"
    )
