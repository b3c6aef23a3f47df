"""Questions about the published budget. Every page asks sums that were made with the version, never all its lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from pbplatform.budget import cofog
from pbplatform.budget.models import (
    Axis,
    BudgetLine,
    BudgetSum,
    BudgetVersion,
    CodeName,
    Programme,
    ProjectLine,
    Side,
    Stage,
)
from pbplatform.consultation.models import Round
from pbplatform.foundation.i18n import Texts, searchable
from pbplatform.voting.models import Project

PAGE = 50
MOST_PROJECTS = 300
MOST_NAMES = 300
MOST_FOUND = 100
MEASURES = ("planned", "adjusted", "actual")


@dataclass(frozen=True)
class VersionAmount:
    """What a version says of one place of the budget, in the version's own currency."""

    version: BudgetVersion
    planned: int | None
    adjusted: int | None
    actual: int | None

    def measure(self, name: str) -> int | None:
        """One of the three amounts."""
        amount: int | None = getattr(self, name)
        return amount

    @property
    def in_force(self) -> int | None:
        """The plan as amended where it was, else as adopted."""
        return self.adjusted if self.adjusted is not None else self.planned

    @property
    def done(self) -> float | None:
        """Which part of the plan in force was received or spent."""
        return self.actual / self.in_force if self.actual is not None and self.in_force else None


def published(session: Session, municipality_id: int) -> Sequence[BudgetVersion]:
    """The published versions, the oldest first."""
    return session.scalars(
        select(BudgetVersion)
        .where(BudgetVersion.municipality_id == municipality_id, BudgetVersion.published_at.is_not(None))
        .order_by(BudgetVersion.year, BudgetVersion.number)
    ).all()


def current(versions: Sequence[BudgetVersion]) -> dict[int, BudgetVersion]:
    """The last published version of each year."""
    return {version.year: version for version in versions}


