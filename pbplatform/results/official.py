"""Why a past election's official outcome differs from the count of its file: what can be shown, and no more.

A file may name no rule that can be applied; then nothing follows from its ballots alone. Where it names one, there may be
projects that the rule funds and the organisers did not: if the count without exactly these is the official outcome, that
is said by their names. The reason why they were left out may stand in the file's remarks; it is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pbplatform.results.models import PastElection


@dataclass(frozen=True)
class Official:
    """How a count compares with the organisers' outcome, by the codes of projects."""

    equal: bool
    only_ours: tuple[str, ...]
    only_theirs: tuple[str, ...]
    extra: tuple[str, ...]
    """What was funded with other money or from a reserve later: no count of the ballots could find those."""
    left_out: tuple[str, ...] = ()
    """Without these the declared rule gives the official outcome, and with any one of them it does not."""


def compare(
    past: PastElection, outcome: Mapping[str, Any], figures: Mapping[str, Any] | None = None
) -> Official | None:
    """Whether our funded projects are the organisers'; None where the file does not tell theirs.

    What they funded with money from elsewhere (mark 2) counts only where the rule itself adds money.
    """
    if past.official is None:
        return None
    adds = outcome["options"].get("extra_percent") is not None
    theirs = {code for code, mark in past.official.items() if mark == 1 or (mark == 2 and adds)}
    ours = set(outcome["funded"])
    later = {code for code, mark in past.official.items() if mark in (2, 3)} - theirs
    return Official(
        ours == theirs,
        tuple(sorted(ours - theirs)),
        tuple(sorted(theirs - ours)),
        tuple(sorted(later)),
        tuple((figures or {}).get("left_out", ())),
    )


def remarks(past: PastElection) -> dict[str, str]:
    """What the file itself says of its rule and in its remarks; empty where it says nothing."""
    rows = {str(key): str(value) for key, value in past.meta["rows"]}
    return {key: rows.get(key, "") for key in ("rule", "comment")}
