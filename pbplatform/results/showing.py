"""What the result pages show of one envelope, put together from the count, its figures and the projects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.consultation import counting_sentences
from pbplatform.consultation import queries as consultation
from pbplatform.consultation.models import Category, Envelope, Round
from pbplatform.foundation import i18n
from pbplatform.foundation.smallcells import Cell, suppress
from pbplatform.municipalities import queries as municipalities
from pbplatform.municipalities.models import District
from pbplatform.results import elections, official, plots, queries, sentences, statistics
from pbplatform.results.models import Count, EnvelopeResult, PastElection
from pbplatform.results.official import Official
from pbplatform.results.reasons import Story, stories
from pbplatform.voting.models import Channel, Project

MOST_LOSERS = 6
"""How many losers run in the picture of the race; the table has all of them."""


@dataclass(frozen=True)
class Line:
    """One project in the result: its place, votes, cost, and its story in words."""

    project: Project
    story: Story | None
    told: list[str]
    brief: list[str]
    """The same without what repeats from project to project."""
    lacking: str
    """What a loser was short of, in two or three words; empty where that is no amount."""
    votes: int
    funded: bool
    extra: bool

    @property
    def held(self) -> tuple[int, int] | None:
        """For a loser that money decided on: what there was for it, and what it needed, in minor units."""
        return sentences.available(self.story) if self.story else None

    @property
    def place(self) -> int | None:
        """Its place in the order of funding."""
        return self.story.place if self.story else None


@dataclass(frozen=True)
class Shown:
    """An envelope's result, ready for a page."""

    envelope: Envelope
    outcome: Mapping[str, Any]
    figures: Mapping[str, Any]
    lines: list[Line]
    """The funded in their order, then the others by votes."""
    official: Official | None
    currency: str
    locale: str

    @property
    def funded(self) -> list[Line]:
        """The winners."""
        return [line for line in self.lines if line.funded]

    @property
    def losers(self) -> list[Line]:
        """The others."""
        return [line for line in self.lines if not line.funded]

    @property
    def spent(self) -> int:
        """What the winners cost together."""
        return int(self.outcome["cost"])

    @property
    def left(self) -> int:
        """What is left of the money."""
        return max(int(self.envelope.amount) - self.spent, 0)

    @property
    def only_totals(self) -> bool:
        """Whether nothing is told that depends on which choices stand on one ballot together (`publication`)."""
        return not self.figures["shares"]

    @property
    def happy(self) -> int | None:
        """Voters with at least one funded choice, in hundredths of all; None where that would tell a hidden number."""
        ballots = int(self.outcome["ballots"])
        without = statistics.hidden(self.figures["shares"]).get("0", 0)
        if not ballots or without is None or self.only_totals:
            return None
        return round(100 * (ballots - without) / ballots)

    def money(self, minor: int) -> str:
        """An amount in the reader's language."""
        return i18n.money(minor, self.currency, self.locale)

    def race(self) -> Markup:
        """The rounds as a race along the money."""
        runners = []
        before = 0
        for line in self.funded:
            runners.append(plots.Runner(self._title(line), line.project.cost, before, True))
            before += line.project.cost
        for line in self.losers[:MOST_LOSERS]:
            if line.story is not None:
                held = line.held[0] if line.held else None
                runners.append(plots.Runner(self._title(line), line.project.cost, before, False, held))
        return plots.race(runners, self.envelope.amount, self.money)

    def _title(self, line: Line) -> str:
        return i18n.localised(line.project.titles, self.locale).text

    @property
    def differs(self) -> bool:
        """Whether the other rule would have funded other projects."""
        other = self.figures["other"]
        return bool(other) and set(other["funded"]) != set(self.outcome["funded"])

    def share_rows(self) -> list[tuple[int, Cell, Cell]]:
        """Number of funded choices, voters under this rule, voters under the other; small numbers hidden."""
        ours = suppress({int(k): v for k, v in self.figures["shares"].items()})
        other = self.figures["other"]
        theirs = suppress({int(k): v for k, v in other.get("shares", {}).items()}) if other else {}
        nobody = Cell(0)
        return [(k, ours.get(k, nobody), theirs.get(k, nobody)) for k in sorted({*ours, *theirs})]

    def some_hidden(self) -> bool:
        """Whether the picture of the shares has a bar without a number."""
        return any(a.hidden or (self.differs and b.hidden) for _, a, b in self.share_rows())

    def compared(self) -> dict[str, Cell] | None:
        """Voters who are better off under this rule, worse off, and neither; small numbers hidden."""
        other = self.figures["other"]
        if not other or self.only_totals:
            return None
        return suppress({name: other[name] for name in ("better", "worse", "equal")})

    def share_plot(self, ours: str, theirs: str) -> Markup:
        """Voters by the number of their funded choices, under both rules."""
        series = [(ours, plots.FUNDED, {k: a.value for k, a, _b in self.share_rows()})]
        if self.differs:
            series.append((theirs, plots.OTHER, {k: b.value for k, _a, b in self.share_rows()}))
        return plots.columns(series, self.outcome["ballots"])

    def course(self, line: Line) -> list[int]:
        """What a project's supporters together held at the start and after each step; empty if that says nothing.

        Results counted by earlier versions do not know it, and where only totals are told it is not kept.
        """
        course = list(self.figures.get("course", {}).get(line.project.code, []))
        return course if len(course) > 1 else []

    def course_plot(self, line: Line) -> Markup:
        """The same as a picture beside its cost."""
        cost = line.project.cost
        return plots.course(
            self.course(line), cost, self.money(cost), plots.FUNDED if line.funded else plots.OTHER
        )

    def rule_told(self) -> list[str]:
        """How a list from the top was funded, in the words of the rule book."""
        return [sentence.text for sentence in counting_sentences.greedy(self.outcome["options"])]

    def names(self, codes: Sequence[str]) -> str:
        """Projects by their titles, for a sentence."""
        lines = self.by_code()
        return ", ".join(self._title(lines[code]) if code in lines else code for code in codes)

    def by_code(self) -> dict[str, Line]:
        """The lines by the projects' codes."""
        return {line.project.code: line for line in self.lines}


