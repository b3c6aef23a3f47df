"""How much of the ballots is told: everything beside its tracker, the choices apart from the trackers, or totals only.

The seal says it for every envelope (`voting.canon.published_as`). One ballot may speak of several envelopes, so a ballot
stands beside its tracker only where every envelope of the round is published openly.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from pbplatform.consultation.models import Round
from pbplatform.results import elections
from pbplatform.tally.outcome import Reason
from pbplatform.tally.rules import Rule
from pbplatform.voting import canon
from pbplatform.voting.models import RoundSeal

OPEN, SEALED, TOTALS = "open", "sealed", "totals"


def is_open(seal: RoundSeal | None) -> bool:
    """Whether ballots may stand beside their trackers; a past election has no trackers."""
    return seal is not None and all(way == OPEN for way in seal.publication.values())


def way(seal: RoundSeal | None, position: int) -> str:
    """How the ballots of an envelope are told. Those of a past election were public before, without trackers."""
    if seal is None:
        return SEALED
    said = str(seal.publication[str(position)])
    return said if said == TOTALS or is_open(seal) else SEALED


def choices(session: Session, found: Round, position: int) -> Iterator[tuple[str, int]]:
    """The different choices of an envelope as canonical text, sorted, with how many ballots say just that.

    The order says nothing of the order of the trackers, so that the one list does not lead to the other.
    """
    told: Counter[str] = Counter()
    for payload, number in elections.classes(session, found):
        said = json.loads(payload)
        if str(position) in said:
            told[canon.canonical(said[str(position)])] += number
    yield from sorted(told.items())


def told_outcome(outcome: Mapping[str, Any], published: str) -> dict[str, Any]:
    """An outcome as it may be kept and published.

    Where only totals are told, whatever depends on which choices stand on one ballot together is left out: what
    supporters paid and still had, the exact prices, who is better off under which rule, and the digest of the ballots,
    which anybody could find again by trying when they are few. Votes, costs, the order of winning and ties remain.
    """
    told = dict(outcome)
    if published != TOTALS:
        return told
    told["input"] = told["endowment"] = told["increments"] = None
    told["rounds"] = [
        {**bought, "price": None, "paid_full": None, "paid_rest": None} for bought in outcome["rounds"]
    ]
    told["unfunded"] = [
        {**lost, "have": None} if lost["reason"] == Reason.SUPPORTERS_MONEY else lost
        for lost in outcome["unfunded"]
    ]
    if outcome["compared"] is not None:
        told["compared"] = {**outcome["compared"], "equal": None, "equal_shares": None, "greedy": None}
    return told


def told_figures(figures: Mapping[str, Any], published: str) -> dict[str, Any]:
    """The figures beside such an outcome: of totals, what follows from the votes alone."""
    if published != TOTALS:
        return dict(figures)
    other = figures["other"]
    if other and other["options"]["rule"] == Rule.GREEDY:
        other = {name: other[name] for name in ("options", "funded", "cost")}
    else:
        other = None  # What Equal Shares would fund depends on who chose what together.
    return {
        "votes": figures["votes"],
        "points": figures["points"],
        "needs": figures["needs"],
        "shares": {},
        "other": other,
    }
