"""BudgetImport, BudgetVersion, BudgetLine, BudgetSum, Programme, CodeName, BudgetMapping, ProjectLine and LineAmendment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of
from pbplatform.foundation.i18n import Currency


class Stage(StrEnum):
    """Which state of a year's budget a version holds."""

    DRAFT = "draft"
    """As the mayor puts it to the council."""
    ADOPTED = "adopted"
    AMENDED = "amended"
    EXECUTED = "executed"
    """What was really received and spent by the end of a quarter."""


class Side(StrEnum):
    """Where money comes from, or where it goes."""

    REVENUE = "revenue"
    EXPENDITURE = "expenditure"


class Axis(StrEnum):
    """By what the money is sorted; paths below an axis can be walked into."""

    FUNCTION = "function"
    PROGRAMME = "programme"
    DISTRICT = "district"
    ECONOMIC = "economic"
    UNIT = "unit"


class ImportState(StrEnum):
    """How far an import is."""

    MAPPING = "mapping"
    """The file is read; the officer says what its columns mean."""
    CHECKING = "checking"
    FAULTY = "faulty"
    READY = "ready"
    """Every line is mapped; the draft version can be looked at and published."""
    PUBLISHED = "published"
    DISCARDED = "discarded"


class BudgetVersion(Base):
    """One state of one year's budget, equal to its file to the last unit; frozen once it is published."""

    __tablename__ = "budget_version"
    __table_args__ = (
        UniqueConstraint("municipality_id", "year", "number"),
        CheckConstraint("year between 1990 and 2100", name="year_sensible"),
        CheckConstraint("(stage = 'executed') = (quarter is not null)", name="quarter_for_execution"),
        CheckConstraint("quarter is null or quarter between 1 and 4", name="quarter_sensible"),
        Index("ix_budget_version_published", "municipality_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    year: Mapped[int]
    number: Mapped[int]
    """Counts the versions of a year from 1."""
    stage: Mapped[Stage] = mapped_column(one_of(Stage))
    quarter: Mapped[int | None]
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    """As the file has it; what was in leva stays in leva."""
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    lines: Mapped[int]
    totals: Mapped[dict[str, Any]]
    """Side → {planned, adjusted, actual}, minor units as decimal text, absent where the file has no such column."""
    explanations: Mapped[dict[str, str]]
    """Why the totals differ from what was declared or from the version before, per language, in public."""
    axes: Mapped[list[Any]]
    """The axes along which the expenditure can be walked."""
    declared: Mapped[dict[str, Any]]
    """Side → the total that the council adopted, as decimal text, where the officer gave it."""
    population: Mapped[int]
    """Residents of that time, for the amounts per resident."""
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))


