"""The stories of projects in a person's words: correct to the engineer, plain to everybody else."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask_babel import gettext as _
from flask_babel import ngettext

from pbplatform.results.reasons import Part, Sentence, Story

Money = Callable[[int], str]
Number = Callable[[int], str]


def tell(story: Story, titles: Mapping[str, str], money: Money, number: Number) -> list[str]:
    """A story as sentences; `titles` are the projects' names in the reader's language."""
    return [say(sentence, titles, money, number) for sentence in story.sentences]


def say(sentence: Sentence, titles: Mapping[str, str], money: Money, number: Number) -> str:
    """One sentence."""
    values = {name: money(amount) for name, amount in sentence.money.items()}
    counts = sentence.numbers
    shown = {name: number(value) for name, value in counts.items()}
    names = _listed([titles.get(code, code) for code in sentence.projects])
    if sentence.part in _COUNTED:
        key, words = _COUNTED[sentence.part]
        return str(words(counts[key], shown))
    if sentence.part in (Part.PAID_ALIKE, Part.PAID_BY_POINTS):
        return _paid(sentence, values, shown)
    return str(_PLAIN[sentence.part]() % {**values, **shown, "names": names, "name": sentence.name})


def lacking(story: Story, money: Money, number: Number) -> str:
    """What a loser was short of: money, votes or points."""
    by_part = {sentence.part: sentence for sentence in story.sentences}
    for part in (Part.MORE_VOTES, Part.MORE_POINTS, Part.BELOW_THRESHOLD):
        if part in by_part:
            missing = by_part[part].numbers["missing" if part is Part.BELOW_THRESHOLD else "more"]
            return _short(missing, number, points=part is Part.MORE_POINTS or Part.POINTS in by_part)
    there = available(story)
    return money(there[1] - there[0]) if there else ""


def available(story: Story) -> tuple[int, int] | None:
    """For a loser that money decided on: the most that it could have cost and won, and its cost, in minor units.

    A result counted by an earlier version does not know the first; then it is what its supporters still had.
    """
    by_part = {sentence.part: sentence for sentence in story.sentences}
    for part in (Part.SUPPORTERS_MONEY, Part.DOES_NOT_FIT, Part.DEARER_THAN_BUDGET):
        if part in by_part:
            have, need = by_part[part].money["have"], by_part[part].money["need"]
            if Part.NO_COST_WOULD_DO in by_part:
                have = 0
            if Part.LOWER_COST in by_part:
                have = by_part[Part.LOWER_COST].money["have"]
            return have, need
    return None


def brief(story: Story) -> Story:
    """The story without what explains the rule and repeats in every loser's: for tables of many projects."""
    return replace(story, sentences=tuple(s for s in story.sentences if s.part not in _EXPLAINING))


_EXPLAINING = frozenset(
    {
        Part.VOTES,
        Part.SPENT_ELSEWHERE,
        Part.SHARES_AT_LIMIT,
        Part.SHARES_ARE_A_MEASURE,
        Part.LEFT_AFTER_SHARES,
        Part.OUT_OF_REACH,
    }
)


def _short(missing: int, number: Number, *, points: bool) -> str:
    if points:
        return str(ngettext("%(n)s point", "%(n)s points", missing, n=number(missing)))
    return str(ngettext("%(n)s vote", "%(n)s votes", missing, n=number(missing)))


def _listed(names: list[str]) -> str:
    shown = [_("“%(name)s”", name=name) for name in names[:3]]
    if len(names) > 3:
        shown.append(_("and others"))
    return ", ".join(shown)


def _paid(sentence: Sentence, values: dict[str, str], shown: dict[str, str]) -> str:
    counts = sentence.numbers
    if sentence.part is Part.PAID_ALIKE:
        told = ngettext(
            "%(full)s of its supporters gave %(each)s of their share of the money.",
            "%(full)s of its supporters gave %(each)s each of their shares of the money.",
            counts["full"],
            full=shown["full"],
            each=values["each"],
        )
    else:
        told = ngettext(
            "%(full)s of its supporters gave %(each)s for each point.",
            "%(full)s of its supporters gave %(each)s for each point.",
            counts["full"],
            full=shown["full"],
            each=values["each"],
        )
    if counts["rest"]:
        told += " " + ngettext(
            "%(rest)s had less than that left and gave all of it.",
            "%(rest)s had less than that left and gave all of it.",
            counts["rest"],
            rest=shown["rest"],
        )
    if counts["none"]:
        told += " " + ngettext(
            "%(none)s had already spent the whole share on other projects.",
            "%(none)s had already spent their whole share on other projects.",
            counts["none"],
            none=shown["none"],
        )
    return str(told)


