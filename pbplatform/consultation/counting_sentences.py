"""How winners are found, in words: for the rule book, and for the pages that explain a result."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from pbplatform.tally.rules import (
    BordaScores,
    Comparison,
    Completion,
    Endowment,
    Order,
    Rule,
    Stop,
    Utility,
)


@dataclass(frozen=True)
class Sentence:
    """One rule, and the key of the setting it is made of."""

    key: str
    text: str


About = Callable[[str, str], Sentence]


def rule(envelope: Mapping[str, Any], about: About, money: Callable[[int], str]) -> Iterator[Sentence]:
    """How winners are found with an envelope's money."""
    options = envelope["rule_options"]
    if envelope["rule"] == Rule.GREEDY:
        yield from greedy(options, about)
    else:
        yield from _equal_shares(options, about, money)


def greedy(options: Mapping[str, Any], about: About = Sentence) -> Iterator[Sentence]:
    """How a list from the top is funded; pages of results say it in the same words."""
    first = {
        Order.VOTES: _(
            "The projects with the most votes win, one after the other, for as long as their cost fits into the money left."
        ),
        Order.POINTS: _(
            "The projects with the most points win, one after the other, for as long as their cost fits into the money left."
        ),
        Order.VOTES_PER_COST: _(
            "The projects with the most votes for their cost win, one after the other, for as long as their cost fits into "
            "the money left."
        ),
    }[Order(options.get("order", "votes"))]
    yield about("rule", str(first))
    yield about(
        "skip",
        _("A project that no longer fits is passed over, and the next one is tried.")
        if options.get("skip", True)
        else _("The count ends at the first project that no longer fits."),
    )
    if options.get("extra_percent"):
        yield about(
            "extra_percent",
            _(
                "That project is funded all the same when at least %(percent)s percent of its cost are left; the "
                "municipality adds the rest.",
                percent=options["extra_percent"],
            ),
        )
    if options.get("leftover"):
        yield about(
            "leftover",
            _("What is left is counted a second time, without the limits per category and district."),
        )


def _equal_shares(
    options: Mapping[str, Any], about: About, money: Callable[[int], str]
) -> Iterator[Sentence]:
    worth = {
        Utility.COST: _("a funded project is worth its cost to its voters"),
        Utility.CARDINALITY: _("every funded project is worth the same to its voters"),
        Utility.POINTS: _("a funded project is worth the points it was given"),
        Utility.BORDA: _("a funded project is worth its rank to its voters"),
    }[Utility(options.get("utility", "cost"))]
    completion = Completion(options.get("completion", "none"))
    rest = {
        Completion.NONE: _("what is left over is not spent"),
        Completion.GREEDY: _("what is left over goes to the projects with the most votes"),
        Completion.ADD_ONE: _("the shares are raised step by step until more would be too much"),
        Completion.ADD_ONE_GREEDY: _(
            "the shares are raised step by step, and what is then left over goes to the projects with the most votes"
        ),
    }[completion]
    yield about(
        "rule",
        _(
            "The Method of Equal Shares decides: every voter has the same share of the money, and a project wins when its "
            "supporters can pay for it together; %(worth)s; %(rest)s.",
            worth=worth,
            rest=rest,
        ),
    )
    if options.get("borda") == BordaScores.MAX_LENGTH:
        yield about(
            "borda",
            _("The first of a ranking is worth as many points as the longest allowed ranking has places."),
        )
    if options.get("endowment") == Endowment.FLOOR:
        yield about("endowment", _("Each voter’s share is rounded down to a whole unit of the currency."))
    if completion.adds and options.get("stop") == Stop.EXHAUSTIVE:
        yield about(
            "stop", _("The raising also ends as soon as no other project fits into the money that is left.")
        )
    if completion.adds and options.get("increment"):
        yield about(
            "increment", _("Each step adds %(amount)s to every share.", amount=money(options["increment"]))
        )
    if completion.ends_greedy and options.get("order", "votes") != Order.VOTES:
        yield about("order", _greedy_order(Order(options["order"])))
    comparison = Comparison(options.get("comparison", "none"))
    if comparison is not Comparison.NONE:
        yield about("comparison", _compared(comparison))
        yield about(
            "switch",
            _("If the comparison favours “most votes first”, that result stands.")
            if options.get("switch")
            else _("The comparison is published and changes nothing."),
        )


def _greedy_order(order: Order) -> str:
    if order is Order.POINTS:
        return str(
            _("Where most votes decide over what is left, the points are counted instead of the votes.")
        )
    return str(_("Where most votes decide over what is left, the votes are divided by the cost."))


def _compared(comparison: Comparison) -> str:
    if comparison is Comparison.UTILITY:
        return str(
            _(
                "The result is compared with “most votes first”: which of the two is worth more to more voters?"
            )
        )
    return str(
        _(
            "The result is compared with “most votes first”: under which of the two have more voters at least one project "
            "of their choice?"
        )
    )
