"""Contract, Payment, Milestone, Update and Ending: the facts of a funded project, each below its budget line."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
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


class Milestone(Base):
    """A dated promise; once it is past and not kept, the project is late."""

    __tablename__ = "delivery_milestone"
    __table_args__ = (UniqueConstraint("line_id", "kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"), index=True)
    line_id: Mapped[int] = mapped_column(Key, ForeignKey("budget_project_line.id"))
    kind: Mapped[MilestoneKind] = mapped_column(one_of(MilestoneKind))
    due_on: Mapped[date]
    reached_on: Mapped[date | None]
    delay_reasons: Mapped[dict[str, str]]
    """Why it is or was late, for everybody to read, per language; empty while it is not."""


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
