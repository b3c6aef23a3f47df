"""The reasons of an outcome as lines of text, for `pbplatform tally --explain`."""

from collections.abc import Iterator
from fractions import Fraction

from pbplatform.tally.explain import ProjectReasons, explain_project, replay_of, summarise
from pbplatform.tally.outcome import Outcome, Reason, Stage
from pbplatform.tally.pabulib_fields import amount
from pbplatform.tally.rules import Rule, TieKind

_ORDERS = {
    TieKind.ID: "project number",
    TieKind.FILE: "the order of the list",
    TieKind.VOTES_COST: "votes, then cost, then the order of the list",
    TieKind.GIVEN: "the given order",
}


def outcome_text(outcome: Outcome) -> Iterator[str]:
    """Every project's reasons, the ties, and the voters under both rules."""
    replay = replay_of(outcome)
    for project_id in outcome.funded:
        yield "  + " + _funded(outcome, explain_project(outcome, project_id, replay))
    for entry in outcome.unfunded:
        yield "  - " + _unfunded(outcome, explain_project(outcome, entry.project, replay))
    for tie in outcome.ties:
        weight = "it decided" if tie.decisive else "it made no difference"
        decided = _ORDERS[outcome.spec.ties.kind]
        yield f"  tie of {', '.join(tie.projects)}: {tie.chosen} came first by {decided}; {weight}"
    summary = summarise(outcome)
    for name, outcome_voters in (
        ("this rule", summary.funded_per_voter),
        ("the other rule", summary.other_per_voter),
    ):
        none = outcome_voters.get(0, 0)
        yield f"  under {name} {summary.voters - none} of {summary.voters} voters have a funded project they chose"
    yield f"  only this rule funds: {' '.join(summary.only_here) or 'nothing'}"
    yield f"  only the other rule funds: {' '.join(summary.only_other) or 'nothing'}"


def _money(outcome: Outcome, value: Fraction | int) -> str:
    """An amount in units of the currency; fractions of a minor unit are cut off and marked."""
    whole = int(value)
    return ("" if whole == value else "about ") + amount(whole, outcome.election.scale)


def _funded(outcome: Outcome, why: ProjectReasons) -> str:
    head = _head(outcome, why)
    if why.stage is Stage.EQUAL_SHARES:
        paid = f"{why.paid_full} paid in full, {why.paid_rest} gave all they still had"
        return f"{head}: bought in round {why.turn}; {paid}"
    left = _money(outcome, max(why.left_before or 0, 0))
    return f"{head}: place {why.turn} of the list, {left} was left before it"


def _unfunded(outcome: Outcome, why: ProjectReasons) -> str:
    text = _lack(outcome, why)
    if why.impossible_after is not None:
        when = f"after round {why.impossible_after}" if why.impossible_after else "from the start"
        text += f", out of reach {when}"
    if why.lower_cost is not None:
        text += f"; at a cost of {_money(outcome, why.lower_cost)} it would have been funded"
    if why.more_votes is not None:
        least = "" if outcome.spec.rule is Rule.GREEDY else "at least "
        also = "also " if why.lower_cost is not None else "it would have been funded "
        text += f"; {also}with {least}{_counted(why.more_votes, 'more vote')}"
    return f"{_head(outcome, why)}: {text}"


def _head(outcome: Outcome, why: ProjectReasons) -> str:
    return f"{why.project} costs {_money(outcome, why.cost)}, {_counted(why.supporters, 'voter')}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lack(outcome: Outcome, why: ProjectReasons) -> str:
    have, need = why.have or Fraction(0), why.need or Fraction(0)
    texts = {
        Reason.NO_SUPPORT: "nobody chose it",
        Reason.BELOW_THRESHOLD: f"its score {have} is below the threshold {need}",
        Reason.DEARER_THAN_BUDGET: "it costs more than the whole budget",
        Reason.EXCLUDED: f"the funded project {why.blocked_by} excludes it",
        Reason.OVER_LIMIT: f"the limit for {why.blocked_by} would be broken",
        Reason.SUPPORTERS_MONEY: f"its supporters hold {_money(outcome, have)} in the end",
        Reason.DOES_NOT_FIT: f"{_money(outcome, have)} was left",
        Reason.NOT_REACHED: "the count had stopped before it",
    }
    return texts[why.reason] if why.reason else ""
