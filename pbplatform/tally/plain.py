"""The same count once more, written to be obviously right rather than fast.

Standard library only, nothing imported from the rest of the package: plain data in (`Election.to_dict`,
`RuleSpec.to_dict`), the outcome's plain data out (`Outcome.to_dict`), the same bytes. Money is
`Fraction`, and every project's price is worked out anew in every round. Of the increments of add-one only those are leapt
over of which a short certificate (`Run.leads_to`) says that they change nothing. It is the reference that the fast count is
tested against, and it is shipped beside published ballots for anyone to run.
"""

import hashlib
import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

VERSION = "1"

Data = dict[str, Any]


def count(election: Data, options: Data) -> Data:
    """Count an election given as plain data by a rule given as plain data."""
    return Count(election, options).outcome()


def to_bytes(outcome: Data) -> bytes:
    """The canonical bytes of an outcome: UTF-8 JSON, sorted keys, no spaces, one line end."""
    return (json.dumps(outcome, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode(
        "utf-8"
    )


def canonical_election(election: Data) -> Data:
    """The election with equal ballots merged and all ballots in the one canonical order, the empty ones last."""
    place = {project["id"]: i for i, project in enumerate(election["projects"])}
    merged: dict[tuple[int, tuple[int, ...], tuple[int, ...]], int] = {}
    with_points = election["format"] == "points"
    for ballot in election["ballots"]:
        marks = list(
            zip([place[c] for c in ballot["choices"]], ballot["points"] or ballot["choices"], strict=True)
        )
        if election["format"] != "ranking":
            marks.sort(key=lambda mark: mark[0])
        points = tuple(mark[1] for mark in marks) if with_points else ()
        key = (len(marks) or 10**9, tuple(mark[0] for mark in marks), points)
        merged[key] = merged.get(key, 0) + ballot["weight"]
    ids = [project["id"] for project in election["projects"]]
    ballots = [
        {"choices": [ids[i] for i in row], "points": list(points) if with_points else None, "weight": weight}
        for (_, row, points), weight in sorted(merged.items())
    ]
    return {**election, "ballots": ballots}


def digest(election: Data) -> str:
    """SHA-256 of the canonical election: the `input` of its outcomes."""
    text = json.dumps(canonical_election(election), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


Purchase = tuple[str, Fraction, int, int, list[str]]
"""A project, its price, how many of its supporters paid in full and how many the rest of their money, and the tied."""


class Run:
    """One run of the Method of Equal Shares: the purchases, the money left, and what decided each purchase.

    `first` and `second` are the least price of each step and the next one, each with the project's place in the order for
    ties; `second` is None where nothing else could be bought.
    """

    def __init__(self, held: list[Fraction]) -> None:
        self.held = held
        self.bought: list[Purchase] = []
        self.first: list[tuple[Fraction, int]] = []
        self.second: list[tuple[Fraction, int] | None] = []

    @property
    def projects(self) -> list[str]:
        """The projects in the order in which they were bought."""
        return [purchase[0] for purchase in self.bought]

    def leads_to(self, later: "Run") -> bool:
        """Whether every run with an endowment between this one's and the later one's buys the same projects in the same order.

        While the same projects are bought in the same order, more money never raises a price. So between the two the
        winner of a step costs at most what it costs here, every other project at least what it costs there. When the
        first is less than the second, or equal and preferred in a tie, the same project wins in between. What is too dear
        even there is too dear in between too.
        """
        return self.projects == later.projects and all(
            second is None or first < second for first, second in zip(self.first, later.second, strict=True)
        )


class Count:
    """One count, step by step."""

    def __init__(self, election: Data, options: Data) -> None:
        self.election, self.options = election, options
        self.ids: list[str] = [project["id"] for project in election["projects"]]
        self.cost: dict[str, int] = {project["id"]: project["cost"] for project in election["projects"]}
        self.of: dict[str, Data] = {project["id"]: project for project in election["projects"]}
        self.budget: int = election["budget"]
        self.voters: int = sum(ballot["weight"] for ballot in election["ballots"])
        self.votes = dict.fromkeys(self.ids, 0)
        self.points = dict.fromkeys(self.ids, Fraction(0))
        for ballot in election["ballots"]:
            for choice, points in zip(ballot["choices"], self._points(ballot), strict=True):
                self.votes[choice] += ballot["weight"]
                self.points[choice] += ballot["weight"] * points
        self.order = self._tie_order()
        self.funded: list[str] = []
        self.refused: dict[str, Data] = {}
        self.rounds: list[Data] = []
        self.steps: list[Data] = []
        self.ties: list[Data] = []
        self.increments = 0
        self.endowment: Fraction | None = None
        self.compared: Data | None = None
        self.held: list[Fraction] = []

    def _points(self, ballot: Data) -> list[Fraction]:
        """What a ballot adds to the points of its choices: its points, its Borda scores, or 1 for each."""
        if self.election["format"] == "points":
            return [Fraction(p, self.election["points_scale"]) for p in ballot["points"]]
        if self.election["format"] == "ranking":
            return [Fraction(len(ballot["choices"]) - i) for i in range(len(ballot["choices"]))]
        return [Fraction(1)] * len(ballot["choices"])

    def _tie_order(self) -> dict[str, int]:
        kind = self.options["ties"]["kind"]
        listed = list(self.ids)
        if kind == "given":
            listed = list(self.options["ties"]["order"])
        elif kind == "id":
            numbers = {p: p.isascii() and p.isdigit() and len(p) < 19 for p in listed}
            listed.sort(key=lambda p: (0, int(p), p) if numbers[p] else (1, 0, p))
        elif kind == "votes-cost":
            listed.sort(key=lambda p: (-self.votes[p], self.cost[p]))
        return {project: rank for rank, project in enumerate(listed)}

    def spent(self) -> int:
        """What the funded projects cost."""
        return sum(self.cost[project] for project in self.funded)

    def obstacle(self, funded: Iterable[str], project: str, limits: bool = True) -> tuple[str, str] | None:
        """A funded rival of the project, or a limit that it would break."""
        funded = list(funded)
        for other in funded:
            if any(project in group and other in group for group in self.election["exclusive"]):
                return "excluded", other
        for limit in self.election["limits"] if limits else ():
            if self._under(limit, project):
                used = sum(self.cost[other] for other in funded if self._under(limit, other))
                if used + self.cost[project] > limit["amount"]:
                    return "over-limit", limit["name"]
        return None

    def _under(self, limit: Data, project: str) -> bool:
        if limit["kind"] == "category":
            return limit["name"] in self.of[project]["categories"]
        return bool(limit["name"] == self.of[project]["district"])

    def score(self, project: str) -> Fraction:
        """What greedy ranks a project by."""
        if self.options["order"] == "points":
            return self.points[project]
        if self.options["order"] == "votes-per-cost":
            return Fraction(self.votes[project] * self.election["scale"], self.cost[project])
        return Fraction(self.votes[project])

    def outcome(self) -> Data:
        """Count, and say what came out."""
        greedy = self.options["rule"] == "greedy"
        for project in self.ids:
            tested = self.points[project] if self.options["order"] == "points" else self.votes[project]
            if self.votes[project] == 0:
                self._refuse(project, "no-support", 0, 1)
            elif tested < self.options["threshold"]:
                self._refuse(project, "below-threshold", tested, self.options["threshold"])
            elif not greedy and self.cost[project] > self.budget:
                self._refuse(project, "dearer-than-budget", self.budget, self.cost[project])
        eligible = [project for project in self.ids if project not in self.refused]
        if greedy:
            self._greedy(eligible)
        else:
            self._equal_shares(eligible)
        unfunded = [self.refused[p] for p in self.ids if p in self.refused]
        return {
            "ballots": self.voters,
            "budget": self.budget,
            "compared": self.compared,
            "cost": self.spent(),
            "endowment": None if self.endowment is None else str(self.endowment),
            "funded": self.funded,
            "increments": self.increments,
            "input": digest(self.election),
            "options": self.options,
            "projects": len(self.ids),
            "rounds": self.rounds,
            "scale": self.election["scale"],
            "steps": self.steps,
            "ties": self.ties,
            "unfunded": unfunded,
            "version": VERSION,
        }

    def _refuse(
        self, project: str, reason: str, have: Fraction | int, need: int, blocked_by: str = ""
    ) -> None:
        self.refused[project] = {
            "blocked_by": blocked_by,
            "have": str(Fraction(have)),
            "need": str(need),
            "project": project,
            "reason": reason,
        }

    # Greedy.

    def _greedy(self, eligible: list[str]) -> None:
        line = sorted(eligible, key=lambda p: (-self.score(p), self.order[p]))
        self._walk(line, "greedy", self.options["skip"], self.options["extra_percent"])
        if self.options["leftover"] and self.spent() <= self.budget:
            rest = [project for project in line if project not in self.funded]
            self._walk(rest, "leftover", True, None, limits=False)
        self._greedy_ties(line)
        last = {step["project"]: step for step in self.steps}
        for project in line:
            step = last[project]
            if project not in self.funded:
                have, need = max(step["left"], 0), self.cost[project]
                self._refuse(project, step["verdict"], have, need, step["blocked_by"])

    def _walk(self, line: list[str], stage: str, skip: bool, extra: int | None, limits: bool = True) -> None:
        stopped = False
        for rank, project in enumerate(line, 1):
            left = self.budget - self.spent()
            fits = self.cost[project] <= left
            blocked = self.obstacle(self.funded, project, limits)
            name = ""
            if stopped:
                verdict = "not-reached"
            elif blocked:
                verdict, name = blocked
            elif fits:
                verdict = "funded"
            elif (
                not skip and extra is not None and Fraction(left, self.cost[project]) >= Fraction(extra, 100)
            ):
                verdict = "funded-with-extra"
            else:
                verdict = "does-not-fit"
            if verdict.startswith("funded"):
                self.funded.append(project)
            if not (skip or fits or blocked):
                stopped = True
            self.steps.append(
                {
                    "blocked_by": name,
                    "left": left,
                    "project": project,
                    "rank": rank,
                    "score": str(self.score(project)),
                    "stage": stage,
                    "verdict": verdict,
                }
            )

    def _greedy_ties(self, line: list[str]) -> None:
        for rank, project in enumerate(line, 1):
            equals = [other for other in line if self.score(other) == self.score(project)]
            if len(equals) > 1 and equals[0] == project:
                self._tie("greedy", rank, equals)

    def _tie(self, stage: str, turn: int, projects: list[str]) -> None:
        won = sum(project in self.funded for project in projects)
        decisive = 0 < won < len(projects)
        self.ties.append(
            {"chosen": projects[0], "decisive": decisive, "projects": projects, "round": turn, "stage": stage}
        )

    # Equal Shares.

    def _stakes(self) -> list[dict[str, int]]:
        """For each ballot what each choice is worth to its voters; a choice worth nothing is left out."""
        stakes = []
        for ballot in self.election["ballots"]:
            choices, utility = ballot["choices"], self.options["utility"]
            if utility == "points":
                worth = list(ballot["points"])
            elif utility == "borda":
                own = self.options["borda"] == "ballot-length"
                longest = len(choices) if own else self.election["max_length"]
                worth = [max(longest - i, 0) for i in range(len(choices))]
            else:
                worth = [self.cost[c] if utility == "cost" else 1 for c in choices]
            stakes.append({c: u for c, u in zip(choices, worth, strict=True) if u})
        return stakes

    def _equal_shares(self, eligible: list[str]) -> None:
        stakes = self._stakes()
        bought: list[Purchase] = []
        if self.voters:
            bought = self._raise(eligible, stakes)
        self.funded = [purchase[0] for purchase in bought]
        for project, price, full, rest, _ in bought:
            self.rounds.append(
                {
                    "paid_full": full,
                    "paid_rest": rest,
                    "price": str(price),
                    "project": project,
                    "supporters": self.votes[project],
                }
            )
        line = sorted(
            (p for p in eligible if p not in self.funded), key=lambda p: (-self.score(p), self.order[p])
        )
        greedy = self.options["completion"] in ("greedy", "add-one-greedy")
        if greedy:
            self._walk(line, "greedy", True, None)
        for turn, purchase in enumerate(bought, 1):
            if len(purchase[4]) > 1:
                self._tie("equal-shares", turn, purchase[4])
        if greedy:
            self._greedy_ties(line)
        for project in eligible:
            if project not in self.funded:
                self._lacking(project, stakes)
        if self.options["comparison"] != "none":
            self._compare(stakes)

    def _lacking(self, project: str, stakes: list[dict[str, int]]) -> None:
        blocked = self.obstacle(self.funded, project)
        if blocked:
            left = max(self.budget - self.spent(), 0)
            self._refuse(project, blocked[0], left, self.cost[project], blocked[1])
            return
        pairs = zip(self.held, self.election["ballots"], stakes, strict=True) if self.held else ()
        have = sum((b["weight"] * money for money, b, stake in pairs if project in stake), start=Fraction(0))
        self._refuse(project, "supporters-money", have, self.cost[project])

    def _raise(self, eligible: list[str], stakes: list[dict[str, int]]) -> list[Purchase]:
        """Count with every endowment from the first on, and keep the last that does not overspend.

        Steps that certainly change nothing are leapt over, see `Run.leads_to`; a leap of one step needs no certainty.
        """
        start = Fraction(self.budget, self.voters)
        scale = self.election["scale"]
        if self.options["endowment"] == "floor":
            start = Fraction(start // scale * scale)
        step = self.options["increment"] or scale
        raising = self.options["completion"] in ("add-one", "add-one-greedy")
        run = self._fixed(eligible, stakes, start)
        leap = 1
        while raising and not self._finished(eligible, stakes, run.projects):
            more = self._fixed(eligible, stakes, start + (self.increments + leap) * step)
            if leap == 1 and sum(self.cost[p] for p in more.projects) > self.budget:
                break
            if leap == 1 or run.leads_to(more):
                self.increments += leap
                run, leap = more, leap * 2
            else:
                leap //= 2
        self.endowment, self.held = start + self.increments * step, run.held
        return run.bought

    def _finished(self, eligible: list[str], stakes: list[dict[str, int]], funded: list[str]) -> bool:
        spent = sum(self.cost[p] for p in funded)
        wanted = {choice for stake in stakes for choice in stake}
        remaining = [p for p in eligible if p in wanted and p not in funded and not self.obstacle(funded, p)]
        if not remaining:
            return True
        exhausted = all(spent + self.cost[p] > self.budget for p in remaining)
        return bool(self.options["stop"] == "exhaustive" and exhausted)

    def _fixed(self, eligible: list[str], stakes: list[dict[str, int]], endowment: Fraction) -> "Run":
        """The Method of Equal Shares with one endowment: the purchases, and what every ballot's voters have left."""
        weights = [ballot["weight"] for ballot in self.election["ballots"]]
        backers = {p: [(i, stake[p]) for i, stake in enumerate(stakes) if p in stake] for p in eligible}
        run = Run([endowment] * len(weights))
        held = run.held
        while True:
            funded = run.projects
            prices: dict[str, Fraction] = {}
            for project in eligible:
                if project in funded or self.obstacle(funded, project):
                    continue
                price = self._price(project, backers[project], held, weights)
                if price is not None:
                    prices[project] = price
            if not prices:
                return run
            least = min(prices.values())
            tied = sorted((p for p, price in prices.items() if price == least), key=lambda p: self.order[p])
            winner = tied[0]
            others = [(price, self.order[p]) for p, price in prices.items() if p != winner]
            run.first.append((least, self.order[winner]))
            run.second.append(min(others, default=None))
            full = rest = 0
            for i, stake in backers[winner]:
                due = least * stake
                if held[i] > 0:
                    full += weights[i] if held[i] >= due else 0
                    rest += weights[i] if held[i] < due else 0
                    held[i] = max(held[i] - due, Fraction(0))
            run.bought.append((winner, least, full, rest, tied))
            # An overspending outcome is never used: that it overspends is all that is asked of it.
            if sum(self.cost[p] for p in run.projects) > self.budget:
                return run

    def _price(
        self, project: str, backers: list[tuple[int, int]], held: list[Fraction], weights: list[int]
    ) -> Fraction | None:
        """The least price per unit of utility at which the supporters raise the cost; None if they cannot."""
        groups: dict[tuple[Fraction, int], int] = {}
        for i, stake in backers:
            if held[i] > 0:
                groups[held[i], stake] = groups.get((held[i], stake), 0) + weights[i]
        payers = [(money / stake, money, weight, stake) for (money, stake), weight in groups.items()]
        if not payers or sum(money * weight for _, money, weight, _ in payers) < self.cost[project]:
            return None
        # Let the poorest, relative to their utility, give all they have until the others can share the rest equally.
        payers.sort()
        missing = Fraction(self.cost[project])
        pull = sum(weight * stake for _, _, weight, stake in payers)
        for most, money, weight, stake in payers:
            price = missing / pull
            if price <= most:
                return price
            missing -= money * weight
            pull -= weight * stake
        raise AssertionError("the supporters hold the cost, so a price exists")

    # Comparison with greedy.

    def _compare(self, stakes: list[dict[str, int]]) -> None:
        greedy = Count(
            self.election,
            {
                **self.options,
                "rule": "greedy",
                "skip": True,
                "extra_percent": None,
                "leftover": False,
            },
        )
        theirs = greedy.outcome()
        better = worse = 0
        for ballot, stake in zip(self.election["ballots"], stakes, strict=True):
            own = sum(stake.get(p, 0) for p in self.funded)
            other = sum(stake.get(p, 0) for p in greedy.funded)
            if self.options["comparison"] == "represented":
                own, other = min(own, 1), min(other, 1)
            better += ballot["weight"] if own > other else 0
            worse += ballot["weight"] if own < other else 0
        switched = worse > better and self.options["switch"]
        self.compared = {
            "by": self.options["comparison"],
            "equal": self.voters - better - worse,
            "equal_shares": better,
            "greedy": worse,
            "greedy_funded": greedy.funded,
            "greedy_preferred": worse > better,
            "switched": switched,
        }
        if switched:
            self.funded, self.steps, self.ties = greedy.funded, theirs["steps"], theirs["ties"]
            self.refused = greedy.refused