def show(
    session: Session, found: Round, row: Count, locale: str, number: Callable[[int], str]
) -> list[Shown]:
    """Every envelope of a count, in ballot order."""
    results = queries.envelope_results(session, row)
    past = queries.past_election(session, found)
    return [
        _shown(session, envelope, results[envelope.id], past, locale, number)
        for envelope in consultation.envelopes(session, found.id)
        if envelope.id in results
    ]


def _shown(
    session: Session,
    envelope: Envelope,
    result: EnvelopeResult,
    past: PastElection | None,
    locale: str,
    number: Callable[[int], str],
) -> Shown:
    projects = elections.projects_of(session, envelope)
    titles = {p.code: i18n.localised(p.titles, locale).text for p in projects}
    told = stories(result.outcome, result.figures, {p.code: p.cost for p in projects})

    def money(minor: int) -> str:
        return i18n.money(minor, envelope.currency, locale)

    extra = {s["project"] for s in result.outcome["steps"] if s["verdict"] == "funded-with-extra"}
    lines = []
    for project in projects:
        story = told.get(project.code)
        said = sentences.tell(story, titles, money, number) if story else [sentences.withdrawn()]
        lines.append(
            Line(
                project,
                story,
                said,
                sentences.tell(sentences.brief(story), titles, money, number) if story else said,
                sentences.lacking(story, money, number) if story else "",
                result.figures["votes"].get(project.code, 0),
                bool(story and story.funded),
                project.code in extra,
            )
        )
    points = result.figures["points"]
    after_all = len(lines) + 1
    lines.sort(
        key=lambda line: (
            line.place or after_all,
            -points.get(line.project.code, -1),
            line.project.number,
        )
    )
    compared = official.compare(past, result.outcome, result.figures) if past else None
    return Shown(envelope, result.outcome, result.figures, lines, compared, envelope.currency, locale)


