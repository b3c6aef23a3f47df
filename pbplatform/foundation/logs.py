"""Structured logs without personal data: one JSON object a line, only fields that are named here."""

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = (
    "request",
    "method",
    "endpoint",
    "status",
    "milliseconds",
    "job",
    "kind",
    "round",
    "municipality",
    "count",
    "duty",
)
"""What a log line may carry beside its message; addresses, names, codes and paths with tokens are not among them."""


class JsonLines(logging.Formatter):
    """A log record as one line of JSON; a line break inside a message cannot forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str) -> None:
    """Send every logger of the process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("huey").setLevel("WARNING")