def measures_in(totals: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """The measures that the totals of both sides have."""
    return tuple(name for name in MEASURES if any(name in amounts for amounts in totals.values()))


def measures_of(version: BudgetVersion) -> tuple[str, ...]:
    """The measures that a version has."""
    return measures_in(version.totals)


def usual_measure(version: BudgetVersion) -> str:
    """What a reader wants to see first: what was spent once the year is over, the plan in force before."""
    has = measures_of(version)
    if version.stage is Stage.EXECUTED and version.quarter == 4 and "actual" in has:
        return "actual"
    return "adjusted" if "adjusted" in has else (has[0] if has else "planned")


def measure_of(version: BudgetVersion, wanted: str) -> str:
    """The measure that a reader asks for, where the version has it; else the usual one."""
    return wanted if wanted in measures_of(version) else usual_measure(version)


def choose(versions: Sequence[BudgetVersion], year: int, number: str) -> BudgetVersion | None:
    """The version that a reader asks for: by its number in the year, or without a number the last one."""
    fitting = [
        version for version in versions if version.year == year and number in ("", str(version.number))
    ]
    return fitting[-1] if fitting else None


def numbered(session: Session, municipality_id: int, year: int, number: int) -> BudgetVersion | None:
    """A published version by its number in the year."""
    versions = published(session, municipality_id)
    return next((found for found in versions if (found.year, found.number) == (year, number)), None)


def _of(version_ids: Iterable[int], axes: Iterable[Axis] = tuple(Axis)) -> tuple[ColumnElement[bool], ...]:
    """Sums of versions along some axes of both sides. Named one by one, so that an index leads to each of them: a version has
    tens of thousands of sums, and a page asks for some hundred at most."""
    return (BudgetSum.version_id.in_(version_ids), BudgetSum.side.in_(tuple(Side)), BudgetSum.axis.in_(axes))


def place(
    session: Session, version_id: int, side: Side, axis: Axis, path: str
) -> tuple[BudgetSum | None, list[BudgetSum], list[BudgetSum]]:
    """One place of the budget, what it is made of, and what it lies in, in one statement."""
    parts = path.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
    rows = session.scalars(
        select(BudgetSum).where(
            BudgetSum.version_id == version_id,
            BudgetSum.side == side,
            BudgetSum.axis == axis,
            or_(BudgetSum.path.in_([path, *above]), BudgetSum.parent == path),
        )
    ).all()
    here = next((row for row in rows if row.path == path), None)
    below = [row for row in rows if row.parent == path and row.path != path]
    return here, below, sorted((row for row in rows if row.path in above), key=lambda row: len(row.path))


def tops(session: Session, version_id: int) -> dict[tuple[Side, Axis], tuple[BudgetSum, list[BudgetSum]]]:
    """Each axis of a version as a whole with what it is made of, in one statement."""
    rows = session.scalars(
        select(BudgetSum).where(*_of([version_id]), or_(BudgetSum.path == "", BudgetSum.parent == ""))
    ).all()
    return {
        (whole.side, whole.axis): (
            whole,
            [row for row in rows if (row.side, row.axis) == (whole.side, whole.axis) and row.path],
        )
        for whole in rows
        if not whole.path
    }


def over_versions(
    session: Session, versions: Sequence[BudgetVersion], side: Side, axis: Axis, path: str
) -> list[VersionAmount]:
    """The same place in each of the versions, in their order."""
    by_id = {version.id: version for version in versions}
    rows = {
        row.version_id: row
        for row in session.scalars(
            select(BudgetSum).where(
                BudgetSum.version_id.in_(by_id),
                BudgetSum.side == side,
                BudgetSum.axis == axis,
                BudgetSum.path == path,
            )
        )
    }
    return [
        VersionAmount(version, row.planned, row.adjusted, row.actual)
        for version in versions
        if (row := rows.get(version.id)) is not None
    ]


def over_years(amounts: Sequence[VersionAmount]) -> list[VersionAmount]:
    """The last of each year, the oldest year first."""
    return [amount for _, amount in sorted({found.version.year: found for found in amounts}.items())]


def quarters(amounts: Sequence[VersionAmount], year: int) -> list[VersionAmount]:
    """The executions of a year, the first quarter first; of two for one quarter the later."""
    last = {
        found.version.quarter: found
        for found in amounts
        if found.version.year == year and found.version.quarter is not None
    }
    return [last[quarter] for quarter in (1, 2, 3, 4) if quarter in last]


def programmes(session: Session, municipality_id: int) -> dict[str, Programme]:
    """The programmes that officers have explained, by code."""
    rows = session.scalars(select(Programme).where(Programme.municipality_id == municipality_id))
    return {row.code: row for row in rows}


CodeNames = dict[tuple[Side, Axis, str], Texts]
NAMED = (Axis.ECONOMIC, Axis.UNIT)
"""The axes whose codes are named by the file, in its one language, and by officers in the others."""


def code_names(session: Session, municipality_id: int) -> CodeNames:
    """What officers call the codes of the files in the municipality's other languages."""
    rows = session.scalars(select(CodeName).where(CodeName.municipality_id == municipality_id))
    return {(row.side, row.axis, row.code): row.names for row in rows}


def codes_to_name(session: Session, version_id: int) -> list[BudgetSum]:
    """The economic codes and institutions of a version, revenue first."""
    rows = session.scalars(select(BudgetSum).where(*_of([version_id], NAMED), BudgetSum.parent == ""))
    found = [row for row in rows if row.title and row.path != "-"]
    return sorted(found, key=lambda row: (row.side is Side.EXPENDITURE, row.axis, row.path))[:MOST_NAMES]


def participatory_programme(session: Session, municipality_id: int) -> Programme | None:
    """The programme that pays for citizens' projects."""
    return session.scalar(
        select(Programme).where(Programme.municipality_id == municipality_id, Programme.participatory)
    )


def lines_at(
    session: Session, version_id: int, side: Side, axis: Axis, path: str, page: int
) -> list[BudgetLine]:
    """The lines of a place, a page of them and one more that tells whether another page follows."""
    conditions = [BudgetLine.version_id == version_id, BudgetLine.side == side]
    parts = [part if part != "-" else "" for part in path.split("/")]
    if axis is Axis.FUNCTION:
        function = parts[-2] if len(parts) > 1 else parts[-1]
        conditions += [BudgetLine.function == function, BudgetLine.programme == parts[-1]]
    elif axis is Axis.PROGRAMME:
        conditions.append(BudgetLine.programme == parts[0])
        if len(parts) > 1:
            conditions.append(BudgetLine.economic == parts[1])
    else:
        conditions.append(BudgetLine.economic == parts[0])
    return list(
        session.scalars(
            select(BudgetLine)
            .where(*conditions)
            .order_by(BudgetLine.id)
            .offset((page - 1) * PAGE)
            .limit(PAGE + 1)
        )
    )


def search(session: Session, version_id: int, words: str) -> list[BudgetLine]:
    """Lines whose title holds all the words, the first hundred of the file and one that tells of more."""
    wanted = searchable(words).split()[:6]
    conditions = [BudgetLine.words.contains(word, autoescape=True) for word in wanted]
    return list(
        session.scalars(
            select(BudgetLine)
            .where(BudgetLine.version_id == version_id, *conditions)
            .order_by(BudgetLine.id)
            .limit(MOST_FOUND + 1)
        )
    )


def search_titles(
    session: Session, version_id: int, words: str, names: Callable[[BudgetSum], Texts]
) -> list[BudgetSum]:
    """Functions, programmes, units and kinds of money whose name holds the words in any language; few enough to be compared
    here."""
    wanted = searchable(words).split()[:6]
    divisions = [code for code in cofog.titles() if "." not in code]
    rows = session.scalars(
        select(BudgetSum).where(
            *_of([version_id], (Axis.FUNCTION, Axis.PROGRAMME, *NAMED)),
            BudgetSum.parent.in_(["", *divisions]),
        )
    )
    found = []
    for row in rows:
        # Below a division stand its groups; what stands below a programme is found by its own name.
        if row.parent and (row.axis is not Axis.FUNCTION or not cofog.is_function(row.path)):
            continue
        text = searchable(row.title, row.path.rpartition("/")[2], *names(row).values())
        if all(word in text for word in wanted):
            found.append(row)
    return sorted(found, key=lambda row: (_ORDER.index(row.axis), row.path))[:100]


_ORDER = tuple(Axis)


def changes(
    session: Session, before: BudgetVersion, after: BudgetVersion
) -> list[tuple[BudgetSum | None, BudgetSum | None]]:
    """The programmes and kinds of revenue of two versions side by side; None where a version has no such thing."""
    rows = session.scalars(
        select(BudgetSum).where(
            BudgetSum.version_id.in_((before.id, after.id)),
            BudgetSum.parent == "",
            or_(
                and_(BudgetSum.side == Side.EXPENDITURE, BudgetSum.axis == Axis.PROGRAMME),
                and_(BudgetSum.side == Side.REVENUE, BudgetSum.axis == Axis.ECONOMIC),
            ),
        )
    )
    pairs: dict[tuple[Side, str], list[BudgetSum | None]] = {}
    for row in rows:
        pairs.setdefault((row.side, row.path), [None, None])[row.version_id == after.id] = row
    return [
        (old, new)
        for _, (old, new) in sorted(
            pairs.items(), key=lambda item: (item[0][0] is Side.EXPENDITURE, item[0][1])
        )
    ]


def in_force(row: BudgetSum | BudgetLine) -> int | None:
    """The plan in force: as adjusted where it was, else as adopted."""
    return row.adjusted if row.adjusted is not None else row.planned


def all_lines(session: Session, version_id: int) -> Iterator[BudgetLine]:
    """Every line in the order of the file, for downloads."""
    yield from session.scalars(
        select(BudgetLine)
        .where(BudgetLine.version_id == version_id)
        .order_by(BudgetLine.id)
        .execution_options(yield_per=1000)
    )


def named_sums(session: Session, version_id: int) -> dict[tuple[Axis, str], str]:
    """The names that a file gives its programmes, units and economic codes."""
    rows = session.execute(
        select(BudgetSum.axis, BudgetSum.path, BudgetSum.title).where(
            *_of([version_id], (Axis.PROGRAMME, *NAMED)), BudgetSum.parent == ""
        )
    )
    return {(axis, path): title for axis, path, title in rows if title}


def version_before(session: Session, version: BudgetVersion) -> BudgetVersion | None:
    """The last version published before this one, of the same year or else of the year before."""
    return session.scalar(
        select(BudgetVersion)
        .where(
            BudgetVersion.municipality_id == version.municipality_id,
            BudgetVersion.published_at.is_not(None),
            BudgetVersion.id != version.id,
            or_(
                BudgetVersion.year < version.year,
                and_(BudgetVersion.year == version.year, BudgetVersion.number < version.number),
            ),
        )
        .order_by(BudgetVersion.year.desc(), BudgetVersion.number.desc())
        .limit(1)
    )


def programme_of(
    session: Session, municipality_id: int, year: int, code: str
) -> tuple[Programme | None, bool]:
    """What officers say of a programme, and whether the published budget of a year has a page for it."""
    held = exists().where(
        BudgetVersion.municipality_id == municipality_id,
        BudgetVersion.year == year,
        BudgetVersion.published_at.is_not(None),
        BudgetSum.version_id == BudgetVersion.id,
        BudgetSum.side == Side.EXPENDITURE,
        BudgetSum.axis == Axis.PROGRAMME,
        BudgetSum.path == code,
    )
    row = session.execute(
        select(Programme, held).where(Programme.municipality_id == municipality_id, Programme.code == code)
    ).first()
    return (row[0], bool(row[1])) if row else (None, False)


@dataclass(frozen=True)
class ProjectMoney:
    """The line of a citizens' project, the project, and the address of its round."""

    line: ProjectLine
    project: Project
    round_slug: str


def project_lines(
    session: Session, municipality_id: int, programme: str | None = None, year: int | None = None
) -> list[ProjectMoney]:
    """The lines of citizens' projects with their projects, the newest year first, the largest first."""
    question = (
        select(ProjectLine, Project, Round.slug)
        .join(Project, Project.id == ProjectLine.project_id)
        .join(Round, Round.id == ProjectLine.round_id)
        .where(ProjectLine.municipality_id == municipality_id)
        .order_by(ProjectLine.year.desc(), ProjectLine.amount.desc(), ProjectLine.id)
        .limit(MOST_PROJECTS)
    )
    if programme is not None:
        question = question.where(ProjectLine.programme == programme)
    if year is not None:
        question = question.where(ProjectLine.year == year)
    return [ProjectMoney(line, project, slug) for line, project, slug in session.execute(question)]
