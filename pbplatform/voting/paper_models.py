"""Paper: where sheets are handed out, the anonymous sheets, and what each officer read on them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pbplatform.foundation.database import Base, Key, one_of


class SheetState(StrEnum):
    """How far a sheet is."""

    ONCE = "once"
    """One officer has entered it."""
    MISMATCH = "mismatch"
    """Two officers read it differently; a third must look."""
    COUNTED = "counted"
    INVALID = "invalid"


class Invalidity(StrEnum):
    """Why a sheet does not count."""

    BLANK = "blank"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"
    LATE = "late"
    OVER_LIMIT = "over_limit"
    UNKNOWN_NUMBER = "unknown_number"
    DUPLICATE = "duplicate"


class PaperStation(Base):
    """A counter, library or bus where paper ballots are handed out."""

    __tablename__ = "paper_station"
    __table_args__ = (UniqueConstraint("round_id", "code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    code: Mapped[str] = mapped_column(String(20))
    names: Mapped[dict[str, str]]


class PaperSheet(Base):
    """One sheet by its anonymous serial; it counts only after two equal entries by two persons."""

    __tablename__ = "paper_sheet"
    __table_args__ = (
        UniqueConstraint("station_id", "serial"),
        CheckConstraint("(state = 'invalid') = (invalidity is not null)", name="invalid_has_reason"),
        CheckConstraint("(state = 'counted') = (payload is not null)", name="counted_has_payload"),
        Index("ix_paper_sheet_state", "round_id", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    round_id: Mapped[int] = mapped_column(Key, ForeignKey("round.id"))
    station_id: Mapped[int] = mapped_column(Key, ForeignKey("paper_station.id"))
    serial: Mapped[str] = mapped_column(String(20))
    state: Mapped[SheetState] = mapped_column(one_of(SheetState), default=SheetState.ONCE)
    payload: Mapped[str | None] = mapped_column(Text)
    """Emptied at the seal: from then on choices stand among the sealed ballots, beside no serial."""
    invalidity: Mapped[Invalidity | None] = mapped_column(one_of(Invalidity))


class PaperEntry(Base):
    """What one officer read on a sheet; the others do not see it before they have entered theirs. Gone at the seal."""

    __tablename__ = "paper_entry"
    __table_args__ = (
        UniqueConstraint("sheet_id", "account_id"),
        CheckConstraint("(payload is null) <> (invalidity is null)", name="one_reading"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    sheet_id: Mapped[int] = mapped_column(Key, ForeignKey("paper_sheet.id"), index=True)
    municipality_id: Mapped[int] = mapped_column(Key, ForeignKey("municipality.id"))
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id"))
    payload: Mapped[str | None] = mapped_column(Text)
    invalidity: Mapped[Invalidity | None] = mapped_column(one_of(Invalidity))
    entered_at: Mapped[datetime]
