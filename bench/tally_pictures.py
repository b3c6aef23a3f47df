"""Draws the pictures of docs/counting.md from real counts: `python -m bench.tally_pictures docs/images`."""

import sys
from collections.abc import Iterable
from fractions import Fraction
from html import escape
from pathlib import Path

from bench.tally import SHARED
from pbplatform.tally.count import count
from pbplatform.tally.election import Ballot, Election, Project
from pbplatform.tally.explain import explain_voter, summarise
from pbplatform.tally.kinds import BallotFormat
from pbplatform.tally.outcome import Outcome
from pbplatform.tally.pabulib import read
from pbplatform.tally.rules import Completion, Rule, RuleSpec

NORTH, SOUTH, EMPTY = "#1d70b8", "#d4351c", "#e8e8e8"


def town() -> Election:
    """The worked example: 60 voters want the north's three projects, 40 the south's; each costs 100 of 300."""
    names = ("n1", "n2", "n3", "s1", "s2", "s3")
    return Election.from_ballots(
        budget=300,
        projects=[Project(name, 100) for name in names],
        ballots=[Ballot(names[:3], weight=60), Ballot(names[3:], weight=40)],
        format=BallotFormat.APPROVAL,
    )


def frame(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """A picture with its title."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="15"><title>{escape(title)}</title>'
    )
    return "\n".join(
        [head, f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *parts, "</svg>", ""]
    )


def text(x: float, y: float, words: str, anchor: str = "start", size: int = 15, bold: bool = False) -> str:
    """A line of words."""
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{weight}>{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """A filled rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{colour}" stroke="#ffffff"/>'
    )


def purses(outcome: Outcome) -> str:
    """The voters' purses before the first round and after each: width is voters, height is money."""
    election = outcome.election
    endowment = outcome.endowment or Fraction(0)
    groups = [(ballot, NORTH if "n1" in ballot.choices else SOUTH) for ballot in election.ballots()]
    parts = [text(20, 30, "What the voters hold, round by round", size=19, bold=True)]
    for number in range(len(outcome.rounds) + 1):
        left = 20 + number * 235
        label = "At the start" if not number else f"Round {number} buys {outcome.rounds[number - 1].project}"
        parts.append(text(left, 62, label, bold=True))
        x = left
        for ballot, colour in groups:
            paid = explain_voter(outcome, ballot.choices).shares
            bought = {r.project for r in outcome.rounds[:number]}
            held = endowment - sum((s.paid for s in paid if s.project in bought), start=Fraction(0))
            wide, high = ballot.weight * 2.0, 150.0
            full = float(held / endowment) * high
            parts += [box(x, 80, wide, high, EMPTY), box(x, 80 + high - full, wide, full, colour)]
            parts.append(text(x + wide / 2, 252, f"{ballot.weight} voters", "middle"))
            parts.append(text(x + wide / 2, 274, f"hold {float(held * ballot.weight):.0f}", "middle"))
            x += wide
    return frame(40 + 235 * (len(outcome.rounds) + 1), 295, "What the voters hold, round by round", parts)


def represented(name: str, here: dict[int, int], other: dict[int, int]) -> str:
    """Voters by how many of their choices are funded, under both rules."""
    most = min(max(*here, *other), 6)
    title = f"{name}: how many funded projects do voters have?"
    parts = [text(20, 30, title, size=19, bold=True)]
    parts += [
        box(20, 48, 14, 14, NORTH),
        text(40, 61, "Equal Shares"),
        box(160, 48, 14, 14, SOUTH),
        text(180, 61, "greedy"),
    ]
    total = sum(here.values())
    longest = max(*here.values(), *other.values()) / total
    for number in range(most + 1):
        y = 85 + number * 52
        parts.append(
            text(125, y + 24, f"{number}{' or more' if number == most < max(*here, *other) else ''}", "end")
        )
        for row, (voters, colour) in enumerate(((here, NORTH), (other, SOUTH))):
            with_so_many = sum(v for k, v in voters.items() if k == number or (number == most and k > most))
            share = with_so_many / total
            parts.append(box(135, y + row * 20, max(share / longest * 600, 1), 19, colour))
            parts.append(text(140 + share / longest * 600, y + 15 + row * 20, f"{share:.0%}"))
    return frame(840, 100 + (most + 1) * 52, title, parts)


def main() -> None:
    """Draw all pictures into a folder."""
    folder = Path(sys.argv[1])
    rule = RuleSpec(Rule.EQUAL_SHARES)
    (folder / "counting-purses.svg").write_text(purses(count(town(), rule)), encoding="utf-8")
    election = read(SHARED / "Poland_Lodz_2020.pb").election
    summary = summarise(count(election, RuleSpec(Rule.EQUAL_SHARES, completion=Completion.ADD_ONE_GREEDY)))
    drawn = represented("Łódź 2020", summary.funded_per_voter, summary.other_per_voter)
    (folder / "counting-represented.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
