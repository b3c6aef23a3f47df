"""Why a project won or lost, as facts: one `Story` of each project, from the canonical outcome and its figures.

`sentences.py` says them in a language. A story holds numbers only: money in minor units, rounded down for people; the
exact rationals stay in the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Part(StrEnum):
    """What one sentence of a story is about."""

    VOTES = "votes"
    POINTS = "points"
    WON_BY_SHARES = "won_by_shares"
    PAID_ALIKE = "paid_alike"
    PAID_BY_POINTS = "paid_by_points"
    WON_BY_RANK = "won_by_rank"
    WON_BY_LEFTOVER = "won_by_leftover"
    WON_WITH_EXTRA = "won_with_extra"
    TIE_WON = "tie_won"
    TIE_LOST = "tie_lost"
    ORDER_WON = "order_won"
    ORDER_LOST = "order_lost"
    NO_SUPPORT = "no_support"
    BELOW_THRESHOLD = "below_threshold"
    DEARER_THAN_BUDGET = "dearer_than_budget"
    EXCLUDED = "excluded"
    OVER_LIMIT = "over_limit"
    SUPPORTERS_MONEY = "supporters_money"
    SUPPORTERS_TOO_LITTLE = "supporters_too_little"
    SPENT_ELSEWHERE = "spent_elsewhere"
    NEVER_IN_REACH = "never_in_reach"
    OUT_OF_REACH = "out_of_reach"
    SHARES_AT_LIMIT = "shares_at_limit"
    SHARES_ARE_A_MEASURE = "shares_are_a_measure"
    LOWER_COST = "lower_cost"
    NO_COST_WOULD_DO = "no_cost_would_do"
    LEFT_AFTER_SHARES = "left_after_shares"
    DOES_NOT_FIT = "does_not_fit"
    NOT_REACHED = "not_reached"
    MORE_VOTES = "more_votes"
    MORE_POINTS = "more_points"
    MORE_VOTERS = "more_voters"
    NO_VOTES_WOULD_DO = "no_votes_would_do"
    SWITCHED = "switched"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Sentence:
    """One thing to say, with its numbers and the codes of the projects it names."""

    part: Part
    numbers: Mapping[str, int]
    money: Mapping[str, int]
    projects: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Story:
    """A project's fate."""

    code: str
    funded: bool
    place: int | None
    """Its place in the order of funding, from 1."""
    sentences: tuple[Sentence, ...]


def _say(
    part: Part,
    *,
    money: Mapping[str, int] | None = None,
    projects: tuple[str, ...] = (),
    name: str = "",
    **numbers: int,
) -> Sentence:
    return Sentence(part, numbers, money or {}, projects, name)


def stories(
    outcome: Mapping[str, Any], figures: Mapping[str, Any], costs: Mapping[str, int]
) -> dict[str, Story]:
    """Every counted project's story by its code."""
    teller = _Teller(outcome, figures, costs)
    return {code: teller.story(code) for code in figures["votes"]}


