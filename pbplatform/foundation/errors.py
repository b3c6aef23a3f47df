"""What may go wrong for a reason that a person can mend."""

from enum import StrEnum
from typing import Any


class Invalid(Exception):
    """A decision was asked for with facts that do not allow it.

    `reason` is an enum member whose sentence stands with the page that shows it; `field` names the form field it
    belongs to; `values` fill the sentence.
    """

    def __init__(self, reason: StrEnum, field: str | None = None, **values: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.field = field
        self.values = values


class Conflict(Exception):
    """Somebody else decided first, or the thing is frozen: the present state must be shown (409)."""

    def __init__(self, reason: StrEnum | None = None) -> None:
        super().__init__(str(reason or "conflict"))
        self.reason = reason


class Missing(Exception):
    """There is no such thing here, or it is not for this person to know (404)."""


class Gone(Exception):
    """It was here and is over for good (410)."""