@dataclass(frozen=True)
class Change:
    """What a correction changed in one envelope: projects that won since, and those that won only before, by their codes."""

    part: Shown
    won: list[str]
    lost: list[str]


def changes(session: Session, found: Round, shown: Sequence[Shown]) -> list[Change]:
    """The count in force beside the one that it corrected; empty where nothing was corrected."""
    earlier = next(iter(queries.corrected(session, found)), None)
    if earlier is None:
        return []
    before = queries.envelope_results(session, earlier)
    told = []
    for part in shown:
        now, then = part.outcome["funded"], before[part.envelope.id].outcome["funded"]
        told.append(
            Change(
                part, [code for code in now if code not in then], [code for code in then if code not in now]
            )
        )
    return told


@dataclass(frozen=True)
class Group:
    """Money and projects of one category or district."""

    name: str
    projects: int
    funded: int
    cost: int
    votes: Cell


def groups(shown: Sequence[Shown], key: Callable[[Project, Envelope], str | None]) -> list[Group]:
    """Projects, winners, money and votes by a key; small numbers of votes are hidden by the one rule."""
    sums: dict[str, list[int]] = {}
    for part in shown:
        for line in part.lines:
            name = key(line.project, part.envelope)
            if name is None:
                continue
            row = sums.setdefault(name, [0, 0, 0, 0])
            row[0] += 1
            row[1] += line.funded
            row[2] += line.project.cost if line.funded else 0
            row[3] += line.votes
    cells = suppress({name: row[3] for name, row in sums.items()})
    return [Group(name, row[0], row[1], row[2], cells[name]) for name, row in sorted(sums.items()) if name]


def category_key(session: Session, found: Round, locale: str) -> Callable[[Project, Envelope], str | None]:
    """Names a project's category in the reader's language; of several the first."""
    names: dict[int, Category] = {c.id: c for c in consultation.categories(session, found.id)}

    def key(project: Project, _envelope: Envelope) -> str | None:
        if project.category_id:
            return i18n.localised(names[project.category_id].names, locale).text
        listed = project.details.get("categories") or []
        return str(listed[0]) if listed else None

    return key


def district_key(session: Session, found: Round, locale: str) -> Callable[[Project, Envelope], str | None]:
    """Names the district of a project's envelope."""
    names = {
        d.id: i18n.localised(d.names, locale).text
        for d in session.scalars(select(District).where(District.municipality_id == found.municipality_id))
    }

    def key(project: Project, envelope: Envelope) -> str | None:
        if envelope.district_id:
            return names[envelope.district_id]
        return str(project.details.get("district") or "") or _("The whole municipality")

    return key


def picture_of_places(session: Session, found: Round, shown: Sequence[Shown]) -> Markup | None:
    """The winners' map."""
    spots = [
        plots.Spot(
            line.project.latitude, line.project.longitude, str(line.place or line.project.number), line.funded
        )
        for part in shown
        for line in part.lines
        if line.project.latitude is not None and line.project.longitude is not None
    ]
    outlines = [
        d.outline
        for d in session.scalars(select(District).where(District.municipality_id == found.municipality_id))
        if d.outline and not found.imported_from
    ]
    return plots.winners_map(spots, outlines)


def turnout(session: Session, found: Round, locale: str) -> dict[str, dict[str, Cell]]:
    """The turnout for a page: by channel in a fixed order, by the districts' names; small numbers hidden."""
    rows = statistics.turnout(session, found)
    names = {
        d.code: i18n.localised(d.names, locale).text
        for d in municipalities.districts(session, found.municipality_id)
    }
    order = [channel.value for channel in Channel]
    return {
        "channels": {name: rows["channel"][name] for name in order if name in rows["channel"]},
        "voters_by_district": {
            names.get(code, _("Without a district")): cell for code, cell in rows.get("district", {}).items()
        },
    }