class _Teller:
    def __init__(
        self, outcome: Mapping[str, Any], figures: Mapping[str, Any], costs: Mapping[str, int]
    ) -> None:
        self.outcome, self.figures, self.costs = outcome, figures, costs
        self.options = outcome["options"]
        self.funded = list(outcome["funded"])
        self.rounds = {r["project"]: (turn, r) for turn, r in enumerate(outcome["rounds"], 1)}
        self.steps: dict[str, dict[str, Any]] = {}
        for step in outcome["steps"]:
            if step["project"] not in self.steps or step["verdict"].startswith("funded"):
                self.steps[step["project"]] = step
        self.unfunded = {u["project"]: u for u in outcome["unfunded"]}
        compared = outcome.get("compared")
        self.switched = bool(compared and compared["switched"])

    def story(self, code: str) -> Story:
        """One project's story."""
        if code in self.unfunded and self.unfunded[code]["reason"] == "no-support":
            return Story(code, False, None, (_say(Part.NO_SUPPORT),))
        told = [_say(Part.VOTES, votes=self.figures["votes"][code])]
        if self.options["order"] == "points":
            told.append(_say(Part.POINTS, points=int(self.figures["points"][code])))
        if self.switched:
            told.append(_say(Part.SWITCHED))
        told += self._ties(code)
        if code in self.funded:
            told += self._won(code)
        else:
            told += self._lost(code) + self._within_reach(code)
        place = self.funded.index(code) + 1 if code in self.funded else None
        return Story(code, code in self.funded, place, tuple(told))

    def _won(self, code: str) -> list[Sentence]:
        if code in self.rounds and not self.switched:
            return self._bought(code)
        step = self.steps[code]
        cost, left = self.costs[code], step["left"]
        if step["verdict"] == "funded-with-extra":
            return [_say(Part.WON_WITH_EXTRA, money={"left": left, "extra": cost - left}, rank=step["rank"])]
        part = (
            Part.WON_BY_RANK
            if self.options["rule"] == "greedy" and step["stage"] == "greedy"
            else Part.WON_BY_LEFTOVER
        )
        if self.switched:
            part = Part.WON_BY_RANK
        return [_say(part, money={"left": left, "after": left - cost}, rank=step["rank"])]

    def _bought(self, code: str) -> list[Sentence]:
        turn, bought = self.rounds[code]
        told = [_say(Part.WON_BY_SHARES, turn=turn, turns=len(self.rounds))]
        if bought["price"] is None:  # Of so few ballots only totals are told.
            return told
        price = Fraction(bought["price"])
        worth = {"cost": self.costs[code], "cardinality": 1}.get(self.options["utility"])
        numbers = {"full": bought["paid_full"], "rest": bought["paid_rest"]}
        numbers["none"] = bought["supporters"] - bought["paid_full"] - bought["paid_rest"]
        if worth is not None:
            told.append(Sentence(Part.PAID_ALIKE, numbers, {"each": round(price * worth)}))
        else:
            told.append(Sentence(Part.PAID_BY_POINTS, numbers, {"each": round(price)}))
        return told

    def _lost(self, code: str) -> list[Sentence]:
        why = self.unfunded[code]
        if why["have"] is None:  # Of so few ballots only totals are told.
            return [_say(Part.SUPPORTERS_TOO_LITTLE, money={"need": int(Fraction(why["need"]))})]
        have, need, reason = Fraction(why["have"]), Fraction(why["need"]), why["reason"]
        whole = {"have": int(have), "need": int(need), "missing": int(need) - int(have)}
        if reason == "below-threshold":
            return [Sentence(Part.BELOW_THRESHOLD, whole, {})]
        if reason == "dearer-than-budget":
            return [_say(Part.DEARER_THAN_BUDGET, money=whole)]
        if reason == "excluded":
            return [_say(Part.EXCLUDED, projects=(why["blocked_by"],))]
        if reason == "over-limit":
            return [_say(Part.OVER_LIMIT, name=why["blocked_by"])]
        if reason == "supporters-money":
            return self._lacked(code, whole)
        budget = self.outcome["budget"]
        if whole["need"] > budget and not self.options.get("extra_percent"):
            return [_say(Part.DEARER_THAN_BUDGET, money={**whole, "have": budget})]
        rank = self.steps[code]["rank"]
        part = Part.DOES_NOT_FIT if reason == "does-not-fit" else Part.NOT_REACHED
        return [_say(part, money=whole, rank=rank), *self._more(code)]

    def _more(self, code: str) -> list[Sentence]:
        if code not in self.figures["needs"]:
            return []
        more = self.figures["needs"][code]
        if more is None:
            return [_say(Part.NO_VOTES_WOULD_DO)]
        return [_say(Part.MORE_POINTS if self.options["order"] == "points" else Part.MORE_VOTES, more=more)]

    def _lacked(self, code: str, whole: dict[str, int]) -> list[Sentence]:
        told = [_say(Part.SUPPORTERS_MONEY, money=whole), *self._spent(code), *self._turned(code)]
        if self.options["completion"].startswith("add-one") and self.options["stop"] == "overspend":
            told.append(_say(Part.SHARES_AT_LIMIT))
        if self.outcome["increments"]:
            told.append(_say(Part.SHARES_ARE_A_MEASURE))
        step = self.steps.get(code)
        if step is not None:
            told.append(_say(Part.LEFT_AFTER_SHARES, money={"left": step["left"]}))
        return told

    def _spent(self, code: str) -> list[Sentence]:
        """Where the rest of its supporters' shares went, unless they still had all of it in the end."""
        course = self.figures.get("course", {}).get(code, [])
        return [_say(Part.SPENT_ELSEWHERE)] if not course or course[-1] < course[0] else []

    def _turned(self, code: str) -> list[Sentence]:
        """The step that took a loser out of its supporters' reach; results counted by earlier versions do not know it."""
        course = self.figures.get("course", {}).get(code, [])
        turn = next((turn for turn, money in enumerate(course) if money < self.costs[code]), None)
        if turn is None:
            return []
        if turn == 0:
            return [_say(Part.NEVER_IN_REACH)]
        return [_say(Part.OUT_OF_REACH, projects=(self.outcome["rounds"][turn - 1]["project"],), turn=turn)]

    def _within_reach(self, code: str) -> list[Sentence]:
        """What would have helped a loser of Equal Shares; results counted by earlier versions do not know it."""
        told = []
        by_shares = self.unfunded[code]["reason"] == "supporters-money"
        if by_shares and "lower_cost" in self.figures and not self.switched:
            have = self.figures["lower_cost"].get(code)
            if have is None:
                told.append(_say(Part.NO_COST_WOULD_DO))
            else:
                money = {"have": have, "missing": self.costs[code] - have}
                told.append(_say(Part.LOWER_COST, money=money))
        if code in self.figures.get("more_voters", {}):
            told.append(_say(Part.MORE_VOTERS, more=self.figures["more_voters"][code]))
        return told

    def _ties(self, code: str) -> list[Sentence]:
        """Ties that decided: the winner is told whom it left behind, the loser who came first, and both by what."""
        won = code in self.funded
        if self.options["ties"]["kind"] == "given":
            part = Part.TIE_WON if won else Part.TIE_LOST
        else:
            part = Part.ORDER_WON if won else Part.ORDER_LOST
        return [
            _say(part, projects=tuple(other for other in tie["projects"] if (other in self.funded) != won))
            for tie in self.outcome["ties"]
            if code in tie["projects"] and tie["decisive"]
        ]
