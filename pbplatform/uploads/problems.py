"""Why a file is not taken."""

from enum import StrEnum


class UploadProblem(StrEnum):
    """A reason that the person who chose the file can do something about."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    WRONG_KIND = "wrong_kind"
    UNREADABLE = "unreadable"
    TWO_KINDS = "two_kinds"
    ACTIVE_DOCUMENT = "active_document"
    INFECTED = "infected"
    ALT_MISSING = "alt_missing"
    ALT_TOO_LONG = "alt_too_long"
    TOO_MANY = "too_many"
