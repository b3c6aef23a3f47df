"""Questions of the officer's desk about files on their way to become versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pbplatform.budget.models import Axis, BudgetImport, BudgetLine, BudgetSum, ImportState, Side
from pbplatform.foundation.jobs import Job


def imports(session: Session, municipality_id: int) -> Sequence[BudgetImport]:
    """The imports that are not given up, the newest first."""
    return session.scalars(
        select(BudgetImport)
        .where(BudgetImport.municipality_id == municipality_id, BudgetImport.state != ImportState.DISCARDED)
        .order_by(BudgetImport.id.desc())
        .limit(100)
    ).all()


def import_here(session: Session, municipality_id: int, import_id: int) -> BudgetImport | None:
    """An import of this municipality."""
    return session.scalar(
        select(BudgetImport).where(
            BudgetImport.id == import_id, BudgetImport.municipality_id == municipality_id
        )
    )


def job_of(session: Session, brought: BudgetImport) -> Job | None:
    """The background work of an import."""
    return session.get(Job, brought.job_id) if brought.job_id is not None else None


@dataclass(frozen=True)
class Preview:
    """What an officer looks at before publishing: sums by function and by programme, and the first lines."""

    functions: list[BudgetSum]
    programmes: list[BudgetSum]
    lines: list[BudgetLine]


def preview(session: Session, version_id: int) -> Preview:
    """The sums and the first lines of a draft version."""
    rows = session.scalars(
        select(BudgetSum)
        .where(
            BudgetSum.version_id == version_id,
            BudgetSum.side == Side.EXPENDITURE,
            BudgetSum.axis.in_((Axis.FUNCTION, Axis.PROGRAMME)),
            BudgetSum.parent == "",
        )
        .order_by(BudgetSum.path)
    ).all()
    lines = session.scalars(
        select(BudgetLine).where(BudgetLine.version_id == version_id).order_by(BudgetLine.id).limit(20)
    )
    return Preview(
        [row for row in rows if row.axis is Axis.FUNCTION],
        [row for row in rows if row.axis is Axis.PROGRAMME][:500],
        list(lines),
    )