class BudgetImport(Base):
    """One file on its way to become a version, with what was found in it and what its columns were said to mean."""

    __tablename__ = "budget_import"
    __table_args__ = (Index("ix_budget_import_municipality", "municipality_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    state: Mapped[ImportState] = mapped_column(one_of(ImportState), default=ImportState.MAPPING)
    file_key: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    year: Mapped[int]
    stage: Mapped[Stage] = mapped_column(one_of(Stage))
    quarter: Mapped[int | None]
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    declared_revenue: Mapped[int | None] = mapped_column(Key)
    declared_expenditure: Mapped[int | None] = mapped_column(Key)
    found: Mapped[dict[str, Any]]
    """What reading found: see `budget.layout.describe`."""
    mapping: Mapped[dict[str, Any]]
    """What the officer said: see `budget.mapping.Mapping`."""
    report: Mapped[dict[str, Any]]
    """What checking found: see `budget.mapping.Report`."""
    job_id: Mapped[int | None] = mapped_column(Key)
    version_id: Mapped[int | None] = mapped_column(Key, ForeignKey("budget_version.id"))
    brought_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    brought_at: Mapped[datetime]

    @property
    def declared(self) -> dict[str, int]:
        """Side → the total by the council's decision, where the officer gave it."""
        given = {Side.REVENUE: self.declared_revenue, Side.EXPENDITURE: self.declared_expenditure}
        return {side.value: amount for side, amount in given.items() if amount is not None}


class BudgetMapping(Base):
    """What a municipality said of files with these headings, remembered for the next one."""

    __tablename__ = "budget_mapping"
    __table_args__ = (UniqueConstraint("municipality_id", "headings_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    headings_hash: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[dict[str, Any]]


class BudgetLine(Base):
    """One line of a version. Amounts are minor units; None where the file has no such column."""

    __tablename__ = "budget_line"
    __table_args__ = (
        Index("ix_budget_line_place", "version_id", "side", "function", "programme"),
        # The lines of a version in their order: without it PostgreSQL walks along the key of the whole table.
        Index("ix_budget_line_order", "version_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    version_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_version.id"))
    row: Mapped[int]
    """The row of the file."""
    side: Mapped[Side] = mapped_column(one_of(Side))
    function: Mapped[str] = mapped_column(String(6))
    """COFOG division or group; empty for revenue."""
    programme: Mapped[str] = mapped_column(String(60))
    economic: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(60))
    district: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500))
    words: Mapped[str] = mapped_column(String(600))
    """The title as search compares it."""
    planned: Mapped[int | None] = mapped_column(Key)
    adjusted: Mapped[int | None] = mapped_column(Key)
    actual: Mapped[int | None] = mapped_column(Key)


class BudgetSum(Base):
    """The sums of a version along an axis, made once when the version is made: what public pages read."""

    __tablename__ = "budget_sum"
    __table_args__ = (
        Index("ix_budget_sum_place", "version_id", "side", "axis", "parent"),
        {"sqlite_with_rowid": False},
    )

    version_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_version.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(one_of(Side), primary_key=True)
    axis: Mapped[Axis] = mapped_column(one_of(Axis), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Codes joined by “/”, such as 04/04.5/2.1; the empty path is the whole side."""
    parent: Mapped[str | None] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    """As the file has it; empty for functions and districts, whose names stand elsewhere."""
    lines: Mapped[int]
    planned: Mapped[int | None] = mapped_column(Key)
    adjusted: Mapped[int | None] = mapped_column(Key)
    actual: Mapped[int | None] = mapped_column(Key)


class Programme(Base):
    """What officers say in plain words of a programme, over the years."""

    __tablename__ = "budget_programme"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    code: Mapped[str] = mapped_column(String(60))
    titles: Mapped[dict[str, str]]
    notes: Mapped[dict[str, str]]
    """Markdown per language."""
    participatory: Mapped[bool] = mapped_column(default=False)
    """The programme that pays for citizens' projects."""


class CodeName(Base):
    """What an economic code or an institution of the files is called in the municipality's other languages."""

    __tablename__ = "budget_code_name"
    __table_args__ = (UniqueConstraint("municipality_id", "side", "axis", "code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    side: Mapped[Side] = mapped_column(one_of(Side))
    axis: Mapped[Axis] = mapped_column(one_of(Axis))
    code: Mapped[str] = mapped_column(String(60))
    names: Mapped[dict[str, str]]


class ProjectLine(Base):
    """The budget line of a funded project: its allocation under the participatory programme. It stands beside the
    versions, so that a published version stays equal to its file."""

    __tablename__ = "budget_project_line"
    __table_args__ = (
        UniqueConstraint("project_id"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        Index("ix_budget_project_line_year", "municipality_id", "year", "programme"),
        Index("ix_budget_project_line_round", "round_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    envelope_id: Mapped[int] = mapped_column(Key, ForeignKey("envelope.id"))
    project_id: Mapped[int] = mapped_column(Key, ForeignKey("project.id"))
    year: Mapped[int]
    programme: Mapped[str] = mapped_column(String(60))
    function: Mapped[str] = mapped_column(String(6))
    amount: Mapped[int] = mapped_column(Key)
    """Equal to the allocation of the declared result; 0 once a corrected result takes it back."""
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    adopted_at: Mapped[datetime]


class LineAmendment(Base):
    """The declared result was corrected after the adoption, and a project's line followed it: a new line, or one whose
    money is taken back."""

    __tablename__ = "budget_line_amendment"
    __table_args__ = (
        CheckConstraint("amount_before <> amount_after", name="changes_something"),
        Index("ix_budget_line_amendment_line", "line_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    amount_before: Mapped[int] = mapped_column(Key)
    """0 for a line that the amendment made."""
    amount_after: Mapped[int] = mapped_column(Key)
    """0 for a project that the corrected result no longer funds."""
    reasons: Mapped[dict[str, str]]
    made_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    made_at: Mapped[datetime]
