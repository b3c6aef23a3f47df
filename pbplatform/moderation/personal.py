"""One person's reports, rulings and blocks, for “my data”, and how they are forgotten when the account is closed."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pbplatform.moderation.models import Block, Report, Ruling


def export(session: Session, account_id: int) -> dict[str, Any]:
    """What the person reported, what was ruled about their words, and until when they may not contribute."""
    reports = session.scalars(select(Report).where(Report.reporter_id == account_id).order_by(Report.id))
    rulings = session.scalars(select(Ruling).where(Ruling.author_id == account_id).order_by(Ruling.id))
    blocks = session.scalars(
        select(Block).where(Block.account_id == account_id).order_by(Block.municipality_id)
    )
    return {
        "reports": [
            {
                "what": row.target,
                "number": row.target_id,
                "rule": row.rule,
                "note": row.note,
                "reported_at": row.reported_at,
            }
            for row in reports
        ],
        "rulings_on_own_words": [
            {
                "what": row.target,
                "number": row.target_id,
                "decision": row.decision,
                "rule": row.rule,
                "reason": row.reason,
                "ruled_at": row.ruled_at,
                "appeal": row.appeal,
                "appealed_at": row.appealed_at,
                "appeal_decision": row.appeal_decision,
                "appeal_reason": row.appeal_decision_reason,
            }
            for row in rulings
        ],
        "blocks": [{"municipality": row.municipality_id, "until": row.until} for row in blocks],
    }


def erase(session: Session, account_id: int) -> None:
    """Forget what a person wrote in reports, and blocks that block nobody any more. Rulings stay: they are decisions."""
    session.execute(update(Report).where(Report.reporter_id == account_id).values(note=""))
    session.execute(delete(Block).where(Block.account_id == account_id))
