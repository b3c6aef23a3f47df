"""A voter's receipt: which of their choices won, and what of their share of the money went to each.

Under Equal Shares every supporter of a winner pays price × worth, or all they still have; so one voter's payments follow
from the chain of prices alone, without looking at any other ballot.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from pbplatform.consultation.models import BallotFormat, Round
from pbplatform.results import publication, queries
from pbplatform.results.showing import Line, Shown
from pbplatform.voting import canon
from pbplatform.voting.models import SealedBallot, Superseded


class Fate(StrEnum):
    """What became of a tracker."""

    COUNTED = "counted"
    REPLACED = "replaced"
    """A later ballot of the same voter took its place."""
    RECORDED = "recorded"
    """The ballot is in the count, but choices are published apart from trackers, so they are not shown."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Paid:
    """One choice of a ballot: whether it won, and what of the voter's share it took, in minor units."""

    line: Line
    amount: Fraction


@dataclass(frozen=True)
class PartOfReceipt:
    """A ballot's choices in one envelope."""

    shown: Shown
    endowment: Fraction | None
    paid: list[Paid]

    @property
    def won(self) -> list[Paid]:
        """The choices that won."""
        return [p for p in self.paid if p.line.funded]

    @property
    def spent(self) -> Fraction:
        """What the choices took together."""
        return sum((p.amount for p in self.paid), start=Fraction(0))


@dataclass(frozen=True)
class Receipt:
    """The answer to a tracker."""

    tracker: str
    fate: Fate
    parts: list[PartOfReceipt]

    @property
    def found(self) -> bool:
        """Whether the tracker is known in this round."""
        return self.fate is not Fate.UNKNOWN


def receipt_of(session: Session, found: Round, shown: Sequence[Shown], typed: str) -> Receipt:
    """What a tracker's ballot paid for. A tracker of another round is as unknown as an invented one."""
    tracker = canon.spoken_tracker(typed)
    if not canon.is_tracker(tracker):
        return Receipt(tracker, Fate.UNKNOWN, [])
    ballot = queries.ballot_by_tracker(session, found, tracker)
    if ballot is None:
        replaced = session.get(Superseded, (found.id, tracker)) is not None
        return Receipt(tracker, Fate.REPLACED if replaced else Fate.UNKNOWN, [])
    if not publication.is_open(queries.seal(session, found)):
        return Receipt(tracker, Fate.RECORDED, [])
    return Receipt(tracker, Fate.COUNTED, _parts(ballot, shown))


def _parts(ballot: SealedBallot, shown: Sequence[Shown]) -> list[PartOfReceipt]:
    said = json.loads(ballot.payload)
    return [
        PartOfReceipt(part, endowment_of(part.outcome), payments(part, said[str(part.envelope.position)]))
        for part in shown
        if str(part.envelope.position) in said
    ]


def endowment_of(outcome: Mapping[str, Any]) -> Fraction | None:
    """Each voter's share in minor units under Equal Shares; None under greedy."""
    return None if outcome["endowment"] is None else Fraction(outcome["endowment"])


def payments(part: Shown, choices: Sequence[Any]) -> list[Paid]:
    """What each choice took, winners in the order of the rounds, then the others as they stand on the ballot."""
    worth = _worth(part, choices)
    lines = part.by_code()
    held = endowment_of(part.outcome) or Fraction(0)
    amounts: dict[str, Fraction] = {}
    for bought in part.outcome["rounds"]:
        code = bought["project"]
        if code in worth:
            amounts[code] = min(held, Fraction(bought["price"]) * worth[code])
            held -= amounts[code]
    compared = part.outcome.get("compared")
    if compared and compared["switched"]:
        amounts = {}
    codes = sorted(worth, key=lambda code: list(amounts).index(code) if code in amounts else len(amounts))
    return [Paid(lines[code], amounts.get(code, Fraction(0))) for code in codes if code in lines]


def _worth(part: Shown, choices: Sequence[Any]) -> dict[str, int]:
    """What each choice is worth to this voter under the rule's utility."""
    utility = part.outcome["options"].get("utility", "cost")
    lines = part.by_code()
    if part.envelope.ballot_format is BallotFormat.POINTS:
        pairs = dict(choices)
    else:
        longest = len(choices)
        if part.outcome["options"].get("borda") == "max-length":
            longest = part.envelope.most_choices or longest
        pairs = {code: max(longest - place, 0) for place, code in enumerate(choices)}
    if utility in ("points", "borda"):
        return pairs
    return {code: lines[code].project.cost if utility == "cost" else 1 for code in pairs if code in lines}
