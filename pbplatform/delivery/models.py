"""Contract, Payment, Milestone, Update, Photo, Ending, Correction: the facts of a funded project, each below its budget
line; and DeliverySheet, a file of facts on its way in.

Nothing that was recorded is ever deleted: what turned out wrong is struck, and the Correction keeps what stood there.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of
from pbplatform.foundation.i18n import Currency


class MilestoneKind(StrEnum):
    """The dated promises of a project, in the order in which they come."""

    DESIGN = "design"
    PROCUREMENT = "procurement"
    WORKS_BEGIN = "works_begin"
    WORKS_END = "works_end"
    HANDOVER = "handover"


WORKS = frozenset({MilestoneKind.WORKS_BEGIN, MilestoneKind.WORKS_END, MilestoneKind.HANDOVER})
"""What a contractor does, and so cannot come before the contract."""


class Outcome(StrEnum):
    """How a project ends."""

    DELIVERED = "delivered"
    ABANDONED = "abandoned"


class Moment(StrEnum):
    """What a photo shows."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Fact(StrEnum):
    """What can be recorded about a project and corrected."""

    CONTRACT = "contract"
    PAYMENT = "payment"
    MILESTONE = "milestone"
    ENDING = "ending"


class Contract(Base):
    """The procurement that a project is made by."""

    __tablename__ = "delivery_contract"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("length(supplier) > 0", name="supplier_named"),
        Index("ix_delivery_contract_line", "line_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    supplier: Mapped[str] = mapped_column(String(200))
    procurement_id: Mapped[str] = mapped_column(String(120))
    """The ocid of the Open Contracting Data Standard; empty where there was no procurement."""
    signed_on: Mapped[date]
    amount: Mapped[int] = mapped_column(Key)
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    entered_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    """When it was taken back as a mistake; the Correction says why."""


class Payment(Base):
    """Money spent under a contract."""

    __tablename__ = "delivery_payment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_delivery_payment_contract", "contract_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    contract_id: Mapped[int] = mapped_column(Key, ForeignKey("delivery_contract.id"))
    paid_on: Mapped[date]
    amount: Mapped[int] = mapped_column(Key)
    currency: Mapped[Currency] = mapped_column(one_of(Currency))
    entered_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    """When it was taken back as a mistake; the Correction says why."""


class Milestone(Base):
    """A dated promise; once it is past and not kept, the project is late."""

    __tablename__ = "delivery_milestone"
    __table_args__ = (
        Index(
            "ix_delivery_milestone_once",
            "line_id",
            "kind",
            unique=True,
            sqlite_where=text("struck_at is null"),
            postgresql_where=text("struck_at is null"),
        ),
        Index("ix_delivery_milestone_waiting", "municipality_id", "reached_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    kind: Mapped[MilestoneKind] = mapped_column(one_of(MilestoneKind))
    due_on: Mapped[date]
    reached_on: Mapped[date | None]
    delay_reasons: Mapped[dict[str, str]]
    """Why it is or was late, for everybody to read, per language; empty while it is not."""
    promised_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    """The officer who is asked for the reason when the date passes."""
    asked_at: Mapped[datetime | None]
    """When that was asked; asked anew after the date was moved."""
    struck_at: Mapped[datetime | None]
    """When it was taken back as a mistake; the Correction says why."""


class Update(Base):
    """News of a project for everybody."""

    __tablename__ = "delivery_update"
    __table_args__ = (Index("ix_delivery_update_line", "line_id", "published_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    texts: Mapped[dict[str, str]]
    published_at: Mapped[datetime]


class Ending(Base):
    """That a project is delivered, or abandoned with a public reason."""

    __tablename__ = "delivery_ending"
    __table_args__ = (UniqueConstraint("line_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome))
    ended_on: Mapped[date]
    reasons: Mapped[dict[str, str]]
    """Why it was abandoned, per language; empty for a delivered project."""


class Photo(Base):
    """A picture of the place before, during or after the works."""

    __tablename__ = "delivery_photo"
    __table_args__ = (
        UniqueConstraint("upload_id"),
        Index("ix_delivery_photo_line", "line_id", "taken_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    upload_id: Mapped[int] = mapped_column(Key, ForeignKey("upload.id"))
    moment: Mapped[Moment] = mapped_column(one_of(Moment))
    taken_on: Mapped[date]
    captions: Mapped[dict[str, str]]
    """What is to be seen, per language; also read to those who do not see it."""


class Correction(Base):
    """A recorded fact was wrong: what stood there, what stands there now, and why, for everybody to read."""

    __tablename__ = "delivery_correction"
    __table_args__ = (Index("ix_delivery_correction_line", "line_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    fact: Mapped[Fact] = mapped_column(one_of(Fact))
    fact_id: Mapped[int] = mapped_column(Key)
    before: Mapped[dict[str, Any]]
    """The values by field: days in ISO form, amounts in minor units."""
    after: Mapped[dict[str, Any]]
    """The same fields; empty when the fact was struck."""
    reasons: Mapped[dict[str, str]]
    made_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    made_at: Mapped[datetime]


class DeliverySheet(Base):
    """A file of delivery facts that an officer brought back: what it would change, and what became of it."""

    __tablename__ = "delivery_sheet"
    __table_args__ = (
        CheckConstraint("applied_at is null or discarded_at is null", name="one_end"),
        Index("ix_delivery_sheet_round", "round_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    """What the file says: its sheet, where its columns stand, its rows; see `delivery.sheet_reading.Reader`."""
    changes: Mapped[list[Any]]
    """What it changes, see `delivery.examining.Change`; once it is applied, what it did change."""
    faults: Mapped[list[Any]]
    """What is wrong with it, see `delivery.sheet.Fault`."""
    brought_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    brought_at: Mapped[datetime]
    applied_by: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id"))
    applied_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]
