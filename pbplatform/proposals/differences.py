"""What changed from one version of a proposal to the next, word by word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from pbplatform.proposals.listing import Choices
from pbplatform.proposals.models import ProposalVersion

LONGEST_COMPARED = 4_000
_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(StrEnum):
    """What a piece of text is in a comparison."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Said(StrEnum):
    """The parts of a proposal that a history compares."""

    TITLE = "title"
    TEXT = "text"
    BENEFICIARIES = "beneficiaries"
    CATEGORY = "category_id"
    ENVELOPE = "envelope_id"
    DISTRICT = "district_id"
    ADDRESS = "address"
    COST = "cost_estimate"
    REASONING = "cost_reasoning"
    PLACE = "place"


@dataclass(frozen=True)
class Change:
    """One part that changed: as pieces of text, or as two values where it is no text."""

    part: Said
    pieces: Sequence[tuple[Piece, str]] = ()
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class VersionStep:
    """A version with its changes against the one before."""

    version: ProposalVersion
    changes: Sequence[Change]


_TEXTS = (Said.TITLE, Said.TEXT, Said.BENEFICIARIES, Said.ADDRESS, Said.REASONING)


def steps(versions: Sequence[ProposalVersion], offered: Choices) -> list[VersionStep]:
    """The versions, newest first, each with what it changed."""
    found = []
    before: Mapping[str, Any] | None = None
    for version in versions:
        found.append(
            VersionStep(version, _changes(before, version.said, offered) if before is not None else ())
        )
        before = version.said
    return found[::-1]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], offered: Choices) -> list[Change]:
    found = [
        Change(part, compare(before.get(part, ""), after.get(part, "")))
        for part in _TEXTS
        if before.get(part, "") != after.get(part, "")
    ]
    named = {
        Said.CATEGORY: offered.categories,
        Said.ENVELOPE: offered.envelopes,
        Said.DISTRICT: offered.districts,
    }
    for part, names in named.items():
        if before.get(part) != after.get(part):
            found.append(
                Change(part, (), names.get(before.get(part) or 0, {}), names.get(after.get(part) or 0, {}))
            )
    if before.get(Said.COST) != after.get(Said.COST):
        found.append(Change(Said.COST, (), before.get(Said.COST), after.get(Said.COST)))
    points = [(said.get("latitude"), said.get("longitude")) for said in (before, after)]
    if points[0] != points[1]:
        found.append(Change(Said.PLACE, (), *points))
    return found


def compare(before: str, after: str) -> list[tuple[Piece, str]]:
    """Two texts as pieces that stayed, went and came; very long texts are shown whole, before and after."""
    if len(before) + len(after) > 2 * LONGEST_COMPARED * 4:
        return [(Piece.GONE, before), (Piece.NEW, after)]
    left, right = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[tuple[Piece, str]] = []
    for kind, start, end, other_start, other_end in SequenceMatcher(
        None, left, right, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            pieces.append((Piece.SAME, "".join(left[start:end])))
            continue
        if start != end:
            pieces.append((Piece.GONE, "".join(left[start:end])))
        if other_start != other_end:
            pieces.append((Piece.NEW, "".join(right[other_start:other_end])))
    return pieces