_COUNTED: Mapping[Part, tuple[str, Callable[[int, dict[str, str]], str]]] = {
    Part.VOTES: (
        "votes",
        lambda n, s: ngettext(
            "%(votes)s person chose this project.",
            "%(votes)s people chose this project.",
            n,
            votes=s["votes"],
        ),
    ),
    Part.POINTS: (
        "points",
        lambda n, s: ngettext(
            "It received %(points)s point.", "It received %(points)s points.", n, points=s["points"]
        ),
    ),
    Part.MORE_VOTES: (
        "more",
        lambda n, s: ngettext(
            "With %(more)s more vote, and everything else the same, it would have won.",
            "With %(more)s more votes, and everything else the same, it would have won.",
            n,
            more=s["more"],
        ),
    ),
    Part.MORE_POINTS: (
        "more",
        lambda n, s: ngettext(
            "With %(more)s more point, and everything else the same, it would have won.",
            "With %(more)s more points, and everything else the same, it would have won.",
            n,
            more=s["more"],
        ),
    ),
    Part.MORE_VOTERS: (
        "more",
        lambda n, s: ngettext(
            "For it to win, at least %(more)s more voter would have had to choose it too, with everything else the same.",
            "For it to win, at least %(more)s more voters would have had to choose it too, with everything else the same.",
            n,
            more=s["more"],
        ),
    ),
}

_PLAIN: Mapping[Part, Callable[[], str]] = {
    Part.WON_BY_SHARES: lambda: _(
        "It won in step %(turn)s of %(turns)s: its supporters together had enough of their shares of the money to pay for it."
    ),
    Part.WON_BY_RANK: lambda: _(
        "It won at place %(rank)s of the list: %(left)s was left when its turn came, and %(after)s after it."
    ),
    Part.WON_BY_LEFTOVER: lambda: _(
        "It won with the money that was left over in the end: %(left)s before it, %(after)s after it."
    ),
    Part.WON_WITH_EXTRA: lambda: _(
        "It won at place %(rank)s of the list: %(left)s was left when its turn came, and under the rules the municipality adds the missing %(extra)s."
    ),
    Part.TIE_WON: lambda: _(
        "It stood exactly level with %(names)s; the lot that was fixed before the vote put it first."
    ),
    Part.TIE_LOST: lambda: _(
        "It stood exactly level with %(names)s; the lot that was fixed before the vote put it behind."
    ),
    Part.ORDER_WON: lambda: _("It stood exactly level with %(names)s; the rule for such ties put it first."),
    Part.ORDER_LOST: lambda: _(
        "It stood exactly level with %(names)s; the rule for such ties put it behind."
    ),
    Part.NO_SUPPORT: lambda: _("Nobody chose it, so it could not win."),
    Part.BELOW_THRESHOLD: lambda: _(
        "The rules ask for at least %(need)s; it received %(have)s, which is %(missing)s too few."
    ),
    Part.DEARER_THAN_BUDGET: lambda: _("It costs %(need)s, more than all the money there was: %(have)s."),
    Part.EXCLUDED: lambda: _("It could not be carried out together with %(names)s, which won."),
    Part.OVER_LIMIT: lambda: _(
        "The rules limit the money for its group, “%(name)s”, and too little of it was left for this project."
    ),
    Part.SUPPORTERS_MONEY: lambda: _(
        "It did not win: in the end its supporters together still had %(have)s of their shares, and it costs %(need)s."
    ),
    Part.SUPPORTERS_TOO_LITTLE: lambda: _(
        "It did not win: in the end its supporters together had less of their shares left than it costs, %(need)s. How much it was is not told, because only totals are published of these ballots."
    ),
    Part.SPENT_ELSEWHERE: lambda: _(
        "What they no longer had of their shares went to other projects that they chose and that won."
    ),
    Part.NEVER_IN_REACH: lambda: _(
        "Even at the start its supporters’ shares together were less than its cost."
    ),
    Part.OUT_OF_REACH: lambda: _(
        "At first its supporters together had enough. In step %(turn)s, when %(names)s was paid for, they came to have less than it costs."
    ),
    Part.SHARES_AT_LIMIT: lambda: _(
        "Everybody’s share was raised as far as it could be: with any more, the winners together would have cost more than all the money there is."
    ),
    Part.SHARES_ARE_A_MEASURE: lambda: _(
        "The raised shares together are more than that money, so what is left of them could not all be spent."
    ),
    Part.LOWER_COST: lambda: _(
        "At a cost of %(have)s, and everything else the same, it would have won: %(missing)s was missing."
    ),
    Part.NO_COST_WOULD_DO: lambda: _("With everything else the same, no lower cost would have made it win."),
    Part.LEFT_AFTER_SHARES: lambda: _(
        "When the money left over was given out to one project after the other, %(left)s was left at its turn, less than it costs."
    ),
    Part.DOES_NOT_FIT: lambda: _(
        "It did not win: when its turn came at place %(rank)s of the list, %(have)s was left, and it costs %(need)s. %(missing)s was missing."
    ),
    Part.NOT_REACHED: lambda: _(
        "It did not win: it stood at place %(rank)s of the list, and under the rules the count had ended before, at the first project that the money did not cover."
    ),
    Part.NO_VOTES_WOULD_DO: lambda: _("No number of votes alone would have been enough."),
    Part.SWITCHED: lambda: _(
        "Under the rules two ways of counting were compared, and the list by number of votes was taken because more voters were better off with it."
    ),
    Part.WITHDRAWN: lambda: _("It was withdrawn after the list had been fixed, so it was not counted."),
}


def withdrawn() -> str:
    """What is said of a project that was not counted."""
    return say(Sentence(Part.WITHDRAWN, {}, {}), {}, str, str)
