"""What a count says: the funded projects in order, the money, every tie, and the reasons as data.

`Outcome.to_dict` is canonical: plain JSON values, rationals as "numerator/denominator" in lowest terms, the same bytes
for the same election and rule on any machine. `plain.count` produces the same data by other means.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pbplatform.tally.canonical import canonical
from pbplatform.tally.rules import RuleSpec

if TYPE_CHECKING:  # An election holds arrays; whoever only reads reasons goes without them.
    from pbplatform.tally.election import Election

VERSION = "1"
"""Version of the outcome's form and of the rules' definitions; it changes when any count could come out differently."""


class Stage(StrEnum):
    """Which part of the count funded a project."""

    EQUAL_SHARES = "equal-shares"
    GREEDY = "greedy"
    LEFTOVER = "leftover"


class Verdict(StrEnum):
    """What became of a project at its turn in a greedy count."""

    FUNDED = "funded"
    FUNDED_WITH_EXTRA = "funded-with-extra"  # extra money pays what the budget lacked
    DOES_NOT_FIT = "does-not-fit"
    NOT_REACHED = "not-reached"  # the count stopped at an earlier project that did not fit
    EXCLUDED = "excluded"  # a funded project excludes it
    OVER_LIMIT = "over-limit"  # its category or district has no money left


class Reason(StrEnum):
    """Why a project is not funded."""

    NO_SUPPORT = "no-support"
    BELOW_THRESHOLD = "below-threshold"
    DEARER_THAN_BUDGET = "dearer-than-budget"
    EXCLUDED = "excluded"
    OVER_LIMIT = "over-limit"
    SUPPORTERS_MONEY = "supporters-money"  # Equal Shares: its supporters hold less than its cost
    DOES_NOT_FIT = "does-not-fit"  # greedy: less money was left than its cost
    NOT_REACHED = "not-reached"  # greedy without skipping had stopped before


@dataclass(frozen=True, slots=True)
class Tie:
    """Projects that were exactly equal when one of them had to be taken first.

    `chosen` came first by the announced order; `decisive` says that not all of them are funded in the end.
    """

    stage: Stage
    round: int
    projects: tuple[str, ...]
    chosen: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One purchase of Equal Shares.

    `price` is the money per unit of utility, in minor units; `supporters` is the number of voters who chose the project,
    of whom `paid_full` paid price times utility, `paid_rest` gave all the money they still had, and the others had none.
    """

    project: str
    price: Fraction
    supporters: int
    paid_full: int
    paid_rest: int


@dataclass(frozen=True, slots=True)
class Step:
    """One project's turn in a greedy count: its rank (1 is first), score, and the money left before it, minor units.

    `blocked_by` names the project that excludes it, or the category or district whose limit it would break.
    """

    stage: Stage
    rank: int
    project: str
    score: Fraction
    left: int
    verdict: Verdict
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Unfunded:
    """Why a project is not funded, with the amount that it failed on.

    `have` is what there was and `need` what it took: votes or points for a threshold, minor units for money.
    """

    project: str
    reason: Reason
    have: Fraction
    need: Fraction
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Equal Shares against greedy over all voters: how many are better off with each, how many are equally well off."""

    by: str
    equal_shares: int
    greedy: int
    equal: int
    greedy_funded: tuple[str, ...]
    greedy_preferred: bool
    switched: bool


@dataclass(frozen=True)
class Outcome:
    """The result of one count. `cost` can exceed the budget only by extra money (`Verdict.FUNDED_WITH_EXTRA`)."""

    election: "Election" = field(repr=False)
    spec: RuleSpec
    funded: tuple[str, ...]
    cost: int
    increments: int
    endowment: Fraction | None
    rounds: tuple[Round, ...]
    steps: tuple[Step, ...]
    unfunded: tuple[Unfunded, ...]
    ties: tuple[Tie, ...]
    compared: Compared | None = None

    def to_dict(self) -> dict[str, Any]:
        """The outcome as canonical plain data, with the digest of its input."""
        return {
            "ballots": self.election.voters,
            "budget": self.election.budget,
            "compared": None if self.compared is None else _compared(self.compared),
            "cost": self.cost,
            "endowment": None if self.endowment is None else ratio(self.endowment),
            "funded": list(self.funded),
            "increments": self.increments,
            "input": self.election.digest,
            "options": self.spec.to_dict(),
            "projects": len(self.election.projects),
            "rounds": [
                {
                    "paid_full": r.paid_full,
                    "paid_rest": r.paid_rest,
                    "price": ratio(r.price),
                    "project": r.project,
                    "supporters": r.supporters,
                }
                for r in self.rounds
            ],
            "scale": self.election.scale,
            "steps": [
                {
                    "blocked_by": s.blocked_by,
                    "left": s.left,
                    "project": s.project,
                    "rank": s.rank,
                    "score": ratio(s.score),
                    "stage": s.stage.value,
                    "verdict": s.verdict.value,
                }
                for s in self.steps
            ],
            "ties": [
                {
                    "chosen": t.chosen,
                    "decisive": t.decisive,
                    "projects": list(t.projects),
                    "round": t.round,
                    "stage": t.stage.value,
                }
                for t in self.ties
            ],
            "unfunded": [
                {
                    "blocked_by": u.blocked_by,
                    "have": ratio(u.have),
                    "need": ratio(u.need),
                    "project": u.project,
                    "reason": u.reason.value,
                }
                for u in self.unfunded
            ],
            "version": VERSION,
        }

    def to_bytes(self) -> bytes:
        """The canonical bytes: UTF-8 JSON, sorted keys, no spaces, one line end."""
        return canonical(self.to_dict())


def ratio(value: Fraction | int) -> str:
    """A rational in lowest terms, "7" or "22/7"."""
    return str(Fraction(value))


def _compared(compared: Compared) -> dict[str, Any]:
    return {
        "by": compared.by,
        "equal": compared.equal,
        "equal_shares": compared.equal_shares,
        "greedy": compared.greedy,
        "greedy_funded": list(compared.greedy_funded),
        "greedy_preferred": compared.greedy_preferred,
        "switched": compared.switched,
    }
